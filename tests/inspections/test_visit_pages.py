"""The pages of visits and records: who may open what, what a page says, how much a list costs."""

import hashlib
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core import clock
from core.form_engine import evidence as uploads
from inspections.models import Evidence, Issue, Visit, VisitRecord
from inspections.services import locking, visits
from tests import factories as make
from tests.inspections import scene as stage
from tests.inspections.browsing import at, body, signed_in, url_of
from tests.inspections.scene import MORNING, NOON, Scene


def locked(scene: Scene, *findings: dict[str, Any]) -> VisitRecord:
    record = stage.ready(scene, *findings)
    locking.submit(record, late_reason="", actor=record.writer, at=NOON)
    return stage.fresh(record)


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


def test_a_photo_of_the_shut_door_stays_when_the_witness_is_missing(scene: Scene) -> None:
    record, lead = stage.begun(scene), signed_in(scene.cast.inspector_a)
    said = {
        "outcome": "refused",
        "note": "门卫不开门",
        "lead_signature": url_of(stage.png()),
        "second_signature": url_of(stage.png()),
    }
    door = io.BytesIO(stage.photo())
    door.name = "大门.jpg"
    sha256 = hashlib.sha256(stage.photo()).hexdigest()
    refused = lead.post(at("visit_end", record.visit_id), said | {"photos": door})
    page = refused.content.decode()
    assert (refused.status_code, f'value="{sha256}"' in page, "大门.jpg" in page) == (422, True, True)
    lead.post(at("visit_end", record.visit_id), said | {"witness": "村委会王某", "photos-kept": sha256})
    assert [row.file.sha256 for row in Evidence.objects.filter(visit=record.visit_id)] == [sha256]


def test_a_shut_door_told_a_day_late_asks_why_and_shows_both_dates(scene: Scene) -> None:
    record, lead = stage.begun(scene), signed_in(scene.cast.inspector_a)
    page = at("visit_end", record.visit_id)
    said = {
        "outcome": "refused",
        "note": "门卫不开门",
        "witness": "村委会王某",
        "lead_signature": url_of(stage.png()),
        "second_signature": url_of(stage.png()),
    }
    assert 'name="late_reason"' not in lead.get(page).content.decode()
    with clock.travel(datetime(2020, 5, 13, 2, 1, tzinfo=UTC)):
        lead = signed_in(scene.cast.inspector_a)
        refused = lead.post(page, said)
        assert (refused.status_code, 'name="late_reason"' in refused.content.decode()) == (422, True)
        lead.post(page, said | {"late_reason": "手机没有电"})
        kept = " ".join(lead.get(at("record_view", record.pk)).content.decode().split())
    for words in ("迟报", "手机没有电", "2020-05-12 09:00 至 2020-05-13 10:01"):
        assert words in kept


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


def test_a_signature_under_a_draft_is_not_the_enterprises(scene: Scene) -> None:
    row, cast = with_photo(scene), scene.cast
    record = locking.correct(row.visit, reason="更正坐标", actor=cast.inspector_a, at=NOON)
    stage.sign_all(record)
    url = at("signature_image", record.signatures.first().pk)
    assert body(signed_in(cast.officer_a).get(url))
    assert signed_in(cast.enterprise_a).get(url).status_code == 404


def test_the_photos_of_a_visit_cost_the_same_however_many(scene: Scene) -> None:
    row, client = with_photo(scene), signed_in(scene.cast.officer_a)
    page = at("visit_evidence", row.visit_id)
    for number in range(8):
        Evidence.objects.create(
            visit=row.visit, file=row.file, item_path=f"air.item{number}", taken_by=row.taken_by, recorded_at=NOON
        )
    with CaptureQueriesContext(connection) as asked:
        assert client.get(page).content.decode().count("示例") > 0
    records = [one for one in asked if "inspections_visitrecord" in one["sql"] and "core_formdefinition" in one["sql"]]
    assert len(records) == 1


def test_a_photo_whose_bytes_changed_is_flagged(scene: Scene) -> None:
    row, client = with_photo(scene), signed_in(scene.cast.officer_a)
    page = at("visit_evidence", row.visit_id)
    assert "的原件都与收到时一致" in client.get(page).content.decode()
    path = default_storage.path(row.file.path)
    with open(path, "r+b") as kept:
        kept.seek(200)
        kept.write(b"x")
    assert "有 1 个文件的原件与收到时不一致" in client.get(page).content.decode()


def test_a_paper_is_made_by_the_page_and_read_by_its_readers_only(scene: Scene) -> None:
    record, cast = locked(scene, stage.finding()), scene.cast
    made = signed_in(cast.inspector_a).post(at("record_print", record.pk, "notes"))
    assert body(signed_in(cast.enterprise_a).get(made["Location"])).startswith(b"%PDF-")
    assert signed_in(cast.inspector_b).get(made["Location"]).status_code == 404
    for reader in (cast.enterprise_a, cast.officer_a, cast.leader_a, cast.discipline, cast.expert):
        assert signed_in(reader).post(at("record_print", record.pk, "told")).status_code == 403
        page = signed_in(reader).get(at("record_view", record.pk)).content.decode()
        assert (made["Location"] in page, at("record_print", record.pk, "told") in page) == (True, False)
    assert (
        at("record_print", record.pk, "told")
        in signed_in(cast.second_a).get(at("record_view", record.pk)).content.decode()
    )
    assert signed_in(cast.inspector_a).post(at("record_print", record.pk, "diary")).status_code == 404


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


def test_certificates_at_two_sites_within_half_an_hour_are_said(scene: Scene) -> None:
    """A hint and no refusal: to the inspector at once, to who reviews on the record, not to the enterprise."""
    cast, first = scene.cast, stage.ready(scene)
    locking.submit(first, late_reason="", actor=first.writer, at=NOON)
    site = make.enterprise("漯河示例化工有限公司", cast.county_a, cast.region_a)
    target = make.target(scene.campaign, site)
    other = make.visit(make.assignment(target, cast.inspector_a, cast.second_a, planned_on=stage.DAY))
    lead = signed_in(cast.inspector_a)
    with clock.travel(MORNING + timedelta(minutes=29)):
        told = lead.post(at("visit_check_in", other.pk), follow=True).content.decode()
    hint = "您 09:00 还在漯河示例纸业有限公司亮证，与本次相隔不到 30 分钟"
    assert hint in told
    page = signed_in(cast.officer_a).get(at("record_view", first.pk)).content.decode()
    assert f"李一检 2020-05-12 09:29 在{site.name}亮证" in page
    assert "王二检 2020-05-12 09:29" not in page
    own = signed_in(cast.enterprise_a).get(at("record_view", first.pk)).content.decode()
    assert "另有检查" not in own
    with clock.travel(MORNING + timedelta(minutes=31)):
        late = signed_in(cast.second_a).post(at("visit_check_in", other.pk), follow=True).content.decode()
    assert "还在" not in late
