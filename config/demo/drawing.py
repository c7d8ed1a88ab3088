"""The random draw of the city on show: its list of items, its library with classes, a draw from sealing to result,
and the brigade that takes part in a county."""

from datetime import datetime, timedelta

from accounts.models import Unit, User
from accounts.services.units import create_unit
from campaigns.draw_rules import commitment
from campaigns.models import Draw, Rating, Target
from campaigns.services import draws, plans
from config.demo.people import Office
from config.demo.story import CITY, Story, first_day
from core.calendar import calendar
from core.clock import at_local, day_of

ITEMS = """污染防治设施运行情况｜《大气污染防治法》第二十条
排污许可证执行情况｜《排污许可管理条例》第二十五条
危险废物贮存情况｜《固体废物污染环境防治法》第七十九条
自动监测设备运行情况｜《大气污染防治法》第二十四条"""
INSTITUTIONS = "示例检测有限公司｜自动监测比对｜检验检测机构资质认定"
# So many enterprises of each county are classed; the sizes and elements come in turn.
RATED = 12
SIZES = (Rating.Size.LARGE, Rating.Size.MEDIUM, Rating.Size.SMALL, Rating.Size.MICRO)
ELEMENTS = (["大气"], ["大气", "水"], ["水"], ["大气", "固废"])
CREDITS = (Rating.Credit.GOOD, Rating.Credit.HONEST, Rating.Credit.WARNED)
# What both sides keep, and what the lottery showed: of a demonstration.
SECRETS = {"organiser": "5a" * 32, "witness": "c3" * 32}
VALUE = "03 07 11 19 25 31 08"
SOURCE = "ssq"
DAYS_BEFORE = 9


def draw(story: Story) -> None:
    """Libraries before the first phase; a draw sealed nine days ago, whose result has been there for some days."""
    city = next(one for one in story.people.alive if one.unit.short_name == CITY)
    assert city.officer is not None
    at = at_local(first_day(story.now) - timedelta(days=4), 9)
    keep_libraries(city, city.officer, at)
    for county in story.people.counties[city.unit.pk]:
        classify(story, county, at)
    take_part(story, city, at)
    story.then(at_local(day_of(story.now) - timedelta(days=DAYS_BEFORE), 9), prepared(story, city.officer, city.unit))


def keep_libraries(city: Office, actor: User, at: datetime) -> None:
    draws.keep_items(city.unit, ITEMS, actor=actor, at=at)
    draws.keep_institutions(city.unit, INSTITUTIONS, actor=actor, at=at)


def classify(story: Story, county: Office, at: datetime) -> None:
    if county.officer is None:
        return
    rows = Target.objects.filter(campaign=story.running, unit=county.unit, enterprise__industry__isnull=False)
    for place, target in enumerate(rows.select_related("enterprise").order_by("pk")[:RATED]):
        draws.rate(
            target.enterprise,
            actor=county.officer,
            at=at,
            basis="示例：年度环境信用评价结果",
            size=SIZES[place % len(SIZES)],
            elements=ELEMENTS[place % len(ELEMENTS)],
            policies=[],
            credit=CREDITS[place % len(CREDITS)],
            risk=Rating.Risk.LOW if place % 3 else Rating.Risk.HIGH,
            offences=int(place % 5 == 0),
        )


def take_part(story: Story, city: Office, at: datetime) -> None:
    """A brigade of the city and the county that it takes part in."""
    county = story.people.counties[city.unit.pk][0].unit
    name = "漯河市生态环境综合行政执法支队一大队"
    brigade = create_unit(
        parent=city.unit,
        actor=None,
        at=at,
        name=name,
        short_name="执法一大队",
        level=Unit.Level.TEAM,
        document_mark="漯环执一",
        order=99,
        phone="12369",
    )
    assert city.officer is not None
    plans.give_patch(story.running, brigade, county, actor=city.officer, at=at)


def prepared(story: Story, officer: User, unit: Unit):  # type: ignore[no-untyped-def]
    """The draw and, one after the other, what both sides do for it."""

    def act(at: datetime) -> None:
        settings = draws.Settings(
            title="涉气企业双随机抽查",
            filters={"regions": [], "industries": [], "key": "no"},
            strata_by=["region"],
            ratio=500,
            inspect_on=calendar().next_workday(day_of(story.now)),
            commit_by=at + timedelta(hours=3),
            reveal_by=at + timedelta(hours=6),
            public_source=SOURCE,
        )
        witness = User.objects.get(username="discipline")
        row = draws.create(story.running, unit, settings, witness=witness, actor=officer, at=at)
        draws.publish(row, actor=officer, at=at)
        story.then(at + timedelta(hours=1), lambda later: commit(row.pk, later))
        story.then(at + timedelta(hours=4), lambda later: reveal(row.pk, later))
        story.then(row.public_at + timedelta(minutes=20), lambda later: hold(row.pk, officer, later))

    return act


def sealed(pk: int) -> Draw:
    return Draw.objects.select_related("unit", "campaign").get(pk=pk)


def commit(pk: int, at: datetime) -> None:
    row = sealed(pk)
    for one in row.participants.select_related("user").order_by("role"):
        draws.commit(row, one.user, commitment(row.pool_digest, one.role, SECRETS[one.role]), at=at)


def reveal(pk: int, at: datetime) -> None:
    row = sealed(pk)
    for one in row.participants.select_related("user").order_by("role"):
        draws.reveal(row, one.user, SECRETS[one.role], at=at)


def hold(pk: int, officer: User, at: datetime) -> None:
    row = sealed(pk)
    for one in row.participants.select_related("user").order_by("role"):
        draws.enter_value(row, one.user, VALUE, at=at)
    draws.hold(row, actor=officer, at=at + timedelta(minutes=5))
