"""The only source of the present (docs/architecture.md, "Time").

Instants are aware datetimes in UTC; days are judged in Asia/Shanghai. A demonstration or a test may shift the clock:
`CLOCK_OFFSET_SECONDS` for a whole set of processes, `travel` inside one process.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

SHANGHAI = ZoneInfo("Asia/Shanghai")
_lock = threading.Lock()
_shift = timedelta(0)


def now() -> datetime:
    """The present instant, aware, UTC."""
    return datetime.now(UTC) + timedelta(seconds=settings.CLOCK_OFFSET_SECONDS) + _shift


def local(instant: datetime) -> datetime:
    """The same instant on a Shanghai wall clock."""
    return instant.astimezone(SHANGHAI)


def today() -> date:
    """The present day in Shanghai."""
    return local(now()).date()


def day_of(instant: datetime) -> date:
    """The Shanghai day an instant falls on."""
    return local(instant).date()


def at_local(day: date, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """A Shanghai wall-clock moment as a UTC instant."""
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=SHANGHAI).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """The last instant of a Shanghai day, as a UTC instant: until when a term that ends on that day may be used."""
    return at_local(day + timedelta(days=1)) - timedelta(microseconds=1)


@contextmanager
def travel(at: datetime) -> Iterator[None]:
    """Let every thread of this process live at `at` (and tick on). Refused outside demonstration and tests."""
    global _shift
    if not settings.CLOCK_MAY_TRAVEL:
        raise RuntimeError("the clock moves only in a demonstration or a test")
    with _lock:
        before = _shift
        _shift = at - (datetime.now(UTC) + timedelta(seconds=settings.CLOCK_OFFSET_SECONDS))
    try:
        yield
    finally:
        with _lock:
            _shift = before
