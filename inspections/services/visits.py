"""A visit from the gate of the factory to its sheet: certificates shown, the beginning, the pen."""

import uuid
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import EnforcementCertificate, User
from campaigns.services import away_unpledged
from campaigns.services.consents import refuse_without_consent
from campaigns.services.rechecking import refuse_outlived
from core import audit, clock
from core.form_engine.services import Incoming, hold_subject, put_submission
from core.refusals import NotAllowed, Refused
from core.states import advance
from inspections.models import CheckIn, Visit, VisitRecord
from inspections.rules import team
from inspections.services import sheets
from inspections.states import VISITS, RecordState, VisitState


def is_inspector(visit: Visit, user: User) -> bool:
    """One of the two who answer for the visit."""
    return user.pk in {visit.assignment.lead_inspector_id, visit.assignment.second_inspector_id}


def is_member(visit: Visit, user: User) -> bool:
    return is_inspector(visit, user) or user.pk == visit.assignment.expert_id


def require_inspector(visit: Visit, user: User) -> None:
    if not is_inspector(visit, user):
        raise NotAllowed("只有本次检查的主办人、协办人可以办理。")


def locked(visit: Visit) -> Visit:
    """The row under its lock, with whom and what it is about."""
    rows = Visit.objects.select_for_update(of=("self",)).select_related(
        "assignment__lead_inspector",
        "assignment__second_inspector",
        "assignment__expert",
        "assignment__target",
        "campaign__blueprint",
        "enterprise__entity",
        "enterprise__region",
        "unit",
    )
    return rows.get(pk=visit.pk)


def check_in(visit: Visit, *, actor: User, at: datetime) -> CheckIn:
    """Show one's certificate on site, by one's own login. Again is the same (the first moment stands)."""
    if not is_member(visit, actor):
        raise NotAllowed("您不在本次检查的派单人员之内，不能亮证。")
    with transaction.atomic():
        row = locked(visit)
        found = CheckIn.objects.filter(visit=row, user=actor).first()
        if found is not None:
            return found
        if row.state not in {VisitState.PLANNED, VisitState.ON_SITE}:
            raise Refused(f"本次检查{row.get_state_display()}，不能再亮证。")
        require_day(row, at)
        refuse_unpledged(row, actor)
        if row.state == VisitState.PLANNED:  # what has begun goes on, and who comes later shows the certificate, too
            refuse_outlived(row.assignment, at=at)
        return record_check_in(row, actor, at)


def refuse_unpledged(visit: Visit, user: User) -> None:
    """Whoever comes from elsewhere takes up no task before the pledge is signed (HN-66)."""
    if is_inspector(visit, user) and (sentence := away_unpledged(visit.campaign, visit.unit, user)):
        raise Refused(sentence)


def require_day(visit: Visit, at: datetime) -> None:
    planned_on = visit.assignment.planned_on
    if clock.day_of(at) < planned_on:
        raise Refused(f"本次检查计划在 {planned_on} 进行，当日到场后再亮证。")


def record_check_in(visit: Visit, actor: User, at: datetime) -> CheckIn:
    expert = not is_inspector(visit, actor)
    certificate = None if expert else certificate_of(actor, at)
    row = CheckIn.objects.create(
        visit=visit,
        user=actor,
        certificate=certificate,
        certificate_number=certificate.number if certificate else "",
        is_expert=expert,
        shown_at=at,
    )
    after = {"visit": visit.pk, "certificate": row.certificate_number, "expert": expert}
    audit.record("inspections.visit.check_in", row, actor=actor, at=at, after=after, unit_path=visit.unit.path)
    return row


def certificate_of(user: User, at: datetime) -> EnforcementCertificate:
    found = EnforcementCertificate.objects.valid_on(clock.day_of(at)).filter(user=user).order_by("pk").first()
    if found is None:
        raise Refused(f"{user.name}没有今天有效的执法证，不能作为执法人员参加检查，请联系本单位管理员。")
    return found


def elsewhere(visit: Visit) -> QuerySet[CheckIn]:
    """Certificates that the team's people showed at other sites within half an hour of showing them here."""
    here = CheckIn.objects.filter(visit=visit, user=OuterRef("user"))
    near = here.filter(shown_at__gt=OuterRef("shown_at") - team.NEAR, shown_at__lt=OuterRef("shown_at") + team.NEAR)
    others = CheckIn.objects.exclude(visit=visit).exclude(visit__enterprise=visit.enterprise_id)
    return others.filter(Exists(near)).select_related("user", "visit__enterprise").order_by("shown_at", "pk")


def shown(visit: Visit) -> list[team.Shown]:
    rows = visit.check_ins.select_related("user", "certificate").order_by("pk")
    return [
        team.Shown(
            name=row.user.name,
            is_expert=row.is_expert,
            certificate=row.certificate_number,
            valid_from=row.certificate.valid_from if row.certificate else None,
            valid_to=row.certificate.valid_to if row.certificate else None,
        )
        for row in rows
    ]


def start(visit: Visit, *, actor: User, at: datetime) -> VisitRecord:
    """Begin the visit and open its sheet. Refused with fewer than two valid certificates shown (HN-25, HS-76)."""
    require_inspector(visit, actor)
    with transaction.atomic():
        hold_subject(sheets.KIND, visit.pk)
        row = locked(visit)
        if row.state == VisitState.ON_SITE:
            return row.records.get(state=RecordState.DRAFT)
        refusal = team.start_refusal(shown(row), clock.day_of(at))
        if row.state == VisitState.PLANNED and refusal:
            raise Refused(refusal)
        refuse_without_consent(row.assignment)
        refuse_unpledged(row, actor)
        refuse_outlived(row.assignment, at=at)
        advance(Visit, row.pk, "start", table=VISITS, actor=actor, at=at, stamps={"started_at": at})
        row.refresh_from_db(fields=["state", "started_at"])
        record = VisitRecord.objects.create(visit=row, client_id=uuid.uuid4(), writer=actor)
        open_sheet(record, None, actor=actor, at=at)
        return record


def open_sheet(record: VisitRecord, answers: dict[str, Any] | None, *, actor: User, at: datetime) -> None:
    """The draft on which the page writes; it exists before the page opens, so that two phones meet on one sheet.

    Without answers it begins with what the register knows.
    """
    form = sheets.record_definition(record.visit.campaign, at)
    incoming = Incoming(
        record.client_id,
        form.name,
        sheets.KIND,
        record.visit_id,
        sheets.first_answers(record.visit, form) if answers is None else answers,
        reason=record.correction_reason,
    )
    put_submission(incoming, user=actor, at=at)


def take_pen(visit: Visit, *, actor: User, at: datetime) -> VisitRecord:
    """From now on the actor writes and the other reads. What the other has not yet saved is refused, never merged."""
    require_inspector(visit, actor)
    with transaction.atomic():
        row = locked(visit)
        record = row.records.filter(state=RecordState.DRAFT).first()
        if record is None:
            raise Refused("检查记录已提交，不需要再接过执笔。")
        if record.writer_id == actor.pk:
            return record
        before = record.writer.name if record.writer else ""
        record.writer = actor
        record.save(update_fields=["writer"])
        audit.record(
            "inspections.record.take_pen",
            record,
            actor=actor,
            at=at,
            before={"writer": before},
            after={"writer": actor.name},
            unit_path=row.unit.path,
        )
        return record
