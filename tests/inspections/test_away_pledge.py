"""Who comes from elsewhere signs the pledge first: until then no task can be taken up (HN-66)."""

import re
from datetime import UTC, datetime

import pytest
from django.urls import reverse

from campaigns.models import InspectorProfile
from core import clock
from core.refusals import Refused
from inspections.models import CheckIn
from inspections.services import visits
from tests import factories as make
from tests.campaigns import scene

pytestmark = pytest.mark.django_db
ON_SITE = datetime(2020, 5, 12, 1, 0, tzinfo=UTC)


@pytest.fixture
def away(cast):
    """An inspector of another city, lent to county A."""
    person = make.user("away", "邓异地", cast.other_county)
    make.grant(person, "inspector", over=cast.county_a)
    make.certificate(person)
    return person


@pytest.fixture
def target(cast, away):
    scene.load()
    campaign = scene.published(cast)
    InspectorProfile.objects.create(
        user=away, specialities=["业务骨干"], changed_by=cast.officer_province, changed_at=scene.MARCH
    )
    return scene.listed(campaign, cast)


@pytest.fixture
def visit(cast, target, away):
    """Handed over by what no gate was asked about, to somebody who has not signed."""
    scene.pledged(target.campaign, cast.second_a)
    return make.visit(make.assignment(target, away, cast.second_a))


def button(page, words):
    return re.search(rf"<button[^>]*>{words}", page.content.decode())[0]


@pytest.mark.req("HN-66")
def test_the_buttons_of_an_away_task_are_off_until_the_pledge_is_signed(client, visit, away):
    address = reverse("inspections:visit_view", args=[visit.pk])
    client.force_login(away)
    with clock.travel(ON_SITE):
        page = client.get(address)
        assert "disabled" in button(page, "我已到场，出示执法证")
        assert "disabled" in button(page, "开始检查")
        assert "邓异地是异地检查人员，尚未签署" in page.content.decode()
        for name in ("visit_check_in", "visit_start"):
            answer = client.post(reverse(f"inspections:{name}", args=[visit.pk]))
            assert answer.status_code == 409
        assert not CheckIn.objects.filter(visit=visit).exists()
        signed = client.post(
            reverse("campaigns:pledge_sign", args=[visit.campaign_id]), {"name": "邓异地", "read": "on"}
        )
        assert signed.status_code == 302
        assert "disabled" not in button(client.get(address), "我已到场，出示执法证")
        assert client.post(reverse("inspections:visit_check_in", args=[visit.pk])).status_code == 302
    assert CheckIn.objects.filter(visit=visit, user=away).exists()


@pytest.mark.req("HN-66")
def test_no_away_task_is_given_to_who_has_not_signed(client, cast, target, away):
    scene.pledged(target.campaign, cast.second_a)
    with pytest.raises(Refused, match="邓异地尚未签署本行动的廉洁自律承诺书"):
        scene.plan(target, cast, lead_inspector=away)
    client.force_login(cast.officer_a)
    with clock.travel(scene.MAY):
        page = client.get(reverse("inspections:visit_plan", args=[target.pk])).content.decode()
    assert "disabled" in re.search(rf'<option value="{away.pk}"[^>]*>', page)[0]
    scene.pledged(target.campaign, away)
    assert scene.plan(target, cast, lead_inspector=away).state == "planned"


def test_the_service_refuses_the_beginning_too(cast, visit, away):
    scene.pledged(visit.campaign, away)
    for person in (away, cast.second_a):
        visits.check_in(visit, actor=person, at=ON_SITE)
    visit.campaign.pledges.filter(user=away).delete()
    with pytest.raises(Refused, match="不能领取异地任务"):
        visits.start(visit, actor=away, at=ON_SITE)


def test_who_is_at_home_is_not_asked_again(cast, target):
    visit = make.visit(make.assignment(target, cast.inspector_a, cast.second_a))
    assert visits.check_in(visit, actor=cast.inspector_a, at=ON_SITE).certificate_number
