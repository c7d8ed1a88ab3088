"""Where the bars of a phase chart stand, as percentages of one common time axis. Pure; the template only draws."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Window:
    """One phase: its name, first and last day (both included), and how much is done (0–100) where that is known."""

    name: str
    starts_on: date
    ends_on: date
    percent: int | None = None


@dataclass(frozen=True)
class Bar:
    """A window on the axis; `left`, `width` and `done` are percentages of the axis."""

    window: Window
    left: str
    width: str
    done: str
    state: str


@dataclass(frozen=True)
class Tick:
    left: str
    label: str


@dataclass(frozen=True)
class Chart:
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    today: str


STATES = {"before": "未开始", "now": "进行中", "over": "已结束"}


def chart(windows: Sequence[Window], today: date) -> Chart:
    """Lay the windows out from the first day of the first month to the last day of the last."""
    if not windows:
        return Chart((), (), "")
    first = min(window.starts_on for window in windows).replace(day=1)
    last = month_after(max(window.ends_on for window in windows))
    bars = tuple(bar(window, first, last, today) for window in windows)
    return Chart(bars, ticks(first, last), share(today, first, last) if first <= today < last else "")


def bar(window: Window, first: date, last: date, today: date) -> Bar:
    days = (last - first).days
    width = 100 * ((window.ends_on - window.starts_on).days + 1) / days
    done = width * (window.percent or 0) / 100
    return Bar(window, share(window.starts_on, first, last), number(width), number(done), state(window, today))


def state(window: Window, today: date) -> str:
    if today < window.starts_on:
        return "before"
    return "now" if today <= window.ends_on else "over"


def ticks(first: date, last: date) -> tuple[Tick, ...]:
    """A tick at the first of each month, or of every second or third month where there would be more than nine."""
    months = list(months_between(first, last))
    step = 1 + (len(months) - 1) // 9
    return tuple(Tick(share(day, first, last), month_label(day, first)) for day in months[::step])


def month_label(day: date, first: date) -> str:
    return f"{day.month} 月" if day.year == first.year else f"{day.year % 100} 年 {day.month} 月"


def months_between(first: date, last: date) -> Iterable[date]:
    while first < last:
        yield first
        first = month_after(first)


def month_after(day: date) -> date:
    """The first of the next month; of the last month that a date can name, its last day."""
    if (day.year, day.month) == (date.max.year, 12):
        return date.max
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def share(day: date, first: date, last: date) -> str:
    return number(100 * (day - first).days / (last - first).days)


def number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
