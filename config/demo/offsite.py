"""Off-site checks of the city on show under a plan of their own: some to be done, some below, some that hit a rule."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from accounts.models import User
from campaigns import services as campaigns
from campaigns.models import Campaign, Target
from campaigns.rules.onsite import Reading
from config.demo.people import Office
from config.demo.story import CITY, Story, first_day
from core.clock import at_local, day_of
from inspections.models import OffsiteCheck
from inspections.services import offsite

NAME = "offsite-show"
PLAN = Path(__file__).parent / "offsite.yaml"
EVIDENCE = "时间,数值\n08:00,{0}\n09:00,{0}\n10:00,{0}\n"


@dataclass(frozen=True)
class Look:
    """One check: in which county, at its which enterprise, how, so many days ago, and what was read there if done."""

    county: int
    site: int
    means: str
    days: int
    reading: tuple[str, str, str, str | None] | None = None
    finding: str = "normal"
    conclusion: str = ""
    cancelled: str = ""


LOOKS = (
    Look(
        0,
        0,
        "power",
        4,
        ("治污设施停运时长", "6.5", "小时", None),
        "doubtful",
        "分表记电曲线显示 22:10 至次日 4:40 除尘风机无用电，同一时段两条生产线用电正常。",
    ),
    Look(
        0,
        1,
        "monitor",
        9,
        ("氮氧化物", "128.4", "mg/m³", "100"),
        "doubtful",
        "在线监控小时均值连续 3 小时超过排放限值，企业未报告设备检修。",
    ),
    Look(
        0,
        2,
        "monitor",
        6,
        ("化学需氧量", "31.2", "mg/L", "50"),
        "normal",
        "近 7 日小时均值 18 至 31 mg/L，数据连续，质控记录齐全。",
    ),
    Look(
        0,
        3,
        "power",
        7,
        ("治污设施停运时长", "1.5", "小时", None),
        "normal",
        "停运 1.5 小时为更换布袋，企业事前报备，产污设施同步停产。",
    ),
    Look(
        0, 4, "water", 3, ("用水量偏离同期均值", "12", "%", None), "normal", "脱硫塔补水量略低于同期，与产量下降一致。"
    ),
    Look(
        1,
        0,
        "mobile",
        5,
        ("污染物浓度与背景值之比", "4.2", "倍", None),
        "doubtful",
        "走航车沿厂界下风向行驶，非甲烷总烃出现连续高值，主导风向指向喷涂车间。",
    ),
    Look(1, 1, "drone", 8, ("疑似问题点位", "0", "处", None), "normal", "航拍厂区和料场，物料全部覆盖，未见露天喷涂。"),
    Look(0, 5, "mobile", -2),
    Look(0, 6, "drone", 1),
    Look(1, 2, "power", -4),
    Look(1, 3, "remote", 10, cancelled="企业已列入永久关停名单"),
)


def make_plan(story: Story) -> None:
    """The plan, written by the administrator; made before the campaign of inspections, which stays the first."""
    head, city = story.people.province, on_show(story)
    assert head.officer is not None
    assert head.leader is not None
    at = at_local(first_day(story.now) - timedelta(days=30), 9)
    writer = User.objects.get(username="system")
    campaigns.write_blueprint(PLAN.read_text(encoding="utf-8"), PLAN.name, change="演示方案", actor=writer, at=at)
    row = campaigns.create_from_blueprint(NAME, unit=head.unit, year=day_of(story.now).year, actor=head.officer, at=at)
    readings = {one["key"]: one["default"] for one in row.blueprint.data["parameters"]}
    row = campaigns.choose_parameters(row, readings, actor=head.officer, at=at)
    row = campaigns.adopt_lists(row, actor=head.officer, at=at)
    row = campaigns.approve(row, actor=head.leader, at=at + timedelta(days=1))
    row = campaigns.publish(row, actor=head.officer, at=at + timedelta(days=2))
    campaigns.list_targets(row, city.unit, key_only=False, actor=city.officer, at=at + timedelta(days=2))


def on_show(story: Story) -> Office:
    return next(one for one in story.people.alive if one.unit.short_name == CITY)


def checks(story: Story) -> None:
    """Put the checks on the timeline, each planned three days before it was done."""
    campaign = Campaign.objects.get(blueprint__name=NAME)
    counties = story.people.counties[on_show(story).unit.pk][:2]
    rows = [list(Target.objects.filter(campaign=campaign, unit=county.unit).order_by("-pk")) for county in counties]
    for look in LOOKS:
        targets = rows[look.county]
        if look.site < len(targets):
            plan(story, look, targets[look.site].pk, counties[look.county])


def plan(story: Story, look: Look, pk: int, county: Office) -> None:
    today = day_of(story.now)
    due = min(today - timedelta(days=look.days), date(today.year, 12, 31))
    inspector, officer = county.inspectors[look.site % 2], county.officer
    assert officer is not None
    begun = min(at_local(due - timedelta(days=3), 10), story.now - timedelta(hours=2))

    def act(at: datetime) -> None:
        target = Target.objects.select_related("campaign__blueprint", "enterprise__unit", "unit").get(pk=pk)
        row = offsite.plan(
            target, means=look.means, planned_on=max(due, day_of(at)), inspector=inspector, actor=officer, at=at
        )
        if look.cancelled:
            offsite.cancel(row, actor=officer, at=at + timedelta(hours=1), reason=look.cancelled)
        elif look.reading:
            story.then(at_local(due, 15), lambda later: done(row.pk, look, inspector, later))

    story.then(begun, act)


def done(pk: int, look: Look, inspector: User, at: datetime) -> None:
    assert look.reading is not None
    name, value, unit, limit = look.reading
    row = OffsiteCheck.objects.select_related("campaign__blueprint", "enterprise__unit", "unit").get(pk=pk)
    offsite.finish(
        row,
        finding=look.finding,
        conclusion=look.conclusion,
        evidence=EVIDENCE.format(value).encode(),
        name=f"{row.get_means_display()}数据.csv",
        reading=Reading(name, Decimal(value), unit, Decimal(limit) if limit else None),
        actor=inspector,
        at=at,
    )
