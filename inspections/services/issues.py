"""What happens to a ledger row after it was found. Each verb locks the row, writes its version and its event."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse

from accounts.models import User
from campaigns.services import list_items
from core import audit
from core.audit import digest_of
from core.clock import day_of, end_of_day
from core.models import Obligation, StoredFile
from core.obligations import meet, open_obligation, reopen, waive
from core.refusals import NotAllowed, Refused
from core.states import advance
from inspections import notices
from inspections.models import Issue, IssueSignature, Rectification
from inspections.services import locality
from inspections.services.versions import write_version
from inspections.states import ISSUES, Gravity, IssueState, Nature

TERM = "rectification"
TIME_LIMITED = 4
CHANGEABLE = ("nature", "gravity", "issue_type", "handling", "deadline_on", "demand", "proposal")


def locked(pk: int) -> Issue:
    return Issue.objects.select_for_update(of=("self",)).select_related("unit", "campaign", "enterprise").get(pk=pk)


def open_term(issue: Issue, *, at: datetime) -> None:
    """What the enterprise owes follows the row: by the end of its last day, Shanghai time; nothing without a last day.

    A row that is to be mended (again) is owed (again), by the term that it has now.
    """
    subject = f"issue:{issue.pk}"
    if issue.deadline_on is None:
        meet(TERM, subject, at=at)
        return
    if issue.state == IssueState.MENDING:
        reopen(TERM, subject)
    open_obligation(
        kind=TERM,
        subject=subject,
        unit_path=issue.unit.path,
        due_at=end_of_day(issue.deadline_on),
        at=at,
        title=f"{issue.enterprise_name}：整改问题 {issue.number:04d}",
        campaign_id=issue.campaign_id,
        enterprise_id=issue.enterprise_id,
        source=f"现场检查整改要求：{issue.demand}"[:200],
        rule="整改期限",
        url=reverse("inspections:issue_detail", args=[issue.pk]),
    )


def change_issue(issue: Issue, changes: Mapping[str, Any], *, actor: User, at: datetime, reason: str) -> Issue:
    """Change what may be changed (type, nature, gravity, handling, term, demand), with a reason; the past stays."""
    if not reason.strip():
        raise Refused("修改台账须写明理由。", field="reason", status=422)
    with transaction.atomic():
        row = locked(issue.pk)
        refuse_settled(row)
        before = {name: getattr(row, name) for name in CHANGEABLE}
        after = {name: changes.get(name, before[name]) for name in CHANGEABLE}
        changed = [name for name in CHANGEABLE if after[name] != before[name]]
        if not changed:
            raise Refused("没有任何改动。", status=422)
        refuse_unlawful(row, after, at)
        for name in changed:
            setattr(row, name, after[name])
        row.save(update_fields=changed)
        open_term(row, at=at)
        write_version(row, "change", actor=actor, at=at, reason=reason)
        audit.record(
            "inspections.issue.change",
            row,
            actor=actor,
            at=at,
            reason=reason,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )
    return row


def refuse_settled(issue: Issue) -> None:
    if issue.state in {IssueState.CLOSED, IssueState.VOID}:
        raise Refused(f"{issue}{issue.get_state_display()}，不能再修改。")


def refuse_unlawful(issue: Issue, after: Mapping[str, Any], at: datetime) -> None:
    """The same rules as when the finding was written."""
    if after["nature"] not in Nature.values or after["gravity"] not in Gravity.values:
        raise Refused("性质或程度不在可选范围内。", field="nature", status=422)
    for name, kind in (("issue_type", "issue_type"), ("handling", "handling")):
        if after[name] not in {item.number for item in list_items(issue.campaign, kind)}:
            raise Refused("所选编号不在本行动采用的清单内。", field=name, status=422)
    if after["handling"] == TIME_LIMITED and after["deadline_on"] is None:
        raise Refused("查处情况为“限期整改”的，必须填写整改期限。", field="deadline_on", status=422)
    if not str(after["demand"]).strip():
        raise Refused("整改要求不能为空。", field="demand", status=422)
    refuse_past(after["deadline_on"], issue.deadline_on, at)


def refuse_past(wanted: date | None, current: date | None, at: datetime) -> None:
    if wanted is not None and wanted != current and wanted < day_of(at):
        raise Refused("新的整改期限不能早于今天。", field="deadline_on", status=422)


def report_rectification(
    issue: Issue, text: str, photos: Sequence[StoredFile], *, actor: User, at: datetime
) -> Rectification:
    """The enterprise says what it mended, with photos; the row waits for somebody to verify it."""
    if not text.strip():
        raise Refused("请写明整改了什么、怎样整改的。", field="text", status=422)
    if not photos:
        raise Refused("请至少上传一张整改后的照片。", field="photos", status=422)
    with transaction.atomic():
        row = advance(
            Issue,
            issue.pk,
            "report",
            table=ISSUES,
            actor=actor,
            at=at,
            stamps={"rectification_text": text.strip(), "rectified_at": at},
        )
        report = Rectification.objects.create(issue=row, text=text.strip(), reported_by=actor, reported_at=at)
        report.photos.set(photos)
        void_signature(row, at)
        meet(TERM, f"issue:{row.pk}", at=at)
        write_version(row, "report", actor=actor, at=at)
        notices.rectification_reported(row, report, at)
    return report


def return_rectification(issue: Issue, *, actor: User, at: datetime, reason: str) -> Issue:
    """Not mended: back to the enterprise with the reason; what was owed is owed again."""
    with transaction.atomic():
        refuse_own_part(locked(issue.pk), actor)
        row = advance(Issue, issue.pk, "return", table=ISSUES, actor=actor, at=at, reason=reason)
        decide_waiting(row, Rectification.Decision.RETURNED, actor=actor, at=at, reason=reason)
        Issue.objects.filter(pk=row.pk).update(rectified_at=None)
        void_signature(row, at)
        row.refresh_from_db()
        open_term(row, at=at)
        write_version(row, "return", actor=actor, at=at, reason=reason)
        notices.rectification_decided(row, at, passed=False, reason=reason)
    return row


def close_issue(issue: Issue, *, actor: User, at: datetime, reason: str = "") -> Issue:
    """Signed by the responsible person, verified by one who neither signed nor found: the row is closed (销号)."""
    with transaction.atomic():
        row = locked(issue.pk)
        refuse_own_part(row, actor)
        ISSUES.arrow(row.state, "close")
        refuse_unsigned(row)
        row = advance(
            Issue,
            issue.pk,
            "close",
            table=ISSUES,
            actor=actor,
            at=at,
            reason=reason,
            stamps={"closed_at": at, "verified_by": actor},
        )
        decide_waiting(row, Rectification.Decision.PASSED, actor=actor, at=at, reason=reason)
        locality.settled(row, at=at)
        write_version(row, "close", actor=actor, at=at, reason=reason)
        notices.rectification_decided(row, at, passed=True, reason=reason)
    return row


def refuse_own_part(issue: Issue, actor: User) -> None:
    said = own_part(issue, actor)
    if said:
        raise NotAllowed(said)


def own_part(issue: Issue, user: User) -> str:
    """Why this person may not verify the row (four eyes, docs/decisions/0039), "" when nothing speaks against it."""
    if issue.found_by_id == user.pk:
        return "您是该问题的检查人，须由另一名人员复核。"
    if issue.signatures.filter(voided_at=None, user=user).exists():
        return "您已作为责任人在该问题上签字，须由另一名人员复核。"
    return ""


def refuse_unsigned(issue: Issue) -> None:
    """HS-74: nothing is closed whose rectification is unwritten or unsigned."""
    if not issue.rectification_text.strip():
        raise Refused("整改情况为空，不能销号。", field="rectification_text")
    signature = issue.signatures.filter(voided_at=None).first()
    if signature is None or signature.content_digest != signed_content(issue):
        raise Refused("责任人尚未签字（或签字后整改情况有改动），不能销号。", field="signature")


def signed_content(issue: Issue) -> str:
    """What the responsible person puts the name under."""
    return digest_of({"issue": issue.pk, "rectification": issue.rectification_text})


def decide_waiting(issue: Issue, decision: str, *, actor: User, at: datetime, reason: str) -> None:
    issue.rectifications.filter(decision=Rectification.Decision.WAITING).update(
        decision=decision, decided_by=actor, decided_at=at, decision_reason=reason[:300]
    )


def sign_issue(issue: Issue, image: StoredFile, *, actor: User, at: datetime) -> IssueSignature:
    """The responsible person's signature (责任人签字) under what the ledger says was mended."""
    with transaction.atomic():
        row = locked(issue.pk)
        refuse_settled(row)
        if not row.rectification_text.strip():
            raise Refused("还没有整改情况，签字无从对应；请在企业报告整改后再签。")
        void_signature(row, at)
        signature = IssueSignature.objects.create(
            issue=row, user=actor, image=image, content_digest=signed_content(row), signed_at=at
        )
        write_version(row, "sign", actor=actor, at=at)
        audit.record("inspections.issue.sign", row, actor=actor, at=at, after={"digest": signature.content_digest})
    return signature


def void_signature(issue: Issue, at: datetime) -> int:
    return issue.signatures.filter(voided_at=None).update(voided_at=at)


def edit_rectification(issue: Issue, text: str, *, actor: User, at: datetime, reason: str) -> Issue:
    """The county puts column 17 in order; a signature under the former text holds no more (HS-74)."""
    if not reason.strip():
        raise Refused("修改整改情况须写明理由。", field="reason", status=422)
    if not text.strip():
        raise Refused("整改情况不能为空。", field="rectification_text", status=422)
    with transaction.atomic():
        row = locked(issue.pk)
        refuse_settled(row)
        before, row.rectification_text = row.rectification_text, text.strip()
        row.save(update_fields=["rectification_text"])
        if before != row.rectification_text:
            void_signature(row, at)
        write_version(row, "rectification", actor=actor, at=at, reason=reason)
        audit.record(
            "inspections.issue.rectification",
            row,
            actor=actor,
            at=at,
            reason=reason,
            before={"rectification_text": before},
            after={"rectification_text": row.rectification_text},
        )
    return row


def void_issue(issue: Issue, *, actor: User, at: datetime, reason: str) -> Issue:
    """Strike a row that should not stand (a leader's word, with the reason); it stays in the ledger, struck."""
    with transaction.atomic():
        refuse_on_case(locked(issue.pk))
        row = advance(
            Issue, issue.pk, "void", table=ISSUES, actor=actor, at=at, reason=reason, stamps={"voided_at": at}
        )
        decide_waiting(row, Rectification.Decision.RETURNED, actor=actor, at=at, reason="问题已作废")
        waive_term(row, actor=actor, at=at, reason=f"问题已作废：{reason.strip()}")
        locality.freed(row, at=at, reason=f"问题已作废：{reason.strip()}")
        write_version(row, "void", actor=actor, at=at, reason=reason)
    return row


def refuse_on_case(issue: Issue) -> None:
    """A finding on which a case stands is not struck from under it."""
    if issue.case_number:
        raise Refused(f"{issue}已立案（{issue.case_number}），不能作废；案件确应撤销的，请先撤案。")


def waive_term(issue: Issue, *, actor: User, at: datetime, reason: str) -> None:
    """The enterprise did not mend what it owed, and need not: who decided so stands beside it."""
    for owed in Obligation.objects.open().filter(kind=TERM, subject=f"issue:{issue.pk}"):
        waive(owed, actor=actor, at=at, reason=reason)


def reopen_issue(issue: Issue, *, actor: User, at: datetime, reason: str) -> Issue:
    """A closed row came back (反弹): to be mended again from today."""
    with transaction.atomic():
        row = advance(
            Issue,
            issue.pk,
            "reopen",
            table=ISSUES,
            actor=actor,
            at=at,
            reason=reason,
            stamps={"closed_at": None, "verified_by": None, "rectified_at": None},
        )
        void_signature(row, at)
        open_term(row, at=at)
        locality.reopened(row)
        write_version(row, "reopen", actor=actor, at=at, reason=reason)
    return row


def record_penalty(issue: Issue, text: str, *, case_number: str, actor: User, at: datetime) -> Issue:
    """Column 18 处罚情况, as the penalties room says it, with the number of the case that stands, "" when none does."""
    with transaction.atomic():
        row = locked(issue.pk)
        before, row.penalty_text = row.penalty_text, text[:300]
        row.case_number = case_number
        row.save(update_fields=["penalty_text", "case_number"])
        write_version(row, "penalty", actor=actor, at=at)
        audit.record(
            "inspections.issue.penalty",
            row,
            actor=actor,
            at=at,
            before={"penalty_text": before},
            after={"penalty_text": text},
        )
    return row
