"""A week of a plan in force becomes planned visits: each row through the visit gate, each answer kept apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from campaigns import services as campaigns
from campaigns.models import Assignment, Plan, PlanRow
from campaigns.rules import Decision
from campaigns.services.plans import waiting_in
from campaigns.states import AssignmentState, PlanState
from core.refusals import Refused
from inspections.services import planning


@dataclass(frozen=True)
class Sent:
    """What came of one row: its assignment, or the gate's sentence."""

    row: PlanRow
    assignment: Assignment | None = None
    refusal: str = ""


def preview(rows: Sequence[PlanRow], days: Mapping[int, date], at: datetime) -> dict[int, Decision]:
    """What the gate says to each row on its day, by the row's key; a row without a second is not asked about."""
    whole = [row for row in rows if row.second is not None]
    asked = [(row.target, campaigns.Proposal(days[row.pk], row.lead, row.second)) for row in whole]
    return {row.pk: said for row, said in zip(whole, campaigns.judge_many(asked, at), strict=True)}


def send_week(plan: Plan, week: date, days: Mapping[int, date], *, actor: User, at: datetime) -> list[Sent]:
    """Plan a visit for each chosen row on its day, with the team of the row. A refused row stops no other."""
    if plan.state != PlanState.IN_FORCE:
        raise Refused(f"计划当前为“{plan.get_state_display()}”，实施中的计划才能派单。")
    return [send(row, days[row.pk], actor, at) for row in waiting_in(plan, week).filter(pk__in=list(days))]


def send(row: PlanRow, day: date, actor: User, at: datetime) -> Sent:
    """What needs a ground or an approval is not asked for here: nobody wrote the reason that a leader would read."""
    if row.second is None:
        return Sent(row, refusal="计划没有写协办人，请单独派单。")
    try:
        with transaction.atomic():
            made = planning.plan(
                row.target,
                planned_on=day,
                lead_inspector=row.lead,
                second_inspector=row.second,
                actor=actor,
                at=at,
            )
            if made.state != AssignmentState.PLANNED:
                raise Refused("须经领导批准，请单独派单并写明理由。")
    except Refused as refusal:
        return Sent(row, refusal=refusal.message)
    return Sent(row, assignment=made)
