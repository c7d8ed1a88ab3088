"""The record is signed, handed in and locked; what follows from it is written in the same transaction."""

import hashlib
import io
import threading
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections

from core import clock, files
from core.form_engine import evidence as uploads
from core.form_engine.services import Outcome, Result, put_submission
from core.models import AuditEvent, Notice, Obligation, StoredFile
from core.refusals import NotAllowed, Refused
from inspections.models import Evidence, Issue, IssueVersion, Signature, VisitRecord
from inspections.services import locking, signing, visits
from inspections.services.signing import Drawn
from tests.cast import assemble
from tests.inspections import scene as stage
from tests.inspections.scene import NOON, Scene

LAST_MINUTE = datetime(2020, 5, 12, 15, 59, tzinfo=UTC)
NEXT_DAY = datetime(2020, 5, 12, 16, 1, tzinfo=UTC)


def submit(record: VisitRecord, at: datetime = NOON, late_reason: str = "") -> Outcome:
    return locking.submit(record, late_reason=late_reason, actor=record.writer, at=at)


def locked(scene: Scene, *findings: dict[str, Any], **fields: Any) -> VisitRecord:
    record = stage.ready(scene, *findings, **fields)
    outcome = submit(record)
    assert not outcome.problems, [one.text for one in outcome.problems]
    return stage.fresh(record)


def test_nothing_is_signed_before_the_sheet_is_complete(scene: Scene) -> None:
    record = stage.begun(scene)
    with pytest.raises(Refused, match="还没有填好") as refused:
        stage.sign_all(record)
    assert (refused.value.status, record.signatures.count()) == (422, 0)


def test_a_record_without_signatures_is_not_taken(scene: Scene) -> None:
    record = stage.begun(scene)
    stage.save(record, stage.record_answers(record, stage.finding()))
    outcome = submit(record)
    assert [one.path for one in outcome.problems] == [
        "_signatures.lead",
        "_signatures.second",
        "_signatures.enterprise",
        "_signatures.receipt",
    ]
    record.refresh_from_db()
    assert (record.state, Issue.objects.count()) == ("draft", 0)


@pytest.mark.req("HS-65")
def test_without_the_receipt_of_the_notice_the_visit_does_not_end(scene: Scene) -> None:
    record = stage.begun(scene)
    stage.save(record, stage.record_answers(record, stage.finding()))
    stage.sign_all(record, roles=("lead", "second", "enterprise"))
    (problem,) = submit(record).problems
    assert problem.message == "一次性告知尚未签收；拒绝签收的，须注明情况和见证人"
    stage.sign_all(record, roles=("receipt",))
    assert submit(record).result is Result.RECEIVED
    kept = stage.fresh(record)
    assert (kept.guidance_text, kept.outcome) == ("已查阅", "done")
    assert kept.notice_text.startswith("经现场检查，发现你单位存在以下 1 个问题，现一次性告知：")


def test_where_nothing_was_found_there_is_no_notice_to_receive(scene: Scene) -> None:
    record = stage.begun(scene)
    stage.save(record, stage.record_answers(record))
    stage.sign_all(record, roles=("lead", "second", "enterprise"))
    assert submit(record).result is Result.RECEIVED
    assert stage.fresh(record).outcome == "no_problem"


def test_an_expert_on_site_signs_too(scene: Scene) -> None:
    record = stage.begun(scene, expert=True)
    visits.check_in(record.visit, actor=scene.cast.expert, at=stage.MORNING)
    stage.save(record, stage.record_answers(record))
    stage.sign_all(record, roles=("lead", "second", "enterprise"))
    assert [one.path for one in submit(record).problems] == ["_signatures.expert"]
    signing.sign(record, Drawn("expert", stage.png()), actor=scene.cast.expert, at=NOON)
    assert submit(record).result is Result.RECEIVED
    assert stage.fresh(record).snapshot["expert"] == "蒋专家"


def test_the_lead_signs_by_own_login_only(scene: Scene) -> None:
    record = stage.ready(scene)
    with pytest.raises(NotAllowed, match="主办人须用本人账号登录后签名"):
        signing.sign(record, Drawn("lead", stage.png()), actor=scene.cast.second_a, at=NOON)


def test_it_is_kept_on_whose_device_the_second_signed(scene: Scene) -> None:
    record, cast = stage.ready(scene), scene.cast
    there = record.signatures.standing().get(role="second")
    assert (there.user, there.taken_by, there.name) == (cast.second_a, cast.inspector_a, "王二检")
    signing.sign(record, Drawn("second", stage.png()), actor=cast.second_a, at=NOON)
    own = record.signatures.standing().get(role="second")
    assert (own.taken_by, record.signatures.filter(role="second").count()) == (cast.second_a, 2)


@pytest.mark.parametrize(
    "field, missing", [("reason", {"reason": ""}), ("witness", {"witness": " "}), ("name", {"name": ""})]
)
def test_a_refusal_to_sign_needs_its_words_and_a_witness(scene: Scene, field: str, missing: dict[str, str]) -> None:
    record = stage.ready(scene)
    said = {"name": "赵班长", "reason": "不认可笔录", "witness": "社区网格员"} | missing
    with pytest.raises(Refused) as refused:
        signing.sign(record, Drawn("enterprise", refused=True, **said), actor=record.writer, at=NOON)
    assert refused.value.field == field


def test_a_refusal_with_its_witness_is_as_good_as_a_signature(scene: Scene) -> None:
    record = stage.begun(scene)
    stage.save(record, stage.record_answers(record, stage.finding()))
    stage.sign_all(record, roles=("lead", "second"))
    for role in ("enterprise", "receipt"):
        drawn = Drawn(role, name="赵班长", refused=True, reason="不认可", witness="社区网格员")
        signing.sign(record, drawn, actor=record.writer, at=NOON)
    assert submit(record).result is Result.RECEIVED
    assert Signature.objects.filter(is_refusal=True, witness_name="社区网格员").count() == 2


def test_an_officer_cannot_refuse_to_sign(scene: Scene) -> None:
    record = stage.ready(scene)
    with pytest.raises(Refused, match="须本人签名"):
        signing.sign(record, Drawn("second", refused=True, reason="x", witness="y"), actor=record.writer, at=NOON)


def test_a_change_after_signing_voids_every_signature(scene: Scene) -> None:
    record = stage.ready(scene, stage.finding())
    changed = stage.sheet_of(record).answers | {"_findings": [stage.finding(demand="停产检修")]}
    stage.save(record, changed)
    assert [one.path.split(".")[0] for one in submit(record).problems] == ["_signatures"] * 4
    stage.sign_all(record)
    assert submit(record).result is Result.RECEIVED


def test_saving_the_same_again_voids_nothing(scene: Scene) -> None:
    record = stage.ready(scene)
    stage.save(record, stage.sheet_of(record).answers)
    assert submit(record).result is Result.RECEIVED


@pytest.mark.req("HN-60")
def test_at_2359_it_is_in_time_and_the_next_day_it_is_late_and_needs_a_reason(scene: Scene) -> None:
    record = stage.ready(scene)
    (problem,) = submit(record, at=NEXT_DAY).problems
    assert (problem.path, "须填写迟报原因" in problem.message) == ("_late_reason", True)
    assert stage.fresh(record).state == "draft"
    submit(record, at=NEXT_DAY, late_reason="山区没有信号")
    kept = stage.fresh(record)
    assert (kept.is_late, kept.late_reason, kept.recorded_at) == (True, "山区没有信号", NEXT_DAY)


def test_writing_tomorrows_date_as_the_end_does_not_make_it_in_time(scene: Scene) -> None:
    record = stage.begun(scene)
    answers = stage.record_answers(record)
    stage.put_path(answers, "visit_closing.ended.ended_on", "2020-05-13")
    stage.put_path(answers, "visit_closing.ended.ended_time", "00:00")
    stage.save(record, answers, at=NEXT_DAY)
    stage.sign_all(record, at=NEXT_DAY, roles=("lead", "second", "enterprise"))
    (problem,) = submit(record, at=NEXT_DAY).problems
    assert problem.path == "_late_reason"


def test_in_time_at_the_last_minute_of_the_day(scene: Scene) -> None:
    record = stage.ready(scene)
    assert submit(record, at=LAST_MINUTE).result is Result.RECEIVED
    kept = stage.fresh(record)
    assert (kept.is_late, kept.late_reason, kept.ended_at) == (False, "", datetime(2020, 5, 12, 3, 40, tzinfo=UTC))


def test_a_reason_given_in_time_is_not_kept_as_lateness(scene: Scene) -> None:
    record = stage.ready(scene)
    submit(record, late_reason="没有信号")
    assert (stage.fresh(record).is_late, stage.fresh(record).late_reason) == (False, "")


def test_the_record_keeps_the_day_as_it_was(scene: Scene) -> None:
    record = locked(scene, stage.finding())
    site = scene.cast.site_a
    site.name, site.is_key, site.town = "改名后的企业", False, "别处"
    site.save()
    kept = stage.fresh(record)
    assert (kept.state, kept.enterprise_name, kept.is_key, kept.industry) == (
        "locked",
        "漯河示例纸业有限公司",
        True,
        13,
    )
    assert (kept.snapshot["town"], kept.snapshot["county"], kept.snapshot["expert"]) == ("示例镇", "源汇区", "未配专家")
    assert [one["name"] for one in kept.snapshot["inspectors"]] == ["李一检", "王二检"]
    assert kept.submission.receipt


def test_the_visit_is_done_and_the_campaign_knows(scene: Scene) -> None:
    record = locked(scene)
    scene.target.refresh_from_db()
    assignment = record.visit.assignment
    assignment.refresh_from_db()
    assert (record.visit.state, record.visit.number) == ("submitted", 1)
    assert (scene.target.visit_count, scene.target.visited_at, assignment.state) == (1, NOON, "done")


@pytest.mark.req("HN-52")
def test_each_finding_is_a_row_of_the_ledger_with_its_first_version(scene: Scene) -> None:
    record = locked(scene, stage.finding(), stage.finding(key="f2", nature="system", handling=3, deadline_on=""))
    first, second = Issue.objects.order_by("number")
    assert (first.number, second.number, first.record, first.found_by) == (1, 2, record, scene.cast.inspector_a)
    assert (first.inspectors, first.expert_name) == ("李一检、王二检", "未配专家")
    assert (first.longitude, first.county, first.town) == (Decimal("114.0123450"), "源汇区", "示例镇")
    assert first.description == "检查时正在生产；排口可见烟羽；布袋除尘设施不正常运行"
    version = IssueVersion.objects.get(issue=first)
    assert (version.action, version.recorded_at, version.texts["enterprise_name"]) == (
        "found",
        NOON,
        "漯河示例纸业有限公司",
    )
    owed = Obligation.objects.get(kind="rectification")
    assert (owed.subject, owed.due_at) == (f"issue:{first.pk}", clock.end_of_day(date(2020, 5, 22)))


def test_the_enterprise_is_told(scene: Scene) -> None:
    locked(scene, stage.finding())
    told = Notice.objects.get(recipient=scene.cast.enterprise_a)
    assert told.body.startswith("记录问题 1 个")


@pytest.mark.req("HN-64")
def test_a_halted_enterprise_cannot_be_done(scene: Scene) -> None:
    record = stage.begun(scene)
    answers = stage.put_path(stage.record_answers(record), "visit_closing.production.state", "halted")
    stage.save(record, answers)
    with pytest.raises(Refused, match="还没有填好"):
        stage.sign_all(record)
    said = submit(record).problems[0]
    assert said.message == "企业临时停产，本次检查不能办理完成，请返回办理“停产改期”"


def upload(scene: Scene, color: str) -> dict[str, Any]:
    data = stage.photo(color)
    sha256 = hashlib.sha256(data).hexdigest()
    user = scene.cast.inspector_a
    uploads.receive(io.BytesIO(data), sha256, name="现场.jpg", declared=len(data), user=user, at=NOON)
    return {
        "sha256": sha256,
        "caption": "压差表",
        "taken_at": "2020-05-12T10:38:00+08:00",
        "lon": 114.0264,
        "lat": 33.5679,
    }


def with_photos(scene: Scene) -> VisitRecord:
    record = stage.begun(scene)
    one, two = upload(scene, "navy"), upload(scene, "teal")
    answers = stage.record_answers(record, stage.finding(photos=[one]))
    stage.put_path(answers, "facilities.air.photos", [two])
    stage.save(record, answers)
    stage.sign_all(record)
    submit(record)
    return record


def test_photos_of_items_and_of_findings_become_evidence(scene: Scene) -> None:
    record = with_photos(scene)
    rows = {row.item_path: row for row in Evidence.objects.filter(visit=record.visit)}
    assert set(rows) == {"_findings.1", "facilities.air"}
    row = rows["facilities.air"]
    assert (row.caption, row.taken_by, row.coordinate_source) == ("压差表", scene.cast.inspector_a, "device")
    assert (row.taken_at, row.longitude) == (datetime(2020, 5, 12, 2, 38, tzinfo=UTC), Decimal("114.0264"))


def test_evidence_is_not_swept(scene: Scene) -> None:
    with_photos(scene)
    files.sweep_orphans(datetime(2021, 5, 12, tzinfo=UTC))
    assert StoredFile.objects.filter(content_type="image/jpeg").count() == 2


def test_a_photo_that_never_arrived_keeps_the_record_open(scene: Scene) -> None:
    record = stage.begun(scene)
    answers = stage.record_answers(record, stage.finding(photos=[{"sha256": "a" * 64}]))
    stage.save(record, answers)
    with pytest.raises(Refused, match="问题清单（照片）"):
        stage.sign_all(record)
    assert "没有上传到服务器，请移除后重拍" in [one.message for one in submit(record).problems]


def test_handed_in_twice_it_is_the_same_receipt(scene: Scene) -> None:
    record = stage.ready(scene, stage.finding())
    first, second = submit(record), submit(record)
    assert (first.result, second.result) == (Result.RECEIVED, Result.REPEATED)
    assert first.submission.receipt == second.submission.receipt
    assert Issue.objects.count() == 1


def test_a_locked_record_is_not_written(scene: Scene) -> None:
    record = locked(scene)
    outcome = stage.save(record, stage.record_answers(record, stage.finding()), by=scene.cast.inspector_a)
    assert outcome.result is Result.CONFLICT
    with pytest.raises(Refused, match="已提交，不能再签名"):
        stage.sign_all(record)


def test_everything_is_in_the_trail(scene: Scene) -> None:
    locked(scene, stage.finding())
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert {
        "inspections.visit.check_in",
        "inspections.visit.start",
        "inspections.record.sign",
        "inspections.visitrecord.lock",
        "inspections.visit.submit",
        "inspections.issue.found",
    } <= actions


def test_a_ledger_that_refuses_leaves_nothing_behind(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    record = stage.ready(scene, stage.finding())

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise Refused("台账编号不可用。")

    monkeypatch.setattr(locking, "raise_issues", refuse)
    with pytest.raises(Refused, match="台账编号不可用"):
        submit(record)
    kept = stage.fresh(record)
    assert (kept.state, kept.visit.state, stage.sheet_of(record).state) == ("draft", "on_site", "draft")


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_have_one_effect() -> None:
    cast = assemble()
    with clock.travel(stage.MORNING):
        record = stage.ready(stage.scene(cast), stage.finding(), stage.finding(key="f2"))
    results, faults = [], []

    def press() -> None:
        try:
            results.append(submit(record).submission.receipt)
        except Exception as error:
            faults.append(error)
        finally:
            connections.close_all()

    crowd = [threading.Thread(target=press) for _ in range(50)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert (faults, len(results), len(set(results))) == ([], 50, 1)
    assert (
        Issue.objects.count(),
        IssueVersion.objects.count(),
        Notice.objects.filter(key__startswith="record-").count(),
    ) == (2, 2, 1)
    record.visit.assignment.target.refresh_from_db()
    assert record.visit.assignment.target.visit_count == 1


def test_the_same_by_the_interface_is_the_same_receipt(scene: Scene) -> None:
    record = stage.ready(scene)
    sheet = stage.sheet_of(record)
    sent = stage.incoming(record, sheet.answers, final=True)
    first = put_submission(sent, user=record.writer, at=NOON)
    again = put_submission(sent, user=record.writer, at=NOON)
    assert (first.result, again.result) == (Result.RECEIVED, Result.REPEATED)
