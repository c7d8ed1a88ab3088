"""Findings of a locked record become rows of the issue ledger (问题台账)."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from accounts.models import User
from core import audit, numbering
from enterprises.rules.searching import bigrams
from inspections.models import Issue, VisitRecord
from inspections.rules.findings import Finding
from inspections.rules.team import expert_label
from inspections.services.issues import open_term
from inspections.services.versions import write_version

NUMBER_KIND = "issue"


def raise_issues(record: VisitRecord, findings: Sequence[Finding], *, actor: User, at: datetime) -> list[Issue]:
    """One ledger row with its first version for each finding, numbered in the campaign. In the lock's transaction.

    The record is locked: its snapshot holds what the ledger says of the enterprise and of who answers for the finding.
    """
    campaign, occurred_at = record.visit.campaign, record.occurred_at or at
    raised = []
    for finding in findings:
        issue = Issue.objects.create(
            campaign=campaign,
            number=numbering.next_number(NUMBER_KIND, str(campaign.pk), campaign.year),
            visit=record.visit,
            record=record,
            finding_key=finding.key,
            enterprise=record.visit.enterprise,
            unit=record.visit.unit,
            found_by=record.writer or actor,
            occurred_at=occurred_at,
            recorded_at=at,
            search=search_of(record, finding),
            **enterprise_columns(record),
            **finding_columns(finding),
        )
        write_version(issue, "found", actor=actor, at=at)
        open_term(issue, at=at)
        audit.record(
            "inspections.issue.found", issue, actor=actor, at=at, after=told(finding), unit_path=issue.unit.path
        )
        raised.append(issue)
    return raised


def enterprise_columns(record: VisitRecord) -> dict[str, Any]:
    """What the ledger says of the enterprise and the inspectors: columns 3–13, as the record says it."""
    said = record.snapshot
    return {
        "enterprise_name": record.enterprise_name,
        "enterprise_type": said["enterprise_type"],
        "is_key": record.is_key,
        "industry": record.industry,
        "industry_text": said["industry_text"],
        "is_ultra_low": said["is_ultra_low"],
        "performance_grade": said["performance_grade"],
        "self_accepted_since_2019": said["self_accepted_since_2019"],
        "longitude": Decimal(said["longitude"]),
        "latitude": Decimal(said["latitude"]),
        "county": said["county"],
        "town": said["town"],
        "inspectors": "、".join(one["name"] for one in said["inspectors"]),
        "expert_name": expert_label(said["expert"]),
    }


def finding_columns(finding: Finding) -> dict[str, Any]:
    return {
        "item_path": finding.item_path,
        "elements": list(finding.elements),
        "is_producing": bool(finding.is_producing),
        "pollution": finding.pollution,
        "behaviour": finding.behaviour,
        "description": finding.description,
        "nature": finding.nature,
        "gravity": finding.gravity,
        "issue_type": finding.issue_type,
        "basis_kind": finding.basis_kind,
        "basis_text": finding.basis_text,
        "handling": finding.handling,
        "proposal": finding.proposal,
        "demand": finding.demand,
        "deadline_on": finding.deadline_on,
    }


def search_of(record: VisitRecord, finding: Finding) -> list[str]:
    return bigrams(record.enterprise_name, record.snapshot["uscc"], finding.description, finding.demand)


def told(finding: Finding) -> dict[str, Any]:
    """What the trail keeps of a finding."""
    return {name: finding_columns(finding)[name] for name in ("nature", "gravity", "issue_type", "handling", "demand")}
