"""What a locality owes of a problem handed over to it: the obligation of the plan, by the fate of the problem."""

from datetime import date, datetime

from campaigns.services import due
from core.models.obligation import ObligationQuerySet
from core.obligations import meet_rows, reopen_rows, waive_rows
from inspections.models import Issue
from inspections.states import HandoverState


def period(issue: Issue) -> str:
    return f"issue:{issue.pk}"


def owed(issue: Issue) -> ObligationQuerySet:
    return due.of_campaign(issue.campaign).filter(period=period(issue))


def open_for(issue: Issue, *, on: date, at: datetime) -> None:
    about = f"问题 {issue.number:04d} {issue.enterprise_name}"
    due.open_after(
        due.HANDED_OVER,
        campaign=issue.campaign,
        unit=issue.unit,
        on=on,
        period=period(issue),
        about=about,
        at=at,
    )


def settled(issue: Issue, *, at: datetime) -> None:
    """Closed: the locality did what it owed."""
    meet_rows(owed(issue), at=at)


def freed(issue: Issue, *, at: datetime, reason: str) -> None:
    """Void, or with the city's team: the locality owes nothing more."""
    waive_rows(owed(issue), at=at, reason=reason[:200])


def reopened(issue: Issue) -> None:
    """It came back: the locality owes it again, unless the team has it now."""
    handover = getattr(issue, "handover", None)
    if handover is not None and handover.state != HandoverState.ESCALATED:
        reopen_rows(owed(issue))
