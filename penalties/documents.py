"""The printed decision (行政处罚决定书): what the case-file review asks of it, field by field."""

from datetime import datetime

from accounts.models import EnforcementCertificate, User
from core.clock import day_of
from core.documents import PaperField, cn_date, cn_money, issue_pdf
from core.models import PrintedDocument
from inspections.models import Issue
from penalties.models import CaseStep, PenaltyCase
from penalties.regimes import article, in_force
from penalties.states import Step

TEMPLATE = "documents/penalties/decision.html"
TITLE = "行政处罚决定书"


def print_decision(case: PenaltyCase, step: CaseStep, *, by: User, at: datetime) -> PrintedDocument:
    """Issue the decision as a PDF in the authority's name. Refused with the names of what is missing."""
    return issue_pdf(
        TEMPLATE,
        {"case": case, "step": step, "said": step.detail, **words_of(case, step)},
        kind="penalty_decision",
        title=TITLE,
        subject=case,
        by=by,
        at=at,
        number=step.document_number,
        fields=decision_fields(case, step),
        unit_path=case.unit.path,
        unit_name=case.authority.name,
    )


def decision_fields(case: PenaltyCase, step: CaseStep) -> list[PaperField]:
    """The party, then everything 案卷评查 asks of a decision; none may be empty."""
    said = step.detail
    return [
        PaperField("当事人", case.party_name),
        PaperField("统一社会信用代码", case.party_uscc, required=False),
        PaperField("地址", case.party_address),
        PaperField("法定代表人（负责人）", case.party_representative),
        PaperField("违法事实", case.facts, wide=True),
        PaperField("证据", said["evidence"], wide=True),
        PaperField("违反的条款", case.violated_article, wide=True),
        PaperField("处罚依据", case.penalty_article, wide=True),
        PaperField("陈述申辩、听证及采纳情况", said["defence"], wide=True),
        PaperField("裁量基准与因素", said["discretion"], wide=True),
        PaperField("处罚种类与幅度", f"罚款人民币{cn_money(step.fine or 0)}（{step.fine:,.2f} 元）", wide=True),
        PaperField("履行方式和期限", said["payment"], wide=True),
    ]


def words_of(case: PenaltyCase, step: CaseStep) -> dict[str, object]:
    """The sentences around the fields: how it was found, who looked, where to appeal."""
    notice = case.steps.get(kind=Step.NOTICE)
    regime = in_force(step.occurred_on)
    numbers = EnforcementCertificate.objects.valid_on(case.filed_on).filter(user__in=case.investigators.all())
    return {
        "found_on": cn_date(day_of(case.issue.occurred_at)),
        "inspectors": inspectors_of(case.issue),
        "filed_on": cn_date(case.filed_on),
        "investigators": "、".join(f"{row.user.name}（{row.number}）" for row in numbers.select_related("user")),
        "notice_number": notice.document_number,
        "noticed_on": cn_date(notice.occurred_on),
        "decided_on": cn_date(step.occurred_on),
        "amount": cn_money(step.fine or 0),
        "regime": regime,
        # Each step is cited by the law of its own day: the notice may be older than the law of the decision.
        "notice_article": article("notice", notice.occurred_on),
        "decide_article": article("decide", step.occurred_on),
        "late_article": article("late_payment", step.occurred_on),
    }


def inspectors_of(issue: Issue) -> str:
    """Who was on the site that day, with the certificates shown, as the record keeps it; others may investigate."""
    shown = issue.record.snapshot.get("inspectors", [])
    return "、".join(f"{one['name']}（{one['certificate']}）" for one in shown) or issue.inspectors
