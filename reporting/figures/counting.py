from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from core.clock import day_of
from reporting.figures import statements
from reporting.figures.places import Places
from reporting.rules.tallies import Counts, Figures, together

COUNTS = (
    statements.VISIT_COUNTS,
    statements.ISSUE_COUNTS,
    statements.STEP_COUNTS,
    statements.TARGET_COUNTS,
)
# What an owner's first figures are sums of; the statements count only the parts.
SUMS = {"enterprises": "enterprises.", "visits": "outcome."}


@dataclass(frozen=True)
class Span:
    """(starts_at, cutoff_at] as known at `known_at`: the cut-off itself, or the moment of a correction."""

    starts_at: datetime
    cutoff_at: datetime
    known_at: datetime

    @property
    def day(self) -> date:
        return day_of(self.cutoff_at)


def parameters(campaign_id: int, places: Places, span: Span) -> dict[str, Any]:
    return {
        "campaign": campaign_id,
        "units": places.units,
        "owners": places.owners,
        "parts": places.parts,
        "start": span.starts_at,
        "cutoff": span.cutoff_at,
        "known": span.known_at,
        "day": span.day,
    }


def compute(campaign_id: int, places: Places, span: Span) -> dict[int, Figures]:
    """The figures of every owner, with those of its parts. Four statements, however many units or rows."""
    counted = counted_parts(campaign_id, places, span)
    return {owner: figures_of(parts, counted.get(owner, {}), span) for owner, parts in places.part_ids.items()}


def counted_parts(campaign_id: int, places: Places, span: Span) -> dict[int, dict[int, Counts]]:
    found: dict[int, dict[int, Counts]] = {}
    with connection.cursor() as cursor:
        for statement in COUNTS:
            cursor.execute(statement, parameters(campaign_id, places, span))
            for owner, part, path, week, total in cursor.fetchall():
                counts = found.setdefault(owner, {}).setdefault(part, Counts({}, {}))
                put(counts, path, week, total)
    return found


def put(counts: Counts, path: str, week: int, total: int) -> None:
    """One counted line, and the sum that it belongs to."""
    paths = [path, *(sum_path for sum_path, prefix in SUMS.items() if path.startswith(prefix))]
    for each in paths:
        for tally, count in ((counts.week, week), (counts.total, total)):
            if count:
                tally[each] = tally.get(each, 0) + count  # type: ignore[index]


def figures_of(parts: list[int], counted: dict[int, Counts], span: Span) -> Figures:
    """Parts in which nothing happened are shown with zeros, because a report says that too."""
    filled = {part: counted.get(part, Counts({}, {})) for part in parts}
    return Figures(span.starts_at, span.cutoff_at, span.known_at, together(filled.values()), filled)
