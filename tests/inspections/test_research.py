"""Research visits (调研指导): nothing begins without the enterprise's yes, and nothing found becomes evidence."""

from datetime import UTC, date, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from campaigns.models import Consent
from campaigns.services import consents, record_visit
from core import clock
from core.models import AuditEvent, Notice
from core.refusals import Refused
from inspections.services import planning, visits
from penalties.services import refuse_unfit_issue
from tests import factories as make
from tests.campaigns import scene
from tests.campaigns.test_gate_plans import SPRING, SPRING_DAY

pytestmark = pytest.mark.django_db
ON_SITE = datetime(2021, 3, 10, 1, 0, tzinfo=UTC)


@pytest.fixture
def visit(cast):
    """A research visit to site A, planned for 2021-03-10; both certificates hold and are shown."""
    campaign = scene.without_plans(scene.campaign_of("luohe-2021", cast, 2021, SPRING))
    target = scene.listed(campaign, cast)
    scene.on_positive_list(cast.site_a, until=None)
    row = planning.plan(
        target,
        planned_on=SPRING_DAY,
        lead_inspector=cast.inspector_a,
        second_inspector=cast.second_a,
        expert=None,
        kind="research",
        reason="企业请求指导改造",
        actor=cast.officer_a,
        at=SPRING,
    )
    for person in (cast.inspector_a, cast.second_a):
        visits.check_in(row.visit, actor=person, at=ON_SITE)
    return row.visit


def consent(visit):
    return Consent.objects.get(assignment=visit.assignment)


def begin(visit, cast):
    return visits.start(visit, actor=cast.inspector_a, at=ON_SITE)


@pytest.mark.req("LH-07")
def test_without_the_consent_of_the_enterprise_it_cannot_begin(visit, cast):
    assert Notice.objects.filter(recipient=cast.enterprise_a, title__contains="请答复是否同意调研指导").exists()
    with pytest.raises(Refused, match="企业还没有答复，不能开始"):
        begin(visit, cast)
    consents.answer_consent(consent(visit), "agreed", signer="秦厂长", actor=cast.enterprise_a, at=SPRING)
    assert begin(visit, cast).state == "draft"


@pytest.mark.req("LH-07")
def test_the_enterprise_answers_with_its_own_account_and_the_answer_is_a_voucher(client, visit, cast):
    row = consent(visit)
    address = reverse("inspections:consent_answer", args=[row.pk])
    client.force_login(cast.enterprise_a)
    with clock.travel(SPRING):
        assert "是否同意由贵单位决定" in client.get(address).content.decode()
        assert client.post(address, {"answer": "agreed"}).status_code == 422
        assert client.post(address, {"answer": "agreed", "signer": "秦厂长"}).status_code == 302
    row.refresh_from_db()
    assert (row.answer, row.answered_by, row.digest) == ("agreed", cast.enterprise_a, consents.voucher_digest(row))
    assert AuditEvent.objects.filter(action="campaigns.consent.answer", object_id=str(row.pk)).exists()
    assert Notice.objects.filter(recipient=cast.inspector_a, key=f"consent.answered:{row.pk}").exists()
    with pytest.raises(Refused, match="不能再改"):
        consents.answer_consent(row, "declined", signer="秦厂长", actor=cast.enterprise_a, at=SPRING)


def test_a_no_is_a_no(visit, cast):
    consents.answer_consent(consent(visit), "declined", signer="秦厂长", actor=cast.enterprise_a, at=SPRING)
    with pytest.raises(Refused, match="企业不同意"):
        begin(visit, cast)


def test_an_officer_needs_the_signed_paper(client, visit, cast):
    address = reverse("inspections:consent_answer", args=[consent(visit).pk])
    client.force_login(cast.officer_a)
    with clock.travel(SPRING):
        said = {"answer": "agreed", "signer": "秦厂长"}
        assert client.post(address, said).status_code == 422
        paper = SimpleUploadedFile("答复.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF")
        assert client.post(address, said | {"paper": paper}).status_code == 302
    assert consent(visit).paper.name == "答复.pdf"
    client.force_login(cast.inspector_b)
    assert client.get(address).status_code == 404


def test_what_it_found_is_no_evidence_of_a_case(visit, cast):
    record = make.locked_record(visit, at=ON_SITE)
    issue = make.issue(record, at=ON_SITE)
    with pytest.raises(Refused, match="不作为执法证据"):
        refuse_unfit_issue(issue)


def test_it_is_no_inspection_in_the_counts(visit, cast):
    record_visit(visit.assignment.target_id, ON_SITE, actor=cast.inspector_a)
    visit.assignment.refresh_from_db()
    assert (visit.assignment.state, visit.assignment.target.visit_count) == ("done", 0)


def test_a_plan_without_research_refuses_it(cast):
    scene.load()
    henan = scene.published(cast)
    target = scene.listed(henan, cast)
    scene.pledged(henan, cast.inspector_a, cast.second_a)
    with pytest.raises(Refused, match="没有安排调研指导"):
        scene.plan(target, cast, kind="research", planned_on=date(2020, 5, 12))
