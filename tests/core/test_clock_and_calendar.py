import re
from datetime import UTC, date, datetime

import pytest
from django.test import override_settings

from core import clock
from core.calendar import amend, calendar, load_tables
from core.models import AuditEvent, HolidayYear
from core.refusals import Refused
from core.rules import OnHoliday, WorkCalendar, weekly_cutoffs


@pytest.fixture
def tables(db):
    load_tables()


def test_the_day_is_judged_in_shanghai():
    assert clock.day_of(datetime(2020, 5, 12, 16, 0, tzinfo=UTC)) == date(2020, 5, 13)


def test_friday_half_past_five_is_half_past_nine_utc():
    assert clock.at_local(date(2020, 4, 24), 17, 30) == datetime(2020, 4, 24, 9, 30, tzinfo=UTC)


def test_travel_moves_the_clock_and_brings_it_back():
    before = clock.now()
    with clock.travel(datetime(2020, 4, 30, 9, 25, tzinfo=UTC)):
        assert clock.today() == date(2020, 4, 30)
    assert clock.now() >= before


@override_settings(CLOCK_MAY_TRAVEL=False)
def test_production_does_not_travel():
    with pytest.raises(RuntimeError), clock.travel(datetime(2020, 1, 1, tzinfo=UTC)):
        pass


def test_every_table_names_its_notice_by_title_number_and_date(tables):
    """国务院办公厅 orders the year by telegram; what we checked it against is nobody's legal ground."""
    named = re.compile(r"《国务院办公厅关于.*(\d{4})年.*通知》（国办发明电〔\d{4}〕\d+号，\d{4}-\d{2}-\d{2}）")
    for row in HolidayYear.objects.all():
        found = [named.fullmatch(notice) for notice in row.source.split("；")]
        assert all(found), row
        assert {int(match.group(1)) for match in found if match} == {row.year}
        assert row.version == 1


def test_an_amendment_makes_the_next_version_of_a_table(tables):
    at = clock.at_local(date(2020, 5, 1), 9)
    amend(date(2020, 5, 6), is_off=True, name="劳动节", actor=None, at=at, reason="省政府通知")
    amend(date(2027, 5, 3), is_off=True, name="劳动节", actor=None, at=at, reason="国务院通知")
    assert HolidayYear.objects.get(year=2020).version == 2
    assert HolidayYear.objects.get(year=2027).version == 1


def test_tables_are_loaded_once(tables):
    assert load_tables() == 0


@pytest.mark.parametrize(
    "start,count,end",
    [
        (date(2020, 9, 28), 5, date(2020, 10, 12)),
        (date(2020, 4, 28), 7, date(2020, 5, 11)),
        (date(2021, 2, 9), 5, date(2021, 2, 22)),
    ],
)
def test_working_days_know_holidays_and_working_weekends(tables, start, count, end):
    assert calendar().add_workdays(start, count) == end


def test_a_year_without_a_table_is_provisional_and_does_not_crash(tables):
    found = calendar()
    assert found.provisional(date(2027, 1, 4))
    assert found.is_workday(date(2027, 1, 4))


@pytest.mark.parametrize(
    "policy,day",
    [
        (OnHoliday.PREVIOUS, date(2020, 4, 30)),
        (OnHoliday.KEEP, date(2020, 5, 1)),
        (OnHoliday.NEXT, date(2020, 5, 6)),
    ],
)
def test_a_holiday_friday_follows_the_policy(tables, policy, day):
    cutoffs = list(weekly_cutoffs(date(2020, 4, 21), date(2020, 6, 20), calendar(), policy))
    assert cutoffs[1].nominal == date(2020, 5, 1)
    assert cutoffs[1].day == day


def test_an_amended_day_counts_at_once_and_is_logged(tables):
    amend(date(2020, 6, 25), is_off=None, name="", actor=None, at=clock.now(), reason="测试更正")
    assert calendar().is_workday(date(2020, 6, 25))
    assert AuditEvent.objects.filter(action="core.calendar.amend").count() == 1


def test_a_day_is_not_amended_without_a_reason(tables):
    with pytest.raises(Refused, match="依据"):
        amend(date(2020, 6, 25), is_off=True, name="端午节", actor=None, at=clock.now(), reason=" ")


def test_without_any_table_weekends_are_off():
    assert not WorkCalendar().is_workday(date(2020, 5, 2))


@pytest.mark.django_db
@pytest.mark.parametrize("name", [" ", "长" * 41])
def test_an_amended_day_has_a_name_that_fits(name):
    load_tables()
    with pytest.raises(Refused, match="请写明名称"):
        amend(date(2020, 6, 15), is_off=True, name=name, actor=None, at=clock.now(), reason="通知")


@pytest.mark.django_db
def test_the_same_correction_again_makes_no_version():
    load_tables()
    again = {"is_off": True, "name": "示例假", "actor": None, "at": clock.now(), "reason": "通知"}
    amend(date(2020, 6, 15), **again)
    version = HolidayYear.objects.get(year=2020).version
    with pytest.raises(Refused, match="已经是这样安排的"):
        amend(date(2020, 6, 15), **again)
    with pytest.raises(Refused, match="已经是这样安排的"):
        amend(date(2020, 6, 16), is_off=None, name="", actor=None, at=clock.now(), reason="通知")
    assert HolidayYear.objects.get(year=2020).version == version
