"""Sites with a new permit that nobody visited in its quarter: the light is what the county owes (DT-10)."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign
from campaigns.services import due
from core import clock
from core.models import Notice, Obligation
from core.refusals import NotAllowed, Refused
from enterprises.models import Permit
from inspections.services import new_permits
from reporting.services import reminders
from tests import factories as make
from tests.campaigns import datong

pytestmark = pytest.mark.django_db
D = date.fromisoformat
OVER = clock.at_local(D("2021-04-01"), 0, 2)
SAID = {"补查情况": "企业停产，待复产后补查", "未查原因": "领证后一直停产"}


@pytest.fixture
def org():
    return datong.assemble()


@pytest.fixture
def plan(org) -> Campaign:
    return datong.published(org)


def licensed(org: datong.Datong, name: str, day: str) -> Permit:
    site = make.enterprise(name, org.yungang, make.region("140214", name="云冈区"))
    return Permit.objects.create(enterprise=site, kind="discharge", number=name, issued_on=D(day))


def visited(plan: Campaign, permit: Permit, at: datetime) -> None:
    lead, second = (make.user(f"{word}{permit.pk}", word, permit.enterprise.unit) for word in ("甲", "乙"))
    row = make.assignment(make.target(plan, permit.enterprise), lead, second, state="done")
    make.visit(row, state="submitted", started_at=at)


def first_quarter(plan: Campaign, unit) -> Obligation:
    return next(row for row in datong.owed(plan, "due.permits", unit) if row.nominal_on == D("2021-03-31"))


@pytest.mark.req("DT-10")
def test_a_red_light_is_owed_by_the_county_until_it_answers_or_everybody_was_visited(org, plan):
    permit = licensed(org, "云冈示例一厂", "2021-01-20")
    row, other = first_quarter(plan, org.yungang), first_quarter(plan, org.xinrong)
    assert (row.unit_path, row.due_at) == (org.yungang.path, clock.end_of_day(D("2021-03-31")))
    with pytest.raises(Refused, match="期限之前按平台的记录计算"):
        due.submit(row, SAID, actor=org.officer_yungang, at=clock.at_local(D("2021-03-30")))
    assert new_permits.settle(clock.at_local(D("2021-03-31"), 12)) == 0
    new_permits.settle(OVER)
    row.refresh_from_db()
    other.refresh_from_db()
    assert (row.met_at, row.is_late(OVER)) == (None, True), "the red light"
    assert (other.met_at, other.is_late(OVER)) == (other.due_at, False), "nobody was left, in time"
    reminders.sweep_obligations(clock.at_local(D("2021-04-01"), 9))
    assert "新领证排污单位全覆盖检查" in Notice.objects.get(recipient=org.officer_yungang).body
    with pytest.raises(NotAllowed, match="列明"):
        due.submit(row, SAID, actor=org.officer, at=OVER)
    answer = due.submit(row, SAID, actor=org.officer_yungang, at=clock.at_local(D("2021-04-02"), 9))
    row.refresh_from_db()
    assert (row.met_at is not None, answer.is_late) == (True, True)
    assert new_permits.settle(clock.at_local(D("2021-04-02"), 10)) == 0, "the answer stands"
    due.send_back(row, reason="已复产，应补查", actor=org.officer, at=clock.at_local(D("2021-04-03")))
    row.refresh_from_db()
    assert row.met_at is None
    visited(plan, permit, datetime(2021, 4, 6, 2, tzinfo=UTC))
    checked = clock.at_local(D("2021-04-07"), 9)
    assert new_permits.settle(checked) == 1
    row.refresh_from_db()
    assert (row.met_at, row.is_late(checked)) == (checked, True)


def test_a_permit_that_is_entered_after_its_quarter_makes_it_owed_again(org, plan):
    visited(plan, licensed(org, "云冈示例一厂", "2021-01-20"), datetime(2021, 2, 1, 2, tzinfo=UTC))
    assert new_permits.settle(OVER) == 2
    row = first_quarter(plan, org.yungang)
    assert row.met_at == row.due_at
    with pytest.raises(Refused, match="自动办结"):
        due.submit(row, SAID, actor=org.officer_yungang, at=OVER)
    licensed(org, "云冈示例二厂", "2021-03-30")
    assert new_permits.settle(OVER) == 1
    row.refresh_from_db()
    assert row.met_at is None


def test_the_light_and_what_is_owed_lead_to_each_other(org, plan, client: Client):
    licensed(org, "云冈示例一厂", "2021-01-20")
    row = first_quarter(plan, org.yungang)
    with clock.travel(clock.at_local(D("2021-03-20"))):
        client.force_login(org.officer_yungang)
        early = client.get(reverse("campaigns:due_detail", args=[row.pk])).content.decode()
    assert reverse("campaigns:due_answer", args=[row.pk]) not in early
    client.logout()
    with clock.travel(clock.at_local(D("2021-04-01"), 9)):
        client.force_login(org.officer_yungang)
        lights = reverse("inspections:coverage_permits") + "?quarter=2021-1"
        page = client.get(lights).content.decode()
        assert ("季度末未查" in page, row.url in page) == (True, True)
        page = client.get(row.url).content.decode()
        assert lights in page
        answer = reverse("campaigns:due_answer", args=[row.pk])
        assert answer in page
        sent = {"part_0": SAID["补查情况"], "part_1": SAID["未查原因"]}
        assert client.post(answer, sent).status_code == 302
        assert "已办结" in client.get(lights).content.decode()


def test_the_cost_does_not_grow_with_the_permits(org, plan, django_assert_max_num_queries):
    for number in range(12):
        licensed(org, f"云冈示例{number}厂", "2021-01-20")
    new_permits.settle(OVER)
    with django_assert_max_num_queries(12):
        new_permits.settle(OVER)
