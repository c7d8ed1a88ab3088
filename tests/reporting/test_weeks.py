"""HN-70 and HN-23: which weekly reports there are, who owes them, and what is late."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from core.rules import OnHoliday, WorkCalendar
from reporting.rules.weeks import (
    ReportClock,
    Timeliness,
    Window,
    late_text,
    owes,
    shift_text,
    span_text,
    spanning,
    timeliness,
    weeks,
)

# The days off of 2020 that fall on a reporting day or beside one (国务院办公厅 2019-11-21, amended 2020-01-26).
OFF = [(1, 24), (1, 27), (1, 28), (1, 29), (1, 30), (1, 31), (5, 1), (5, 4), (5, 5), (6, 25), (6, 26)]
OFF += [(10, 1), (10, 2), (10, 5), (10, 6), (10, 7), (10, 8)]
CALENDAR = WorkCalendar(off=frozenset(date(2020, *day) for day in OFF), years=frozenset({2020}))
HENAN = Window(date(2020, 4, 21), date(2020, 6, 20))


def days(window: Window, policy: OnHoliday = OnHoliday.PREVIOUS) -> list[str]:
    return [f"{week.cutoff_at + timedelta(hours=8):%m-%d %H:%M}" for week in weeks(window, clock(policy), CALENDAR)]


def clock(policy: OnHoliday = OnHoliday.PREVIOUS) -> ReportClock:
    return ReportClock(on_holiday=policy)


def friday(hour: int, minute: int, second: int) -> datetime:
    return datetime(2020, 5, 15, hour - 8, minute, second, tzinfo=UTC)


@pytest.mark.req("HN-70")
def test_the_henan_window_has_nine_weeks_and_labour_day_brings_one_forward() -> None:
    fridays = ["04-24", "04-30", "05-08", "05-15", "05-22", "05-29", "06-05", "06-12", "06-19"]
    assert days(HENAN) == [f"{day} 17:30" for day in fridays]


@pytest.mark.req("HN-70")
def test_a_second_after_half_past_five_is_late() -> None:
    cutoff = friday(17, 30, 0)
    assert timeliness(friday(17, 29, 59), cutoff, cutoff) is Timeliness.ON_TIME
    assert timeliness(friday(17, 30, 0), cutoff, cutoff) is Timeliness.ON_TIME
    assert timeliness(friday(17, 30, 1), cutoff, cutoff) is Timeliness.LATE


@pytest.mark.req("HN-70")
def test_a_window_prolonged_to_the_dragon_boat_friday_reports_on_the_wednesday_before() -> None:
    assert days(Window(HENAN.starts_on, date(2020, 6, 26)))[-1] == "06-24 17:30"


@pytest.mark.req("HN-23")
def test_a_city_that_begins_on_the_sixth_of_may_owes_the_eighth_first() -> None:
    own = Window(date(2020, 5, 6), HENAN.ends_on)
    owed = [week for week in weeks(HENAN, clock(), CALENDAR) if owes(own, week.nominal_on, week.cutoff_at)]
    assert owed[0].cutoff_at == datetime(2020, 5, 8, 9, 30, tzinfo=UTC)
    assert len(owed) == 7


def test_the_other_policies_keep_the_day_or_move_it_on() -> None:
    assert days(HENAN, OnHoliday.KEEP)[1] == "05-01 17:30"
    assert days(HENAN, OnHoliday.NEXT)[1] == "05-06 17:30"


def test_weeks_follow_each_other_without_gap() -> None:
    found = weeks(HENAN, clock(), CALENDAR)
    assert found[0].starts_at == datetime(2020, 4, 20, 16, 0, tzinfo=UTC)
    assert [week.starts_at for week in found[1:]] == [week.cutoff_at for week in found[:-1]]


def test_two_fridays_moved_to_the_same_day_make_one_report() -> None:
    spring = Window(date(2020, 1, 13), date(2020, 2, 9))
    assert days(spring) == ["01-17 17:30", "01-23 17:30", "02-07 17:30"]
    assert [week.number for week in weeks(spring, clock(), CALENDAR)] == [1, 2, 4]


def test_a_reporting_day_moved_before_the_window_is_not_asked_for() -> None:
    assert days(Window(date(2020, 5, 1), date(2020, 5, 10))) == ["05-08 17:30"]


def test_another_weekday_and_hour() -> None:
    found = weeks(HENAN, ReportClock(weekday=0, at=time(9, 0)), CALENDAR)
    assert found[0].cutoff_at == datetime(2020, 4, 27, 1, 0, tzinfo=UTC)


def test_the_year_without_a_published_calendar_is_provisional() -> None:
    found = weeks(Window(date(2027, 4, 19), date(2027, 4, 30)), clock(), CALENDAR)
    assert [week.provisional for week in found] == [True, True]


def test_the_longest_granted_window_prolongs_the_campaign() -> None:
    prolonged = spanning(HENAN, [Window(date(2020, 5, 6), date(2020, 6, 26)), HENAN])
    assert prolonged == Window(date(2020, 4, 21), date(2020, 6, 26))


def test_nothing_sent_is_open_until_the_cutoff_and_missing_after() -> None:
    cutoff = friday(17, 30, 0)
    assert timeliness(None, cutoff, cutoff) is Timeliness.OPEN
    assert timeliness(None, cutoff, friday(17, 30, 1)) is Timeliness.MISSING


def test_words_of_late_and_moved_and_spanned() -> None:
    cutoff = friday(17, 30, 0)
    assert late_text(friday(19, 35, 0), cutoff) == "迟报 2 小时 5 分"
    assert late_text(friday(17, 30, 1), cutoff) == "迟报不足 1 分"
    labour = weeks(HENAN, clock(), CALENDAR)[1]
    said = shift_text(labour.nominal_on, labour.cutoff_at, "劳动节")
    assert said == "05-01（周五）为劳动节，本周提前到工作日 04-30（周四）"
    assert shift_text(date(2020, 5, 15), cutoff, "") == ""
    assert span_text(labour.starts_at, labour.cutoff_at) == "04-25 至 04-30"
    assert span_text(datetime(2020, 4, 20, 16, 0, tzinfo=UTC), labour.starts_at) == "04-21 至 04-24"
