"""A year, or ten, of Fridays with schedulers that come and go; the claim and the freeze are the real ones throughout.

Only typesetting is left out (test_killed.py prints every paper), and waiting: the schedule says what time it is.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django.db import connection
from openpyxl import Workbook

from accounts.models import Unit
from campaigns.models import Campaign, Phase
from core import transactions
from core.clock import at_local
from core.documents import issuing
from core.models import AuditEvent, Notice, PrintedDocument
from reporting.models import ReportPeriod, Summary, UnitReport
from reporting.services import freeze, periods, summaries
from tests import factories as make
from tests.cast import Cast, assemble
from tests.reporting.scene import Scene

TICK = timedelta(seconds=20)
SECOND = timedelta(seconds=1)
PROMISE = timedelta(seconds=60)
FIRST_DAY = date(2020, 4, 6)
Sweep = Callable[[datetime], object]
Span = tuple[datetime, datetime]


@dataclass
class World:
    """One province with one city, a campaign over the years, and what was recorded in it."""

    cast: Cast
    campaign: Campaign
    cutoffs: list[datetime]
    recorded: list[datetime]

    @property
    def starts_at(self) -> datetime:
        return at_local(FIRST_DAY)

    def expected(self, cutoff: datetime) -> int:
        """Counted here by hand: recorded after the cut-off before, and not after this one."""
        before = max((one for one in self.cutoffs if one < cutoff), default=self.starts_at)
        return sum(before < one <= cutoff for one in self.recorded)


def build(years: int) -> World:
    """Every Friday 17:30 (holidays kept), and visits around the cut-offs: on the second, a second late, in between."""
    cast = assemble()
    Unit.objects.filter(pk=cast.other_city.pk).update(closed_on=date(2019, 1, 1))
    campaign = make.campaign(cast.province, on_holiday="keep")
    last_day = FIRST_DAY + timedelta(days=364 * years + 4)
    Phase.objects.filter(campaign=campaign, key="inspect").update(starts_on=FIRST_DAY, ends_on=last_day)
    fridays = [FIRST_DAY + timedelta(days=4 + 7 * week) for week in range(52 * years + 1)]
    cutoffs = [at_local(day, 17, 30) for day in fridays]
    chance, recorded = random.Random(years), []
    for cutoff in chance.sample(cutoffs, 30 * years):
        recorded += [cutoff + timedelta(seconds=chance.choice([-90_000, -1, 0, 0, 1, 2, 90_000]))]
    scene = Scene(cast, campaign)
    record = scene.visited(cast.site_a, "05-12 10:00")
    multiply(record, recorded)
    return World(cast, campaign, cutoffs, recorded)


def multiply(record: Any, recorded: list[datetime]) -> None:
    """The visit and its record once for each instant, by one statement a table."""
    for row, name in ((record.visit.assignment, ""), (record.visit, "assignment_id"), (record, "visit_id")):
        columns = [one.column for one in row._meta.concrete_fields]
        picked = {column: f"x.{column}" for column in columns} | {"id": "1000 + i.n"}
        picked |= {name: "1000 + i.n"} if name else {}
        picked |= {"client_id": "gen_random_uuid()"} if "client_id" in columns else {}
        picked |= {"recorded_at": "i.at"} if "recorded_at" in columns else {}
        table = row._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(picked[one] for one in columns)} FROM"
                f" {table} AS x, unnest(%s::timestamptz[]) WITH ORDINALITY AS i(at, n) WHERE x.id = %s",
                [recorded, row.pk],
            )
    record.delete()


def reset() -> None:
    """Nothing was made yet."""
    kept = [model._meta.db_table for model in (ReportPeriod, UnitReport, Summary)]
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(kept)}, core_auditevent CASCADE")
        cursor.execute("DELETE FROM core_notice; DELETE FROM core_obligation; DELETE FROM core_printeddocument")


@dataclass
class Schedule:
    """When each scheduler is up, and the ticks that matter: the moment of a cut-off and those after it or a return."""

    up: list[list[Span]]
    ticks: list[list[datetime]]
    deaths: list[datetime] = field(default_factory=list)

    def deadline(self, cutoff: datetime) -> datetime:
        """A minute after the first moment from which some scheduler was up for a minute; a death is an outage, too."""
        starts = (max(a, cutoff) for spans in self.up for a, b in spans if b - max(a, cutoff) >= PROMISE)
        deadline = min(starts) + PROMISE
        for death in sorted(self.deaths):
            if cutoff <= death <= deadline:
                deadline = max(deadline, death + PROMISE)
        return deadline


def never_down(world: World, schedulers: int) -> Schedule:
    """All of them up from the first day to the last, and awake on the second."""
    end = world.cutoffs[-1] + timedelta(days=1)
    ticks = [cutoff + TICK * number for cutoff in world.cutoffs for number in range(4)]
    return Schedule([[(world.starts_at, end)]] * schedulers, [ticks] * schedulers)


def schedule(world: World, seed: int) -> Schedule:
    """One to three schedulers, half of whose outages begin or end within a minute and a half of a cut-off."""
    chance = random.Random(seed)
    up = [list(spans_of(world, chance)) for _ in range(chance.choice([1, 1, 2, 3]))]
    return Schedule(up, [sorted(set(ticks_of(world, spans, chance))) for spans in up])


def spans_of(world: World, chance: random.Random) -> Iterator[Span]:
    """Up until some outage, down for minutes, hours or weeks; at the very end everybody is up."""
    at, end = world.starts_at, world.cutoffs[-1] + timedelta(days=1)
    while at < end:
        until = near(world, at + timedelta(hours=chance.choice([2, 30, 200, 900]) * chance.random()), chance)
        if until > at:
            yield at, min(until, end)
        longest = chance.choice([600, 7200, 86_400, 86_400 * 25])
        at = max(until, near(world, max(at, until) + timedelta(seconds=longest * chance.random()), chance)) + SECOND
    yield end, end + timedelta(days=1)


def near(world: World, at: datetime, chance: random.Random) -> datetime:
    later = [one for one in world.cutoffs if at - timedelta(days=1) < one < at + timedelta(days=7)]
    if not later or chance.random() < 0.5:
        return at
    return later[0] + timedelta(seconds=chance.uniform(-90, 90))


def ticks_of(world: World, spans: list[Span], chance: random.Random) -> Iterator[datetime]:
    for a, b in spans:
        first = a + TICK * chance.random()
        inside = [one for one in world.cutoffs if a <= one < b]
        for cutoff in inside:
            yield cutoff  # the crontab of 17:30
            regular = first + TICK * max(0, -(-(cutoff - first) // TICK))
            yield from (tick for n in range(4) if (tick := regular + n * TICK) < b)
        yield from (tick for n in range(4) if (tick := first + n * TICK) < b)


@dataclass
class Run:
    """Schedulers as threads that keep their connections; ticks of the same second run at once."""

    world: World
    sweep: Sweep
    chance: random.Random
    mortal: bool = True
    sweeps: int = 0
    deaths: list[datetime] = field(default_factory=list)
    pools: list[ThreadPoolExecutor] = field(default_factory=list)

    def through(self, plan: Schedule) -> None:
        waiting = sorted((tick, number) for number, ticks in enumerate(plan.ticks) for tick in ticks)
        while waiting:
            at = waiting[0][0]
            group = [one for one in waiting if one[0] < at + SECOND]
            del waiting[: len(group)]
            if self.owing(group[-1][0]) or self.chance.random() < 0.02:
                self.tick(group)

    def owing(self, at: datetime) -> bool:
        made = ReportPeriod.objects.exclude(frozen_at=None).count()
        return sum(cutoff <= at for cutoff in self.world.cutoffs) > made

    def tick(self, group: list[tuple[datetime, int]]) -> None:
        works: list[Future[object]] = []
        for at, number in group:
            while len(self.pools) <= number:
                self.pools.append(ThreadPoolExecutor(1))
            dies = self.mortal and self.chance.random() < 0.05 and at in self.world.cutoffs
            self.deaths += [at] * dies
            works.append(self.pools[number].submit(died if dies else self.sweep, at))
        self.sweeps += len(works)
        for work in works:
            work.result()

    def close(self) -> None:
        for pool in self.pools:
            pool.submit(lambda: connection.close()).result()
            pool.shutdown()


def died(at: datetime) -> None:
    """A sweeper that is gone after it claimed: its lease stays behind."""
    for campaign in Campaign.objects.filter(state="published").select_related("unit"):
        periods.ensure(campaign, at)
    freeze.claim(at)


@contextmanager
def untypeset() -> Iterator[None]:
    """Paper and workbook as bytes that were set once, no real waiting, and a finer look at open transactions."""
    book = SimpleNamespace(content=b"")
    tiny = Workbook()

    def written(content: Any, sheets: Any, **rest: Any) -> None:
        tiny.save(content) if not book.content else content.write(book.content)
        book.content = book.content or content.getvalue()

    changed = [
        (issuing, "render_pdf", lambda *anything: b"%PDF-1.7\n%%EOF\n"),
        (summaries, "write_workbook", written),
        (freeze, "time", SimpleNamespace(sleep=lambda seconds: None)),
        (transactions, "POLL_SECONDS", 0.001),
    ]
    before = [(where, name, getattr(where, name)) for where, name, _ in changed]
    try:
        for where, name, value in changed:
            setattr(where, name, value)
        yield
    finally:
        for where, name, value in before:
            setattr(where, name, value)


def faults(world: World, plan: Schedule) -> Counter[str]:
    """What is wrong, read from the database: an empty counter is the promise kept."""
    found: Counter[str] = Counter()
    rows = {row.cutoff_at: row for row in ReportPeriod.objects.prefetch_related("reports", "summaries")}
    papers = Counter(PrintedDocument.objects.filter(kind="weekly_summary").values_list("subject_pk", flat=True))
    events = Counter(
        AuditEvent.objects.filter(action="reporting.reportperiod.freeze").values_list("object_id", flat=True)
    )
    told = Counter(Notice.objects.filter(key__endswith=":frozen").values_list("key", flat=True))
    found["period too many"] = len(rows.keys() - set(world.cutoffs))
    for cutoff in world.cutoffs:
        row = rows.get(cutoff)
        if row is None or row.frozen_at is None:
            found["not made"] += 1
            continue
        found["late"] += row.frozen_at > plan.deadline(cutoff)
        found["early"] += row.frozen_at < cutoff
        found["reports"] += len(row.reports.all()) != 1
        found["summaries"] += len(row.summaries.all()) != 1
        found["papers"] += papers[str(row.pk)] != 1
        found["events"] += events[str(row.pk)] != 1
        found["notices"] += told[f"period:{row.pk}:frozen"] != 1
        figures = [report.figures["week"].get("visits", 0) for report in row.reports.all() if report.figures]
        found["figures"] += figures != [world.expected(cutoff)]
    return +found


def live(world: World, seed: int, sweep: Sweep = freeze.sweep, plan: Schedule | None = None) -> tuple[Run, Schedule]:
    """One schedule from nothing to its end."""
    reset()
    run = Run(world, sweep, random.Random(f"run {seed}"), mortal=plan is None)
    plan = plan or schedule(world, seed)
    plan.deaths = run.deaths
    try:
        run.through(plan)
    finally:
        run.close()
    return run, plan
