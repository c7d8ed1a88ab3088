"""What a plan amounts to: who is covered and who is not, the load by week and person, progress, what changed."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from accounts.models import Unit
from campaigns.models import Campaign, Plan, PlanRow
from campaigns.rules.spreading import Week, monday_of
from campaigns.services.plan_terms import Terms, classed, terms_of
from campaigns.services.plans.scope import Scope, inspected, targets_of
from core import clock


@dataclass(frozen=True)
class Coverage:
    """The list by class, and how much of what must be inspected the plan holds. `gap` is nought when it is whole."""

    classes: dict[str, int]
    rows: int
    due: int
    planned: int
    key: int
    key_planned: int
    visited: int
    basin: int
    basin_visited: int
    gap: int

    @property
    def unplanned(self) -> int:
        return self.due - self.planned


def counted(campaign: Campaign, unit: Unit, terms: Terms, day: date) -> QuerySet[Any]:
    return inspected(classed(targets_of(campaign, unit), terms, day), terms)


def planned_in(plan: Plan) -> Exists:
    return Exists(PlanRow.objects.filter(plan=plan, target=OuterRef("pk")))


def coverage(plan: Plan, at: datetime) -> Coverage:
    """One query over the list; a target visited before the plan was made counts as held."""
    terms = terms_of(plan.campaign)
    rows = counted(plan.campaign, plan.unit, terms, clock.day_of(at)).annotate(has_row=planned_in(plan))
    due, held = Q(kind="due"), Q(has_row=True) | Q(is_done=True)
    basin = due & Q(enterprise__in_yellow_river_basin=True)
    found: dict[str, Any] = rows.aggregate(
        **{kind: Count("pk", filter=Q(kind=kind)) for kind in ("positive", "small", "due")},
        rows=Count("pk", filter=Q(has_row=True)),
        planned=Count("pk", filter=due & held),
        key=Count("pk", filter=due & Q(is_key=True)),
        key_planned=Count("pk", filter=due & held & Q(is_key=True)),
        visited=Count("pk", filter=due & Q(is_done=True)),
        basin=Count("pk", filter=basin),
        basin_visited=Count("pk", filter=basin & Q(is_done=True)),
    )
    classes = {kind: found.pop(kind) for kind in ("positive", "small")}
    gaps = {"all": found["due"] - found["planned"], "key": found["key"] - found["key_planned"]}
    return Coverage(classes=classes, gap=gaps.get(terms.coverage, 0), **found)


def unplanned(plan: Plan, at: datetime) -> QuerySet[Any]:
    """Those that must be inspected, were not and have no row."""
    rows = counted(plan.campaign, plan.unit, terms_of(plan.campaign), clock.day_of(at))
    return rows.filter(~planned_in(plan), kind="due", is_done=False)


@dataclass
class LoadLine:
    """One week: its working days, how many each person leads, and the sum."""

    monday: date
    workdays: int
    cells: list[int] = field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(self.cells)

    @property
    def month(self) -> str:
        return f"{self.monday:%Y-%m}"


@dataclass
class LoadTable:
    """Week × person; `people` are (id, name) in the order of the cells."""

    people: list[tuple[int, str]]
    lines: list[LoadLine]

    @property
    def totals(self) -> list[int]:
        return [sum(line.cells[place] for line in self.lines) for place in range(len(self.people))]

    @property
    def total(self) -> int:
        return sum(line.total for line in self.lines)

    @property
    def months(self) -> list[tuple[str, int]]:
        found: dict[str, int] = defaultdict(int)
        for line in self.lines:
            found[line.month] += line.total
        return list(found.items())


def load_table(plan: Plan, scope: Scope) -> LoadTable:
    """Every week of the window, also one that carries nothing (a holiday), and every inspector."""
    counts: dict[tuple[date, int], int] = {}
    names = {pk: person.user.name for pk, person in scope.people.items()}
    grouped = plan.rows.order_by().values_list("week_on", "lead", "lead__name").annotate(count=Count("pk"))
    for week, lead, name, count in grouped:
        counts[week, lead] = count
        names.setdefault(lead, name)
    days = workdays_within(spans(plan, scope))
    weeks = {week for week, _ in counts} | set(days)
    people = list(names.items())
    lines = [
        LoadLine(monday, days.get(monday, 0), [counts.get((monday, pk), 0) for pk, _ in people])
        for monday in sorted(weeks)
    ]
    return LoadTable(people, lines)


def spans(plan: Plan, scope: Scope) -> list[dict[date, Week]]:
    return [scope.weeks_at(is_key, plan.unit.path) for is_key in (True, False)]


def workdays_within(spans: list[dict[date, Week]]) -> dict[date, int]:
    """Of each week the working days that lie within a phase: the first and the last week may be cut."""
    found: dict[date, int] = defaultdict(int)
    for span in spans:
        for monday, week in span.items():
            found[monday] = max(found[monday], week.workdays)
    return dict(found)


@dataclass
class Stretch:
    """One line of the table as it is shown: a week, or several folded into one with their sums."""

    lines: list[LoadLine]
    said: str = ""

    @property
    def workdays(self) -> int:
        return sum(line.workdays for line in self.lines)

    @property
    def cells(self) -> list[int]:
        return [sum(counts) for counts in zip(*(line.cells for line in self.lines), strict=True)]

    @property
    def total(self) -> int:
        return sum(line.total for line in self.lines)


def folded(table: LoadTable, today: date) -> list[Stretch]:
    """The table from the current week on: what is past is folded into one line, and so is every run of empty weeks."""
    current, found = monday_of(today), []
    kinds = groupby(table.lines, lambda line: "已过去" if line.monday < current else "" if line.total else "没有安排")
    for said, lines in kinds:
        run = list(lines)
        found += [Stretch(run, said)] if said else [Stretch([line]) for line in run]
    return found


@dataclass(frozen=True)
class Change:
    """One object in which two versions differ; None where a version has it not."""

    target: str
    before: str | None
    after: str | None


def changes(old: Plan, new: Plan) -> list[Change]:
    """What the newer version adds, drops or moves, by name."""
    was, now = said_rows(old), said_rows(new)
    differing = [pk for pk in was | now if was.get(pk, ("", None))[1] != now.get(pk, ("", None))[1]]
    found = [
        Change((now.get(pk) or was[pk])[0], was[pk][1] if pk in was else None, now[pk][1] if pk in now else None)
        for pk in differing
    ]
    return sorted(found, key=lambda change: change.target)


def said_rows(plan: Plan) -> dict[int, tuple[str, str]]:
    fields = ("target", "target__enterprise__name", "week_on", "lead__name", "second__name")
    return {
        pk: (name, f"{week} 周，{lead}{f'、{second}' if second else ''}")
        for pk, name, week, lead, second in plan.rows.values_list(*fields)
    }
