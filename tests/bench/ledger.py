"""What the ledger and the week cost, measured against a plain page and against openpyxl in one run."""

import io
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.http import QueryDict
from django.test import Client
from openpyxl import Workbook

from inspections.exports import ledger_rows, ledger_spec
from inspections.ledger import Ledger
from reporting.figures import Span, compute, places_of
from tests.bench.crowd import Crowd
from tests.cast import Cast

REFERENCE = "reference page, 50 rows"
# Any list may cost twelve plain pages; a workbook with borders, heads and print layout three bare ones.
PAGE_GOAL, EXPORT_GOAL = 12, 3
PAGES = {
    "ledger": "/issues/",
    "ledger, filtered": "/issues/?gravity=grave&industry=7&state=mending&due=late",
    "ledger, two characters": "/issues/?q=示例",
    "ledger, one enterprise": "/issues/?q=示例1234厂",
    "ledger, by enterprise": "/issues/?sort=enterprise",
    "workbench of a city": "/",
    "search": "/search/?q=示例1234",
    "enterprises": "/enterprises/",
}


@dataclass(frozen=True)
class Measured:
    """One line of the table: what, in milliseconds, and as a multiple of what."""

    name: str
    milliseconds: float
    ratio: float
    against: str
    goal: float | None = None

    def __str__(self) -> str:
        over = f"  goal {self.goal}" if self.goal and self.ratio > self.goal else ""
        return f"{self.name:<30}{self.milliseconds:>10.1f} ms{self.ratio:>9.2f} × {self.against}{over}"


def timed(work: Callable[[], object], repeats: int) -> float:
    """The best of several runs in milliseconds, after one that warms up: what it costs when nobody is in the way."""
    work()
    took = []
    for _ in range(repeats):
        began = time.perf_counter()
        work()
        took.append((time.perf_counter() - began) * 1000)
    return min(took)


def measure(crowd: Crowd, cast: Cast, client: Client, *, repeats: int) -> Iterator[Measured]:
    """Every line, the reference first. The client's addresses are tests.bench.pages."""
    client.force_login(cast.officer_city)
    plain = timed(lambda: opened(client, "/reference/"), repeats)
    yield Measured(REFERENCE, plain, 1.0, "itself")
    for name, address in PAGES.items():
        took = timed(lambda address=address: opened(client, address), repeats)  # type: ignore[misc]
        yield Measured(name, took, took / plain, "reference", PAGE_GOAL)
    took = timed(lambda: figures(crowd, cast), max(1, repeats // 3))
    yield Measured("figures of one week, 2 cities", took, took / plain, "reference")
    yield exported(crowd, cast, client)


def opened(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    for _ in getattr(answer, "streaming_content", ()):
        pass


def figures(crowd: Crowd, cast: Cast) -> None:
    start, cutoff = crowd.week
    places = places_of([cast.city, cast.other_city])
    assert compute(crowd.campaign.pk, places, Span(start, cutoff, cutoff))[cast.city.pk].own.week["issues"]


def exported(crowd: Crowd, cast: Cast, client: Client) -> Measured:
    """All rows in nineteen columns: ours with borders, heads and print layout, openpyxl's bare and in memory."""
    began = time.perf_counter()
    opened(client, "/issues/export/")
    ours = time.perf_counter() - began
    began = time.perf_counter()
    in_memory(cast)
    theirs = time.perf_counter() - began
    return Measured(
        f"export of {crowd.scale.issues + 1:,} rows", ours * 1000, ours / theirs, "openpyxl, default mode", EXPORT_GOAL
    )


def in_memory(cast: Cast) -> None:
    """The same cells the way most people would write them."""
    ledger = Ledger(cast.officer_city, QueryDict())
    columns = ledger_spec(ledger.names).columns
    book = Workbook()
    book.active.append([column.title for column in columns])
    for row in ledger_rows(ledger.rows.order_by(*ledger.order)):
        book.active.append([column.value(row) for column in columns])
    book.save(io.BytesIO())
