"""Signatures on a record: drawn, or refused before a witness. Each holds for one content only."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from core import audit, clock, files
from core.form_engine.rules import Problem, summary, validate
from core.form_engine.services import photos_missing
from core.models import FormDefinition, Submission
from core.refusals import NotAllowed, Refused
from inspections.models import Signature, VisitRecord
from inspections.services import checking, sheets, visits
from inspections.states import RecordState

Role = Signature.Role
OUTSIDERS = (Role.EXPERT, Role.ENTERPRISE, Role.RECEIPT, Role.WITNESS)
MAY_REFUSE = (Role.ENTERPRISE, Role.RECEIPT)


@dataclass(frozen=True)
class Drawn:
    """What the page sends for one signature: a picture, or the refusal with its reason and witness."""

    role: str
    image: bytes = b""
    name: str = ""
    post: str = ""
    refused: bool = False
    reason: str = ""
    witness: str = ""


def sign(record: VisitRecord, drawn: Drawn, *, actor: User, at: datetime) -> Signature:
    """Put one signature under the sheet as it stands. An earlier one of the same role is void from then on.

    Raises Refused when the sheet still has gaps (a signature under an unfinished record would be void at once), or
    with the field that is missing.
    """
    visits.require_inspector(record.visit, actor) if drawn.role != Role.EXPERT else require_member(record, actor)
    with transaction.atomic():
        row = lock(record)
        form, answers = checked_sheet(row, at)
        signer, name = signer_of(row, drawn, actor)
        said = refusal_of(drawn) if drawn.refused else picture_of(drawn, actor, at)
        row.signatures.standing().filter(role=drawn.role).update(voided_at=at)
        signature = Signature.objects.create(
            record=row,
            role=drawn.role,
            name=name,
            post=signer.post if signer else drawn.post.strip()[:40],
            user=signer,
            taken_by=actor,
            content_digest=sheets.content_digest(row.visit, form, answers),
            signed_at=at,
            **said,
        )
        after = {"role": drawn.role, "name": name, "digest": signature.content_digest, "refused": drawn.refused}
        audit.record("inspections.record.sign", signature, actor=actor, at=at, after=after, unit_path=row.gate_path)
        return signature


def require_member(record: VisitRecord, actor: User) -> None:
    if not visits.is_member(record.visit, actor):
        raise NotAllowed("只有本次检查的人员可以办理签名。")


def lock(record: VisitRecord) -> VisitRecord:
    rows = VisitRecord.objects.select_for_update(of=("self",)).select_related(
        "visit__assignment__lead_inspector",
        "visit__assignment__second_inspector",
        "visit__assignment__expert",
        "visit__campaign",
        "visit__unit",
        "visit__enterprise",
    )
    row = rows.get(pk=record.pk)
    if row.state != RecordState.DRAFT:
        raise Refused("检查记录已提交，不能再签名；需要修改的请申请更正。")
    return row


def checked_sheet(record: VisitRecord, at: datetime) -> tuple[FormDefinition, dict[str, Any]]:
    """The form and the answers of the draft, once nothing but signatures is missing."""
    sheet = sheets.sheet_of(record.client_id)
    if sheet is None:
        raise Refused("检查记录还没有保存，请先填写。")
    problems = gaps(record, sheet, at)
    if problems:
        raise Refused(f"检查记录还没有填好，填好后再签名。{summary(problems)}", status=422)
    return sheet.definition, sheet.answers


def gaps(record: VisitRecord, sheet: Submission, at: datetime) -> list[Problem]:
    """What the form asks for and what the room asks for, signatures and lateness left aside."""
    form, answers = sheet.definition, sheet.answers
    found = validate(form.data, answers, clock.day_of(at).isoformat())
    found += checking.content_problems(record, form, answers, at)
    lost = photos_missing(sheet, record.visit, record.writer, at)
    return found + [one if one.section else replace(one, section=checking.FINDINGS) for one in lost]


def signer_of(record: VisitRecord, drawn: Drawn, actor: User) -> tuple[User | None, str]:
    """Whose signature it is. The lead signs by own login; the second there or on the colleague's device."""
    assignment = record.visit.assignment
    if drawn.role == Role.LEAD:
        if actor.pk != assignment.lead_inspector_id:
            raise NotAllowed("主办人须用本人账号登录后签名。")
        return actor, actor.name
    if drawn.role == Role.SECOND:
        return assignment.second_inspector, assignment.second_inspector.name
    if drawn.role == Role.EXPERT:
        if assignment.expert is None:
            raise Refused("本次检查未配专家。")
        return assignment.expert, assignment.expert.name
    if drawn.role not in OUTSIDERS:
        raise Refused("没有这种签名。", status=422)
    if not drawn.name.strip():
        raise Refused("请填写姓名。", field="name", status=422)
    return None, drawn.name.strip()[:40]


def refusal_of(drawn: Drawn) -> dict[str, object]:
    if drawn.role not in MAY_REFUSE:
        raise Refused("执法人员和专家须本人签名。", status=422)
    if not drawn.reason.strip():
        raise Refused("请注明拒绝签名的情况。", field="reason", status=422)
    if not drawn.witness.strip():
        raise Refused("拒绝签名的须有见证人，请填写见证人姓名。", field="witness", status=422)
    reason, witness = drawn.reason.strip()[:200], drawn.witness.strip()[:40]
    return {"is_refusal": True, "refusal_reason": reason, "witness_name": witness}


def picture_of(drawn: Drawn, actor: User, at: datetime) -> dict[str, object]:
    if not drawn.image:
        raise Refused("请先手写签名。", field="image", status=422)
    return {"image": files.store(drawn.image, name="签名.png", by=actor, at=at, kind="signature")}
