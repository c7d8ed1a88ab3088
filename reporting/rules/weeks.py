"""Which weekly reports a campaign asks for, who owes one, and whether it came in time. Pure: instants in UTC."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from core.rules import FRIDAY, OnHoliday, WorkCalendar, weekly_cutoffs
from core.wording import time_left

SHANGHAI = ZoneInfo("Asia/Shanghai")
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class Window:
    """The days of a phase, first and last included."""

    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class Week:
    """One reporting week (starts_at, cutoff_at]; `nominal_on` is the reporting day before holidays moved it."""

    number: int
    nominal_on: date
    starts_at: datetime
    cutoff_at: datetime
    provisional: bool = False


@dataclass(frozen=True)
class ReportClock:
    """How a campaign reports: the weekday (Monday 0), the time of day, and what happens on a day off."""

    weekday: int = FRIDAY
    at: time = time(17, 30)
    on_holiday: OnHoliday = OnHoliday.PREVIOUS


class Timeliness(StrEnum):
    OPEN = "open"
    ON_TIME = "on_time"
    LATE = "late"
    MISSING = "missing"


def instant(day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=SHANGHAI).astimezone(UTC)


def weeks(window: Window, clock: ReportClock, calendar: WorkCalendar) -> list[Week]:
    """Every reporting week of a window, in order.

    A reporting day that a holiday moves before the window is not asked for. Two reporting days that holidays move to
    the same day (Spring Festival) make one report, under the first number.
    """
    found: list[Week] = []
    starts_at = instant(window.starts_on, time(0))
    for cutoff in weekly_cutoffs(window.starts_on, window.ends_on, calendar, clock.on_holiday, clock.weekday):
        cutoff_at = instant(cutoff.day, clock.at)
        if cutoff_at > starts_at:
            found.append(Week(cutoff.number, cutoff.nominal, starts_at, cutoff_at, cutoff.provisional))
            starts_at = cutoff_at
    return found


def spanning(own: Window, others: list[Window]) -> Window:
    """The campaign's window, prolonged to the latest end that a unit was granted."""
    return Window(own.starts_on, max([own.ends_on, *(other.ends_on for other in others)]))


def owes(window: Window, nominal_on: date, cutoff_at: datetime) -> bool:
    """Whether a unit with this window owes the report of that week: none before its start, none after its end."""
    return window.starts_on <= cutoff_at.astimezone(SHANGHAI).date() and nominal_on <= window.ends_on


def timeliness(sent_at: datetime | None, cutoff_at: datetime, at: datetime) -> Timeliness:
    """17:30:00 is in time, 17:30:01 is late; nothing sent is missing once the cut-off has passed."""
    if sent_at is not None:
        return Timeliness.ON_TIME if sent_at <= cutoff_at else Timeliness.LATE
    return Timeliness.MISSING if at > cutoff_at else Timeliness.OPEN


def late_text(sent_at: datetime, cutoff_at: datetime) -> str:
    """迟报 2 小时 5 分."""
    late = sent_at - cutoff_at
    return f"迟报 {time_left(late)}" if late.total_seconds() >= 60 else "迟报不足 1 分"


def day_text(day: date) -> str:
    """05-01（周五）."""
    return f"{day:%m-%d}（周{WEEKDAYS[day.weekday()]}）"


def shift_text(nominal_on: date, cutoff_at: datetime, holiday: str) -> str:
    """Why the cut-off is not on its usual day, or ""."""
    day = cutoff_at.astimezone(SHANGHAI).date()
    if day == nominal_on:
        return ""
    direction = "提前到" if day < nominal_on else "顺延到"
    return f"{day_text(nominal_on)}为{holiday or '休息日'}，本周{direction}工作日 {day_text(day)}"


def span_days(starts_at: datetime, cutoff_at: datetime) -> tuple[date, date]:
    """The days a week is named after; what follows a cut-off belongs to the next day on paper."""
    first = starts_at.astimezone(SHANGHAI)
    shown = first.date() if first.time() == time(0) else first.date() + timedelta(days=1)
    return shown, cutoff_at.astimezone(SHANGHAI).date()


def span_text(starts_at: datetime, cutoff_at: datetime) -> str:
    """05-09 至 05-15."""
    first, last = span_days(starts_at, cutoff_at)
    return f"{first:%m-%d} 至 {last:%m-%d}"


def span_formal(starts_at: datetime, cutoff_at: datetime) -> str:
    """5月9日至5月15日, as papers write it."""
    first, last = span_days(starts_at, cutoff_at)
    return f"{first.month}月{first.day}日至{last.month}月{last.day}日"
