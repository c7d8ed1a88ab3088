"""New dates, another policy, a table of the next year: what moves, what only reads otherwise, what ends."""

from datetime import date

import pytest

from campaigns import clocks, services
from campaigns.services import due
from core import calendar, clock, terms
from core.models import AuditEvent, HolidayYear, Obligation
from core.rules import OnHoliday, WorkCalendar
from tests.campaigns import datong

D = date.fromisoformat


@pytest.fixture
def org(db):
    return datong.assemble()


def noon(day):
    return clock.at_local(D(day), 12)


def case_closed(org, plan, on):
    due.open_after(
        due.CASE_CLOSED, campaign=plan, unit=org.yungang_team, on=D(on), period="case:1", about="示例案件", at=noon(on)
    )
    return datong.owed(plan, "row.2")[0]


@pytest.mark.django_db
def test_another_policy_moves_what_followed_an_event_too(org):
    plan = datong.published(org)
    row = case_closed(org, plan, "2021-05-08")
    assert (row.nominal_on, clock.day_of(row.due_at)) == (D("2021-05-15"), D("2021-05-14")), "a Saturday, put forward"
    due.change_dates(plan, {}, "next_workday", reason="通知", actor=org.leader, at=noon("2021-05-09"))
    row.refresh_from_db()
    assert (clock.day_of(row.due_at), row.on_holiday) == (D("2021-05-17"), "next_workday")
    assert "顺延" in row.rule


def test_a_day_put_over_into_an_unpublished_year_is_provisional_by_every_reckoning():
    work = WorkCalendar(years=frozenset({2022}))
    term = clocks.resolved(D("2022-12-31"), OnHoliday.NEXT, work)
    assert (term.day, term.provisional) == (D("2023-01-02"), True)
    row = Obligation(nominal_on=term.nominal, on_holiday="next_workday", due_at=clock.end_of_day(term.day))
    assert not terms.settle(row, work)
    assert row.provisional


@pytest.mark.django_db
def test_what_stays_on_its_day_is_not_called_moved(org):
    plan = datong.published(org)
    moved = due.change_dates(plan, {}, "next_workday", reason="通知", actor=org.leader, at=noon("2021-01-05"))
    row = datong.owed(plan, "row.12", org.team)[0]
    assert (row.on_holiday, row.moved_at) == ("next_workday", None)
    assert row.pk not in {one.pk for one in moved}


@pytest.mark.django_db
def test_a_closed_campaign_owes_only_what_was_owed_by_then(org):
    plan = datong.published(org)
    followed = case_closed(org, plan, "2021-05-08")
    closed = noon("2021-05-10")
    services.close(plan, actor=org.officer, at=closed, reason="提前结束")
    left = list(due.of_campaign(plan).open())
    assert followed in left
    assert all(row.due_at <= closed for row in left if row != followed)
    ended = datong.owed(plan, "row.25")[0]
    assert (ended.waived_at, ended.waived_by, ended.met_at) == (closed, None, None)
    assert "行动已结束" in ended.waived_reason
    assert AuditEvent.objects.get(action="campaigns.due.end").detail["ended"] > 0


@pytest.mark.django_db
def test_tables_of_days_off_are_loaded_all_or_none(monkeypatch):
    whole, written = calendar.write_table, []

    def cut_off(table):
        if written:
            raise SystemExit
        written.append(whole(table))

    with monkeypatch.context() as patch:
        patch.setattr(calendar, "write_table", cut_off)
        with pytest.raises(SystemExit):
            calendar.load_tables()
    assert not HolidayYear.objects.exists()
    assert calendar.load_tables() > 0
