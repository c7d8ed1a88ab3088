"""What registers lack: units or enterprises without an entry, words not yet covered, targets not reached, rates.

An indicator is red once its period is over and something is missing; before that it is amber. Of a register that
belongs to campaigns it is about one campaign: its entries, and the units under its authority.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.gate import holdings
from accounts.models import Unit, User
from accounts.rules import Role
from campaigns.models import Campaign, RegisterEntry, RegisterPerson, RegisterVersion
from campaigns.registers.rules import field_of, holds, period_name, period_of
from campaigns.registers.services.checks import VOID
from campaigns.registers.services.rights import ordered_by
from enterprises.models import Enterprise

LOOK = "issue.view"
SEVERAL = "choices"


@dataclass(frozen=True)
class Line:
    """One line of the list: whose, what is said of it, and whether something is missing."""

    name: str
    unit: str
    said: str
    missing: bool = True


@dataclass
class Figure:
    """One indicator of one period, judged on a day."""

    key: str
    title: str
    period: str
    over: bool
    campaign: Campaign | None = None
    lines: list[Line] = field(default_factory=list)
    # How many lines there are beyond those that were read.
    unread: int = 0
    # Whether anything is expected at all of whom the person may see.
    concerns: bool = True
    # A rate of what nobody held: neither whole nor missing.
    nothing: bool = False

    @property
    def missing(self) -> int:
        return sum(line.missing for line in self.lines) + self.unread

    @property
    def tone(self) -> str:
        if not self.concerns or self.nothing:
            return "grey"
        if not self.missing:
            return "green"
        return "red" if self.over else "amber"

    @property
    def words(self) -> str:
        if not self.concerns:
            return "不涉及本单位"
        if self.nothing:
            return "无数据"
        return f"缺 {self.missing} 项" if self.missing else "齐全"


@dataclass(frozen=True)
class Asked:
    """What is counted: which rule of which register, for whom (or of which office), in which campaign."""

    version: RegisterVersion
    rule: Mapping[str, Any]
    user: User | None
    campaign: Campaign | None
    office: Unit | None = None


def figure(
    version: RegisterVersion,
    rule: Mapping[str, Any],
    user: User,
    of_day: date,
    today: date,
    *,
    campaign: Campaign | None = None,
    limit: int | None = None,
) -> Figure:
    """One indicator over what the person may see, for the period in which `of_day` lies, judged on `today`.

    `limit` is how many enterprises are read; the others are counted.
    """
    if campaign is None and not version.is_standing:
        campaign = next(iter(campaigns_for(version, user)), None)
    return counted(Asked(version, rule, user, campaign), of_day, today, limit)


def figure_of(
    version: RegisterVersion, rule: Mapping[str, Any], campaign: Campaign, office: Unit, of_day: date, today: date
) -> Figure:
    """The same of one office and everybody below it, whoever looks: what meets an obligation."""
    return counted(Asked(version, rule, None, campaign, office), of_day, today, 1)


def counted(asked: Asked, of_day: date, today: date, limit: int | None) -> Figure:
    rule, campaign = asked.rule, asked.campaign
    kind = rule.get("period", "year")
    first, last = period_of(of_day, kind)
    due = date.fromisoformat(f"{first.year}-{rule['due']}") if "due" in rule else last
    found = Figure(rule["key"], rule["title"], period_name(of_day, kind), kind == "ever" or today > due, campaign)
    rows = entries(asked, first, last, today)
    if rule.get("of", "units") != "units":
        read_sites(found, asked, rows, limit)
    else:
        units = list(units_of(asked))
        found.concerns = bool(units) or rule["kind"] == "matching"
        held = list(rows)
        found.lines = list(KINDS[rule["kind"]](asked, held, units))
        found.nothing = rule["kind"] == "rate" and "where" in rule and not held
    return found


def campaigns_for(version: RegisterVersion, user: User) -> list[Campaign]:
    """The campaigns whose plan orders the register: those that run first, the newest first."""
    rows = Campaign.objects.visible_to(user).published().select_related("blueprint", "unit").order_by("-year", "-pk")
    found = [row for row in rows if version.key in ordered_by(row)]
    return sorted(found, key=lambda row: row.state != Campaign.State.PUBLISHED)


def entries(asked: Asked, first: date, last: date, today: date) -> QuerySet[RegisterEntry]:
    """The entries of a period that count: of the campaign, of the one above it and of those below."""
    rule, campaign = asked.rule, asked.campaign
    rows: QuerySet[RegisterEntry] = RegisterEntry.objects.all()
    if asked.user is not None:
        rows = RegisterEntry.objects.visible_to(asked.user)
    rows = rows.filter(register=asked.version.key, occurred_on__range=(first, last)).exclude(state=VOID)
    if not asked.version.is_standing:
        key, above = (campaign.pk, campaign.parent_id) if campaign else (0, None)
        family = Campaign.objects.filter(Q(pk=key) | Q(parent=key) | Q(pk=above or 0))
        rows = rows.filter(campaign__in=family.values("pk"))
    if "states" in rule:
        rows = rows.filter(state__in=rule["states"])
    if "until" in rule:
        rows = rows.filter(**{f"values__{rule['until']}__gte": today.isoformat()})
    if "where" in rule:
        said = rows.values_list("pk", "values")
        rows = rows.filter(pk__in=[pk for pk, values in said if holds(rule["where"], values)])
    return rows.select_related("version", "unit__parent", "enterprise", "other_unit__parent")


def units_of(asked: Asked) -> Iterable[Unit]:
    """Of whom an entry is expected: the person's units of these levels, inside the campaign's authority."""
    mine = Q(path__startswith=asked.office.path) if asked.office else Q(pk__in=[])
    for path in holdings(asked.user).scope(LOOK).paths if asked.user else ():
        mine |= Q(path__startswith=path)
    rows = Unit.objects.filter(mine, closed_on=None, level__in=asked.rule.get("levels", ["county"]))
    if asked.campaign is not None:
        rows = rows.filter(path__startswith=asked.campaign.unit.path)
    return rows.order_by("path") if asked.campaign or asked.version.is_standing else rows.none()


def office_of(unit: Unit, levels: Iterable[str]) -> Unit:
    """Whose an entry is: a brigade files for its bureau, a county's entry is not the city's."""
    while unit.level == Unit.Level.TEAM and unit.level not in levels and unit.parent is not None:
        unit = unit.parent
    return unit


def grouped(asked: Asked, rows: list[RegisterEntry], units: list[Unit]) -> dict[int, list[RegisterEntry]]:
    """The entries of each unit: its own office's, or with `by: below` those of everybody below it."""
    levels, below = asked.rule.get("levels", ["county"]), asked.rule.get("by") == "below"
    found: dict[int, list[RegisterEntry]] = {}
    for row in rows:
        sides = [office_of(side, levels) for side in (row.unit, row.other_unit) if side is not None]
        for unit in units:
            if any(side.path.startswith(unit.path) if below else side.pk == unit.pk for side in sides):
                found.setdefault(unit.pk, []).append(row)
    return found


def without(asked: Asked, rows: list[RegisterEntry], units: list[Unit]) -> Iterable[Line]:
    found = grouped(asked, rows, units)
    for unit in units:
        if unit.pk not in found:
            yield Line(unit.short_name, unit.short_name, "没有登记")


def uncovered(asked: Asked, rows: list[RegisterEntry], units: list[Unit]) -> Iterable[Line]:
    field = field_of(asked.version.data, asked.rule["values"])
    found = grouped(asked, rows, units)
    for unit in units:
        said = {one for row in found.get(unit.pk, []) for one in several(row.values.get(field["key"]))}
        left = [option["label"] for option in field["options"] if option["value"] not in said]
        if left:
            yield Line(unit.short_name, unit.short_name, f"尚缺：{'、'.join(left)}")


def several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def target(asked: Asked, rows: list[RegisterEntry], units: list[Unit]) -> Iterable[Line]:
    measure, least = asked.version.data["measure"], asked.rule["at_least"]
    found = grouped(asked, rows, units)
    for unit in units:
        count = len(found.get(unit.pk, []))
        said = f"{count} {measure}，至少 {least} {measure}"
        yield Line(unit.short_name, unit.short_name, said, missing=count < least)


def rate(asked: Asked, rows: list[RegisterEntry], units: list[Unit]) -> Iterable[Line]:
    """Part of whole by unit, from the newest entry of each; below the whole is missing, and so is no entry."""
    found = grouped(asked, rows, units)
    for unit in units:
        name = unit.short_name
        newest = max(found.get(unit.pk, []), key=lambda row: (row.occurred_on, row.pk), default=None)
        if newest is None:
            yield Line(name, name, "没有登记")
            continue
        part, whole = (newest.values.get(asked.rule[word]) or 0 for word in ("number", "of_number"))
        said = f"{part:g}/{whole:g}，{part / whole:.1%}" if whole else "总数为 0"
        yield Line(name, name, said, missing=part < whole)


def matching(asked: Asked, rows: list[RegisterEntry], units: list[Unit]) -> Iterable[Line]:
    """The entries themselves that the indicator looks for."""
    for row in rows:
        yield Line(row.title, row.unit.short_name, row.label)


def people(asked: Asked, rows: list[RegisterEntry], units: list[Unit]) -> Iterable[Line]:
    """Of the inspectors of each unit, those whom no open entry names."""
    open_ones = [row.pk for row in rows if row.is_open]
    named = RegisterPerson.objects.filter(entry__in=open_ones, field=asked.rule["values"])
    staff = User.objects.filter(unit__in=units, is_active=True, grants__role=Role.INSPECTOR)
    left: dict[int | None, list[str]] = {}
    for person in staff.exclude(pk__in=named.values("user")).distinct().order_by("pk"):
        left.setdefault(person.unit_id, []).append(person.name)
    for unit in units:
        if names := left.get(unit.pk):
            yield Line(unit.short_name, unit.short_name, f"{len(names)} 人：{'、'.join(names)}")


def read_sites(found: Figure, asked: Asked, rows: QuerySet[RegisterEntry], limit: int | None) -> None:
    """Enterprises that lack something: the database looks for them, however many there are."""
    sites = Enterprise.objects.visible_to(asked.user) if asked.user else Enterprise.objects.all()
    sites = sites.filter(state="active")
    if asked.office is not None:
        sites = sites.filter(unit__path__startswith=asked.office.path)
    if asked.rule["of"] == "key_enterprises":
        sites = sites.filter(is_key=True)
    if asked.campaign is not None:
        sites = sites.filter(unit__path__startswith=asked.campaign.unit.path)
    of_site = rows.select_related(None).order_by().filter(enterprise=OuterRef("pk"))
    field = field_of(asked.version.data, asked.rule["values"]) if asked.rule["kind"] == "uncovered" else None
    options = field["options"] if field else []
    for index, option in enumerate(options):
        assert field is not None
        value = option["value"]
        said = {f"values__{field['key']}__contains": [value]} if field["type"] == SEVERAL else None
        of_option = of_site.filter(**(said or {f"values__{field['key']}": value}))
        sites = sites.annotate(**{f"has_{index}": Exists(of_option)})
    if options:
        sites = sites.exclude(**{f"has_{index}": True for index in range(len(options))})
    else:
        sites = sites.filter(~Exists(of_site))
    sites = sites.select_related("unit").order_by("sort_key", "pk")
    read = list(sites[:limit])
    found.lines = [Line(site.name, site.unit.short_name, lacks(site, options)) for site in read]
    found.unread = sites.count() - len(read) if limit is not None else 0


def lacks(site: Enterprise, options: list[Mapping[str, Any]]) -> str:
    left = [option["label"] for index, option in enumerate(options) if not getattr(site, f"has_{index}")]
    return f"尚缺：{'、'.join(left)}" if left else "没有登记"


KINDS = {
    "matching": matching,
    "people": people,
    "without": without,
    "uncovered": uncovered,
    "target": target,
    "rate": rate,
}
