"""What the dates of a blueprint mean in a campaign's year."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta

# What stands before a day of the year after the campaign's: a winter campaign ends in spring.
NEXT_YEAR = "次年"
# In place of a day: the last one of the month, whatever the year.
MONTH_END = "末"
Window = tuple[date, date]
# How far from its campaign's year a phase may stand: with the year itself five years, within those people plan for.
YEARS_BEFORE, YEARS_AFTER = 1, 3


def fault(window: Window, year: int) -> tuple[str, str]:
    """Which end of a phase's window cannot be, and why: ("", "") where it may stand in a campaign of that year."""
    if window[1] < window[0]:
        return "ends_on", "结束日期不能早于开始日期"
    first, last = max(year - YEARS_BEFORE, 2000), min(year + YEARS_AFTER, 2100)
    for end, day in zip(("starts_on", "ends_on"), window, strict=True):
        if not first <= day.year <= last:
            return end, f"日期须在 {first} 年至 {last} 年之间（行动为 {year} 年度）"
    return "", ""


def own_window(default: Window, own: Mapping[str, Window], path: str) -> Window:
    """The window of a unit: its own, else that of the nearest unit above that has one, else the campaign's."""
    above = [prefix for prefix in own if path.startswith(prefix)]
    return own[max(above, key=len)] if above else default


def campaign_day(month_day: str, year: int, shift_weeks: int = 0) -> date:
    """What "04-21", "02-末" or "次年03-31" of a blueprint means in a campaign's year; demonstrations shift by weeks."""
    month, day = month_day.removeprefix(NEXT_YEAR).split("-")
    of = year + month_day.startswith(NEXT_YEAR)
    last = monthrange(of, int(month))[1]
    return date(of, int(month), last if day == MONTH_END else int(day)) + timedelta(weeks=shift_weeks)
