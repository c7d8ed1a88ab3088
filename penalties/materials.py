"""What a case rests on: evidence and records of inspections, never of research; the record of the whole process."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from campaigns.models import Assignment
from core import audit
from core.refusals import Refused
from inspections.models import Evidence, Visit, VisitRecord
from penalties.models import CaseMaterial, PenaltyCase
from penalties.states import CaseState

OPEN = {CaseState.FILED, CaseState.NOTICED}
Kind = CaseMaterial.Kind


def refuse_of_research(visit: Visit) -> None:
    """LH-08, 漯河方案三（一）第6句：调研中发现的问题不作为执法证据。"""
    if visit.assignment.kind == Assignment.Kind.RESEARCH:
        raise Refused(
            "这是调研指导中形成的照片或记录，不作为执法证据，不能引用到案件；须另行执法检查取证。", status=422
        )


def cite(case: PenaltyCase, thing: Evidence | VisitRecord, *, actor: User, at: datetime) -> CaseMaterial:
    """The case rests on a photo, a recording or a record of an inspection of its party; once each."""
    refuse_of_research(thing.visit)
    if thing.visit.enterprise_id != case.enterprise_id:
        raise Refused("这是其他企业的检查材料，不能引用到本案。", status=422)
    if isinstance(thing, Evidence):
        return write(case, Kind.EVIDENCE, actor=actor, at=at, evidence=thing)
    return write(case, Kind.RECORD, actor=actor, at=at, record=thing)


def explain(case: PenaltyCase, text: str, *, actor: User, at: datetime) -> CaseMaterial:
    """Why nothing of the whole process was recorded in sound and picture."""
    if len(text.strip()) < 10:
        raise Refused("请写明没有音像记录的原因（不少于 10 个字）。", field="text", status=422)
    return write(case, Kind.EXPLANATION, actor=actor, at=at, text=text.strip()[:500])


def write(case: PenaltyCase, kind: str, *, actor: User, at: datetime, **what: object) -> CaseMaterial:
    with transaction.atomic():
        locked = PenaltyCase.objects.select_for_update(of=("self",)).get(pk=case.pk)
        if locked.state not in OPEN:
            raise Refused(f"案件{locked.get_state_display()}，不能再增加证据材料。")
        row, created = CaseMaterial.objects.get_or_create(
            case=locked, kind=kind, **what, defaults={"added_by": actor, "added_at": at}
        )
        if created:
            audit.record("penalties.casematerial.add", row, actor=actor, at=at, after={"kind": kind, "what": str(row)})
    return row


def orders_process_record(case: PenaltyCase) -> bool:
    """Whether the plan makes the record of the whole process a condition of a case (DT-17)."""
    return bool(case.campaign.blueprint.data.get("cases", {}).get("process_record"))


def recordings_of(case: PenaltyCase) -> bool:
    """Whether the visit that found the offence, or what the case cites, was recorded in sound or picture."""
    found = Evidence.objects.recordings().filter(visit=case.issue.visit_id)
    cited = case.materials.filter(evidence__item_path=Evidence.RECORDING)
    return found.exists() or cited.exists()


def missing_process(case: PenaltyCase) -> str:
    """The sentence that says what of the whole process is missing, or ""."""
    if not orders_process_record(case) or recordings_of(case):
        return ""
    if case.materials.filter(kind=Kind.EXPLANATION).exists():
        return ""
    return "缺全过程记录：没有音像记录，也没有说明原因，不得审批；请上传本次检查的录像、录音，或在案件材料中写明原因。"


def refuse_without_process(case: PenaltyCase) -> None:
    if sentence := missing_process(case):
        raise Refused(sentence, status=422)
