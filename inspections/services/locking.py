"""The record is received: locked with what it says of the day, its photos kept, its findings in the ledger."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from campaigns import services as campaigns
from campaigns.services import due
from core import audit, clock, numbering
from core.form_engine.services import Incoming, Outcome, hold_subject, put_submission
from core.models import Submission
from core.refusals import NotAllowed, Refused
from core.states import advance
from inspections import notices
from inspections.models import Visit, VisitRecord
from inspections.rules import timing
from inspections.rules.told import notice_text
from inspections.services import checking, evidence, obstacles, past, sheets, visits
from inspections.services.correcting import correct_issues
from inspections.services.facts import handling_names, record_facts
from inspections.services.materials import hand_out
from inspections.services.raising import raise_issues
from inspections.states import RECORDS, VISITS, RecordState, VisitState
from inspections.states import Outcome as VisitOutcome


def submit(record: VisitRecord, *, late_reason: str, actor: User, at: datetime) -> Outcome:
    """Hand in the draft as it stands. The same again, at once too, has one effect and gives the same receipt."""
    visits.require_inspector(record.visit, actor)
    sheet = sheets.sheet_of(record.client_id)
    if sheet is None:
        raise Refused("检查记录还没有保存，请先填写。")
    answers = sheet.answers
    if late_reason.strip() and not sheet.locked:
        answers = answers | {"_late_reason": late_reason.strip()}
    incoming = Incoming(
        sheet.client_id,
        sheet.definition.name,
        sheets.KIND,
        record.visit_id,
        answers,
        revision=sheet.revision,
        final=True,
        reason=record.correction_reason,
    )
    return put_submission(incoming, user=actor, at=at)


def lock(record: VisitRecord, sheet: Submission, *, actor: User, at: datetime) -> VisitRecord:
    """Everything that follows from the receipt, in its transaction. Called by the form's handler."""
    visit = record.visit
    before = visit.records.filter(state=RecordState.LOCKED).select_related("submission").first()
    if before is not None:
        stamps = {"superseded_at": at}
        advance(VisitRecord, before.pk, "supersede", table=RECORDS, actor=actor, at=at, stamps=stamps)
    stamps = facts_of(record, sheet, before, at) | {"locked_by": actor}
    locked = advance(VisitRecord, record.pk, "lock", table=RECORDS, actor=actor, at=at, stamps=stamps)
    locked.visit = visit
    evidence.keep_photos(visit, sheet.answers, by=record.writer or actor, at=at)
    past.answer(locked, sheet.answers, actor=actor, at=at)
    findings = checking.findings_of(sheet.answers)
    if before is None:
        finish(visit, locked, actor=actor, at=at)
        raise_issues(locked, findings, actor=actor, at=at)
        hand_out(visit, sheet.answers, actor=actor, at=at)
    else:
        old = checking.findings_of(before.submission.answers if before.submission else {})
        correct_issues(before, locked, old, findings, actor=actor, at=at)
    notices.record_locked(locked, len(findings), at)
    return locked


def facts_of(record: VisitRecord, sheet: Submission, before: VisitRecord | None, at: datetime) -> dict[str, Any]:
    answers = sheet.answers
    findings = checking.findings_of(answers)
    ended_at = checking.ended_of(record.visit, answers, at).at or at
    late = before.is_late if before else is_late(record.visit, ended_at, at)
    return record_facts(record, answers) | {
        "submission": sheet,
        "outcome": VisitOutcome.DONE if findings else VisitOutcome.NO_PROBLEM,
        "ended_at": ended_at,
        "recorded_at": at,
        "is_late": late,
        "late_reason": (before.late_reason if before else checking.late_reason(answers)) if late else "",
        "notice_text": notice_text(findings, handling_names(record.visit)),
    }


def is_late(visit: Visit, ended_at: datetime, at: datetime) -> bool:
    """By the day it began; who reported resistance that day is not late with what resistance held up."""
    return timing.is_late(visit.started_at or ended_at, at) and not obstacles.reported_in_time(visit)


def finish(visit: Visit, record: VisitRecord, *, actor: User, at: datetime) -> None:
    stamps = {"ended_at": record.ended_at, "number": next_number(visit)}
    advance(Visit, visit.pk, "submit", table=VISITS, actor=actor, at=at, stamps=stamps)
    visit.refresh_from_db(fields=["state", "ended_at", "number"])
    day, about = clock.day_of(record.ended_at or at), visit.enterprise.name
    campaigns.record_visit(visit.assignment.target_id, at, actor=actor, on=day)
    due.open_after(
        due.VISIT_DONE, campaign=visit.campaign, unit=visit.unit, on=day, period=f"visit:{visit.pk}", about=about, at=at
    )


def next_number(visit: Visit) -> int:
    """序号 of the sheet: one series a unit and campaign."""
    return numbering.next_number("visit", f"{visit.campaign_id}:{visit.unit_id}", visit.campaign.year)


def correct(visit: Visit, *, reason: str, actor: User, at: datetime) -> VisitRecord:
    """Begin the next version of a locked record, filled with what it says; all signatures are to be given again.

    The locked version stays in force until the correction is locked. Only the lead, with a reason.
    """
    if actor.pk != visit.assignment.lead_inspector_id:
        raise NotAllowed("只有主办人可以申请更正检查记录。")
    if not reason.strip():
        raise Refused("申请更正须写明理由。", field="reason", status=422)
    with transaction.atomic():
        hold_subject(sheets.KIND, visit.pk)
        row = visits.locked(visit)
        begun = row.records.filter(state=RecordState.DRAFT).first()
        if begun is not None:
            return begun
        before = row.records.filter(state=RecordState.LOCKED).select_related("submission").first()
        if row.state != VisitState.SUBMITTED or before is None or before.submission is None:
            raise Refused(f"本次检查{row.get_state_display()}，没有可以更正的检查记录。")
        record = VisitRecord.objects.create(
            visit=row,
            version=before.version + 1,
            client_id=uuid.uuid4(),
            writer=actor,
            correction_reason=reason.strip()[:200],
        )
        audit.record("inspections.record.correct", record, actor=actor, at=at, reason=reason, unit_path=row.unit.path)
        answers = before.submission.answers
        visits.open_sheet(record, answers, actor=actor, at=at)
        return record
