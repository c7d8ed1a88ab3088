"""What a draw drew becomes planned visits: each row through the visit gate, each answer kept apart."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from campaigns.models import Assignment, Draw, DrawnTarget
from campaigns.services import draws
from core.refusals import Refused
from inspections.services import planning


@dataclass(frozen=True)
class Taken:
    """What came of one drawn enterprise: its assignment, or the gate's sentence."""

    drawn: DrawnTarget
    assignment: Assignment | None = None
    refusal: str = ""


def take_over(
    draw: Draw, chosen: Iterable[int], *, planned_on: date, as_checkup: bool = False, actor: User, at: datetime
) -> list[Taken]:
    """Plan a visit for each chosen row with the team that was drawn. A refused row stops no other."""
    if draw.state != Draw.State.DRAWN:
        raise Refused(f"当前为“{draw.get_state_display()}”，不能转为派单。")
    rows = draw.drawn.filter(pk__in=list(chosen), assignment=None, is_dropped=False)
    found = rows.select_related("target__campaign__blueprint", "target__unit", "target__enterprise").order_by("order")
    return [take(row, planned_on, actor, at, as_checkup) for row in found]


def take(row: DrawnTarget, planned_on: date, actor: User, at: datetime, as_checkup: bool = False) -> Taken:
    """The first two of the team are lead and second; the others go along and are named in the reason.

    The team is read under the lock: a draw made again or a person replaced meanwhile counts.
    """
    try:
        with transaction.atomic():
            now = draws.to_take(row.pk)
            people = User.objects.in_bulk(now.team)
            lead, second, *others = (people[pk] for pk in now.team)
            beside = f"，同组 {'、'.join(one.name for one in others)}" if others else ""
            made = planning.plan(
                row.target,
                planned_on=planned_on,
                lead_inspector=lead,
                second_inspector=second,
                expert=None,
                source="random",
                as_checkup=as_checkup,
                drawn=True,
                reason=f"随机抽查 {row.draw} 第 {row.order} 家{beside}",
                actor=actor,
                at=at,
            )
            draws.took_over(row, made, actor=actor, at=at)
    except Refused as refusal:
        return Taken(row, refusal=refusal.message)
    return Taken(row, assignment=made)
