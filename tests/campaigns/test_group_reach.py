"""How far a place in a group reaches: the rows of its campaign and of those made from it, as long as it runs."""

import pytest

from campaigns import services
from campaigns.models import Assignment, Campaign, RegisterEntry, Target
from campaigns.services.groups import end_group_rights
from core import clock
from inspections.models import Issue, Visit, VisitRecord
from tests import factories as make
from tests.campaigns.scene import MARCH
from tests.campaigns.test_groups import again, member, services_campaign
from tests.cast import Cast
from tests.inspections import scene as field_work
from tests.registers import scene as registers

pytestmark = pytest.mark.django_db
HELP = {"subject": "企业拒绝开门", "kind": "企业不配合", "detail": "门卫称负责人不在，拒绝进入。"}


@pytest.fixture(autouse=True)
def _at_noon_of_the_field_work():
    with clock.travel(field_work.NOON):
        yield


def worked(campaign: Campaign, cast: Cast) -> Issue:
    visit = make.visit(make.assignment(make.target(campaign, cast.site_a), cast.inspector_a, cast.second_a))
    return make.issue(make.locked_record(visit))


def test_a_seat_that_reads_sees_the_rows_of_its_campaign_and_of_those_made_from_it(cast: Cast) -> None:
    campaign, other = services_campaign(cast), make.campaign(cast.province, year=2019)
    made = make.campaign(cast.city, year=2021)
    Campaign.objects.filter(pk=made.pk).update(parent=campaign)
    issues = {row: worked(row, cast) for row in (campaign, other, made)}
    registers.load("field_help")
    plans = registers.campaign(cast)
    entry = registers.file("field_help", cast.inspector_a, plans, **HELP)
    person = make.user("seat", "卫组员", cast.province)
    group = campaign.groups.filter(rights="read").first()
    services.add_member(group, person, role="组员", actor=cast.leader_province, at=MARCH)
    person = again(person)
    assert set(Issue.objects.visible_to(person)) == {issues[campaign], issues[made]}
    assert {row.campaign for row in Visit.objects.visible_to(person)} == {campaign, made}
    assert {row.campaign for row in Target.objects.visible_to(person)} == {campaign, made}
    assert {row.target.campaign for row in Assignment.objects.visible_to(person)} == {campaign, made}
    assert {row.visit.campaign for row in VisitRecord.objects.visible_to(person)} == {campaign, made}
    assert not RegisterEntry.objects.visible_to(person).filter(pk=entry.pk).exists()
    end_group_rights(campaign, actor=cast.leader_province, at=field_work.NOON)
    assert not Issue.objects.visible_to(again(person)).exists()


def test_who_holds_the_unit_besides_sees_all_of_it(cast: Cast) -> None:
    campaign, other = services_campaign(cast), make.campaign(cast.province, year=2019)
    issues = {worked(row, cast) for row in (campaign, other)}
    member(campaign, campaign.groups.filter(rights="read").first().key, cast.contact_city, cast)
    person = again(cast.contact_city)
    assert set(Issue.objects.visible_to(person)) == issues
