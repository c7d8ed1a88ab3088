"""A plan's objects over its weeks and inspectors: gathered, spread by the pure rule, written at once."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from campaigns.models import Plan, PlanRow
from campaigns.rules.spreading import Able, Loads, Placed, Visit, spread
from campaigns.services.plan_terms import classed
from campaigns.services.plans.scope import Scope, inspected, scope_of, targets_of
from campaigns.services.plans.writing import locked_plan
from core import audit, clock
from core.refusals import Refused


@dataclass(frozen=True)
class Spread:
    """How many objects found a week and a team, and how many nobody could take."""

    placed: int
    left: int


def spread_plan(plan: Plan, *, afresh: bool = False, actor: User, at: datetime) -> Spread:
    """Give every object that has no row yet a week and a team; `afresh` takes all rows back first.

    What was set by hand stays and counts. Weeks that are over carry nothing any more.
    """
    with transaction.atomic():
        row = locked_plan(plan.pk)
        scope = scope_of(row, clock.day_of(at))
        if afresh:
            row.rows.filter(target__visited_at=None).delete()
        placed, left = place(scope, at)
        PlanRow.objects.bulk_create(
            PlanRow(plan=row, target_id=one.visit, week_on=one.week, lead_id=one.lead, second_id=one.second)
            for one in placed
        )
        if not placed and left:
            raise Refused(nobody(scope))
        after = {"placed": len(placed), "left": len(left), "afresh": afresh}
        audit.record("campaigns.plan.spread", row, actor=actor, at=at, after=after)
    return Spread(len(placed), len(left))


def nobody(scope: Scope) -> str:
    tags = f"、带有“{'”或“'.join(scope.terms.tags)}”标签的主办人" if scope.terms.tags else ""
    return f"没有可以分配的周：剩余的检查时段内须有工作日，并有至少两名执法证有效的执法人员{tags}。"


def place(scope: Scope, at: datetime) -> tuple[list[Placed], list[int]]:
    """Group by window and area: within a group everybody may go everywhere in every week, the key ones in the first."""
    loads = held(scope.plan)
    placed: list[Placed] = []
    left: list[int] = []
    for (is_key, path), visits in sorted(waiting(scope, at), key=lambda group: (not group[0][0], group[0][1])):
        weeks = scope.weeks_left(is_key, path, clock.day_of(at))
        people = [
            Able(
                person.user.pk,
                frozenset(week.monday for week in weeks if person.certified(week)),
                scope.may_lead(person, is_key),
            )
            for person in scope.people.values()
            if person.covers(path)
        ]
        some, others = spread(visits, weeks, people, loads)
        placed += some
        left += others
    return placed, left


def held(plan: Plan) -> Loads:
    loads = Loads()
    for week, lead, second in plan.rows.values_list("week_on", "lead", "second"):
        loads.add(week, lead, second)
    return loads


def waiting(scope: Scope, at: datetime) -> Iterator[tuple[tuple[bool, str], list[Visit]]]:
    """The objects that must be inspected, were not yet, and have no row; by (key, unit).

    Where key ones and others share a phase and who may lead, they are one group: else each would fill every week and
    the key ones would come no sooner.
    """
    plan, day = scope.plan, clock.day_of(at)
    together = not scope.terms.tags and scope.phase_of(is_key=False) == scope.phase_of(is_key=True)
    rows = inspected(classed(targets_of(plan.campaign, plan.unit), scope.terms, day), scope.terms)
    rows = rows.filter(kind="due", is_done=False).exclude(plan_rows__plan=plan)
    away: dict[int, set[int]] = defaultdict(set)
    for person in scope.people.values():
        for enterprise in person.away:
            away[enterprise].add(person.user.pk)
    groups: dict[tuple[bool, str], list[Visit]] = defaultdict(list)
    fields = ("pk", "is_key", "unit__path", "enterprise_id", "enterprise__in_yellow_river_basin")
    found: Any = rows.values_list(*fields, "enterprise__town", "enterprise__industry")
    for pk, is_key, path, enterprise, basin, town, industry in found:
        visit = Visit(pk, basin, is_key, (town, f"{industry or 0:02d}"), frozenset(away.get(enterprise, ())))
        groups[is_key or together, path].append(visit)
    yield from groups.items()
