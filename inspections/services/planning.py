"""Planning as people do it: the assignment of the campaign and the visit that it begins, in one transaction."""

from datetime import date, datetime
from typing import Unpack

from django.db import transaction

from accounts.models import User
from campaigns import services as campaigns
from campaigns.models import Assignment, Target
from campaigns.states import AssignmentState
from core.states import advance
from inspections.models import Visit
from inspections.states import VISITS, VisitState


def plan(
    target: Target,
    *,
    planned_on: date,
    lead_inspector: User,
    second_inspector: User,
    actor: User,
    at: datetime,
    **said: Unpack[campaigns.Said],
) -> Assignment:
    """Ask the gate and plan; a visit begins unless a leader must approve first. Raises what the gate refuses."""
    with transaction.atomic():
        row = campaigns.plan_visit(
            target,
            planned_on=planned_on,
            lead_inspector=lead_inspector,
            second_inspector=second_inspector,
            actor=actor,
            at=at,
            **said,
        )
        if row.state == AssignmentState.PLANNED:
            open_visit(row, at)
    return row


def open_visit(row: Assignment, at: datetime) -> Visit:
    return Visit.objects.create(
        assignment=row,
        campaign_id=row.target.campaign_id,
        enterprise_id=row.target.enterprise_id,
        unit_id=row.target.unit_id,
        created_at=at,
    )


def approve(row: Assignment, *, actor: User, at: datetime) -> Visit | None:
    """A leader approves what the gate would not let pass alone; the visit begins. None while another must approve."""
    with transaction.atomic():
        approved = campaigns.approve_assignment(row, actor=actor, at=at)
        return open_visit(approved, at) if approved.state == AssignmentState.PLANNED else None


def refuse(row: Assignment, *, actor: User, at: datetime, reason: str) -> Assignment:
    return campaigns.refuse_assignment(row, actor=actor, at=at, reason=reason)


def cancel(row: Assignment, *, actor: User, at: datetime, reason: str) -> Assignment:
    """Take a planned visit back, with its reason. Refused once the visit has begun."""
    with transaction.atomic():
        visit = Visit.objects.filter(assignment=row).first()
        if visit is not None:
            advance(
                Visit,
                visit.pk,
                "cancel",
                table=VISITS,
                actor=actor,
                at=at,
                reason=reason,
                expected=[VisitState.PLANNED],
            )
        return campaigns.cancel_assignment(row, actor=actor, at=at, reason=reason)
