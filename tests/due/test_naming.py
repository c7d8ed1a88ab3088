"""Another unit is named while something is open: what was owed is owed on, by the new one, on the same day."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns import services
from campaigns.services import due
from core import clock, obligations
from core.models import Obligation
from core.refusals import Refused
from tests.campaigns import datong

pytestmark = pytest.mark.django_db
D = date.fromisoformat


@pytest.fixture
def org():
    return datong.assemble()


@pytest.fixture
def plan(org):
    return datong.published(org)


def noon(day):
    return clock.at_local(D(day), 12)


def name(org, plan, key, *units, at="2021-01-05"):
    entry = due.entry_of(plan.blueprint.data, key)
    due.name_units(plan, entry, units, [], actor=org.officer, at=noon(at))


def still_owed(plan, key):
    rows = Obligation.objects.open().filter(campaign_id=plan.pk, subject=key)
    return sorted((row.unit_path, clock.day_of(row.due_at)) for row in rows)


def test_a_day_set_by_hand_passes_to_the_unit_named_later(org, plan):
    entry = due.entry_of(plan.blueprint.data, "row.4")
    due.set_day(plan, entry, D("2021-05-20"), reason="市局通知", actor=org.officer, at=noon("2021-01-05"))
    name(org, plan, "row.4", org.office)
    assert still_owed(plan, "row.4") == [(org.office.path, D("2021-05-20"))]
    assert not Obligation.objects.filter(url="").exists()
    name(org, plan, "row.4", org.office, org.team)
    assert [path for path, _ in still_owed(plan, "row.4")] == sorted([org.office.path, org.team.path])


def test_what_followed_a_case_passes_to_the_team_named_later(org, plan):
    due.open_after(
        due.CASE_CLOSED, campaign=plan, unit=org.yungang_team, on=D("2021-05-10"), period="case:1", about="示例案件",
        at=noon("2021-05-10"),
    )  # fmt: skip
    name(org, plan, "row.2", org.team, org.xinrong_team, at="2021-05-11")
    owed = [(org.team.path, D("2021-05-17")), (org.xinrong_team.path, D("2021-05-17"))]
    assert still_owed(plan, "row.2") == sorted(owed)


def test_named_away_and_back_the_first_unit_owes_again(org, plan):
    name(org, plan, "row.15", org.office)
    name(org, plan, "row.15", org.team)
    name(org, plan, "row.15", org.office)
    assert still_owed(plan, "row.15") == [(org.office.path, D("2021-04-28"))]


def test_what_is_overdue_stays_overdue_with_the_new_unit(org, plan):
    name(org, plan, "row.15", org.office, at="2021-05-03")
    assert still_owed(plan, "row.15") == [(org.office.path, D("2021-04-28"))]
    row = Obligation.objects.open().get(campaign_id=plan.pk, subject="row.15")
    assert row.is_late(noon("2021-05-03"))
    assert row.remind_at is not None


def test_what_is_met_or_waived_meanwhile_is_neither_waived_nor_moved(org, plan):
    row = datong.owed(plan, "row.22", org.team)[0]
    due.submit(row, {"报送内容": "总结"}, actor=org.officer_team, at=noon("2021-02-01"))
    with pytest.raises(Refused, match="已经办结"):
        obligations.waive(row, actor=org.leader, at=noon("2021-02-01"), reason="晚了一步")
    row.due_at = noon("2021-12-31")
    obligations.move_rows([row], at=noon("2021-02-01"))
    row.refresh_from_db()
    assert (row.waived_at, clock.day_of(row.due_at)) == (None, D("2021-10-15"))


def test_the_lock_of_terms_comes_before_every_row(org, plan):
    row = datong.owed(plan, "due.positive", org.city)[0]
    texts = {"清单名单": "示例企业", "起止日期": "2021-05-01 至 2022-04-30"}
    entry = due.entry_of(plan.blueprint.data, "row.4")
    works = [
        lambda: due.submit(row, texts, actor=org.officer, at=noon("2021-04-20")),
        lambda: name(org, plan, "row.15", org.office),
        lambda: due.set_day(plan, entry, D("2021-05-20"), reason="通知", actor=org.officer, at=noon("2021-01-05")),
        lambda: due.done(due.DRAW, campaign=plan, unit=org.yungang, on=D("2021-04-20"), at=noon("2021-04-20")),
    ]
    for work in works:
        with CaptureQueriesContext(connection) as queries:
            work()
        said = [query["sql"] for query in queries]
        first = next(n for n, sql in enumerate(said) if "pg_advisory_xact_lock" in sql)
        rows = [n for n, sql in enumerate(said) if "core_obligation" in sql and ("FOR UPDATE" in sql or "SET" in sql)]
        assert rows
        assert first < rows[0]


def test_phases_that_come_to_lie_ahead_are_owed(org):
    plan = datong.published(org, "hengshui-2020", 2020, at=noon("2021-04-05"))
    phase = plan.phases.get(key="inspect")
    assert not [row for row in datong.owed(plan, "phase.inspect") if row.met_at is None]
    windows = {"inspect": (phase.starts_on, D("2021-06-29"))}
    due.change_dates(plan, windows, plan.on_holiday, reason="通知", actor=org.leader, at=noon("2021-04-06"))
    assert datong.days(plan, "phase.inspect") == [D("2021-06-29")]


@pytest.mark.parametrize("over", [False, True], ids=["running", "closed"])
def test_a_granted_window_opens_what_was_past_while_the_campaign_runs(org, over):
    plan = datong.published(org, "hengshui-2020", 2020, at=noon("2021-04-05"))
    phase = plan.phases.get(key="inspect")
    phase.adjustable = True
    phase.save()
    asked = services.ask_window(
        phase, unit=org.yungang, starts_on=phase.starts_on, ends_on=D("2021-06-30"), reason="疫情",
        actor=org.officer_yungang, at=noon("2021-04-06"),
    )  # fmt: skip
    if over:
        services.close(plan, actor=org.officer, at=noon("2021-04-06"), reason="结束")
    services.approve_window(asked, actor=org.leader, at=noon("2021-04-06"))
    rows = [(row.unit_path, clock.day_of(row.due_at)) for row in datong.owed(plan, "phase.inspect")]
    assert rows == ([] if over else [(org.yungang.path, D("2021-06-30"))])
