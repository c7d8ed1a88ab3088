"""R2: kill -9 while a report is made leaves one report or none, whole files, no second notice.

`make faults` kills 1,000 forked sweepers and 20 whole workers; any other test run a few. Every paper is printed.
"""

import multiprocessing
import os
import random
import signal
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Count

from accounts.models import User
from config.celery import app
from core import clock
from core.calendar import load_tables
from core.files import sweep_orphans
from core.models import Notice, Obligation, StoredFile
from core.obligations import open_obligation
from reporting.models import ReportPeriod
from reporting.services import freeze, reminders
from reporting.services.reminders import sweep_obligations
from tests.cast import Cast
from tests.faults import killing, outages, shards
from tests.running import worker

pytestmark = pytest.mark.django_db(transaction=True)
SWEEPERS, WORKERS, REMINDERS = shards.some(1000, 6), shards.some(20, 1), shards.some(200, 8)


def world_of(years: int) -> outages.World:
    load_tables()
    return outages.build(years)


def due_at(world: outages.World, number: int) -> ReportPeriod:
    """The period of the Friday, made and open."""
    freeze.periods.ensure(world.campaign, world.cutoffs[number])
    return ReportPeriod.objects.select_related("campaign__unit").get(cutoff_at=world.cutoffs[number])


def test_sweepers_killed_at_random() -> None:
    world = world_of(max(1, SWEEPERS // 100))
    killing.impatient()
    freeze.sweep(world.cutoffs[0] + timedelta(minutes=1))  # everything that is loaded once is loaded
    connection.close()
    delays, kills, number, wrong = killing.Delays(1, 0.6), 0, 1, list[str]()
    at, progress = world.cutoffs[1] + timedelta(minutes=1), shards.Progress("sweepers killed", SWEEPERS)
    while kills < SWEEPERS:
        period, delay = due_at(world, number), delays.next()
        killed = killing.shot_after(lambda at=at: freeze.sweep(at), delay)  # type: ignore[misc]
        delays.learn(delay, killed)
        kills += killed
        wrong += killing.wrong_after(period.pk)
        at += freeze.LEASE
        if ReportPeriod.objects.filter(pk=period.pk).exclude(frozen_at=None).exists():
            number += 1
            at = world.cutoffs[number] + timedelta(minutes=1)
        progress.at(kills)
    freeze.sweep(at + freeze.LEASE)
    for period in ReportPeriod.objects.filter(cutoff_at__lte=world.cutoffs[number]):
        assert period.frozen_at is not None
        wrong += killing.wrong_after(period.pk)
    left = sum(1 for _ in StoredFile.objects.all())
    assert wrong == []
    assert kills >= SWEEPERS
    assert killing.partial_files() == []
    print(f"{kills} sweepers killed over {number + 1} reports, {left} files, {killing.unfinished()} unfinished aside")
    sweep_orphans(at + timedelta(days=400))
    assert killing.unfinished() == 0 or shards.PART == 0
    assert killing.partial_files() == []


def test_without_the_transaction_something_is_left_over() -> None:
    """The control: the same steps, each committed by itself, killed the same way."""
    world = world_of(1)
    killing.impatient()
    freeze.sweep(world.cutoffs[0] + timedelta(minutes=1))
    delays, wrong = killing.Delays(2, 0.6), list[str]()
    for number in range(1, 30):
        period = due_at(world, number)
        at = world.cutoffs[number] + timedelta(minutes=1)
        killing.shot_after(lambda: killing.unguarded_freeze(period, at), delays.next())  # noqa: B023
        wrong += killing.wrong_after(period.pk)
        if wrong:
            break
    assert wrong


def test_whole_workers_killed(tmp_path: Path) -> None:
    """A worker of the real broker with all its children, and the next one finds what is left."""
    world, chance, wrong = world_of(1), random.Random(5), list[str]()
    freeze.sweep(world.cutoffs[0] + timedelta(minutes=1))
    progress = shards.Progress("workers killed", WORKERS)
    for number in range(1, WORKERS + 1):
        period = due_at(world, number)
        with clock.travel(world.cutoffs[number] + timedelta(seconds=10)):
            app.control.purge()
            with worker(tmp_path / "first.log") as process:
                app.send_task("reporting.tasks.sweep_periods")
                time.sleep(chance.uniform(0.05, 1.5))
                os.killpg(process.pid, signal.SIGKILL)
                assert process.wait(10) == -signal.SIGKILL, "the worker had ended by itself"
        wrong += killing.wrong_after(period.pk)
        later = world.cutoffs[number] + timedelta(minutes=3)
        with clock.travel(later), worker(tmp_path / "second.log"):
            app.send_task("reporting.tasks.sweep_periods")
            wait_for(period)
        wrong += killing.wrong_after(period.pk)
        progress.at(number)
    assert wrong == []
    assert killing.partial_files() == []


def wait_for(period: ReportPeriod) -> None:
    give_up = time.monotonic() + 60
    while ReportPeriod.objects.filter(pk=period.pk, frozen_at=None).exists():
        assert time.monotonic() < give_up, "the second worker did not make the report"
        time.sleep(0.05)


def test_reminders_killed_at_random_tell_each_stage_once(cast: Cast) -> None:
    """A matter due on each day of a season; the sweep of each day is shot some times before it may get through."""
    first, days = date(2020, 5, 12), max(8, min(60, REMINDERS))
    for number in range(days):
        owe(cast, number, first + timedelta(days=number))
    kills, delays = 0, killing.Delays(3, 0.04)
    for number in range(-3, days + 1):
        at = clock.at_local(first + timedelta(days=number), 9)
        for _ in range(-(-REMINDERS // days)):
            delay = delays.next()
            killed = killing.shot_after(lambda at=at: sweep_obligations(at), delay)  # type: ignore[misc]
            delays.learn(delay, killed)
            kills += killed
        sweep_obligations(at)
        assert told_on(at, cast.contact_city) == sorted(
            f"事项 {due}" for due in (number + 3, number + 1, number, number - 1) if 0 <= due < days
        )
        assert told_on(at, cast.officer_province) == [f"事项 {due}" for due in [number - 1] if 0 <= due < days]
    assert not Notice.objects.values("recipient", "key").annotate(n=Count("pk")).filter(n__gt=1).exists()
    assert kills >= REMINDERS // 4, "who is shot has mostly ended before: nothing is shown"
    print(f"{kills} sweeps of reminders killed, {Notice.objects.count()} notices")


def test_without_the_transaction_a_killed_sweep_tells_nobody(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the same steps, each committed by itself, shot between them; what was marked as told is not told."""
    day = date(2020, 5, 15)
    at = clock.at_local(day, 9)
    owe(cast, 0, day)
    monkeypatch.setattr(reminders, "tell_people", lambda digests, at: os.kill(os.getpid(), signal.SIGKILL))
    connection.close()
    assert killing.ended(killing.forked(lambda: sweep_obligations(at))) == -signal.SIGKILL
    assert Obligation.objects.to_tell(at).exists(), "with the transaction it is told by the next sweep"
    connection.close()
    assert killing.ended(killing.forked(lambda: unguarded_sweep(at))) == -signal.SIGKILL
    monkeypatch.undo()
    sweep_obligations(at)
    assert told_on(at, cast.contact_city) == []


def unguarded_sweep(at: datetime) -> None:
    with transaction.atomic():
        digests = reminders.collect(at)
    reminders.tell_people(digests.people, at)


def test_three_sweeps_at_once_tell_once(cast: Cast) -> None:
    day = date(2020, 5, 15)
    for number in range(20):
        owe(cast, number, day)
    at = clock.at_local(day, 9)
    connection.close()
    children = [killing.forked(lambda: sweep_obligations(at)) for _ in range(3)]
    assert [killing.ended(child) for child in children] == [0, 0, 0]
    assert told_on(at, cast.contact_city) == sorted(f"事项 {number}" for number in range(20))
    assert Notice.objects.count() == 1


def test_without_lock_and_claim_three_sweeps_at_once_do_the_same_again(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without the lock of the sweep and the rows' claims, the second that tells a person fails."""
    at = clock.at_local(date(2020, 5, 15), 9)
    owe(cast, 0, date(2020, 5, 15))
    meeting = multiprocessing.get_context("fork").Barrier(3)

    def together(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith('INSERT INTO "core_notice"'):
            meeting.wait(30)
        return execute(sql, *rest)

    def sweep() -> None:
        with connection.execute_wrapper(together):
            sweep_obligations(at)

    monkeypatch.setattr(reminders.locks, "hold_if_free", lambda *parts: True)
    monkeypatch.setattr(reminders, "collect", unclaimed)
    connection.close()
    children = [killing.forked(sweep) for _ in range(3)]
    assert sorted(killing.ended(child) for child in children) == [0, 1, 1]


def unclaimed(at: datetime) -> reminders.Digests:
    """What `collect` reads, by whoever reads it."""
    rows = list(Obligation.objects.to_tell(at))
    digests, directory = reminders.Digests(), reminders.Directory(rows, clock.day_of(at))
    for row in rows:
        reminders.gather(digests, row, directory, {}, late=False)
    return digests


def owe(cast: Cast, number: int, day: date) -> None:
    open_obligation(
        kind="weekly_report",
        subject=f"matter:{number}",
        unit_path=cast.city.path,
        due_at=clock.at_local(day, 17, 30),
        at=clock.at_local(date(2020, 5, 1), 9),
        title=f"事项 {number}",
    )


def told_on(at: datetime, person: User) -> list[str]:
    """The matters in the person's notices of that day."""
    notices = Notice.objects.filter(recipient=person, created_at=at)
    lines = [line["text"] for notice in notices for line in notice.digest["lines"]]
    return sorted(line.removeprefix("【逾期】").partition("（")[0] for line in lines)
