"""What a case rests on: nothing of research (LH-08), and the record of the whole process (DT-17)."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core import clock, files
from core.refusals import Refused
from inspections.models import Evidence
from penalties import materials, services
from penalties.models import CaseMaterial
from tests import factories as make
from tests.inspections.scene import photo
from tests.penalties.steps import LATER, deciding

pytestmark = pytest.mark.django_db
FILM = b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 64


def picture(visit, color="navy"):
    stored = files.store(photo(color), name="现场.jpg", by=visit.assignment.lead_inspector, at=make.MORNING)
    return Evidence.objects.create(
        visit=visit, file=stored, caption="排口", taken_by=visit.assignment.lead_inspector, recorded_at=make.MORNING
    )


@pytest.fixture
def research(cast, issue):
    """A research visit to the party of the case, with a photo and a record."""
    target = issue.visit.assignment.target
    target.assignments.update(state="done")
    visit = make.visit(make.assignment(target, cast.inspector_a, cast.second_a, kind="research"), state="submitted")
    return picture(visit, "green"), make.locked_record(visit)


@pytest.fixture
def process_ordered(issue):
    """The plan makes the record of the whole process a condition of every case, as Datong's does."""
    blueprint = issue.campaign.blueprint
    blueprint.data["cases"] = {"process_record": True, "source": "三（二）1"}
    blueprint.save()


@pytest.mark.req("LH-08")
def test_a_photo_of_research_is_refused_as_evidence_of_a_case(client, cast, filed, research):
    shown, record = research
    page = reverse("penalties:case_materials", args=[filed.pk])
    client.force_login(cast.officer_a)
    with clock.travel(LATER):
        assert "调研指导" in client.get(page).content.decode()
        for what, row in (("evidence", shown), ("record", record)):
            answer = client.post(
                reverse("penalties:case_cite", args=[filed.pk]), {"what": what, "pk": row.pk}, follow=True
            )
            assert "调研指导中形成的照片或记录，不作为执法证据，不能引用到案件" in answer.content.decode()
        assert not CaseMaterial.objects.exists()
        ours = picture(filed.issue.visit)
        answer = client.post(reverse("penalties:case_cite", args=[filed.pk]), {"what": "evidence", "pk": ours.pk})
    assert answer.status_code == 302
    assert CaseMaterial.objects.get().evidence == ours


def test_what_was_seen_at_another_enterprise_is_no_evidence(cast, filed):
    other = make.target(filed.campaign, make.enterprise("源汇示例铸造厂", cast.county_a, cast.region_a))
    visit = make.visit(make.assignment(other, cast.inspector_a, cast.second_a), state="submitted")
    with pytest.raises(Refused, match="其他企业的检查材料"):
        materials.cite(filed, picture(visit), actor=cast.officer_a, at=LATER)


def decide(case, cast):
    return services.decide(case, deciding(), actor=cast.leader_city, at=LATER)


@pytest.mark.req("DT-17")
def test_without_recording_and_without_a_word_the_case_is_not_approved(client, cast, noticed, process_ordered):
    client.force_login(cast.leader_city)
    step = {**deciding().__dict__, "occurred_on": "2020-06-02"}
    with clock.travel(LATER):
        answer = client.post(reverse("penalties:case_step", args=[noticed.pk, "decide"]), step)
    assert answer.status_code == 422
    assert "缺全过程记录：没有音像记录，也没有说明原因，不得审批" in answer.content.decode()
    noticed.refresh_from_db()
    assert noticed.state == "noticed"


@pytest.mark.req("DT-17")
def test_a_word_on_why_there_is_none_lets_it_pass(client, cast, noticed, process_ordered):
    address = reverse("penalties:case_explain", args=[noticed.pk])
    client.force_login(cast.officer_a)
    with clock.travel(LATER):
        assert client.post(address, {"text": "设备坏"}).status_code == 422
        assert client.post(address, {"text": "执法记录仪当日故障，已以笔录和照片逐项记录。"}).status_code == 302
    assert decide(noticed, cast).state == "decided"


@pytest.mark.req("DT-17")
def test_a_film_of_the_visit_is_the_record(client, cast, noticed, process_ordered):
    visit = noticed.issue.visit
    address = reverse("inspections:visit_recording", args=[visit.pk])
    client.force_login(cast.inspector_a)
    with clock.travel(LATER):
        text = SimpleUploadedFile("说明.pdf", b"%PDF-1.4\n%%EOF")
        assert client.post(address, {"file": text, "caption": "全过程"}).status_code == 422
        sent = {"caption": "亮证和车间巡查"}
        answer = client.post(address, sent | {"file": SimpleUploadedFile("全过程.mp4", FILM)})
        assert answer.status_code == 422
        assert "检查记录已提交，补传须写明原因" in answer.content.decode()
        sent["late_reason"] = "执法记录仪回单位后导出"
        assert client.post(address, sent | {"file": SimpleUploadedFile("全过程.mp4", FILM)}).status_code == 302
        page = client.get(reverse("inspections:visit_evidence", args=[visit.pk])).content.decode()
    assert "亮证和车间巡查（补传：执法记录仪回单位后导出）" in page
    client.force_login(cast.officer_a)
    assert client.post(address, {"file": SimpleUploadedFile("二.mp4", FILM), "caption": "二"}).status_code == 403
    assert decide(noticed, cast).state == "decided"


def test_a_plan_that_does_not_order_it_does_not_ask(cast, noticed):
    assert decide(noticed, cast).state == "decided"


def test_a_decided_case_takes_no_more_material(cast, decided):
    with pytest.raises(Refused, match="不能再增加证据材料"):
        materials.cite(decided, picture(decided.issue.visit), actor=cast.officer_a, at=LATER)


def test_who_does_not_handle_the_case_neither_sees_nor_adds(client, cast, filed):
    for person, status in ((cast.inspector_b, 404), (cast.enterprise_a, 404), (cast.expert, 404)):
        client.force_login(person)
        assert client.get(reverse("penalties:case_materials", args=[filed.pk])).status_code == status
