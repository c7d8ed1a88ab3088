"""What registers lack: units or enterprises without an entry, words not yet covered, targets not reached, rates.

An indicator is red once its period is over and something is missing; before that it is amber.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from accounts.gate import holdings
from accounts.models import Unit, User
from accounts.rules import Role
from campaigns.models import RegisterEntry, RegisterPerson, RegisterVersion
from campaigns.registers.rules import field_of, holds, period_name, period_of
from campaigns.registers.services.checks import VOID
from enterprises.models import Enterprise

LOOK = "issue.view"


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
    lines: list[Line] = field(default_factory=list)

    @property
    def missing(self) -> int:
        return sum(line.missing for line in self.lines)

    @property
    def tone(self) -> str:
        if not self.missing:
            return "green"
        return "red" if self.over else "amber"

    @property
    def words(self) -> str:
        return f"缺 {self.missing} 项" if self.missing else "齐全"


def figure(version: RegisterVersion, rule: Mapping[str, Any], user: User, of_day: date, today: date) -> Figure:
    """One indicator over what the person may see, for the period in which `of_day` lies, judged on `today`."""
    kind = rule.get("period", "year")
    first, last = period_of(of_day, kind)
    due = date.fromisoformat(f"{first.year}-{rule['due']}") if "due" in rule else last
    found = Figure(rule["key"], rule["title"], period_name(of_day, kind), over=kind == "ever" or today > due)
    rows = [row for row in entries(version, rule, user, first, last) if lasts(rule, row, today)]
    found.lines = list(KINDS[rule["kind"]](version, rule, user, rows))
    return found


def entries(
    version: RegisterVersion, rule: Mapping[str, Any], user: User, first: date, last: date
) -> list[RegisterEntry]:
    """The entries of a period that count."""
    rows = RegisterEntry.objects.visible_to(user).filter(register=version.key, occurred_on__range=(first, last))
    rows = rows.exclude(state=VOID).select_related("unit", "enterprise", "other_unit")
    if "states" in rule:
        rows = rows.filter(state__in=rule["states"])
    return [row for row in rows if holds(rule.get("where", True), row.values)]


def lasts(rule: Mapping[str, Any], row: RegisterEntry, today: date) -> bool:
    """Whether an entry that has an end still covers anybody on the day."""
    return "until" not in rule or str(row.values.get(rule["until"], "")) >= today.isoformat()


def subjects(rule: Mapping[str, Any], user: User) -> list[tuple[str, int, str, str]]:
    """Everybody of whom an entry is expected: kind, key, name, unit."""
    of = rule.get("of", "units")
    if of == "one":
        return [("one", 0, "合计", "")]
    if of == "units":
        return [("unit", unit.pk, unit.short_name, unit.short_name) for unit in units_of(rule, user)]
    sites = Enterprise.objects.visible_to(user).filter(state="active").select_related("unit").order_by("sort_key", "pk")
    if of == "key_enterprises":
        sites = sites.filter(is_key=True)
    return [("enterprise", site.pk, site.name, site.unit.short_name) for site in sites]


def units_of(rule: Mapping[str, Any], user: User) -> Iterable[Unit]:
    mine = Q(pk__in=[])
    for path in holdings(user).scope(LOOK).paths:
        mine |= Q(path__startswith=path)
    return Unit.objects.filter(mine, closed_on=None, level__in=rule.get("levels", ["county"])).order_by("path")


def grouped(rows: list[RegisterEntry], kind: str) -> dict[int, list[RegisterEntry]]:
    found: dict[int, list[RegisterEntry]] = {}
    for row in rows:
        by_unit, by_site = {row.unit_id, row.other_unit_id}, {row.enterprise_id}
        for key in {0} if kind == "one" else by_unit if kind == "unit" else by_site:
            if key is not None:
                found.setdefault(key, []).append(row)
    return found


def without(version: RegisterVersion, rule: Mapping[str, Any], user: User, rows: list[RegisterEntry]) -> Iterable[Line]:
    expected = subjects(rule, user)
    found = grouped(rows, expected[0][0]) if expected else {}
    for _, key, name, unit in expected:
        if key not in found:
            yield Line(name, unit, "没有登记")


def uncovered(
    version: RegisterVersion, rule: Mapping[str, Any], user: User, rows: list[RegisterEntry]
) -> Iterable[Line]:
    field = field_of(version.data, rule["values"])
    expected = subjects(rule, user)
    found = grouped(rows, expected[0][0]) if expected else {}
    for _, key, name, unit in expected:
        said = {one for row in found.get(key, []) for one in several(row.values.get(field["key"]))}
        left = [option["label"] for option in field["options"] if option["value"] not in said]
        if left:
            yield Line(name, unit, f"尚缺：{'、'.join(left)}")


def several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def target(version: RegisterVersion, rule: Mapping[str, Any], user: User, rows: list[RegisterEntry]) -> Iterable[Line]:
    expected, measure = subjects(rule, user), version.data["measure"]
    found = grouped(rows, expected[0][0]) if expected else {}
    for _, key, name, unit in expected:
        count = len(found.get(key, []))
        said = f"{count} {measure}，至少 {rule['at_least']} {measure}"
        yield Line(name, unit, said, missing=count < rule["at_least"])


def rate(version: RegisterVersion, rule: Mapping[str, Any], user: User, rows: list[RegisterEntry]) -> Iterable[Line]:
    """Part of whole by unit, from the newest entry of each; below the whole is missing, and so is no entry."""
    expected = subjects(rule, user)
    found = grouped(rows, expected[0][0]) if expected else {}
    for _, key, name, unit in expected:
        newest = max(found.get(key, []), key=lambda row: (row.occurred_on, row.pk), default=None)
        if newest is None:
            yield Line(name, unit, "没有登记")
            continue
        part, whole = (newest.values.get(rule[word]) or 0 for word in ("number", "of_number"))
        said = f"{part:g}/{whole:g}，{part / whole:.1%}" if whole else "总数为 0"
        yield Line(name, unit, said, missing=part < whole)


def matching(
    version: RegisterVersion, rule: Mapping[str, Any], user: User, rows: list[RegisterEntry]
) -> Iterable[Line]:
    """The entries themselves that the indicator looks for."""
    for row in rows:
        yield Line(row.title, row.unit.short_name, row.label)


def people(version: RegisterVersion, rule: Mapping[str, Any], user: User, rows: list[RegisterEntry]) -> Iterable[Line]:
    """Of the inspectors of each unit, those whom no open entry names."""
    named = RegisterPerson.objects.filter(entry__in=[row.pk for row in rows if row.is_open], field=rule["values"])
    covered = set(named.values_list("user_id", flat=True))
    for unit in units_of(rule, user):
        staff = list(User.objects.filter(unit=unit, is_active=True, grants__role=Role.INSPECTOR).distinct())
        left = [person.name for person in staff if person.pk not in covered]
        if left:
            yield Line(unit.short_name, unit.short_name, f"{len(left)} 人：{'、'.join(left)}")


KINDS = {
    "matching": matching,
    "people": people,
    "without": without,
    "uncovered": uncovered,
    "target": target,
    "rate": rate,
}
