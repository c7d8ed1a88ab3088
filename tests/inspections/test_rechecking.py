"""Between planning and the gate of the works much may change: whoever shows a certificate is asked about once more."""

from datetime import UTC, date, datetime

import pytest

from accounts.models import EnforcementCertificate
from campaigns import services
from campaigns.models import Phase
from core import clock
from core.refusals import Refused
from enterprises.models import PositiveListEntry
from inspections.services import planning, visits
from tests import factories as make
from tests.campaigns import scene

pytestmark = pytest.mark.django_db
MARCH = datetime(2018, 3, 27, 1, 0, tzinfo=UTC)
DAY = date(2018, 3, 30)


@pytest.fixture
def target(cast):
    EnforcementCertificate.objects.update(valid_from=date(2017, 1, 1), valid_to=date(2022, 12, 31))
    return scene.listed(scene.campaign_of("gansu-2018", cast, 2018, MARCH), cast)


@pytest.fixture
def visit(cast, target):
    people = {"lead_inspector": cast.inspector_a, "second_inspector": cast.second_a, "actor": cast.officer_a}
    return planning.plan(target, planned_on=DAY, at=MARCH, items=["自动监控"], **people).visit


def show(visit, *people, day=DAY):
    for person in people:
        visits.check_in(visit, actor=person, at=clock.at_local(day, 9))


def the_campaign_ended(cast, target):
    services.close(target.campaign, actor=cast.officer_city, at=MARCH, reason="年度结束")


def the_phase_ended(cast, target):
    Phase.objects.filter(campaign=target.campaign, key="inspect").update(ends_on=date(2018, 3, 29))


def it_came_onto_the_positive_list(cast, target):
    PositiveListEntry.objects.create(
        enterprise=target.enterprise, ground="守法", valid_from=date(2018, 3, 28), entered_at=MARCH
    )


def the_superior_came_first(cast, target):
    theirs = make.target(make.campaign(cast.city, year=2018), target.enterprise)
    done = {"planned_on": date(2018, 3, 28), "state": "done", "ended_at": datetime(2018, 3, 28, 8, 0, tzinfo=UTC)}
    make.assignment(theirs, cast.officer_city, cast.second_a, sent_by=cast.city, items=["自动监控"], **done)


CHANGES = [
    (the_campaign_ended, "行动已经结束"),
    (the_phase_ended, "阶段已经结束"),
    (it_came_onto_the_positive_list, "在监督执法正面清单内"),
    (the_superior_came_first, "同一自然月内原则上不再对同一事项检查"),
]


@pytest.mark.parametrize(("change", "said"), CHANGES)
def test_what_changed_since_the_planning_stops_the_visit(cast, target, visit, change, said):
    change(cast, target)
    with pytest.raises(Refused, match=f"派单之后情况有变，不能开始检查：.*{said}"):
        show(visit, cast.inspector_a)


@pytest.mark.parametrize(("change", "said"), CHANGES)
def test_also_between_the_certificates_and_the_beginning(cast, target, visit, change, said):
    show(visit, cast.inspector_a, cast.second_a)
    change(cast, target)
    with pytest.raises(Refused, match=said):
        visits.start(visit, actor=cast.inspector_a, at=clock.at_local(DAY, 10))


@pytest.mark.parametrize(("change", "said"), CHANGES)
def test_who_joins_a_visit_that_runs_shows_the_certificate_whatever_has_changed(cast, target, visit, change, said):
    visit.assignment.expert = cast.expert
    visit.assignment.save()
    show(visit, cast.inspector_a, cast.second_a)
    visits.start(visit, actor=cast.inspector_a, at=clock.at_local(DAY, 10))
    change(cast, target)
    assert visits.check_in(visit, actor=cast.expert, at=clock.at_local(DAY, 11)).is_expert


def test_what_did_not_change_begins_on_a_later_day_too(cast, target, visit):
    show(visit, cast.inspector_a, cast.second_a, day=date(2018, 4, 2))
    assert visits.start(visit, actor=cast.inspector_a, at=clock.at_local(date(2018, 4, 2), 10)).state == "draft"
