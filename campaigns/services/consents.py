"""Research visits (调研指导) ask the enterprise first: its account answers, or a signed paper is kept (LH-07)."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from campaigns import notices
from campaigns.models import Assignment, Consent
from core import audit
from core.models import StoredFile
from core.refusals import Refused

AGREED, DECLINED = Consent.Answer.AGREED, Consent.Answer.DECLINED


def ask_consent(row: Assignment, *, actor: User, at: datetime) -> Consent:
    """Opened with the assignment of a research visit; the enterprise's people are told."""
    text = (
        f"{row.target.unit.name}拟于 {row.planned_on} 到贵单位开展调研指导。是否同意由贵单位决定；"
        "不同意的，不影响对贵单位的监管评价。调研中发现的问题不作为执法证据。"
    )
    consent = Consent.objects.create(assignment=row, text=text, asked_by=actor, asked_at=at)
    audit.record("campaigns.consent.ask", consent, actor=actor, at=at, after={"assignment": row.pk})
    notices.consent_asked(consent, at)
    return consent


def answer_consent(
    consent: Consent, answer: str, *, signer: str, actor: User, at: datetime, paper: StoredFile | None = None
) -> Consent:
    """The enterprise's word, once. By its own account, or by an officer with the paper that it signed."""
    if answer not in {AGREED, DECLINED}:
        raise Refused("请选择同意或不同意。", field="answer", status=422)
    if not signer.strip():
        raise Refused("请填写答复人姓名。", field="signer", status=422)
    with transaction.atomic():
        row = Consent.objects.select_for_update(of=("self",)).select_related("assignment__target").get(pk=consent.pk)
        if row.answer:
            raise Refused(f"企业已经答复“{row.get_answer_display()}”，不能再改。")
        row.answer, row.signer, row.paper = answer, signer.strip()[:40], paper
        row.answered_by, row.answered_at = actor, at
        row.digest = voucher_digest(row)
        row.save(update_fields=["answer", "signer", "paper", "answered_by", "answered_at", "digest"])
        after = {"answer": answer, "digest": row.digest, "paper": paper.sha256 if paper else ""}
        audit.record("campaigns.consent.answer", row, actor=actor, at=at, after=after)
        notices.consent_answered(row, at)
    return row


def voucher_digest(row: Consent) -> str:
    """What makes the answer a voucher: the words asked, the answer, by whom, when, and the paper."""
    said = {
        "assignment": row.assignment_id,
        "text": row.text,
        "answer": row.answer,
        "signer": row.signer,
        "answered_by": row.answered_by_id,
        "answered_at": row.answered_at.isoformat() if row.answered_at else "",
        "paper": row.paper.sha256 if row.paper else "",
    }
    return audit.digest_of(said)


def refuse_without_consent(row: Assignment) -> None:
    """A research visit begins only with the enterprise's yes."""
    if row.kind != Assignment.Kind.RESEARCH:
        return
    consent = Consent.objects.filter(assignment=row).first()
    if consent is None or not consent.answer:
        raise Refused("调研指导须事先征得企业同意，企业还没有答复，不能开始。")
    if consent.answer == DECLINED:
        raise Refused("企业不同意这次调研指导，不能开始；请撤销派单。")
