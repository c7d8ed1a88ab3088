"""Who may answer for whom, and an answer handed in twice."""

from datetime import date

import pytest

from campaigns.models import DueAnswer
from campaigns.services import due
from campaigns.services.due import looking
from core import clock
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


def test_a_button_pressed_twice_hands_in_once(org, plan):
    row = datong.owed(plan, "row.22", org.team)[0]

    def hand_in(text):
        return due.submit(row, {"报送内容": text}, actor=org.officer_team, at=noon("2021-10-10"))

    first = hand_in("总结")
    assert hand_in("总结") == first
    assert DueAnswer.objects.count() == 1
    assert hand_in("总结，补充").number == 2
    due.send_back(row, reason="重报", actor=org.officer, at=noon("2021-10-11"))
    assert hand_in("总结，补充").number == 3


def test_a_unit_helps_the_leads_of_its_own_county(org, plan):
    entry = due.entry_of(plan.blueprint.data, "row.24")
    due.name_units(
        plan, entry, [org.yungang, org.xinrong], [org.yungang_team, org.xinrong_team, org.office],
        actor=org.officer, at=noon("2021-01-05"),
    )  # fmt: skip
    own, other = (datong.owed(plan, "row.24", unit)[0] for unit in (org.yungang, org.xinrong))
    assert set(due.listed_units(own)) == {org.yungang, org.yungang_team, org.office}
    seen = looking.owed_by(org.officer_yungang_team).filter(campaign_id=plan.pk, subject="row.24")
    assert list(seen.exclude(unit_path=org.city.path)) == [own]
    assert due.answering_unit(other, org.officer_yungang_team) is None
    due.name_units(plan, entry, [org.xinrong], [org.yungang_team], actor=org.officer, at=noon("2021-01-06"))
    assert due.answering_unit(other, org.officer_yungang_team) == org.yungang_team, "named for another county"
    assert looking.owed_by(org.officer_yungang_team).filter(pk=other.pk).exists()


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_the_calendar_has_a_first_and_a_last_day(org, plan, client, day):
    client.force_login(org.officer)
    for view in ("month", "week"):
        assert client.get(f"/campaigns/due/calendar/?view={view}&day={day}").status_code == 200
