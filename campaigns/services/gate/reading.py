"""Everything that the gate asks, read for a whole plan with the same number of queries."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, prefetch_related_objects

from accounts.gate import Holdings, grants_of, holdings_on
from accounts.models import EnforcementCertificate, Grant, Unit, User
from campaigns.models import Assignment, Campaign, InspectorProfile, Plan, PlanRow, Pledge, Recusal, Target
from campaigns.models.plan import OPEN
from campaigns.registers.services.training import orders_training, province_trained, untrained
from campaigns.rules import (
    Before,
    Policy,
    policy_of,
)
from campaigns.services import clauses
from campaigns.services.gate.proposing import Asked, people_of
from campaigns.services.groups import patrols
from campaigns.services.plan_terms import classed, terms_of
from campaigns.services.readiness import plan_missing
from campaigns.services.windows import Windows, windows_of
from campaigns.states import AssignmentState, PlanState
from core import clock
from enterprises.models import PositiveListEntry

TRAINED_FIRST = "province_training"
# What stands or was done counts as a visit to the enterprise; what was not approved, cancelled or moved does not, nor
# what was done in vain.
COUNTED = (AssignmentState.ASKED, AssignmentState.PLANNED, AssignmentState.DONE)


@dataclass
class Known:
    """Everything read for a whole plan; each row then takes its own without asking again."""

    windows: dict[int, Windows] = field(default_factory=dict)
    policies: dict[int, Policy] = field(default_factory=dict)
    sources: dict[int, Mapping[str, str]] = field(default_factory=dict)
    positive: dict[int, list[PositiveListEntry]] = field(default_factory=lambda: defaultdict(list))
    standing: dict[int, list[tuple[int, date]]] = field(default_factory=lambda: defaultdict(list))
    certificates: dict[int, list[tuple[date, date]]] = field(default_factory=lambda: defaultdict(list))
    pledged: set[tuple[int, int]] = field(default_factory=set)
    unlearnt: dict[int, tuple[str, ...]] = field(default_factory=dict)
    recused: dict[tuple[int, int], str] = field(default_factory=dict)
    patrolling: set[tuple[int, int]] = field(default_factory=set)
    coverage: dict[int, tuple[int, int]] = field(default_factory=dict)
    visits: dict[int, list["Visit"]] = field(default_factory=lambda: defaultdict(list))
    people: dict[int, User] = field(default_factory=dict)
    grants: dict[int, list[Grant]] = field(default_factory=dict)
    holdings: dict[tuple[int, date], Holdings] = field(default_factory=dict)
    plans: dict[int, dict[str, Plan]] = field(default_factory=lambda: defaultdict(dict))
    tags: dict[int, list[str]] = field(default_factory=dict)
    untrained: set[tuple[int, int]] = field(default_factory=set)
    training: set[int] = field(default_factory=set)  # the campaigns whose plans order it
    province_untrained: set[int] = field(default_factory=set)
    missing: dict[tuple[int, int], str] = field(default_factory=dict)
    gone: dict[int, str] = field(default_factory=dict)  # who answers for what left the campaign's authority

    def holdings_of(self, person: User, day: date) -> Holdings:
        """What a person holds on the planned day, not on the day of planning; worked out once a day and person."""
        if (person.pk, day) not in self.holdings:
            self.holdings[person.pk, day] = holdings_on(day, self.grants.get(person.pk, ()))
        return self.holdings[person.pk, day]


@dataclass(frozen=True)
class Visit:
    """One other assignment to the same enterprise, of any campaign."""

    pk: int
    on: date
    state: str
    unit_path: str
    bureau_path: str
    unit_name: str
    campaign_id: int
    items: frozenset[str]
    exception: str
    has_lead: bool

    def before(self) -> Before:
        return Before(self.on, self.unit_name, self.items)


def read(asked: Sequence[Asked], besides: set[int], today: date) -> Known:
    known = Known()
    for campaign in {target.campaign_id: target.campaign for target, _ in asked}.values():
        known.windows[campaign.pk] = windows_of(campaign)
        known.policies[campaign.pk] = policy_for(campaign)
        known.sources[campaign.pk] = sources_of(campaign)
    read_units(known, asked)
    read_sites(known, asked, besides)
    read_people(known, asked, today)
    read_plans(known, asked)
    read_coverage(known, asked, today)
    read_visits(known, asked, besides)
    return known


def read_units(known: Known, asked: Sequence[Asked]) -> None:
    """The documents that units owe before anything is assigned, with one query a campaign."""
    for campaign in {target.campaign_id: target.campaign for target, _ in asked}.values():
        units = {target.unit_id: target.unit for target, _ in asked if target.campaign_id == campaign.pk}
        said = plan_missing(campaign, units.values())
        known.missing |= {(campaign.pk, unit): sentence for unit, sentence in said.items()}


def read_sites(known: Known, asked: Sequence[Asked], besides: set[int]) -> None:
    sites = {target.enterprise_id for target, _ in asked}
    for entry in PositiveListEntry.objects.filter(enterprise__in=sites, removed_on=None).order_by("-pk"):
        known.positive[entry.enterprise_id].append(entry)
    read_gone(known, asked)
    rows = Assignment.objects.standing().filter(target__in=[target.pk for target, _ in asked])
    for target, pk, day in rows.values_list("target_id", "pk", "planned_on"):
        if pk not in besides:
            known.standing[target].append((pk, day))


def read_gone(known: Known, asked: Sequence[Asked]) -> None:
    """Sites that moved since they were listed, to where the campaign does not reach: a query only where one moved."""
    moved = [target for target, _ in asked if target.enterprise.unit_id != target.unit_id]
    units = Unit.objects.in_bulk({target.enterprise.unit_id for target in moved}) if moved else {}
    for target in moved:
        unit = units[target.enterprise.unit_id]
        if not unit.path.startswith(target.campaign.unit.path):
            known.gone[target.pk] = unit.short_name


def read_people(known: Known, asked: Sequence[Asked], today: date) -> None:
    """Certificates, pledges, recusals and grants of everybody who is to go, one query each."""
    for _, proposal in asked:
        known.people.update((person.pk, person) for person in people_of(proposal))
    prefetch_related_objects(list(known.people.values()), "unit")
    known.grants = grants_of(person.pk for person in known.people.values() if person.is_active)
    certificates = EnforcementCertificate.objects.filter(user__in=known.people, withdrawn_on=None)
    for user, start, end in certificates.values_list("user_id", "valid_from", "valid_to"):
        known.certificates[user].append((start, end))
    pledges = Pledge.objects.filter(campaign__in=known.windows, user__in=known.people)
    known.pledged = set(pledges.values_list("campaign_id", "user_id"))
    if any(clauses.demand_of(target.campaign) for target, _ in asked):
        missing = clauses.unsigned(known.people.values(), today)
        known.unlearnt = {user: tuple(map(str, rows)) for user, rows in missing.items()}
    for campaign in {target.campaign_id: target.campaign for target, _ in asked}.values():
        known.patrolling |= {(campaign.pk, user) for user in patrols(campaign, known.people)}
        known.training |= {campaign.pk} if orders_training(campaign) else set()
        known.untrained |= {(campaign.pk, user) for user in untrained(campaign, known.people)}
        if TRAINED_FIRST in gate_of(campaign) and not province_trained(campaign):
            known.province_untrained.add(campaign.pk)
    away = Recusal.objects.filter(user__in=known.people, ended_at=None)
    away = away.filter(enterprise__in={target.enterprise_id for target, _ in asked})
    known.recused = {
        (user, site): Recusal.Kind(kind).label
        for user, site, kind in away.values_list("user_id", "enterprise_id", "kind")
    }


def read_plans(known: Known, asked: Sequence[Asked]) -> None:
    """Which plans hold the objects, and the tags of people, where a document asks for them."""
    outside = [target.pk for target, _ in asked if terms_of(target.campaign).outside == "approval"]
    if outside:
        rows = PlanRow.objects.filter(target__in=outside, plan__state__in=[PlanState.IN_FORCE, *OPEN])
        for row in rows.select_related("plan__unit"):
            known.plans[row.target_id][row.plan.state] = row.plan
    if any(tags_wanted(target) for target, _ in asked):
        found = InspectorProfile.objects.filter(user__in=known.people)
        known.tags = dict(found.values_list("user", "specialities"))


def read_coverage(known: Known, asked: Sequence[Asked], today: date) -> None:
    """How far each campaign is that forbids repeats until it is through (HS-12). Whom its plan exempts is not waited
    for, and counts only where it was visited all the same."""
    again = {target.campaign_id: target.campaign for target, _ in asked if target.visit_count}
    for pk, campaign in again.items():
        if known.policies[pk].repeat.until_covered is None:
            continue
        listed = Target.objects.filter(campaign=pk).exclude(enterprise__state="closed")
        owed = classed(listed, terms_of(campaign), today).filter(Q(kind="due") | Q(visit_count__gt=0))
        found = owed.aggregate(listed=Count("pk"), covered=Count("pk", filter=Q(visit_count__gt=0)))
        known.coverage[pk] = (found["covered"], found["listed"])


def read_visits(known: Known, asked: Sequence[Asked], besides: set[int]) -> None:
    """Other visits to the same enterprises, where a plan has a rule about them."""
    watching = {pk: reach_of(policy) for pk, policy in known.policies.items() if reach_of(policy) is not None}
    about = [(target, proposal) for target, proposal in asked if target.campaign_id in watching]
    if not about:
        return
    reach = timedelta(days=max(days for days in watching.values() if days is not None))
    days = [proposal.planned_on for _, proposal in about]
    first = min(min(days) - reach, date(min(days).year, 1, 1))
    last = max(max(days) + reach, date(max(days).year, 12, 31))
    rows = Assignment.objects.filter(
        target__enterprise__in={target.enterprise_id for target, _ in about},
        kind=Assignment.Kind.ENFORCE,
        state__in=COUNTED,
        in_vain=False,
    ).exclude(pk__in=besides)
    ended = Q(ended_at__gte=clock.at_local(first), ended_at__lte=clock.end_of_day(last))
    rows = rows.filter(Q(planned_on__range=(first, last)) | ended)
    for site, *values in rows.values_list("target__enterprise_id", *VISIT_COLUMNS):
        known.visits[site].append(visit_of(values))


VISIT_COLUMNS = (
    *(
        "pk",
        "planned_on",
        "state",
        "sent_by__path",
        "sent_by__level",
        "sent_by__name",
        "target__campaign_id",
        "items",
        "exception",
    ),
    *("lead_id", "ended_at"),
)


def visit_of(values: Sequence[Any]) -> Visit:
    """The day is that on which it ended, once it has: a visit may begin later than planned."""
    pk, planned_on, state, path, level, name, campaign, items, exception, lead, ended_at = values
    done = state == AssignmentState.DONE and ended_at is not None
    day = clock.day_of(ended_at) if done else planned_on
    of, bureau = frozenset(items), bureau_path(level or "", path or "")
    return Visit(pk, day, state, path or "", bureau, name or "其他单位", campaign, of, exception, lead is not None)


def bureau_path(level: str, path: str) -> str:
    """The bureau for which a unit acts: a team, the one it stands under."""
    return f"{path.rstrip('/').rpartition('/')[0]}/" if level == Unit.Level.TEAM else path


def reach_of(policy: Policy) -> int | None:
    """How many days around the planned one a policy asks about; None when other visits do not matter to it."""
    if policy.same_month is None and policy.merge_days is None and policy.yearly_cap is None:
        return None
    month = (policy.same_month.days or 31) if policy.same_month else 0
    return max(policy.merge_days or 0, month)


def gate_of(campaign: Campaign) -> Mapping[str, Any]:
    """The gate's section of the blueprint that the campaign was made from."""
    found: Mapping[str, Any] = campaign.blueprint.data.get("gate", {})
    return found


def policy_for(campaign: Campaign) -> Policy:
    """The rules that hold in a campaign, with the readings that it chose."""
    return policy_of(gate_of(campaign), campaign.parameters)


def sources_of(campaign: Campaign) -> Mapping[str, str]:
    """The plan's own lines for each rule, as the blueprint quotes them."""
    return {rule: f"{line['quote']}（原文{line['lines']}行）" for rule, line in gate_of(campaign).items()}


def tags_wanted(target: Target) -> tuple[str, ...]:
    """HN-49 speaks of the inspections of non-key ones only."""
    return () if target.is_key else terms_of(target.campaign).tags


def held_by(target: Target) -> tuple[bool, str]:
    """Whether a plan in force holds the object, else which plan that is still on its way."""
    rows = PlanRow.objects.filter(target=target, plan__state__in=[PlanState.IN_FORCE, *OPEN])
    return held_in({row.plan.state: row.plan for row in rows.select_related("plan__unit")})


def held_in(states: Mapping[str, Plan]) -> tuple[bool, str]:
    if PlanState.IN_FORCE in states:
        return True, ""
    return False, next((f"{plan}（{plan.get_state_display()}）" for plan in states.values()), "")
