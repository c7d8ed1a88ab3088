"""Leads and signals of the city on show: complaints, what was measured and seen, one event told twice."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from campaigns.models import Lead, Signal, Target
from campaigns.services import leads, signals
from campaigns.services.signals import Said
from config.demo.offsite import on_show
from config.demo.people import Office
from config.demo.story import Story
from core.clock import at_local, day_of

# What becomes of a lead: nothing yet, taken up, refused or closed with words, merged into the one before it.
TAKEN, REFUSED, CLOSED, MERGED = "taken", "refused", "closed", "merged"


@dataclass(frozen=True)
class Word:
    """One lead: in which county, of its which enterprise (none: a place), from where, so many days ago, what."""

    county: int
    site: int | None
    kind: str
    days: int
    detail: str
    then: str = ""
    words: str = ""
    address: str = ""
    measured: tuple[str, str, str] | None = None
    reporter: str = ""


WORDS = (
    Word(
        0,
        8,
        "hotline",
        11,
        "居民反映该厂夜间 11 时后有刺激性气味，持续到凌晨，附近小区门窗不敢打开。",
        TAKEN,
        reporter="热线来电人",
    ),
    Word(0, 8, "wechat", 10, "厂区西侧晚上有刺鼻气味，已连续三天，附短视频一段。", MERGED),
    Word(
        0,
        9,
        "monitoring",
        14,
        "本季度监督性监测，总排口总磷超标。",
        CLOSED,
        "现场核实除磷加药泵故障，已责令改正并立案，复测达标。",
        measured=("总磷", "0.82", "0.5"),
    ),
    Word(0, 10, "transfer", 2, "省厅转办：信访件反映该单位危险废物暂存间未设围堰，要求七日内反馈。"),
    Word(
        0,
        None,
        "remote",
        6,
        "卫星遥感热异常点，疑似露天焚烧，面积约 300 平方米。",
        TAKEN,
        address="源汇区示例路与滨河路交叉口东 200 米",
    ),
    Word(
        0,
        11,
        "complaint",
        16,
        "来信反映噪声扰民。",
        REFUSED,
        "反映的是社会生活噪声，已告知来信人向公安机关反映。",
        reporter="来信人",
    ),
    Word(1, 8, "hotline", 8, "反映料场大风天扬尘，物料没有覆盖。", TAKEN),
    Word(1, 9, "video", 5, "视频巡查发现厂界围墙内有露天喷涂作业。"),
    Word(
        1,
        10,
        "grid",
        12,
        "网格员巡查发现雨水口有浑浊水外排。",
        CLOSED,
        "系雨后清洗地面水进入雨水管，已封堵并完成整改。",
    ),
)
# In which county (none: the whole city), of which kind, what, so many days ago, and whether it is over.
CALLS = (
    (0, "hotgrid", "热点网格报警：颗粒物小时浓度高于周边均值 1.8 倍，持续 4 小时。", 7, True),
    (0, "weather", "未来三日静稳、逆温，扩散条件差，优先检查涉气企业。", 2, False),
    (1, "pollutant", "区域二氧化硫小时浓度异常升高，优先检查有锅炉、窑炉的企业。", 4, False),
    (None, "satellite", "卫星遥感甲醛柱浓度高值区覆盖产业集聚区，优先检查涉挥发性有机物企业。", 9, True),
    (None, "pollutant", "市站臭氧八小时浓度连续两日升高，优先检查排放挥发性有机物的企业。", 5, False),
)


def told(story: Story) -> None:
    """Put leads and signals on the timeline."""
    city = on_show(story)
    counties = story.people.counties[city.unit.pk][:2]
    sites = [
        list(Target.objects.filter(campaign=story.running, unit=county.unit).order_by("pk")[:20]) for county in counties
    ]
    before: dict[int, int] = {}
    for place, word in enumerate(WORDS):
        targets = sites[word.county]
        if word.site is None or word.site < len(targets):
            target = None if word.site is None else targets[word.site].pk
            at = at_local(day_of(story.now) - timedelta(days=word.days), 9) + timedelta(minutes=7 * place)
            story.then(at, heard(story, word, target, counties[word.county], place, before))
    for number, kind, detail, days, over in CALLS:
        at = at_local(day_of(story.now) - timedelta(days=days), 8)
        story.then(at, called(story, city if number is None else counties[number], Said(kind, detail), over=over))


def heard(  # type: ignore[no-untyped-def]
    story: Story, word: Word, target: int | None, county: Office, place: int, before: dict[int, int]
):
    officer = county.officer
    assert officer is not None

    def act(at: datetime) -> None:
        site = Target.objects.select_related("enterprise__unit").get(pk=target).enterprise if target else None
        more: dict[str, Any] = {}
        if word.measured:
            factor, value, limit = word.measured
            more = {"factor": factor, "value": Decimal(value), "limit": Decimal(limit)}
        said = leads.Told(
            kind=word.kind,
            detail=word.detail,
            occurred_at=at - timedelta(hours=8),
            enterprise=site,
            address=word.address,
            reporter=word.reporter,
            **more,
        )
        row = leads.register(said, unit=county.unit, actor=officer, at=at)
        before[place] = row.pk
        if word.then == MERGED:
            leads.merge(row, Lead.objects.get(pk=before[place - 1]), actor=officer, at=at + timedelta(hours=2))
        elif word.then:
            story.then(at + timedelta(hours=3), lambda later: answered(row.pk, word, county, later))

    return act


def answered(pk: int, word: Word, county: Office, at: datetime) -> None:
    row, officer = Lead.objects.select_related("unit", "enterprise").get(pk=pk), county.officer
    assert officer is not None
    if word.then == REFUSED:
        leads.refuse(row, actor=officer, at=at, reason=word.words)
        return
    row = leads.accept(row, actor=officer, at=at)
    if word.then == CLOSED:
        leads.close(row, actor=officer, at=at + timedelta(days=1), reason=word.words)


def called(story: Story, office: Office, said: Said, *, over: bool):  # type: ignore[no-untyped-def]
    officer = office.officer
    assert officer is not None

    def act(at: datetime) -> None:
        row = signals.publish(story.running, office.unit, said, actor=officer, at=at)
        if over:
            story.then(at + timedelta(days=1), lambda later: ended(row, office, later))

    return act


def ended(row: Signal, office: Office, at: datetime) -> None:
    assert office.officer is not None
    signals.end(row, actor=office.officer, at=at, reason="信号期已过，发布机关已解除。")
