"""A locked record is corrected by a new version: signatures again, the ledger by versions, the past untouched."""

from typing import Any

import pytest

from core.audit import digest_of
from core.form_engine.services import Result
from core.models import AuditEvent, Obligation
from core.refusals import NotAllowed, Refused
from inspections.models import Issue, VisitRecord
from inspections.services import issues, locking
from tests.inspections import scene as stage
from tests.inspections.browsing import at, signed_in
from tests.inspections.scene import NOON, Scene

LATER = NOON.replace(day=14)


def locked(scene: Scene, *findings: dict[str, Any]) -> VisitRecord:
    record = stage.ready(scene, *findings)
    locking.submit(record, late_reason="", actor=record.writer, at=NOON)
    return stage.fresh(record)


def begin(scene: Scene, record: VisitRecord, reason: str = "期限写错") -> VisitRecord:
    return stage.fresh(locking.correct(record.visit, reason=reason, actor=scene.cast.inspector_a, at=LATER))


def finish(record: VisitRecord, *findings: dict[str, Any], **more: Any) -> Any:
    answers = stage.sheet_of(record).answers | {"_findings": list(findings)} | more
    stage.save(record, answers, at=LATER)
    stage.sign_all(record, at=LATER)
    return locking.submit(record, late_reason="", actor=record.writer, at=LATER)


def test_only_the_lead_and_only_with_a_reason(scene: Scene) -> None:
    record = locked(scene)
    with pytest.raises(NotAllowed, match="只有主办人"):
        locking.correct(record.visit, reason="x", actor=scene.cast.second_a, at=LATER)
    with pytest.raises(Refused, match="须写明理由"):
        begin(scene, record, reason=" ")


def test_it_begins_with_what_the_record_says_and_without_signatures(scene: Scene) -> None:
    record = locked(scene, stage.finding())
    second = begin(scene, record)
    assert (second.version, second.state, second.correction_reason) == (2, "draft", "期限写错")
    assert stage.sheet_of(second).answers == record.submission.answers
    outcome = locking.submit(second, late_reason="", actor=second.writer, at=LATER)
    assert {one.path.split(".")[0] for one in outcome.problems} == {"_signatures"}


def test_the_locked_version_stands_until_the_correction_is_locked(scene: Scene) -> None:
    record = locked(scene, stage.finding())
    second = begin(scene, record)
    assert stage.fresh(record).state == "locked"
    assert finish(second, stage.finding(deadline_on="2020-06-01")).result is Result.RECEIVED
    first, second = stage.fresh(record), stage.fresh(second)
    assert (first.state, first.superseded_at, second.state, second.recorded_at) == (
        "superseded",
        LATER,
        "locked",
        LATER,
    )
    assert list(VisitRecord.objects.as_of(NOON)) == [first]
    assert list(VisitRecord.objects.as_of(LATER)) == [second]


def test_a_correction_is_never_late_and_keeps_the_lateness_of_the_first(scene: Scene) -> None:
    second = begin(scene, locked(scene))
    finish(second)
    assert (stage.fresh(second).is_late, stage.fresh(second).visit.number) == (False, 1)


def test_the_ledger_follows_by_a_version(scene: Scene) -> None:
    record = locked(scene, stage.finding())
    finish(begin(scene, record), stage.finding(deadline_on="2020-06-01", gravity="grave"))
    issue = Issue.objects.get()
    assert (str(issue.deadline_on), issue.gravity, issue.record.version) == ("2020-06-01", "grave", 2)
    first, second = issue.versions.order_by("recorded_at")
    assert (first.gravity, first.superseded_at) == ("major", LATER)
    assert (second.action, second.reason, second.gravity) == ("correct", "期限写错", "grave")
    assert Obligation.objects.get(kind="rectification").due_at.day == 1


def test_each_ledger_row_that_a_correction_changes_has_its_event(scene: Scene) -> None:
    both = [stage.finding(), stage.finding(key="f2", handling=3, deadline_on="")]
    record = locked(scene, *both)
    finish(begin(scene, record), stage.finding(gravity="grave"), both[1])
    event = AuditEvent.objects.get(action="inspections.issue.correct")
    changed = Issue.objects.get(finding_key="f1")
    assert (event.object_id, event.detail, event.reason) == (str(changed.pk), {"gravity": "grave"}, "期限写错")
    assert (event.actor_id, event.unit_path) == (scene.cast.inspector_a.pk, scene.cast.county_a.path)
    assert event.before_digest == digest_of({"gravity": "major"})


def test_what_the_ledger_changed_since_stays(scene: Scene) -> None:
    record = locked(scene, stage.finding())
    issue = Issue.objects.get()
    issues.change_issue(
        issue, {"gravity": "grave"}, actor=scene.cast.officer_a, at=NOON.replace(day=13), reason="会商认定"
    )
    finish(begin(scene, record), stage.finding(demand="停用并更换滤袋"))
    issue.refresh_from_db()
    assert (issue.gravity, issue.demand) == ("grave", "停用并更换滤袋")


def test_a_new_finding_is_a_new_row(scene: Scene) -> None:
    record = locked(scene, stage.finding())
    finish(begin(scene, record), stage.finding(), stage.finding(key="f2", handling=3, deadline_on=""))
    assert list(Issue.objects.order_by("number").values_list("number", "finding_key")) == [(1, "f1"), (2, "f2")]
    assert Issue.objects.get(number=1).versions.count() == 1


def test_a_finding_cannot_vanish(scene: Scene) -> None:
    record = locked(scene, stage.finding())
    second = begin(scene, record)
    stage.save(second, stage.sheet_of(second).answers | {"_findings": []}, at=LATER)
    problems = locking.submit(second, late_reason="", actor=second.writer, at=LATER).problems
    assert "由负责人在台账中作废" in problems[0].message


def test_a_row_that_was_voided_may_be_left_out(scene: Scene) -> None:
    record = locked(scene, stage.finding())
    issues.void_issue(Issue.objects.get(), actor=scene.cast.leader_a, at=NOON.replace(day=13), reason="重复登记")
    second = begin(scene, record)
    stage.save(second, stage.sheet_of(second).answers | {"_findings": []}, at=LATER)
    stage.sign_all(second, at=LATER, roles=("lead", "second", "enterprise"))
    outcome = locking.submit(second, late_reason="", actor=second.writer, at=LATER)
    assert outcome.result is Result.RECEIVED


def test_a_correction_does_not_demand_again_what_was_voided(scene: Scene) -> None:
    """Record, ledger and one-time notice say the same: the voided finding is taken off, or nothing is handed in."""
    both = [stage.finding(), stage.finding(key="f2", behaviour="危废间未防渗", handling=3, deadline_on="")]
    record = locked(scene, *both)
    gone = Issue.objects.get(finding_key="f1")
    issues.void_issue(gone, actor=scene.cast.leader_a, at=NOON.replace(day=13), reason="重复登记")
    second = begin(scene, record)
    stage.save(
        second, stage.sheet_of(second).answers | {"_findings": [stage.finding(demand="更严"), both[1]]}, at=LATER
    )
    refused = [one.text for one in locking.submit(second, late_reason="", actor=second.writer, at=LATER).problems]
    assert [one for one in refused if "即台账问题 0001，已作废，更正版中须删除" in one]
    assert finish(second, both[1]).result is Result.RECEIVED
    told = stage.fresh(second).notice_text
    assert ("布袋除尘" in told, "危废间未防渗" in told) == (False, True)


def test_opening_a_correction_says_what_was_voided_since(scene: Scene) -> None:
    record = locked(scene, stage.finding())
    issues.void_issue(Issue.objects.get(), actor=scene.cast.leader_a, at=NOON.replace(day=13), reason="重复登记")
    lead = signed_in(scene.cast.inspector_a)
    page = lead.post(at("record_correct", record.visit_id), {"reason": "期限写错"}, follow=True)
    assert "台账问题 0001 已作废，请在更正版中删除" in page.content.decode()


def test_the_enterprises_facts_are_corrected_in_the_ledger_too(scene: Scene) -> None:
    second = begin(scene, locked(scene, stage.finding()))
    answers = stage.put_path(stage.sheet_of(second).answers, "visit_basic.place.town", "空冢郭镇")
    stage.save(second, answers, at=LATER)
    stage.sign_all(second, at=LATER)
    locking.submit(second, late_reason="", actor=second.writer, at=LATER)
    issue = Issue.objects.get()
    assert (issue.town, issue.versions.get(superseded_at=None).texts["town"]) == ("空冢郭镇", "空冢郭镇")


def test_asked_for_twice_there_is_one_correction(scene: Scene) -> None:
    record = locked(scene)
    assert begin(scene, record).pk == begin(scene, record).pk


def test_an_unfinished_visit_has_nothing_to_correct(scene: Scene) -> None:
    visit = stage.planned(scene)
    with pytest.raises(Refused, match="没有可以更正的检查记录"):
        locking.correct(visit, reason="x", actor=scene.cast.inspector_a, at=LATER)
