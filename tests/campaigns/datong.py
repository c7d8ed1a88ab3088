"""A city like Datong with its own team, two counties and their teams, and the city's plan of the year."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from accounts.models import Unit, User
from campaigns import services
from campaigns.models import Campaign
from campaigns.services.blueprints import load_blueprints
from core import clock
from core.calendar import load_tables
from core.models import Obligation
from tests import factories as make

NEW_YEAR = datetime(2021, 1, 4, 1, 0, tzinfo=UTC)


@dataclass
class Datong:
    city: Unit
    team: Unit
    yungang: Unit
    xinrong: Unit
    yungang_team: Unit
    xinrong_team: Unit
    office: Unit
    officer: User
    leader: User
    officer_team: User
    officer_yungang: User
    officer_yungang_team: User
    officer_office: User


def places() -> dict[str, Unit]:
    city = make.unit("示例市生态环境局", "city", short_name="示例市")
    yungang = make.unit("示例市生态环境局云冈分局", "county", city, short_name="云冈区")
    xinrong = make.unit("示例市生态环境局新荣分局", "county", city, short_name="新荣区")
    return {
        "city": city,
        "yungang": yungang,
        "xinrong": xinrong,
        "team": make.unit("示例市生态环境保护综合行政执法队", "team", city, short_name="市执法队"),
        "yungang_team": make.unit("云冈区综合行政执法队", "team", yungang, short_name="云冈执法队"),
        "xinrong_team": make.unit("新荣区综合行政执法队", "team", xinrong, short_name="新荣执法队"),
        "office": make.unit("示例市生态环境局固体废物与化学品科", "team", city, short_name="固废科"),
    }


PEOPLE = {
    "officer": ("赵经办", "officer", "city"),
    "leader": ("钱局长", "leader", "city"),
    "officer_team": ("孙经办", "officer", "team"),
    "officer_yungang": ("李经办", "officer", "yungang"),
    "officer_yungang_team": ("周经办", "officer", "yungang_team"),
    "officer_office": ("吴经办", "officer", "office"),
}


def assemble() -> Datong:
    units = places()
    people = {}
    for key, (name, role, home) in PEOPLE.items():
        people[key] = make.user(f"dt_{key}", name, units[home])
        make.grant(people[key], role, over=units[home])
    load_tables()
    return Datong(**units, **people)


def draft(org: Datong, name: str = "datong-2021", year: int = 2021, at: datetime = NEW_YEAR, **chosen: str) -> Campaign:
    load_blueprints(at=at, only=["henan-2020", name])
    row = services.create_from_blueprint(name, unit=org.city, year=year, actor=org.officer, at=at)
    asked = {p["key"]: p.get("default", p["options"][0]["value"]) for p in row.blueprint.data.get("parameters", [])}
    services.choose_parameters(row, asked | chosen, actor=org.officer, at=at)
    return services.adopt_lists(row, actor=org.officer, at=at, key="hengshui-annex4", statement="采用")


def published(
    org: Datong, name: str = "datong-2021", year: int = 2021, at: datetime = NEW_YEAR, **more: str
) -> Campaign:
    row = draft(org, name, year, at, **more)
    services.approve(row, actor=org.leader, at=at)
    return services.publish(row, actor=org.officer, at=at)


def owed(campaign: Campaign, entry: str, unit: Unit | None = None) -> list[Obligation]:
    rows = Obligation.objects.filter(campaign_id=campaign.pk, subject=entry)
    if unit is not None:
        rows = rows.filter(unit_path=unit.path)
    return list(rows.order_by("due_at", "unit_path"))


def days(campaign: Campaign, entry: str, unit: Unit | None = None) -> list[date]:
    """The distinct days on which an entry is due."""
    return sorted({clock.day_of(row.due_at) for row in owed(campaign, entry, unit)})
