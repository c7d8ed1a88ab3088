"""A corrected record and the ledger: what the correction changes is changed there too, and nothing else."""

from datetime import datetime
from typing import Any

from accounts.models import User
from core import audit
from core.refusals import Refused
from inspections.models import Issue, VisitRecord
from inspections.rules.findings import TIME_LIMITED, Finding, changed
from inspections.services.issues import open_term
from inspections.services.raising import enterprise_columns, raise_issues, search_of
from inspections.services.versions import write_version
from inspections.states import IssueState


def correct_issues(
    before: VisitRecord,
    record: VisitRecord,
    old: list[Finding],
    new: list[Finding],
    *,
    actor: User,
    at: datetime,
) -> list[Issue]:
    """Rows for what is new, a version for what differs. Facts that the ledger changed since stay as they are there.

    Returns the rows that were raised. A row whose finding is gone was refused before (checking.removed).
    """
    said = {finding.key: finding for finding in old}
    rows = {issue.finding_key: issue for issue in record.visit.issues.select_for_update(of=("self",))}
    company = columns_changed(before, record)
    for finding in new:
        issue = rows.get(finding.key)
        if issue is None or issue.state == IssueState.VOID:
            continue
        differs = changed(said[finding.key], finding) if finding.key in said else {}
        if differs or company:
            correct_issue(issue, record, finding, company | differs, actor=actor, at=at)
    return raise_issues(record, [one for one in new if one.key not in rows], actor=actor, at=at)


def columns_changed(before: VisitRecord, record: VisitRecord) -> dict[str, Any]:
    old, new = enterprise_columns(before), enterprise_columns(record)
    return {name: value for name, value in new.items() if old[name] != value}


def correct_issue(
    issue: Issue, record: VisitRecord, finding: Finding, differs: dict[str, Any], *, actor: User, at: datetime
) -> None:
    before = {name: getattr(issue, name) for name in differs}
    for name, value in differs.items():
        setattr(issue, name, list(value) if name == "elements" else value)
    if issue.handling == TIME_LIMITED and issue.deadline_on is None:
        raise Refused(f"问题 {issue.number} 在台账中为限期整改，更正后必须有整改期限。", status=422)
    issue.record, issue.search = record, search_of(record, finding)
    issue.save(update_fields=[*differs, "record", "search"])
    write_version(issue, "correct", actor=actor, at=at, reason=record.correction_reason)
    open_term(issue, at=at)
    audit.record(
        "inspections.issue.correct",
        issue,
        actor=actor,
        at=at,
        reason=record.correction_reason,
        before=before,
        after=differs,
        unit_path=issue.unit.path,
    )
