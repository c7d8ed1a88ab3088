"""The history of a ledger row: each change closes one version and opens the next; past reports read them."""

from datetime import datetime

from django.db import transaction

from accounts.models import User
from inspections.models import Issue, IssueVersion

# Every column of the sheet that a version keeps besides those it has of its own.
TEXT_COLUMNS = (
    "enterprise_name",
    "enterprise_type",
    "is_key",
    "industry",
    "industry_text",
    "is_ultra_low",
    "performance_grade",
    "self_accepted_since_2019",
    "longitude",
    "latitude",
    "county",
    "town",
    "inspectors",
    "expert_name",
    "elements",
    "description",
    "basis_kind",
    "basis_text",
    "proposal",
    "demand",
    "rectification_text",
    "penalty_text",
)


def write_version(issue: Issue, action: str, *, actor: User | None, at: datetime, reason: str = "") -> IssueVersion:
    """Close the version in force and open the next from the row as it is saved now. Call it after every change.

    A command that took its moment first may get the row last: its version begins no earlier than the one it follows.
    """
    with transaction.atomic():
        Issue.objects.select_for_update(of=("self",)).get(pk=issue.pk)
        standing = issue.versions.filter(superseded_at=None)
        at = max([at, *standing.values_list("recorded_at", flat=True)])
        standing.update(superseded_at=at)
        return IssueVersion.objects.create(
            issue=issue,
            recorded_at=at,
            recorded_by=actor,
            reason=reason[:300],
            action=action,
            state=issue.state,
            unit_id=issue.unit_id,
            nature=issue.nature,
            gravity=issue.gravity,
            issue_type=issue.issue_type,
            handling=issue.handling,
            deadline_on=issue.deadline_on,
            texts=texts_of(issue),
        )


def texts_of(issue: Issue) -> dict[str, object]:
    """Plain JSON: decimals as text, so that a frozen row is the same to the last digit."""
    columns = {name: getattr(issue, name) for name in TEXT_COLUMNS}
    columns |= {name: str(columns[name]) for name in ("longitude", "latitude")}
    signed = issue.signatures.filter(voided_at=None).select_related("user").first()
    return columns | {"signed_by": signed.user.name if signed else ""}
