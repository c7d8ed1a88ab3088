from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from core.wording import countdown_text, deadline_of, degrees, grouped_count, time_left

# 2020-05-15 09:00 in Shanghai.
AT = datetime(2020, 5, 15, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "due,text,tone",
    [
        (date(2020, 5, 13), "逾期 2 天", "red"),
        (date(2020, 5, 15), "今日到期", "amber"),
        (date(2020, 5, 18), "剩 3 天", "amber"),
        (date(2020, 5, 19), "剩 4 天", "grey"),
        (AT - timedelta(minutes=1), "今日已逾期", "red"),
        (AT + timedelta(hours=8), "今日到期", "amber"),
        # 00:30 on the 16th in Shanghai is still the 15th in UTC.
        (datetime(2020, 5, 15, 16, 30, tzinfo=UTC), "剩 1 天", "amber"),
    ],
)
def test_an_open_term_says_how_long_it_has(due, text, tone):
    said = deadline_of(due, None, AT)
    assert (said.text, said.tone) == (text, tone)


@pytest.mark.parametrize(
    "met,text",
    [
        (date(2020, 5, 15), "按期"),
        (datetime(2020, 5, 15, 15, 59, 59, tzinfo=UTC), "按期"),
        (datetime(2020, 5, 15, 16, 0, tzinfo=UTC), "逾期完成"),
    ],
)
def test_a_day_may_be_used_to_its_end_in_shanghai(met, text):
    assert deadline_of(date(2020, 5, 15), met, AT).text == text


@pytest.mark.parametrize(
    "left,text",
    [
        (timedelta(days=1, hours=3, minutes=12, seconds=59), "1 天 3 小时 12 分"),
        (timedelta(hours=2), "2 小时 0 分"),
        (timedelta(seconds=30), "0 分"),
        (-timedelta(minutes=5), "5 分"),
    ],
)
def test_time_left_is_said_in_days_hours_and_minutes(left, text):
    assert time_left(left) == text


def test_a_countdown_changes_its_words_when_the_moment_has_passed():
    assert countdown_text("距周报截止", timedelta(minutes=7)) == "距周报截止 7 分"
    assert countdown_text("距周报截止", -timedelta(minutes=7)) == "周报截止已过 7 分"
    assert countdown_text("距周报截止", -timedelta(minutes=7), "周报已逾期") == "周报已逾期 7 分"


def test_counts_are_grouped():
    assert (grouped_count(1284, 10_000), grouped_count(10_001, 10_000)) == ("1,284", "10,000+")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Decimal("114.0200000"), "114.02"),
        ("114.0200000", "114.02"),
        (Decimal("114"), "114"),
        (Decimal("100.0000000"), "100"),
        (Decimal("0.0000001"), "0.0000001"),
        ("", ""),
        (None, ""),
        ("不详", "不详"),
    ],
)
def test_a_coordinate_is_shown_without_the_zeros_of_its_column(value: Decimal | str | None, shown: str) -> None:
    assert degrees(value) == shown
