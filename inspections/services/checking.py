"""What keeps the record of a visit from being locked, beyond what its form asks: each with its place, in words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from campaigns import services as campaigns
from core import clock
from core.form_engine import reading
from core.form_engine.conditions import lookup
from core.form_engine.rules import Problem
from core.models import FormDefinition
from inspections.models import Signature, Visit, VisitRecord
from inspections.rules import findings as rules
from inspections.rules import selfcheck, timing
from inspections.services import facts, obstacles, past, sheets
from inspections.services.own_problems import own_problems
from inspections.states import IssueState

Answers = Mapping[str, Any]
FINDINGS = "问题清单"
CLOSING = "现场情况与意见"
BASIC = "基本情况"
MUST_BE_YES = {
    "visit_procedure.identity.shown": ("表明身份", "未出示执法证件的检查无效，须先出示并由被检查单位确认"),
    "visit_procedure.rights.statement": ("告知事项", "须先告知陈述、申辩的权利"),
    "visit_procedure.rights.duty": ("告知事项", "须先告知配合检查的义务"),
}


def findings_of(answers: Answers) -> list[rules.Finding]:
    return rules.read(answers.get("_findings"))


def content_problems(record: VisitRecord, form: FormDefinition, answers: Answers, at: datetime) -> list[Problem]:
    """Everything about what the sheet says; signatures and lateness come after."""
    visit = record.visit
    found = [*procedure(answers), *place(answers), *production(answers), *ended(visit, answers, at)]
    found += listed(visit, findings_of(answers))
    found += unanswered(form, answers, visit)
    found += unticked(visit, answers)
    found += past.problems(visit, answers, [one.item_path for one in findings_of(answers)])
    return found + removed(record, answers) + voided(record, answers)


def procedure(answers: Answers) -> list[Problem]:
    return [
        Problem(path, message, "检查程序", item)
        for path, (item, message) in MUST_BE_YES.items()
        if lookup(answers, path) == "no"
    ]


def place(answers: Answers) -> list[Problem]:
    """HS-64, HS-70: both coordinates, readable and possible. What is empty the form itself asks for."""
    labels = {"longitude": "经度", "latitude": "纬度"}
    read = {axis: facts.read_axis(axis, facts.said(answers, f"visit_basic.place.{axis}")) for axis in labels}
    return [
        Problem(f"visit_basic.place.{axis}", fault, BASIC, "地理位置", labels[axis])
        for axis, (_, fault) in read.items()
        if fault
    ]


def production(answers: Answers) -> list[Problem]:
    """HN-64: a halted enterprise is not inspected; the visit moves to another day and is never done."""
    if lookup(answers, "visit_closing.production.state") != "halted":
        return []
    said = "企业临时停产，本次检查不能办理完成，请返回办理“停产改期”"
    return [Problem("visit_closing.production.state", said, CLOSING, "建设、生产情况", "生产状态")]


def ended_of(visit: Visit, answers: Answers, at: datetime) -> timing.Ended:
    said = {name: str(lookup(answers, f"visit_closing.ended.{name}") or "") for name in ("ended_on", "ended_time")}
    return timing.ended(visit.started_at or at, said["ended_on"], said["ended_time"], at)


def ended(visit: Visit, answers: Answers, at: datetime) -> list[Problem]:
    said = ended_of(visit, answers, at)
    if not said.fault or not lookup(answers, "visit_closing.ended.ended_time"):
        return []
    return [Problem(f"visit_closing.ended.{said.field}", said.fault, CLOSING, "检查结束时间")]


def listed(visit: Visit, findings: list[rules.Finding]) -> list[Problem]:
    """Every finding is complete in the campaign's own lists (HN-26, HN-27, HS-71, HS-73)."""
    lists = {kind: {one.number for one in campaigns.list_items(visit.campaign, kind)} for kind in LISTS}
    day = clock.day_of(visit.started_at) if visit.started_at else visit.assignment.planned_on
    number = {finding.key: n for n, finding in enumerate(findings, 1)}
    found = [
        Problem(f"_findings.{key}", "编号与另一个问题相同，请删除后重新添加", FINDINGS, f"问题 {number[key]}")
        for key in rules.twins(findings)
    ]
    for finding in findings:
        faults = rules.faults(finding, issue_types=lists["issue_type"], handlings=lists["handling"], visited_on=day)
        found += [fault_problem(fault, number[finding.key]) for fault in faults]
    return found


LISTS = ("issue_type", "handling")


def fault_problem(fault: rules.Fault, number: int) -> Problem:
    path = f"_findings.{fault.key}.{fault.field}"
    return Problem(path, fault.message, FINDINGS, f"问题 {number}", rules.LABELS[fault.field])


def unanswered(form: FormDefinition, answers: Answers, visit: Visit) -> list[Problem]:
    """HN-13: a negative answer becomes a finding, or somebody says why it is none."""
    dismissed = answers.get("_dismissed")
    reasons = dismissed if isinstance(dismissed, Mapping) else {}
    taken = {finding.item_path for finding in findings_of(answers)}
    taken |= {path for path, reason in reasons.items() if isinstance(reason, str) and reason.strip()}
    return [
        Problem(one.path, f"选了“{one.answer}”，须生成问题，或写明不作为问题的理由", one.section, one.item, one.field)
        for one in negatives(form, answers, visit)
        if one.path not in taken
    ]


def negatives(form: FormDefinition, answers: Answers, visit: Visit) -> list[reading.Negative]:
    day = clock.day_of(visit.started_at).isoformat() if visit.started_at else ""
    return reading.negatives(form.data, answers, day)


def unticked(visit: Visit, answers: Answers) -> list[Problem]:
    """HN-24: each problem of the self-check was looked at."""
    known = {problem.key: problem for problem in own_problems(visit)}
    return [
        Problem(f"_selfcheck.{key}", "须核对并选择已整改、未整改或不存在", "自查问题核对", known[key].item)
        for key in selfcheck.unticked(list(known), answers.get("_selfcheck"))
    ]


def removed(record: VisitRecord, answers: Answers) -> list[Problem]:
    """A correction cannot make a ledger row disappear; only a leader voids it, in the ledger."""
    kept = {finding.key for finding in findings_of(answers)}
    return [
        Problem(
            "_findings", f"问题 {issue.number} 已入台账，更正时不能删除；确属有误的，请由负责人在台账中作废", FINDINGS
        )
        for issue in record.visit.issues.exclude(state=IssueState.VOID).order_by("number")
        if issue.finding_key not in kept
    ]


def voided(record: VisitRecord, answers: Answers) -> list[Problem]:
    """What a leader voided in the ledger is demanded of nobody again: a correction that still says it is refused."""
    said = {finding.key: number for number, finding in enumerate(findings_of(answers), 1)}
    return [
        Problem(
            f"_findings.{issue.finding_key}",
            f"即台账问题 {issue.number:04d}，已作废，更正版中须删除；情况确实存在的，请另行添加问题",
            FINDINGS,
            f"问题 {said[issue.finding_key]}",
        )
        for issue in record.visit.issues.voided().order_by("number")
        if issue.finding_key in said
    ]


def required_roles(record: VisitRecord, answers: Answers) -> list[Signature.Role]:
    """Who must have signed (or be noted as refusing) before the record can be locked."""
    roles = [Signature.Role.LEAD, Signature.Role.SECOND]
    if expert_present(record.visit):
        roles.append(Signature.Role.EXPERT)
    roles.append(Signature.Role.ENTERPRISE)
    if findings_of(answers):
        roles.append(Signature.Role.RECEIPT)
    return roles


def expert_present(visit: Visit) -> bool:
    return any(one.is_expert for one in visit.check_ins.all())


def standing(record: VisitRecord, form: FormDefinition, answers: Answers) -> dict[str, Signature]:
    """The signatures that hold for exactly this content, by role."""
    digest = sheets.content_digest(record.visit, form, answers)
    rows = record.signatures.standing().filter(content_digest=digest).select_related("image", "user")
    return {row.role: row for row in rows}


MISSING_SIGNATURE = {
    Signature.Role.LEAD: "主办人尚未签名",
    Signature.Role.SECOND: "协办人尚未签名",
    Signature.Role.EXPERT: "专家尚未签名",
    Signature.Role.ENTERPRISE: "被检查单位现场负责人尚未签名；拒绝签名的，须注明情况和见证人",
    Signature.Role.RECEIPT: "一次性告知尚未签收；拒绝签收的，须注明情况和见证人",
}


def unsigned(record: VisitRecord, form: FormDefinition, answers: Answers) -> list[Problem]:
    held = standing(record, form, answers)
    return [
        Problem(f"_signatures.{role}", MISSING_SIGNATURE[role], "签名", Signature.Role(role).label)
        for role in required_roles(record, answers)
        if role not in held
    ]


def lateness(record: VisitRecord, answers: Answers, at: datetime) -> list[Problem]:
    """HN-60: the day the visit began, by the server's clock, is the day of upload; later needs a reason.

    Not the typed end: who writes tomorrow's date is late all the same. A correction has its own reason.
    """
    said = late_sentence(record.visit, at)
    if record.version > 1 or not said or late_reason(answers):
        return []
    return [Problem("_late_reason", said, "迟报原因")]


def late_sentence(visit: Visit, at: datetime) -> str:
    """What is asked of who hands in after the day of the visit, whatever the visit met; "" in time."""
    began_at = visit.started_at
    if began_at is None or not timing.is_late(began_at, at) or obstacles.reported_in_time(visit):
        return ""
    return f"检查于 {clock.day_of(began_at)} 进行，应当日上传，现已迟报，须填写迟报原因"


def late_reason(answers: Answers) -> str:
    said = answers.get("_late_reason")
    return said.strip()[:200] if isinstance(said, str) else ""
