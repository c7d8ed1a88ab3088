"""How time that is left or gone is said in Chinese. Pure: the present is an argument."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
# From this many days before the end a term is shown as pressing.
NEAR_DAYS = 3


@dataclass(frozen=True)
class Deadline:
    text: str
    tone: str


def deadline_of(due: date | datetime, met: date | datetime | None, at: datetime) -> Deadline:
    """What a chip says of a term: open ones by days left or gone, finished ones by whether they were in time."""
    if met is not None:
        return (
            Deadline("按期", "green") if moment_of(met) <= moment_of(due, end=True) else Deadline("逾期完成", "amber")
        )
    days = (day_of(due) - day_of(at)).days
    if moment_of(due, end=True) < at:
        return Deadline(overdue_text(-days), "red")
    if days == 0:
        return Deadline("今日到期", "amber")
    return Deadline(f"剩 {days} 天", "amber" if days <= NEAR_DAYS else "grey")


def until(due: datetime, pattern: str = "%Y-%m-%d") -> str:
    """Until when, as plan documents say it: the end of a day is its 24:00, never 23:59."""
    here = due.astimezone(SHANGHAI)
    hour = "24:00" if (here.hour, here.minute) == (23, 59) else f"{here:%H:%M}"
    return f"{here.strftime(pattern)} {hour}".strip()


def overdue_text(days: int) -> str:
    return f"逾期 {days} 天" if days else "今日已逾期"


def day_of(value: date | datetime) -> date:
    return value.astimezone(SHANGHAI).date() if isinstance(value, datetime) else value


def moment_of(value: date | datetime, *, end: bool = False) -> datetime:
    """An instant as it is; a day as its first moment, or the last when it is a term (a day may be used to its end)."""
    if isinstance(value, datetime):
        return value
    start = datetime(value.year, value.month, value.day, tzinfo=SHANGHAI)
    return start + timedelta(days=1, microseconds=-1) if end else start


def time_left(left: timedelta) -> str:
    """1 天 3 小时 12 分; of time gone by, its length."""
    minutes = abs(int(left.total_seconds())) // 60
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = [(days, "天"), (hours, "小时"), (minutes, "分")]
    while len(parts) > 1 and not parts[0][0]:
        parts.pop(0)
    return " ".join(f"{number} {unit}" for number, unit in parts)


def countdown_text(label: str, left: timedelta, gone: str = "") -> str:
    """距周报截止 1 天 3 小时 12 分; once gone by, 周报截止已过 5 分, or what `gone` calls it (周报已逾期 5 分)."""
    return f"{label} {time_left(left)}" if left > timedelta(0) else f"{gone or gone_label(label)} {time_left(left)}"


def gone_label(label: str) -> str:
    """距周报截止 → 周报截止已过."""
    return f"{label.removeprefix('距')}已过"


def degrees(value: Decimal | str | None) -> str:
    """114.02 for 114.0200000: a coordinate without the zeros that its column adds. What is no number stays as it is."""
    try:
        return f"{Decimal(value).normalize():f}" if value not in (None, "") else ""
    except InvalidOperation:
        return str(value)


def grouped_count(number: int, ceiling: int) -> str:
    """1,284, and beyond the ceiling 10,000+."""
    return f"{ceiling:,}+" if number > ceiling else f"{number:,}"
