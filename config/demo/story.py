"""What happened before the visitor came in: six weeks told act by act, each at its own moment.

The campaign is made so that now lies in the fourth week of the inspections; three weeks are frozen, with a late and a
missing report among them.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count

from accounts.models import User
from campaigns import services as campaigns
from campaigns.models import Campaign, ClauseVersion, Phase, Target
from campaigns.services import clauses, draws, plans
from config.demo.people import Office, Organisation
from core.clock import at_local, day_of

# Weeks of inspections that lie behind when the visitor comes in.
WEEKS_BEHIND = 3
# The city whose counties have plans in force.
CITY = "漯河市"
# Who may lead the inspections of non-key sites, by post.
TAGS = {"中队长": "业务骨干", "千名精兵": "千名精兵", "执法骨干": "业务骨干"}
SPRING = (4, 21)
SUMMER = (6, 20)


@dataclass
class Story:
    """The telling: who there is, which campaign, what is still to happen before `now`."""

    people: Organisation
    now: datetime
    campaign: Campaign | None = None
    owners: dict[int, User] = field(default_factory=dict)
    acts: list[tuple[datetime, int, Callable[[datetime], None]]] = field(default_factory=list)
    order: Iterator[int] = field(default_factory=lambda: count(1))

    def then(self, at: datetime, act: Callable[[datetime], None]) -> None:
        """Something happens at `at`, unless that is still to come."""
        if at <= self.now:
            heapq.heappush(self.acts, (at, next(self.order), act))

    def tell(self) -> int:
        """Let everything happen in its order. Returns how many acts there were."""
        told = 0
        while self.acts:
            at, _, act = heapq.heappop(self.acts)
            act(at)
            told += 1
        return told

    @property
    def running(self) -> Campaign:
        assert self.campaign is not None
        return self.campaign

    def phase(self, key: str) -> Phase:
        return self.running.phases.get(key=key)

    @property
    def counties(self) -> list[Office]:
        return [county for city in self.people.alive for county in self.people.counties[city.unit.pk]]


def shift_for(now: datetime) -> int:
    """Whole weeks by which the plan's dates move so that `now` lies in the inspections' fourth week.

    Nothing moves when now lies in the inspections of its own year.
    """
    today = day_of(now)
    start, end = date(today.year, *SPRING), date(today.year, *SUMMER)
    if start <= today <= end:
        return 0
    return ((today - start).days - WEEKS_BEHIND * 7) // 7


def first_day(now: datetime) -> date:
    """The first day of the campaign's first phase, as shifted."""
    return date(day_of(now).year, 4, 1) + timedelta(weeks=shift_for(now))


def make_campaign(story: Story) -> Campaign:
    """The province makes the campaign, fixes what the plan leaves open, adopts the lists; a leader approves."""
    head = story.people.province
    made_at = at_local(first_day(story.now) - timedelta(days=10), 9)
    row = campaigns.create_from_blueprint(
        "henan-2020",
        unit=head.unit,
        year=day_of(story.now).year,
        actor=head.officer,
        at=made_at,
        shift_weeks=shift_for(story.now),
    )
    readings = {p["key"]: p.get("default") or p["options"][0]["value"] for p in row.blueprint.data["parameters"]}
    row = campaigns.choose_parameters(row, readings, actor=head.officer, at=made_at)
    row = campaigns.adopt_lists(row, actor=head.officer, at=made_at)
    assert head.leader is not None
    row = campaigns.approve(row, actor=head.leader, at=made_at + timedelta(days=1))
    row = campaigns.publish(row, actor=head.officer, at=made_at + timedelta(days=2))
    story.campaign = Campaign.objects.select_related("unit", "blueprint").get(pk=row.pk)
    return story.campaign


def open_campaign(story: Story) -> None:
    """Cities name their contact person and put their sites on the list; inspectors sign their pledge."""
    at = at_local(first_day(story.now) - timedelta(days=6), 9)
    for city in story.people.cities:
        assert city.contact is not None
        campaigns.name_contact(story.running, city.unit, city.contact, actor=city.contact, at=at)
    for city in story.people.alive:
        campaigns.list_targets(story.running, city.unit, key_only=False, actor=city.officer, at=at)
    texts = keep_clauses(story, at)
    for county in story.counties:
        for inspector in county.inspectors[1:]:
            clauses.sign(texts[0], inspector, name=inspector.name, at=at)
        for inspector in county.inspectors:
            campaigns.sign_pledge(story.running, inspector, name=inspector.name, at=at)
            if inspector.post in TAGS and county.officer is not None:
                draws.set_specialities(inspector, [TAGS[inspector.post]], actor=county.officer, at=at)


def keep_clauses(story: Story, at: datetime) -> list[ClauseVersion]:
    """Two texts of discipline that the province keeps; the first is in its second version."""
    head, day = story.people.province, day_of(at)
    assert head.officer is not None
    words = (
        ("环境监察人员六不准", "（演示正文，以印发文件为准）\n一、不准接受被检查单位宴请。", ""),
        ("环境监察人员六不准", "（演示正文，以印发文件为准）\n一、不准接受被检查单位宴请和礼品。", "第一条增加礼品"),
        ("环保系统六项禁令", "（演示正文，以印发文件为准）\n一、严禁违规插手项目审批。", ""),
    )
    written = [
        clauses.publish(head.unit, clauses.Written(name, "演示数据", text, day, change), actor=head.officer, at=at)
        for name, text, change in words
    ]
    return written[1:]


def make_plans(story: Story) -> None:
    """The counties of the city on show spread their sites over weeks and people; the plans take effect."""
    at = at_local(first_day(story.now) - timedelta(days=3), 10)
    city = next(one for one in story.people.alive if one.unit.short_name == CITY)
    for county in story.people.counties[city.unit.pk]:
        if county.officer is not None and Target.objects.filter(campaign=story.running, unit=county.unit).exists():
            row = plans.create_plan(story.running, county.unit, actor=county.officer, at=at)
            plans.spread_plan(row, actor=county.officer, at=at)
            plans.start_plan(row, actor=county.officer, at=at)
