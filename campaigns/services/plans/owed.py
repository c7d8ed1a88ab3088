"""What is due of plans and of brigades' counts is met by what was done, never by a report that says so."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from accounts.models import Unit
from campaigns.models import Campaign, Patch, Plan, Target
from campaigns.services.due.entries import PLAN_REPORTED, entries_of
from campaigns.services.due.opening import of_campaign
from campaigns.services.plan_terms import terms_of
from campaigns.services.plans.brigades import Share, month_of, shares
from campaigns.services.plans.figures import counted, unplanned
from core import clock, locks
from core.models.obligation import ObligationQuerySet
from core.obligations import meet_rows, reopen_rows

# The other fact that a blueprint's `dues` may name.
BRIGADE = "brigade"
SHOWN = 50


def owing(campaign: Campaign, fact: str) -> ObligationQuerySet:
    """What units of a campaign owe of a fact; nobody where the blueprint names no such thing."""
    subjects = [entry.key for entry in entries_of(campaign.blueprint.data) if entry.fact == fact]
    return of_campaign(campaign).filter(subject__in=subjects) if subjects else of_campaign(campaign).none()


def count_brigades(campaign: Campaign, day: date, *, at: datetime) -> int:
    """After a visit of `day`: a brigade's month is met once each of its counties has what the quota asks (HS-17).

    Two visits that end at the same moment see each other: the second waits for the first. Returns how many it met.
    """
    first, last = month_of(day)
    rows = owing(campaign, BRIGADE).open().filter(period__range=(first.isoformat(), last.isoformat()))
    if not rows.exists():
        return 0
    locks.hold("brigades", str(campaign.pk))
    found = shares(campaign, Patch.objects.standing(), day)
    return meet_rows(rows.filter(unit_path__in=reached(found)), at=at)


def reached(found: Iterable[Share]) -> set[str]:
    """The brigades of which no county is short."""
    rows = list(found)
    return {row.patch.brigade.path for row in rows} - {row.patch.brigade.path for row in rows if row.is_short}


def plan_complete(plan: Plan, *, at: datetime) -> None:
    """A plan is reported only when it holds everybody with who answers for them: what was due is done (HS-44)."""
    meet_rows(owing(plan.campaign, PLAN_REPORTED).filter(unit_path=plan.unit.path), at=at)


def plan_owed_again(plan: Plan) -> None:
    """A first version that was returned is owed again; behind a later one stands a plan that holds."""
    if plan.version == 1:
        reopen_rows(owing(plan.campaign, PLAN_REPORTED).filter(unit_path=plan.unit.path))


@dataclass(frozen=True)
class Light:
    """What keeps a light red: the counties of a brigade with their counts, or the enterprises nobody answers for."""

    shares: list[Share] = field(default_factory=list)
    plan: Plan | None = None
    left: list[Target] = field(default_factory=list)
    count: int = 0


def light_of(campaign: Campaign, fact: str, unit: Unit, on: date, at: datetime) -> Light:
    """As it stands now; of a brigade in the month of `on`."""
    if fact == BRIGADE:
        return Light(shares=shares(campaign, Patch.objects.standing().filter(brigade=unit), on))
    plan = Plan.objects.filter(campaign=campaign, unit=unit).order_by("-version").first()
    if plan is not None:
        rows = unplanned(plan, at)
    else:
        terms = terms_of(campaign)
        rows = counted(campaign, unit, terms, clock.day_of(at)).filter(kind="due", is_done=False)
    named = rows.select_related("enterprise", "unit").order_by("enterprise__sort_key", "pk")
    return Light(plan=plan, left=list(named[:SHOWN]), count=rows.count())
