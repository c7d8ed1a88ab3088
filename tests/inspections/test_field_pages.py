"""The pages of self-checks, visits and records: who may open what, what a page says, how much a list costs."""

import base64
import hashlib
import io
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from core import clock
from core.form_engine import evidence as uploads
from core.models import AuditEvent, Submission
from inspections.models import Evidence, Issue, SelfCheck, Visit, VisitRecord
from inspections.services import locking, selfchecks, visits
from tests import factories as make
from tests.inspections import scene as stage
from tests.inspections.scene import MORNING, NOON, Scene


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def body(answer: Any) -> bytes:
    """The whole of a file that was served: at its end the file is closed."""
    content: bytes = b"".join(answer.streaming_content)
    return content


def at(name: str, *args: Any) -> str:
    return reverse(f"inspections:{name}", args=args)


def url_of(drawing: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(drawing).decode()


def locked(scene: Scene, *findings: dict[str, Any]) -> VisitRecord:
    record = stage.ready(scene, *findings)
    locking.submit(record, late_reason="", actor=record.writer, at=NOON)
    return stage.fresh(record)


# Self-checks


def test_the_enterprise_begins_fills_and_declares(scene: Scene) -> None:
    client = signed_in(scene.cast.enterprise_a)
    with clock.travel(stage.APRIL):
        assert "开始自查" in client.get(at("selfcheck_mine")).content.decode()
        client.post(at("selfcheck_begin", scene.target.pk))
        row = SelfCheck.objects.get()
        page = client.get(at("selfcheck_edit", row.pk))
        assert page.status_code == 200
        assert "data-form-sheet" in page.content.decode()
        stage.fill_self_check(row, stage.self_check_answers(bad=("systems.funds",)), scene.cast.enterprise_a)
        assert "台账缺三月份记录" in client.get(at("selfcheck_declare", row.pk)).content.decode()
        said = {"name": "秦厂长", "agreed": "on", "signature": url_of(stage.png())}
        answer = client.post(at("selfcheck_declare", row.pk), said, follow=True)
        assert "等待属地分局备案" in answer.content.decode()
        assert client.post(at("selfcheck_declare", row.pk), said).status_code == 302
    row.refresh_from_db()
    assert (row.state, Submission.objects.filter(kind="self_check").count()) == ("submitted", 1)


def test_a_declaration_with_a_fault_keeps_what_was_typed(scene: Scene) -> None:
    row = selfchecks.begin(scene.target, actor=scene.cast.enterprise_a, at=stage.APRIL)
    stage.fill_self_check(row, stage.self_check_answers(), scene.cast.enterprise_a)
    drawing = url_of(stage.png())
    answer = signed_in(scene.cast.enterprise_a).post(
        at("selfcheck_declare", row.pk), {"name": "秦厂长", "signature": drawing}
    )
    page = answer.content.decode()
    assert (answer.status_code, "请确认填报内容真实后再提交" in page) == (422, True)
    assert 'value="秦厂长"' in page
    assert drawing in page


def test_the_county_files_or_sends_back(scene: Scene) -> None:
    row, client = stage.handed_in(scene), signed_in(scene.cast.officer_a)
    assert "受理备案" in client.get(at("selfcheck_view", row.pk)).content.decode()
    client.post(at("selfcheck_return", row.pk), {"reason": "第三部分不完整"})
    own = signed_in(scene.cast.enterprise_a).get(at("selfcheck_view", row.pk)).content.decode()
    assert "第三部分不完整" in own
    assert "按退回意见修改" in own


def test_returned_without_a_reason_is_refused(scene: Scene) -> None:
    row = stage.handed_in(scene)
    answer = signed_in(scene.cast.officer_a).post(at("selfcheck_return", row.pk), {"reason": ""})
    assert (answer.status_code, "须填写理由" in answer.content.decode()) == (422, True)


def test_a_filed_sheet_opens_for_reading_only(scene: Scene) -> None:
    row = stage.filed(scene)
    answer = signed_in(scene.cast.enterprise_a).get(at("selfcheck_edit", row.pk))
    assert answer["Location"] == at("selfcheck_view", row.pk)


@pytest.mark.parametrize("name", ["selfcheck_view", "selfcheck_edit", "selfcheck_declare", "selfcheck_signature"])
def test_another_units_self_check_is_not_there(scene: Scene, name: str) -> None:
    row, cast = stage.handed_in(scene), scene.cast
    for stranger in (cast.enterprise_b, cast.inspector_b, cast.officer_other, cast.administrator):
        assert signed_in(stranger).get(at(name, row.pk)).status_code == 404


@pytest.mark.parametrize("name", ["selfcheck_accept", "selfcheck_return", "selfcheck_correct"])
def test_who_sees_a_self_check_may_not_therefore_decide_it(scene: Scene, name: str) -> None:
    row = stage.handed_in(scene)
    person = scene.cast.inspector_a if name != "selfcheck_accept" else scene.cast.enterprise_a
    assert signed_in(person).post(at(name, row.pk), {"reason": "x"}).status_code == 403
    assert AuditEvent.objects.filter(action__startswith="denied.").count() == 1


@pytest.mark.req("HN-19")
def test_from_the_first_of_may_who_did_not_hand_in_is_overdue(scene: Scene) -> None:
    client = signed_in(scene.cast.officer_a)
    with clock.travel(datetime(2020, 4, 30, 15, 59, tzinfo=UTC)):
        assert page_lines(client) == [("漯河示例纸业有限公司", "未提交")]
    with clock.travel(datetime(2020, 4, 30, 16, 1, tzinfo=UTC)):
        assert page_lines(client) == [("漯河示例纸业有限公司", "逾期未自查")]
        assert page_lines(client, "?standing=overdue") == [("漯河示例纸业有限公司", "逾期未自查")]
        assert page_lines(client, "?standing=missing") == []


def page_lines(client: Client, query: str = "") -> list[tuple[str, str]]:
    context = client.get(at("selfcheck_list") + query).context
    return [(line.target.enterprise.name, line.label) for line in context["lines"]]


def test_handed_in_after_the_phase_is_shown_as_late(scene: Scene) -> None:
    stage.handed_in(scene, at=datetime(2020, 5, 2, tzinfo=UTC))
    (line,) = signed_in(scene.cast.officer_a).get(at("selfcheck_list")).context["lines"]
    assert (line.label, line.is_late) == ("待备案", True)


def test_the_tabs_count_every_standing(scene: Scene) -> None:
    stage.handed_in(scene)
    for name, unit in (("源汇示例铸造厂", scene.cast.county_a), ("召陵示例水泥厂", scene.cast.county_b)):
        make.target(scene.campaign, make.enterprise(name, unit, scene.cast.region_a, is_key=True))
    make.target(scene.campaign, scene.cast.site_b)  # not a key enterprise: this phase does not ask it
    tabs = signed_in(scene.cast.officer_city).get(at("selfcheck_list")).context["tabs"]
    assert [(one["title"], one["count"]) for one in tabs] == [
        ("全部", 3),
        ("未提交", 0),
        ("逾期未自查", 2),
        ("待备案", 1),
        ("已备案", 0),
        ("已退回", 0),
    ]


def test_a_correction_being_filled_leaves_the_list_at_filed(scene: Scene) -> None:
    row = stage.filed(scene)
    selfchecks.correct(row, reason="漏报", actor=scene.cast.enterprise_a, at=NOON)
    assert page_lines(signed_in(scene.cast.officer_a)) == [("漯河示例纸业有限公司", "已备案")]


def queries(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url).status_code == 200
    return len(caught)


@pytest.mark.parametrize("name", ["selfcheck_list", "visit_list", "visit_mine"])
def test_a_list_costs_the_same_at_one_row_and_at_many(scene: Scene, name: str) -> None:
    client = signed_in(scene.cast.inspector_a if name == "visit_mine" else scene.cast.officer_a)
    locked(scene)
    few = queries(client, at(name))
    for number in range(30):
        site = make.enterprise(f"示例企业{number}", scene.cast.county_a, scene.cast.region_a, is_key=True)
        visit = make.visit(
            make.assignment(make.target(scene.campaign, site), scene.cast.inspector_a, scene.cast.second_a)
        )
        visits.check_in(visit, actor=scene.cast.inspector_a, at=MORNING)
        make.locked_record(visit)
    assert queries(client, at(name)) == few


# Visits


def test_today_stands_before_the_rest(scene: Scene) -> None:
    stage.planned(scene)
    far = make.target(scene.campaign, make.enterprise("远处示例厂", scene.cast.county_a, scene.cast.region_a))
    make.visit(make.assignment(far, scene.cast.inspector_a, scene.cast.second_a, planned_on=date(2020, 5, 14)))
    late = make.target(scene.campaign, make.enterprise("逾期示例厂", scene.cast.county_a, scene.cast.region_a))
    make.visit(make.assignment(late, scene.cast.inspector_a, scene.cast.second_a, planned_on=date(2020, 5, 11)))
    groups = signed_in(scene.cast.second_a).get(at("visit_mine")).context["groups"]
    assert [(name, len(rows)) for name, rows in groups] == [("今天", 1), ("逾期未查", 1), ("近七天", 1)]


@pytest.mark.req("HN-24")
def test_the_self_checks_problems_and_the_history_are_at_hand(scene: Scene) -> None:
    stage.filed(scene, bad=("systems.funds",))
    former = make.visit(
        make.assignment(scene.target, scene.cast.inspector_a, scene.cast.second_a, state="done"), state="submitted"
    )
    make.issue(make.locked_record(former))
    page = signed_in(scene.cast.inspector_a).get(at("visit_view", stage.planned(scene).pk)).content.decode()
    for words in ("台账缺三月份记录", "环保投入管理", "漯环源自查〔2020〕1号", "2020-05-12 现场检查", "排口可见烟羽"):
        assert words in page


def test_certificates_are_shown_and_the_visit_begins_by_the_pages(scene: Scene) -> None:
    visit, cast = stage.planned(scene), scene.cast
    lead, second = signed_in(cast.inspector_a), signed_in(cast.second_a)
    lead.post(at("visit_check_in", visit.pk))
    refused = lead.post(at("visit_start", visit.pk))
    assert (refused.status_code, "不得单人执法" in refused.content.decode()) == (409, True)
    second.post(at("visit_check_in", visit.pk))
    assert lead.post(at("visit_start", visit.pk))["Location"] == at("record_edit", visit.pk)
    assert "data-visit-findings" in lead.get(at("record_edit", visit.pk)).content.decode()
    watching = second.get(at("record_edit", visit.pk)).content.decode()
    assert "现在由李一检执笔" in watching
    assert "data-form-sheet" not in watching
    second.post(at("visit_take_pen", visit.pk))
    assert "data-form-sheet" in second.get(at("record_edit", visit.pk)).content.decode()


def test_a_planned_visit_is_kept_from_the_enterprise(scene: Scene) -> None:
    visit, client = stage.planned(scene), signed_in(scene.cast.enterprise_a)
    assert client.get(at("visit_view", visit.pk)).status_code == 404
    assert len(client.get(at("visit_list")).context["page"]) == 0


def test_a_draft_is_kept_from_the_enterprise_and_a_locked_record_is_not(scene: Scene) -> None:
    record, client = stage.ready(scene, stage.finding()), signed_in(scene.cast.enterprise_a)
    assert client.get(at("record_view", record.pk)).status_code == 404
    assert client.get(f"/api/v1/submissions/{record.client_id}").status_code == 404
    assert client.get(at("record_preview", record.pk, "notes")).status_code == 404
    locking.submit(record, late_reason="", actor=record.writer, at=NOON)
    page = client.get(at("record_view", record.pk))
    assert (page.status_code, "布袋除尘设施不正常运行" in page.content.decode()) == (200, True)
    assert client.get(f"/api/v1/submissions/{record.client_id}").status_code == 200


@pytest.mark.parametrize("name", ["visit_view", "record_edit", "record_sign", "visit_end", "visit_evidence"])
def test_another_units_visit_is_not_there(scene: Scene, name: str) -> None:
    record, cast = stage.begun(scene), scene.cast
    for stranger in (cast.inspector_b, cast.officer_other, cast.enterprise_b, cast.administrator):
        assert signed_in(stranger).get(at(name, record.visit_id)).status_code == 404


@pytest.mark.parametrize("name", ["visit_start", "visit_take_pen", "record_submit", "record_correct", "visit_end"])
def test_who_sees_a_visit_may_not_therefore_act_in_it(scene: Scene, name: str) -> None:
    visit = stage.planned(scene) if name == "visit_start" else stage.begun(scene).visit
    assert signed_in(scene.cast.officer_a).post(at(name, visit.pk), {"reason": "x"}).status_code == 403


def test_signatures_are_given_and_the_record_handed_in_by_the_pages(scene: Scene) -> None:
    record = stage.begun(scene)
    stage.save(record, stage.record_answers(record, stage.finding()))
    lead, second = signed_in(scene.cast.inspector_a), signed_in(scene.cast.second_a)
    page, hand_in = at("record_sign", record.visit_id), at("record_submit", record.visit_id)
    with clock.travel(NOON):
        for client, role in ((lead, "lead"), (second, "second"), (lead, "enterprise")):
            said = {"role": role, "name": "赵班长", "image": url_of(stage.png())}
            assert client.post(page, said).status_code == 302
        refused = lead.post(page, {"role": "receipt", "name": "赵班长", "refused": "on", "reason": "不收"})
        assert (refused.status_code, "须有见证人" in refused.content.decode()) == (422, True)
        lead.post(page, {"role": "receipt", "name": "赵班长", "refused": "on", "reason": "不收", "witness": "网格员"})
        first, again = lead.post(hand_in), lead.post(hand_in)
    assert (first["Location"], again["Location"]) == (at("record_view", record.pk),) * 2
    assert (stage.fresh(record).state, Issue.objects.count()) == ("locked", 1)


def test_a_late_record_asks_for_its_reason_on_the_page(scene: Scene) -> None:
    record = stage.ready(scene)
    lead, hand_in = signed_in(scene.cast.inspector_a), at("record_submit", record.visit_id)
    with clock.travel(datetime(2020, 5, 12, 16, 1, tzinfo=UTC)):
        answer = lead.post(hand_in, follow=True).content.decode()
        assert "须填写迟报原因" in answer
        assert 'name="late_reason"' in answer
        lead.post(hand_in, {"late_reason": "没有信号"})
    assert stage.fresh(record).late_reason == "没有信号"


def test_a_signature_that_lapsed_is_shown(scene: Scene) -> None:
    record = stage.ready(scene, stage.finding())
    stage.save(record, stage.sheet_of(record).answers | {"_findings": [stage.finding(demand="停产检修")]})
    with clock.travel(NOON):
        page = signed_in(scene.cast.inspector_a).get(at("record_sign", record.visit_id)).content.decode()
    assert page.count("的签名已失效：签名后内容有修改") == 4
    assert "disabled" in page


def test_a_halted_visit_is_ended_by_the_page(scene: Scene) -> None:
    record, lead = stage.begun(scene), signed_in(scene.cast.inspector_a)
    drawn = {"lead_signature": url_of(stage.png()), "second_signature": url_of(stage.png())}
    page = at("visit_end", record.visit_id)
    refused = lead.post(page, drawn | {"outcome": "halted", "note": "检修"})
    assert (refused.status_code, "停产改期须填写新的检查日期" in refused.content.decode()) == (422, True)
    assert ">检修<" in refused.content.decode().replace("\n", "")
    big = io.BytesIO(stage.photo())
    big.name = "大门.jpg"
    sent = drawn | {"outcome": "halted", "note": "检修", "new_date": "2020-05-20", "photos": big}
    assert lead.post(page, sent)["Location"] == at("visit_view", record.visit_id)
    assert (Visit.objects.get(pk=record.visit_id).state, Evidence.objects.count()) == ("halted", 1)


def test_a_file_that_is_no_photo_is_refused_with_its_name(scene: Scene) -> None:
    record, lead = stage.begun(scene), signed_in(scene.cast.inspector_a)
    fake = io.BytesIO(b"%PDF-1.7 not a picture")
    fake.name = "大门.jpg"
    said = {
        "outcome": "gone",
        "note": "已拆除",
        "lead_signature": url_of(stage.png()),
        "second_signature": url_of(stage.png()),
    }
    answer = lead.post(at("visit_end", record.visit_id), said | {"photos": fake})
    assert (answer.status_code, "大门.jpg" in answer.content.decode()) == (422, True)
    assert stage.fresh(record).state == "draft"


# Evidence and papers


def with_photo(scene: Scene) -> Evidence:
    record, data = stage.begun(scene), stage.photo()
    sha256 = hashlib.sha256(data).hexdigest()
    uploads.receive(io.BytesIO(data), sha256, name="a.jpg", declared=len(data), user=scene.cast.inspector_a, at=NOON)
    stage.save(record, stage.record_answers(record, stage.finding(photos=[{"sha256": sha256}])))
    stage.sign_all(record)
    locking.submit(record, late_reason="", actor=record.writer, at=NOON)
    return Evidence.objects.get()


def test_photos_and_signatures_are_served_to_those_who_see_the_visit(scene: Scene) -> None:
    row, cast = with_photo(scene), scene.cast
    signature = row.visit.records.get().signatures.first()
    for name, pk in (("evidence_file", row.pk), ("evidence_thumb", row.pk), ("signature_image", signature.pk)):
        for person in (cast.officer_a, cast.officer_city, cast.enterprise_a):
            assert body(signed_in(person).get(at(name, pk)))
        for stranger in (cast.inspector_b, cast.officer_other, cast.enterprise_b, cast.administrator):
            assert signed_in(stranger).get(at(name, pk)).status_code == 404
    served = body(signed_in(cast.officer_a).get(at("evidence_file", row.pk)))
    assert hashlib.sha256(served).hexdigest() == row.file.sha256


def test_a_photo_whose_bytes_changed_is_flagged(scene: Scene) -> None:
    row, client = with_photo(scene), signed_in(scene.cast.officer_a)
    page = at("visit_evidence", row.visit_id)
    assert "的原件都与收到时一致" in client.get(page).content.decode()
    path = default_storage.path(row.file.path)
    with open(path, "r+b") as kept:
        kept.seek(200)
        kept.write(b"x")
    assert "有 1 张照片的原件与收到时不一致" in client.get(page).content.decode()


def test_a_paper_is_made_by_the_page_and_read_by_its_readers_only(scene: Scene) -> None:
    record, cast = locked(scene, stage.finding()), scene.cast
    made = signed_in(cast.inspector_a).post(at("record_print", record.pk, "notes"))
    assert body(signed_in(cast.enterprise_a).get(made["Location"])).startswith(b"%PDF-")
    assert signed_in(cast.inspector_b).get(made["Location"]).status_code == 404
    assert signed_in(cast.enterprise_a).post(at("record_print", record.pk, "told")).status_code == 403
    assert signed_in(cast.inspector_a).post(at("record_print", record.pk, "diary")).status_code == 404


def test_the_enterprises_draft_is_its_own(scene: Scene) -> None:
    row = selfchecks.begin(scene.target, actor=scene.cast.enterprise_a, at=stage.APRIL)
    api = f"/api/v1/submissions/{row.client_id}"
    assert signed_in(scene.cast.enterprise_a).get(api).status_code == 200
    assert signed_in(scene.cast.officer_a).get(api).status_code == 404


def test_a_filter_that_cannot_be_read_says_so_and_filters_nothing(scene: Scene) -> None:
    locked(scene)
    answer = signed_in(scene.cast.officer_a).get(at("visit_list") + "?since=昨天&state=submitted")
    assert (answer.status_code, len(answer.context["page"])) == (200, 1)
    assert "since" in answer.context["form"].errors


@pytest.mark.parametrize(
    "query, count",
    [
        ("", 1),
        ("?state=planned", 0),
        ("?outcome=no_problem", 1),
        ("?outcome=done", 0),
        ("?late=late", 0),
        ("?q=示例纸业", 1),
        ("?q=钢铁", 0),
        ("?until=2020-05-11", 0),
    ],
)
def test_the_desk_finds_visits_by_the_address(scene: Scene, query: str, count: int) -> None:
    locked(scene)
    assert len(signed_in(scene.cast.officer_a).get(at("visit_list") + query).context["page"]) == count
