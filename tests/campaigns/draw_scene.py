"""A city's draw over two counties: from its draft to its result, at moments in May 2020."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection

from accounts.models import User
from campaigns.draw_rules import commitment
from campaigns.models import Campaign, Draw, DrawParticipant, Target
from campaigns.services import draws
from tests import factories as make
from tests.cast import Cast

MORNING = make.MORNING
HOUR = timedelta(hours=1)
COMMIT_BY, REVEAL_BY = MORNING + HOUR, MORNING + 2 * HOUR
SOON = MORNING + HOUR / 2
# A Tuesday: 双色球 is drawn in the evening.
PUBLIC_AT = datetime(2020, 5, 12, 13, 15, tzinfo=UTC)
AFTER = PUBLIC_AT + timedelta(minutes=5)
VISIT_DAY = date(2020, 5, 13)
SECRETS = {"organiser": "a" * 64, "witness": "b" * 64}
VALUE = "03 07 11 19 25 31 08"
ITEMS = "污染防治设施运行情况｜《大气污染防治法》第二十条\n排污许可证执行情况｜《排污许可管理条例》"


def crew(cast: Cast, count: int = 4) -> list[User]:
    """Inspectors of the city's own team, each with a certificate."""
    people = []
    for number in range(count):
        person = make.user(f"crew{number}", f"城检{number}", cast.city)
        make.grant(person, "inspector", over=cast.city)
        make.certificate(person)
        people.append(person)
    return people


def targets(campaign: Campaign, cast: Cast, count: int = 12) -> list[Target]:
    """Key and other enterprises of county A and B in turn."""
    found = []
    for number in range(count):
        home, place = (cast.county_a, cast.region_a) if number % 2 else (cast.county_b, cast.region_b)
        site = make.enterprise(f"漯河示例{number:02d}厂", home, place, is_key=number % 3 == 0)
        found.append(make.target(campaign, site))
    return found


def settings(**changes: Any) -> draws.Settings:
    values: dict[str, Any] = {
        "title": "五月涉气企业抽查",
        "filters": {"regions": [], "industries": [], "key": ""},
        "strata_by": ["region"],
        "ratio": 3000,
        "inspect_on": VISIT_DAY,
        "commit_by": COMMIT_BY,
        "reveal_by": REVEAL_BY,
        "public_source": "ssq",
    }
    return draws.Settings(**(values | changes))


def draft(cast: Cast, campaign: Campaign | None = None, **changes: Any) -> Draw:
    """A draft over twelve enterprises with four inspectors of the city and three of the counties."""
    if campaign is None:
        campaign = make.campaign(cast.province)
        targets(campaign, cast)
        crew(cast)
        draws.keep_items(cast.city, ITEMS, actor=cast.officer_city, at=MORNING)
    return draws.create(
        campaign,
        cast.city,
        settings(**changes),
        witness=cast.discipline,
        actor=cast.officer_city,
        at=MORNING,
    )


def sealed(cast: Cast, **changes: Any) -> Draw:
    return draws.publish(draft(cast, **changes), actor=cast.officer_city, at=MORNING)


def committed(draw: Draw, *, at: datetime = SOON) -> Draw:
    for one in participants(draw):
        draws.commit(draw, one.user, commitment(draw.pool_digest, one.role, SECRETS[one.role]), at=at)
    return draw


def revealed(draw: Draw, *, silent: str = "", at: datetime = COMMIT_BY) -> Draw:
    for one in participants(draw):
        if one.role != silent:
            draws.reveal(draw, one.user, SECRETS[one.role], at=at)
    return draw


def valued(draw: Draw, value: str = VALUE, at: datetime = PUBLIC_AT) -> Draw:
    for one in participants(draw):
        draws.enter_value(draw, one.user, value, at=at)
    return draw


def ready(cast: Cast, *, silent: str = "", **changes: Any) -> Draw:
    """Nothing is missing but somebody who presses."""
    return valued(revealed(committed(sealed(cast, **changes)), silent=silent))


def drawn(cast: Cast, **changes: Any) -> Draw:
    return draws.hold(ready(cast, **changes), actor=cast.officer_city, at=AFTER)


@contextmanager
def unguarded() -> Iterator[None]:
    """As somebody who owns the database could: no trigger fires."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        yield
        cursor.execute("SET LOCAL session_replication_role = origin")


def participants(draw: Draw) -> list[DrawParticipant]:
    return list(draw.participants.select_related("user").order_by("role"))
