"""The freeze under fire: late committers, two sweepers at once, kill -9 anywhere, and nine weeks of outages."""

import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction

from config.celery import app
from core.files import verify
from core.models import Notice, PrintedDocument, StoredFile
from reporting.models import ReportPeriod, Summary, UnitReport
from reporting.services import freeze
from reporting.services.freeze import sweep
from tests.reporting.scene import Scene, day, sh
from tests.running import child_environment

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).resolve().parents[2]
# A sweep in a process of its own that shoots itself at its nth statement.
KILLED = """
import os, signal, sys
from datetime import datetime
import django
django.setup()
from django.db import connection
from reporting.services.freeze import sweep
last, seen = int(sys.argv[1]), 0
def shoot(execute, sql, params, many, context):
    global seen
    seen += 1
    if seen == last:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(sql, params, many, context)
with connection.execute_wrapper(shoot):
    sweep(datetime.fromisoformat(sys.argv[2]))
print(seen)
"""


def in_thread(work: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def visits(number: int, scene: Scene) -> int:
    row = UnitReport.objects.get(period__number=number, unit=scene.cast.city)
    assert row.figures is not None
    return int(row.figures["week"].get("visits", 0))


def commit_late(scene: Scene) -> threading.Thread:
    """A record stamped before the cut-off whose transaction is still open after it."""
    written = threading.Event()

    def write() -> None:
        with transaction.atomic():
            scene.visited(scene.cast.site_a, "05-15 17:29:59")
            written.set()
            time.sleep(1.0)

    thread = in_thread(write)
    assert written.wait(10)
    return thread


def test_what_was_stamped_in_time_and_committed_late_is_counted(scene: Scene) -> None:
    scene.published("05-08 18:00")
    sweep(sh("05-12 09:00"))
    late = commit_late(scene)
    sweep(sh("05-15 17:31"))
    late.join()
    assert visits(4, scene) == 1


def test_without_the_wait_it_would_be_missed(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freeze, "wait_for_open", lambda: True)
    scene.published("05-08 18:00")
    sweep(sh("05-12 09:00"))
    late = commit_late(scene)
    sweep(sh("05-15 17:31"))
    late.join()
    assert visits(4, scene) == 0


def test_two_sweepers_at_once_freeze_once(scene: Scene) -> None:
    scene.published("05-08 18:00")
    sweep(sh("05-12 09:00"))
    start = threading.Barrier(3)
    failures: list[Exception] = []

    def sweeper() -> None:
        start.wait()
        try:
            sweep(sh("05-15 17:31"))
        except Exception as error:
            failures.append(error)

    threads = [in_thread(sweeper) for _ in range(3)]
    for thread in threads:
        thread.join()
    assert failures == []
    assert_made_once(4)


def test_two_that_both_hold_the_period_freeze_once(scene: Scene) -> None:
    """A sweeper that outlived its lease meets the next one: the lock of the period decides."""
    scene.published("05-08 18:00")
    sweep(sh("05-12 09:00"))
    period = ReportPeriod.objects.select_related("campaign__unit").get(number=4)
    threads = [in_thread(lambda: freeze.freeze(period, sh("05-15 17:31"))) for _ in range(2)]
    for thread in threads:
        thread.join()
    assert_made_once(4)


def assert_made_once(number: int) -> None:
    period = ReportPeriod.objects.get(number=number)
    assert period.frozen_at is not None
    assert Summary.objects.filter(period=period).count() == 1
    assert PrintedDocument.objects.filter(kind="weekly_summary", subject_pk=str(period.pk)).count() == 1
    assert Notice.objects.filter(key=f"period:{period.pk}:frozen").count() == 1
    assert all(row.frozen_at and row.rows_file and verify(row.rows_file) for row in period.reports.all())


def test_killed_at_any_statement_there_is_one_report_or_none(scene: Scene) -> None:
    scene.visited(scene.cast.site_a, "05-12 10:00")
    scene.published("05-08 18:00")
    sweep(sh("05-12 11:00"))
    at = sh("05-15 17:31")
    for statement in (12, 25, 40, 55, 70):
        child = run_killed(statement, at.isoformat())
        assert child.returncode == -9, f"statement {statement}: {child.stdout}{child.stderr}"
        assert not ReportPeriod.objects.filter(number=4).exclude(frozen_at=None).exists()
        assert not Summary.objects.filter(period__number=4).exists()
        at += freeze.LEASE
    finished = run_killed(100_000, at.isoformat())
    assert finished.returncode == 0, finished.stderr
    assert int(finished.stdout) > 70
    assert_made_once(4)
    assert visits(4, scene) == 1
    assert all(verify(stored) for stored in StoredFile.objects.all())


def run_killed(statement: int, at: str) -> "subprocess.CompletedProcess[str]":
    environment = child_environment() | {"DJANGO_SETTINGS_MODULE": "config.settings"}
    command = [sys.executable, "-c", KILLED, str(statement), at]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_the_outages_each_friday_is_made_once_with_its_own_figures(scene: Scene, seed: int) -> None:
    for number in range(60):
        site = scene.site(f"漯河示例 {number} 号厂")
        scene.visited(site, f"{day('04-21') + timedelta(days=number):%m-%d} 12:00")
    chance = random.Random(seed)
    at = sh("04-21 09:00")
    while at < sh("06-23 09:00"):
        sweep(at)
        at += timedelta(hours=chance.choice([1, 30, 60, 250]))
    sweep(sh("06-23 09:00"))
    assert [visits(number, scene) for number in range(1, 10)] == [4, 6, 8, 7, 7, 7, 7, 7, 7]
    for number in range(1, 10):
        assert_made_once(number)


def test_the_schedule_names_tasks_that_exist() -> None:
    app.loader.import_default_modules()
    for entry in app.conf.beat_schedule.values():
        assert entry["task"] in app.tasks
