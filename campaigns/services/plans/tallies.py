"""How plans are carried out: visits by source, coverage in two ratios, objects claimed twice."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When

from campaigns.models import Assignment, PlanRow, Target
from campaigns.models.plan import OPEN
from campaigns.states import AssignmentState, PlanState

# The three ways of supervision (GS-13): every source belongs to exactly one.
MODES = {Assignment.Source.RANDOM: "双随机监管", Assignment.Source.CREDIT: "信用监管"}
OTHER_MODE = "重点监管"
COUNTED = (AssignmentState.PLANNED.value, AssignmentState.DONE.value)
DONE = Q(state=AssignmentState.DONE)


@dataclass(frozen=True)
class Tally:
    """One source or mode: tasks that stand or are done, visits done, enterprises visited (each once)."""

    name: str
    tasks: int
    done: int
    enterprises: int


def by_source(rows: QuerySet[Assignment]) -> tuple[list[Tally], Tally]:
    """Each source, and all together. A visit has one source; an enterprise of two sources counts once in the sum."""
    return tallied(rows, "source", [(str(source), str(label)) for source, label in Assignment.Source.choices])


def by_mode(rows: QuerySet[Assignment]) -> tuple[list[Tally], Tally]:
    """The same tasks by the three ways of supervision; they add up to all of them."""
    whens = [When(source=source, then=Value(mode)) for source, mode in MODES.items()]
    moded: Any = rows.annotate(mode=Case(*whens, default=Value(OTHER_MODE), output_field=CharField()))
    return tallied(moded, "mode", [(mode, mode) for mode in (*MODES.values(), OTHER_MODE)])


def tallied(rows: QuerySet[Assignment], by: str, names: list[tuple[str, str]]) -> tuple[list[Tally], Tally]:
    """Two queries: what stands or is done, by one column, and together."""
    counts = {
        "tasks": Count("pk"),
        "done": Count("pk", filter=DONE),
        "enterprises": Count("target__enterprise", filter=DONE, distinct=True),
    }
    rows = rows.filter(state__in=COUNTED).order_by()
    found: dict[str, Any] = {line[by]: line for line in rows.values(by).annotate(**counts)}
    none = dict.fromkeys(counts, 0)
    lines = [Tally(label, *(found.get(value, none)[name] for name in counts)) for value, label in names]
    whole = rows.aggregate(**counts)
    return lines, Tally("合计", *(whole[name] for name in counts))


@dataclass(frozen=True)
class Ratios:
    """GS-17: key enterprises are covered whole, general ones by random checks."""

    unit: str
    key: int
    key_visited: int
    general: int
    general_drawn: int

    @property
    def key_percent(self) -> float:
        return percent(self.key_visited, self.key)

    @property
    def general_percent(self) -> float:
        return percent(self.general_drawn, self.general)

    @property
    def is_short(self) -> bool:
        """Never rounded away: one enterprise that is missing is missing."""
        return self.key_visited < self.key


def percent(part: int, whole: int) -> float:
    """One decimal, rounded down: 99.96 % is not the whole."""
    return part * 1000 // whole / 10 if whole else 100.0


def ratios(rows: QuerySet[Target]) -> list[Ratios]:
    """Each unit with its two ratios; one query."""
    drawn = Assignment.objects.filter(DONE, target=OuterRef("pk"), source=Assignment.Source.RANDOM)
    key, general = Q(is_key=True), Q(is_key=False)
    found: QuerySet[Any, Any] = (
        rows.exclude(enterprise__state="closed")
        .annotate(drawn_done=Exists(drawn))
        .order_by()
        .values("unit__path", "unit__short_name")
        .annotate(
            key=Count("pk", filter=key),
            key_visited=Count("pk", filter=key & Q(visited_at__isnull=False)),
            general=Count("pk", filter=general),
            general_drawn=Count("pk", filter=general & Q(drawn_done=True)),
        )
        .order_by("unit__path")
    )
    names = ("key", "key_visited", "general", "general_drawn")
    return [Ratios(line["unit__short_name"], *(line[name] for name in names)) for line in found]


@dataclass(frozen=True)
class Conflict:
    """One enterprise that stands in the plans of several units in one year (GS-19)."""

    enterprise_id: int
    name: str
    claims: list[PlanRow]


def conflicts(rows: QuerySet[PlanRow], year: int) -> list[Conflict]:
    """Objects that two units claim, in whatever campaigns of the year, with every claim; two queries."""
    live = rows.filter(plan__campaign__year=year, plan__state__in=[PlanState.IN_FORCE, *OPEN]).order_by()
    twice = live.values("target__enterprise").annotate(units=Count("plan__unit", distinct=True)).filter(units__gt=1)
    claims: dict[int, list[PlanRow]] = defaultdict(list)
    found = live.filter(target__enterprise__in=twice.values("target__enterprise"))
    for row in found.select_related("plan__unit", "plan__campaign", "target__enterprise", "lead").order_by("plan"):
        claims[row.target.enterprise_id].append(row)
    return [Conflict(pk, some[0].target.enterprise.name, some) for pk, some in claims.items()]
