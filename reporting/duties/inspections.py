"""Self-checks to file or to mend, visits to make, what was mended to sign and to verify."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from campaigns.states import AssignmentState
from core.clock import day_of
from inspections.models import Handover, Issue, IssueSignature, SelfCheck, Visit
from inspections.states import IssueState, SelfCheckState, VisitState
from reporting.duties.kinds import Duty, Entry, Rows, link

# What a line shows of an issue, which has fifty columns.
SHOWN = ("number", "enterprise_name", "behaviour")


def self_checks_handed_in(user: User, at: datetime) -> Rows:
    rows = SelfCheck.objects.within(user, "selfcheck.review").filter(state=SelfCheckState.SUBMITTED)
    return rows.select_related("enterprise").order_by("submitted_at", "pk")


def handed_in_entry(row: SelfCheck) -> Entry:
    found = f"自查发现 {row.problem_count} 个问题" if row.problem_count else ""
    return Entry(row.enterprise.name, link("inspections:selfcheck_view", row.pk), found)


def self_checks_to_mend(user: User, at: datetime) -> Rows:
    """Sent back by the county, or a correction that was begun."""
    begun = Q(state=SelfCheckState.DRAFT, version__gt=1)
    rows = SelfCheck.objects.within(user, "selfcheck.fill").filter(Q(state=SelfCheckState.RETURNED) | begun)
    return rows.select_related("enterprise").order_by("pk")


def to_mend_entry(row: SelfCheck) -> Entry:
    note = f"退回意见：{row.return_reason}" if row.return_reason else "更正尚未提交"
    return Entry(row.enterprise.name, link("inspections:selfcheck_edit", row.pk), note)


def visits_to_make(user: User, at: datetime) -> Rows:
    """The person's own, planned for today or earlier or begun and not yet handed in."""
    due = Q(state=VisitState.PLANNED, assignment__planned_on__lte=day_of(at)) | Q(state=VisitState.ON_SITE)
    mine = Visit.objects.visible_to(user).of_team_member(user).filter(due, assignment__state=AssignmentState.PLANNED)
    return mine.with_obstacles(user).select_related("enterprise", "assignment").order_by("assignment__planned_on", "pk")


def visit_entry(row: Visit) -> Entry:
    if row.is_obstructed:
        return Entry(row.enterprise.name, link("inspections:visit_view", row.pk), "受阻，已上报，不计逾期")
    begun = "检查中，记录还没有提交" if row.state == VisitState.ON_SITE else ""
    return Entry(row.enterprise.name, link("inspections:visit_view", row.pk), begun, row.assignment.planned_on)


def mended(user: User, capability: str) -> Rows:
    rows = Issue.objects.within(user, capability).filter(state=IssueState.REPORTED)
    return rows.only(*SHOWN).order_by("rectified_at", "pk")


def signed() -> QuerySet[IssueSignature]:
    return IssueSignature.objects.filter(issue=OuterRef("pk"), voided_at=None)


def to_verify(user: User, at: datetime) -> Rows:
    """Reported as mended; who found it or signed for it does not verify it."""
    return mended(user, "issue.verify").exclude(found_by=user).filter(~Exists(signed().filter(user=user)))


def to_sign(user: User, at: datetime) -> Rows:
    return mended(user, "issue.edit").filter(~Exists(signed()))


def to_mend_at_once(user: User, at: datetime) -> Rows:
    """立行立改 has no day, so no term stands for it."""
    rows = Issue.objects.within(user, "rectification.report").filter(state=IssueState.MENDING, deadline_on=None)
    return rows.only(*SHOWN).order_by("pk")


def to_escalate(user: User, at: datetime) -> Rows:
    """Handed over to a locality and too late there: whether the city's team takes it."""
    rows = Handover.objects.to_decide(user).select_related("issue", "locality")
    return rows.order_by("proposed_at", "pk")


def escalation_entry(row: Handover) -> Entry:
    note = f"移交{row.locality.short_name}后超期 {row.days} 日"
    title = f"问题 {row.issue.number:04d} {row.issue.enterprise_name}"
    return Entry(title, link("inspections:handover_detail", row.pk), note)


def issue_entry(row: Issue) -> Entry:
    return Entry(
        f"问题 {row.number:04d} {row.enterprise_name}", link("inspections:issue_detail", row.pk), row.behaviour
    )


DUTIES = (
    Duty("visits", "我的现场检查", "visit.view", visits_to_make, visit_entry, "inspections:visit_mine"),
    Duty(
        "returned",
        "待修改的自查情况表",
        "selfcheck.fill",
        self_checks_to_mend,
        to_mend_entry,
        "inspections:selfcheck_mine",
    ),
    Duty(
        "at_once",
        "立行立改的问题",
        "rectification.report",
        to_mend_at_once,
        issue_entry,
        "inspections:issue_list?state=mending",
    ),
    Duty(
        "selfchecks",
        "待受理的自查",
        "selfcheck.review",
        self_checks_handed_in,
        handed_in_entry,
        "inspections:selfcheck_list?standing=waiting",
    ),
    Duty(
        "escalations",
        "升级待确认的问题",
        "visit.approve",
        to_escalate,
        escalation_entry,
        "inspections:handover_list?state=proposed",
    ),
    Duty("verify", "待复核的整改", "issue.verify", to_verify, issue_entry, "inspections:issue_list?state=reported"),
    Duty("sign", "待责任人签字的整改", "issue.edit", to_sign, issue_entry, "inspections:issue_list?state=reported"),
)
