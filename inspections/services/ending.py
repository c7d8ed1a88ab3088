"""Visits that found nothing to check: the works stood still, the site was gone, entry was refused."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from campaigns import services as campaigns
from core import audit, clock, files
from core.models import StoredFile
from core.refusals import Refused
from core.states import advance
from inspections import notices
from inspections.models import Evidence, Signature, Visit, VisitRecord
from inspections.services import checking, evidence, past, sheets, visits
from inspections.services.facts import record_facts
from inspections.services.locking import next_number
from inspections.services.planning import open_visit
from inspections.states import RECORDS, VISITS, Outcome, RecordState

Role = Signature.Role
ACTIONS = {Outcome.HALTED: "halt", Outcome.GONE: "close", Outcome.REFUSED: "close"}


@dataclass(frozen=True)
class Ending:
    """What the inspectors found instead of works to inspect. Photos are stored before the transaction."""

    outcome: str
    note: str
    new_date: date | None = None
    witness: str = ""
    lead_signature: bytes = b""
    second_signature: bytes = b""
    photos: tuple[StoredFile, ...] = ()
    late_reason: str = ""


def end(visit: Visit, ending: Ending, *, actor: User, at: datetime) -> VisitRecord:
    """Lock a short record. Halted works get a new assignment on `new_date` and are never counted as inspected (HN-64).

    Refused (422, with the field) without the note, the new date, the witness of a refused entry, both signatures, or
    after the day of the visit without the reason for that (HN-60 holds for a shut door too).
    """
    visits.require_inspector(visit, actor)
    with transaction.atomic():
        row = visits.locked(visit)
        VISITS.arrow(row.state, ACTIONS.get(Outcome(ending.outcome), ""))
        require(row, ending, at)
        record = row.records.get(state=RecordState.DRAFT)
        record.visit = row
        require_answers(record)
        sign_both(record, ending, actor=actor, at=at)
        locked = lock(record, ending, actor=actor, at=at)
        if ending.outcome == Outcome.HALTED:
            postpone(row, ending, actor=actor, at=at)
        else:
            campaigns.record_visit(row.assignment.target_id, at, actor=actor, counts=False)
        return locked


def require(visit: Visit, ending: Ending, at: datetime) -> None:
    late = checking.late_sentence(visit, at)
    wanted = [
        ("note", ending.note.strip(), "请写明现场看到的情况。"),
        ("new_date", ending.outcome != Outcome.HALTED or ending.new_date, "停产改期须填写新的检查日期。"),
        ("witness", ending.outcome != Outcome.REFUSED or ending.witness.strip(), "拒绝检查的须有见证人，请填写姓名。"),
        ("lead_signature", ending.lead_signature, "请主办人签名。"),
        ("second_signature", ending.second_signature, "请协办人签名。"),
        ("late_reason", not late or ending.late_reason.strip(), f"{late}。"),
    ]
    errors = {name: [sentence] for name, given, sentence in wanted if not given}
    if not errors and ending.new_date and ending.new_date <= clock.day_of(at):
        errors = {"new_date": ["新的检查日期须在今天以后。"]}
    if errors:
        raise Refused("".join(said[0] for said in errors.values()), status=422, errors=errors)


def require_answers(record: VisitRecord) -> None:
    """HN-56: with a clue of its history unanswered no visit ends, a shut door included."""
    said = past.shut_sentence(record.visit, answers_of(record))
    if said:
        raise Refused(said, status=422, errors={"outcome": [said]})


def answers_of(record: VisitRecord) -> dict[str, Any]:
    sheet = sheets.sheet_of(record.client_id)
    return sheet.answers if sheet else {}


def content(visit: Visit, ending: Ending) -> dict[str, Any]:
    """What the two sign under."""
    return {
        "visit": visit.pk,
        "outcome": ending.outcome,
        "note": ending.note.strip(),
        "new_date": ending.new_date,
        "witness": ending.witness.strip(),
        "late_reason": ending.late_reason.strip(),
        "photos": sorted(one.sha256 for one in ending.photos),
    }


def sign_both(record: VisitRecord, ending: Ending, *, actor: User, at: datetime) -> None:
    assignment, digest = record.visit.assignment, audit.digest_of(content(record.visit, ending))
    record.signatures.standing().update(voided_at=at)
    for role, person, image in (
        (Role.LEAD, assignment.lead_inspector, ending.lead_signature),
        (Role.SECOND, assignment.second_inspector, ending.second_signature),
    ):
        stored = files.store(image, name="签名.png", by=actor, at=at, kind="signature")
        Signature.objects.create(
            record=record,
            role=role,
            name=person.name,
            user=person,
            taken_by=actor,
            image=stored,
            content_digest=digest,
            signed_at=at,
        )


def lock(record: VisitRecord, ending: Ending, *, actor: User, at: datetime) -> VisitRecord:
    """The record keeps the note; photos of the sheet so far and those of this page become evidence."""
    visit, answers = record.visit, answers_of(record)
    stamps = record_facts(record, answers) | {
        "outcome": ending.outcome,
        "outcome_note": ending.note.strip(),
        "ended_at": at,
        "recorded_at": at,
        "locked_by": actor,
        **lateness(visit, ending, at),
    }
    stamps["snapshot"] = stamps["snapshot"] | {"witness": ending.witness.strip()}
    locked = advance(VisitRecord, record.pk, "lock", table=RECORDS, actor=actor, at=at, stamps=stamps)
    past.answer(record, answers, actor=actor, at=at)
    finished = {"ended_at": at, "number": next_number(visit)}
    if ending.new_date:
        finished["new_date"] = ending.new_date
    action = ACTIONS[Outcome(ending.outcome)]
    advance(Visit, visit.pk, action, table=VISITS, actor=actor, at=at, reason=ending.note, stamps=finished)
    evidence.keep_photos(visit, answers, by=actor, at=at)
    keep_own_photos(visit, ending, actor, at)
    locked.visit = visit
    notices.record_locked(locked, 0, at)
    return locked


def lateness(visit: Visit, ending: Ending, at: datetime) -> dict[str, Any]:
    late = bool(checking.late_sentence(visit, at))
    return {"is_late": late, "late_reason": ending.late_reason.strip()[:200] if late else ""}


def keep_own_photos(visit: Visit, ending: Ending, actor: User, at: datetime) -> None:
    caption = f"{Outcome(ending.outcome).label}现场"
    rows = [
        evidence.evidence_of(visit, "_ending.1", {"caption": caption}, stored, actor, at) for stored in ending.photos
    ]
    Evidence.objects.bulk_create(rows, ignore_conflicts=True)


def postpone(visit: Visit, ending: Ending, *, actor: User, at: datetime) -> Visit:
    """The same team on the new day; the gate is asked again and may refuse the day."""
    to = ending.new_date or clock.day_of(at)
    return open_visit(campaigns.postpone(visit.assignment, to=to, actor=actor, at=at, reason=ending.note), at)
