"""When a record is in time: the plan wants it uploaded the same day (HN-60), judged on a Shanghai clock."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
FULL_WIDTH = str.maketrans("０１２３４５６７８９：．　", "0123456789:. ")
CLOCK = re.compile(r"(\d{1,2})\s*[:.时点]\s*(\d{1,2})\s*分?")


def day_of(instant: datetime) -> date:
    return instant.astimezone(SHANGHAI).date()


def upload_due(began_at: datetime) -> datetime:
    """The first instant at which the record of a visit is late: midnight after the Shanghai day on which it began."""
    following = day_of(began_at) + timedelta(days=1)
    return datetime.combine(following, time(), SHANGHAI)


def is_late(began_at: datetime, received_at: datetime) -> bool:
    """23:59:59 of the same day is in time, 00:00 is not; only the server's receipt counts, never the phone's clock."""
    return received_at >= upload_due(began_at)


def read_time(typed: str) -> time | None:
    """11:40, 11.40, １１：４０ and 11点40分; None for what is no time of day."""
    found = CLOCK.fullmatch(typed.translate(FULL_WIDTH).strip())
    if not found:
        return None
    hour, minute = int(found[1]), int(found[2])
    return time(hour, minute) if hour < 24 and minute < 60 else None


@dataclass(frozen=True)
class Ended:
    """When a visit ended as the sheet says, or the sentence that says why the sheet cannot be right."""

    at: datetime | None = None
    fault: str = ""
    field: str = "ended_time"


def ended(started_at: datetime, day_typed: str, time_typed: str, now: datetime) -> Ended:
    """The end of a visit from the two fields of its sheet; an empty day means the day it began."""
    clock_time = read_time(time_typed)
    if clock_time is None:
        said = f"「{time_typed}」不是时间，请写成 11:40" if time_typed.strip() else "未填写"
        return Ended(fault=said)
    try:
        day = date.fromisoformat(day_typed) if day_typed.strip() else day_of(started_at)
    except ValueError:
        return Ended(fault=f"「{day_typed}」不是日期，请写成 2020-05-12", field="ended_on")
    typed = datetime.combine(day, clock_time, SHANGHAI)
    # Minutes are typed, seconds are not: the minute in which the visit began still ends after it began.
    if typed < started_at.replace(second=0, microsecond=0):
        return Ended(fault=f"检查结束时间早于开始时间 {started_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}")
    if typed > now:
        return Ended(fault=f"检查结束时间 {typed:%Y-%m-%d %H:%M} 还没有到")
    return Ended(at=max(typed, started_at))
