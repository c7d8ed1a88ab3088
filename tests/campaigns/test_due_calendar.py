"""A holiday table that changes moves what is open, tells whom it concerns, and is refused where it has a gap."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.services import calendar as amending
from campaigns import services
from campaigns.services import due
from campaigns.services.due import events
from core import clock, terms
from core.calendar import calendar, load_tables
from core.models import AuditEvent, HolidayYear, Notice, Obligation
from core.refusals import Refused
from tests import factories as make
from tests.campaigns import datong, scene

pytestmark = pytest.mark.django_db
D = date.fromisoformat
NEXT = """year: 2027
source: 示例通知
days_off:
  - {day: 2027-01-01, name: 元旦}
  - {day: 2027-01-29, name: 示例节}
days_at_work:
  - {day: 2027-01-31, name: 调休}
"""


@pytest.fixture
def org():
    return datong.assemble()


@pytest.fixture
def administrator(org):
    person = make.user("dt_system", "韩系统", org.city)
    make.grant(person, "system_admin", kind="platform")
    return person


def noon(day):
    return clock.at_local(D(day), 12)


def report(plan, unit, nominal):
    return next(row for row in datong.owed(plan, "row.5", unit) if row.nominal_on == D(nominal))


def test_an_amended_day_moves_what_is_open_and_tells_its_units(org, administrator, client):
    plan = datong.published(org)
    done = next(row for row in datong.owed(plan, "due.highlights", org.yungang) if row.nominal_on == D("2021-04-30"))
    texts = {"亮点成效": "一", "典型案例": "二"}
    due.submit(done, texts, actor=org.officer_yungang, at=noon("2021-04-01"))
    client.force_login(administrator)
    sent = {"day": "2021-04-30", "kind": "off", "name": "示例假", "reason": "示例通知1号"}
    with clock.travel(noon("2021-04-02")):
        assert client.post(reverse("accounts:calendar"), sent).status_code == 302
    row = report(plan, org.team, "2021-04-30")
    assert clock.day_of(row.due_at) == D("2021-04-29")
    assert row.moved_at is not None
    done.refresh_from_db()
    assert clock.day_of(done.due_at) == D("2021-04-30"), "what is met stays as it was"
    told = Notice.objects.get(recipient=org.officer_team, title__contains="改期")
    assert "改为 2021-04-29" in told.body
    assert AuditEvent.objects.get(action="core.calendar.amend").detail["moved"] > 0


def test_working_days_are_counted_anew(org, administrator):
    plan = datong.published(org)
    due.open_after(
        due.VISIT_DONE, campaign=plan, unit=org.yungang, on=D("2021-04-28"), period="visit:1", about="示例企业",
        at=noon("2021-04-28"),
    )  # fmt: skip
    at = noon("2021-05-06")
    amending.amend(D("2021-05-20"), is_off=True, name="示例假", actor=administrator, at=at, reason="示例通知")
    row = datong.owed(plan, "due.publish")[0]
    assert clock.day_of(row.due_at) == D("2021-05-31"), "one day later, over a weekend"


def test_days_beyond_the_published_years_are_provisional_until_the_table_comes(org, administrator):
    plan = datong.published(org, year=2027, at=noon("2026-12-20"))
    row = report(plan, org.team, "2027-01-31")
    assert row.provisional
    assert clock.day_of(row.due_at) == D("2027-01-29"), "a Sunday, by weekdays alone"
    _, moved = amending.publish(NEXT, actor=administrator, at=noon("2026-12-21"))
    row.refresh_from_db()
    assert not row.provisional
    assert clock.day_of(row.due_at) == D("2027-01-31"), "the Sunday is worked"
    assert moved > 0
    sure = report(plan, org.team, "2027-03-31")
    assert not sure.provisional
    assert sure.moved_at is None, "certain, and the same day as before"


def test_what_the_plan_keeps_on_its_day_is_never_provisional(org):
    """Neither when it is opened nor when it is worked out again; days that a plan lets move, and working days, are."""
    plan = datong.published(org, year=2028, at=noon("2026-12-20"))
    visit = {"unit": org.team, "on": D("2028-05-08"), "period": "visit:1", "about": "纸业"}
    events.open_after(events.VISIT_DONE, campaign=plan, at=noon("2026-12-20"), **visit)
    for _ in range(2):
        rows = Obligation.objects.filter(campaign_id=plan.pk, kind__in=["plan", "activity"])
        kept = rows.filter(on_holiday="keep", workdays=None)
        assert kept.count() > 10
        moving = rows.filter(on_holiday="previous_workday", workdays=None)
        for held, said in ((kept, False), (moving, True), (rows.exclude(workdays=None), True)):
            assert set(held.values_list("provisional", flat=True)) == {said}
        terms.recompute(calendar(), at=noon("2026-12-21"))


BAD = [
    (NEXT.replace("01-31, name: 调休", "01-29, name: 调休"), r"节假日表:7: .*已在第 5 行写过，一天不能既放假又上班"),
    (NEXT.replace("2027", "2028"), r"节假日表:1: 2027 年的安排还没有载入，中间不能空缺"),
    (NEXT.replace("2027-01-29", "2026-01-29"), r"节假日表:5: 2026-01-29 不在 2027 年"),
    (NEXT.replace("2027-01-31", "2027-02-01"), r"节假日表:7: 2027-02-01 是星期一，本来就上班"),
    (NEXT.replace("2027-01-29", "2027-02-30"), r"节假日表:5: 没有 2027-02-30 这一天"),
    (NEXT.replace("source: 示例通知\n", ""), r"节假日表:1"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), BAD)
def test_a_table_with_a_gap_is_refused_by_its_line_and_nothing_is_written(org, administrator, text, said):
    with pytest.raises(Refused, match=said):
        amending.publish(text, actor=administrator, at=noon("2026-12-21"))
    assert not HolidayYear.objects.filter(year__gte=2027).exists()


def test_a_single_day_beyond_a_missing_year_is_refused(org, administrator):
    with pytest.raises(Refused, match="2027 年的安排还没有载入"):
        amending.amend(
            D("2028-05-01"), is_off=True, name="劳动节", actor=administrator, at=noon("2026-12-21"), reason="通知"
        )


def test_the_page_keeps_what_was_pasted_and_says_what_is_wrong(org, administrator, client):
    client.force_login(administrator)
    answer = client.post(reverse("accounts:calendar"), {"text": BAD[0][0]})
    assert answer.status_code == 422
    assert "第 5 行" in answer.content.decode()
    assert "示例节" in answer.content.decode()


def test_loading_and_working_out_twice_changes_nothing(org):
    datong.published(org)
    assert load_tables(noon("2021-02-01")) == 0
    assert terms.recompute(calendar(), at=noon("2021-02-01")) == []


def test_a_window_granted_to_a_city_moves_what_it_owes_by_that_phase(henan, cast):
    before = {row.unit_path: row.due_at for row in datong.owed(henan, "phase.inspect_other")}
    asked = services.ask_window(
        henan.phases.get(key="inspect_other"), unit=cast.city, starts_on=D("2020-06-01"), ends_on=D("2020-11-30"),
        reason="疫情", actor=cast.officer_city, at=scene.MARCH,
    )  # fmt: skip
    services.approve_window(asked, actor=cast.leader_province, at=scene.MARCH)
    after = {row.unit_path: row.due_at for row in datong.owed(henan, "phase.inspect_other")}
    assert after[cast.city.path] == clock.end_of_day(D("2020-11-30"))
    assert after[cast.other_city.path] == before[cast.other_city.path]
