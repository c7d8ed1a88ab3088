"""Open obligations by COPY, of which a known number is due today, and what a sweep of them costs."""

import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter

from django.db import connection

from core.models import Obligation
from core.obligations import next_stage, stages
from reporting.services.reminders import sweep_obligations
from tests import factories as make
from tests.cast import Cast

AT = make.MORNING
COLUMNS = ("kind", "subject", "period", "unit_path", "title", "url", "source", "rule", "opened_at", "due_at")
FILLED = (*COLUMNS, "waived_reason", "on_holiday", "reader", "provisional", "remind_at")


@dataclass(frozen=True)
class Swept:
    open: int
    due: int
    seconds: float
    queries: int
    told: int


def owe(cast: Cast, number: int, due: int) -> None:
    """`number` open rows of both counties and cities; the last `due` of them fall due today, the rest in months."""
    units = [cast.county_a.path, cast.county_b.path, cast.city.path, cast.other_city.path]
    first = Obligation.objects.count()
    lines = io.StringIO()
    for row in range(first, first + number):
        day = AT if row >= first + number - due else AT + timedelta(days=30 + row % 300)
        lines.write("\t".join(line(row, units[row % len(units)], day.replace(hour=9))) + "\n")
    lines.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY core_obligation ({', '.join(FILLED)}) FROM STDIN", lines)
        cursor.execute("ANALYZE core_obligation")


def line(row: int, path: str, due_at: datetime) -> tuple[str, ...]:
    opened_at = AT - timedelta(days=9)
    remind_at = stages(due_at)[2] if due_at.date() == AT.date() else next_stage(due_at, opened_at)
    texts = ("bench", f"bench:{row}", "", path, f"报送第 {row} 号材料", "/owed/", "示例方案", "")
    return (*texts, opened_at.isoformat(), due_at.isoformat(), "", "", "", "f", remind_at.isoformat())


def swept(due: int) -> Swept:
    """One sweep, timed, with everything that it tells."""
    with Counted() as counted:
        began = perf_counter()
        told = sweep_obligations(AT)
        seconds = perf_counter() - began
    return Swept(Obligation.objects.open().count(), due, seconds, counted.queries, told)


class Counted:
    """How many statements were sent inside."""

    queries = 0

    def __enter__(self) -> "Counted":
        self.wrapper = connection.execute_wrapper(self.count)
        self.wrapper.__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        self.wrapper.__exit__(*raised)

    def count(self, execute, sql, params, many, context):
        self.queries += 1
        return execute(sql, params, many, context)
