"""A campaign whose plan orders every register that comes with the platform, and entries made from definitions alone."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import F

from accounts.models import Unit, User
from campaigns.models import Campaign, GroupMember, Phase, RegisterEntry, RegisterVersion, WorkGroup
from campaigns.registers import files, services
from campaigns.registers.rules import fields_at, form_at
from campaigns.registers.services.filing import Filing
from core.calendar import load_tables
from core.files import store
from core.form_engine.conditions import evaluate
from core.form_engine.evidence import _sent
from penalties.models import PenaltyCase
from penalties.services import file_case
from tests import factories as make
from tests.cast import Cast
from tests.penalties.steps import LATER, filing

# Tuesday 2020-05-12 09:00 in Shanghai.
AT = datetime(2020, 5, 12, 1, 0, tzinfo=UTC)
DAY = "2020-05-12"
GROUPS = ("leading", "command", "experts", "dispatch", "patrol", "office")


def load(*keys: str) -> None:
    load_tables()
    services.load_registers(at=AT, only=keys)


def campaign(cast: Cast) -> Campaign:
    """The province's campaign of 2020, whose plan orders all registers; the discipline officer sits in its patrol."""
    row = make.campaign(cast.province)
    row.blueprint.data = {"registers": [{"key": "all", "platform": sorted(files.shipped_keys())}]}
    row.blueprint.save()
    for order, key in enumerate(GROUPS):
        WorkGroup.objects.create(campaign=row, key=key, name=key, order=order)
    seat(row, "command", cast.officer_province)
    seat(row, "patrol", cast.discipline)
    return row


def seat(row: Campaign, key: str, user: User) -> None:
    GroupMember.objects.create(group=row.groups.get(key=key), user=user)


def version(key: str) -> RegisterVersion:
    found = services.version_of(key)
    assert found is not None
    return found


def file(key: str, actor: User, row: Campaign | None = None, *, at: datetime = AT, **values: Any) -> RegisterEntry:
    """An entry with these values, filed by `actor` for the own unit (an owner: for the site's)."""
    register = version(key)
    places = services.creation_places(register, actor)
    site = places.enterprises.first()
    unit = actor.unit if actor.unit is not None else site.unit
    given = Filing(unit=unit, values=values, campaign=None if register.is_standing else row)
    return services.file_entry(register, given, actor=actor, at=at)


def filler(key: str, cast: Cast, actor: User, action: str = "create") -> dict[str, Any]:
    """The least that a definition asks for: every required field that is shown, first options, this day."""
    data = version(key).data
    if any("experts_of" in notice for notice in data["notices"]) and action == "create":
        expert(cast)
    values: dict[str, Any] = {}
    for field in fields_at(data, action):
        nested = {"entry": {"entry": values}}
        shown = evaluate(field.get("when", True), nested, "entry.entry", DAY)
        if shown and evaluate(field.get("required", False), nested, "entry.entry", DAY):
            values[field["key"]] = least(field, cast, actor)
    assert form_at(data, action)
    return values


def expert(cast: Cast) -> RegisterEntry:
    """Somebody of the province's chemistry whom questions reach."""
    load("experts")
    said = {"name": "孙二检", "expert": str(cast.second_a.pk), "home": "示例大学"}
    return file("experts", cast.officer_province, **said, industries=["化工"], ways=["网络远程"])


def least(field: Mapping[str, Any], cast: Cast, actor: User) -> Any:
    kind = field["type"]
    known = {
        "text": "示例内容",
        "longtext": "示例内容",
        "date": DAY,
        "number": field.get("min", 1),
        "industry": "化工",
        "enterprise": str(cast.site_a.pk),
        "unit": str(cast.county_a.pk),
        "person": str(cast.second_a.pk),
        "persons": [str(cast.second_a.pk)],
    }
    if kind in {"choice", "yesno"}:
        return field["options"][-1]["value"]
    if kind == "choices":
        return [field["options"][0]["value"]]
    if kind == "files":
        return [attachment(actor)]
    if kind == "list":
        return [
            {
                column["key"]: 100 if column["type"] == "number" else least(column, cast, actor)
                for column in field["columns"]
            }
        ]
    if kind == "reference":
        return referred(field["kinds"][0], cast)
    return known[kind]


def referred(kind: str, cast: Cast) -> str:
    """The number of something that the actor may refer to: a visit, or a team's task."""
    plan = Campaign.objects.get(unit=cast.province)
    if kind == "case":
        return a_case(cast, plan).number
    if kind == "entry":
        load("team_task")
        members = [str(cast.inspector_a.pk)]
        said: dict[str, Any] = {"team": "第一组", "members": members, "place": "源汇区", "started_on": DAY}
        return file("team_task", cast.officer_province, plan, **said).label
    done = make.assignment(make.target(plan, cast.site_a), cast.inspector_a, cast.second_a, state="done")
    return str(make.visit(done).pk)


def a_case(cast: Cast, plan: Campaign) -> PenaltyCase:
    """A penalty case of the county that files the entries."""
    task = make.assignment(make.target(plan, cast.site_a), cast.inspector_a, cast.second_a, state="done")
    load_tables()
    issue = make.issue(make.locked_record(make.visit(task, state="submitted")))
    return file_case(issue, filing(cast), actor=cast.officer_a, at=LATER)


def attachment(actor: User, text: bytes = b"%PDF-1.4 receipt") -> str:
    row = store(text, name="回执.pdf", by=actor, at=AT)
    _sent(row.sha256, actor, AT)
    return row.sha256


def a_year_later(plan: Campaign, unit: Unit) -> Campaign:
    """The same campaign of a unit in the year after, its phases with it."""
    year = timedelta(days=365)
    Phase.objects.filter(campaign=plan).update(starts_on=F("starts_on") + year, ends_on=F("ends_on") + year)
    Campaign.objects.filter(pk=plan.pk).update(unit=unit, year=plan.year + 1)
    return Campaign.objects.get(pk=plan.pk)
