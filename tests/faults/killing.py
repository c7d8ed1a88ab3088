"""Processes that do the real work on a real connection, and are shot at a moment nobody chose."""

import os
import random
import signal
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.files.storage import default_storage
from django.db import connection, transaction

from config.embedded.process import death_signal
from core import transactions
from core.files import verify
from core.files.storage import UNFINISHED
from core.models import AuditEvent, Notice, PrintedDocument, StoredFile
from reporting.models import ReportPeriod, Summary
from reporting.services import freeze

dies_with_its_parent = death_signal(signal.SIGKILL)


def shot_after(work: Callable[[], object], seconds: float) -> bool:
    """Fork, work on a connection of its own, kill -9 after `seconds`. Whether it was killed before it had ended."""
    connection.close()
    child = forked(work)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)  # not waited for yet, so the number is still its own
    code = ended(child)
    assert code in (0, -signal.SIGKILL), "the work failed by itself"
    return code != 0


def forked(work: Callable[[], object]) -> int:
    """A child that works and ends; this process has no open connection that it could inherit."""
    child = os.fork()
    if child == 0:
        dies_with_its_parent()
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return child


def ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


class Delays:
    """Between nothing and a little more than what the work takes, as learnt from those that got through."""

    def __init__(self, seed: int, typical: float) -> None:
        self.chance, self.typical = random.Random(seed), typical

    def next(self) -> float:
        return self.chance.random() * 1.3 * self.typical

    def learn(self, delay: float, killed: bool) -> None:
        """About three in four shall be killed: late shots that all hit mean the work takes longer, and the reverse."""
        self.typical *= 1.03 if killed else 0.92


def wrong_after(period_id: int) -> list[str]:
    """One report or none, its files whole; what is wrong in words."""
    period = ReportPeriod.objects.get(pk=period_id)
    made = int(period.frozen_at is not None)
    counts = {
        "summaries": Summary.objects.filter(period=period).count(),
        "papers": PrintedDocument.objects.filter(kind="weekly_summary", subject_pk=str(period_id)).count(),
        "notices": Notice.objects.filter(key=f"period:{period_id}:frozen").count(),
        "events": AuditEvent.objects.filter(action="reporting.reportperiod.freeze", object_id=str(period_id)).count(),
        "reports": period.reports.exclude(frozen_at=None).count(),
    }
    return [f"{name}: {count} instead of {made}" for name, count in counts.items() if count != made]


def partial_files() -> list[str]:
    """Files under their final name that are not what their row says, and rows without their file."""
    return [stored.path for stored in StoredFile.objects.all() if not verify(stored)]


def unfinished() -> int:
    _, files = default_storage.listdir(UNFINISHED) if default_storage.exists(UNFINISHED) else ([], [])
    return len(files)


def impatient() -> None:
    """A forked sweeper looks for open transactions often and does not wait for seconds that have passed."""
    transactions.POLL_SECONDS = 0.005


def unguarded_freeze(period: Any, at: datetime) -> None:
    """The control: the same steps, each committed by itself."""
    reports = list(period.reports.select_related("unit", "sent_by").order_by("unit_id"))
    freeze.notices.frozen(period, [], len(reports), at)
    freeze.write_summary(period, reports, at)
    with transaction.atomic():
        freeze.fill(period, reports, at)
        period.frozen_at = at
        period.save(update_fields=["frozen_at"])
