"""Gathering what the visit gate may know: for one visit or ten thousand, with the same number of queries."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, prefetch_related_objects

from accounts.gate import holdings, read_holdings_of
from accounts.models import EnforcementCertificate, User
from campaigns.models import Assignment, Campaign, InspectorProfile, Lead, Plan, PlanRow, Pledge, Recusal, Target
from campaigns.models.plan import OPEN
from campaigns.registers.services.training import untrained
from campaigns.rules import (
    ENFORCE,
    Before,
    Decision,
    Facts,
    LeadStanding,
    Officer,
    Policy,
    YearlyCap,
    decide,
    policy_of,
)
from campaigns.rules.leads import KINDS
from campaigns.services.groups import patrols
from campaigns.services.plan_terms import terms_of
from campaigns.services.readiness import plan_missing
from campaigns.services.windows import Windows, windows_of
from campaigns.states import AssignmentState, CampaignState, LeadState, PlanState
from core import clock
from enterprises.models import PositiveListEntry

KEY_PHASE, OTHER_PHASE = "inspect", "inspect_other"
# What stands or was done counts as a visit to the enterprise; what was refused, cancelled or moved does not.
COUNTED = (AssignmentState.ASKED, AssignmentState.PLANNED, AssignmentState.DONE)
STANDINGS = {
    LeadState.REGISTERED: LeadStanding.REGISTERED,
    LeadState.ACCEPTED: LeadStanding.REGISTERED,
    LeadState.ASSIGNED: LeadStanding.USED,
}


@dataclass(frozen=True)
class Proposal:
    """A visit that somebody wants to plan; a preview may still lack its people. `exception` is a key of
    rules.EXCEPTIONS. A `lead` stands in the register; `lead_kind` and `lead_detail` are typed now instead."""

    planned_on: date
    lead_inspector: User | None
    second_inspector: User | None
    expert: User | None = None
    exception: str = ""
    reason: str = ""
    lead_kind: str = ""
    lead_detail: str = ""
    approved: bool = False
    lead: Lead | None = None
    kind: str = ENFORCE
    items: tuple[str, ...] = ()
    drawn: bool = False
    # What it comes from, and whether it counts as an examination, too.
    source: str = ""
    as_checkup: bool = False
    # The lead was brought forward by this very assignment before (approval, a new day).
    holds_lead: bool = False

    @property
    def people(self) -> list[User]:
        """The two who would go, without those still missing."""
        chosen = (self.lead_inspector, self.second_inspector)
        return list(dict.fromkeys(person for person in chosen if person is not None))


Asked = tuple[Target, Proposal]


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
    recused: dict[tuple[int, int], str] = field(default_factory=dict)
    patrolling: set[tuple[int, int]] = field(default_factory=set)
    coverage: dict[int, tuple[int, int]] = field(default_factory=dict)
    visits: dict[int, list["Visit"]] = field(default_factory=lambda: defaultdict(list))
    people: dict[int, User] = field(default_factory=dict)
    plans: dict[int, dict[str, Plan]] = field(default_factory=lambda: defaultdict(dict))
    tags: dict[int, list[str]] = field(default_factory=dict)
    untrained: dict[tuple[int, int], str] = field(default_factory=dict)
    missing: dict[tuple[int, int], str] = field(default_factory=dict)


@dataclass(frozen=True)
class Visit:
    """One other assignment to the same enterprise, of any campaign."""

    pk: int
    on: date
    state: str
    unit_path: str
    unit_name: str
    campaign_id: int
    items: frozenset[str]
    exception: str
    has_lead: bool

    def before(self) -> Before:
        return Before(self.on, self.unit_name, self.items)


def judge(target: Target, proposal: Proposal, at: datetime, *, besides: Assignment | None = None) -> Decision:
    """The gate's decision on a proposal. `besides` is the assignment being decided, not in its own way."""
    return judge_many([(target, proposal)], at, besides=[besides] if besides else [])[0]


def judge_many(asked: Sequence[Asked], at: datetime, *, besides: Iterable[Assignment] = ()) -> list[Decision]:
    """The decision on every row of a plan, in its order; each row as if it were the only new one."""
    return [decide(facts) for facts in gather_many(asked, at, besides=besides)]


def gather(target: Target, proposal: Proposal, at: datetime, *, besides: Assignment | None = None) -> Facts:
    return gather_many([(target, proposal)], at, besides=[besides] if besides else [])[0]


def gather_many(asked: Sequence[Asked], at: datetime, *, besides: Iterable[Assignment] = ()) -> list[Facts]:
    """The facts of targets (with campaign, blueprint, enterprise and unit selected) and proposals.

    The number of queries depends on how many campaigns there are, never on how many rows.
    """
    passed_over = {row.pk for row in besides}
    known = read(asked, passed_over)
    today = clock.day_of(at)
    return [facts_of(target, proposal, known, today) for target, proposal in asked]


def read(asked: Sequence[Asked], besides: set[int]) -> Known:
    known = Known()
    for campaign in {target.campaign_id: target.campaign for target, _ in asked}.values():
        known.windows[campaign.pk] = windows_of(campaign)
        known.policies[campaign.pk] = policy_for(campaign)
        known.sources[campaign.pk] = sources_of(campaign)
    read_units(known, asked)
    read_sites(known, asked, besides)
    read_people(known, asked)
    read_plans(known, asked)
    read_coverage(known, asked)
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
    rows = Assignment.objects.standing().filter(target__in=[target.pk for target, _ in asked])
    for target, pk, day in rows.values_list("target_id", "pk", "planned_on"):
        if pk not in besides:
            known.standing[target].append((pk, day))


def read_people(known: Known, asked: Sequence[Asked]) -> None:
    """Certificates, pledges, recusals and grants of everybody who is to go, one query each."""
    for _, proposal in asked:
        known.people.update((person.pk, person) for person in people_of(proposal))
    read_holdings_of([person for person in known.people.values() if person.holdings_read is None])
    certificates = EnforcementCertificate.objects.filter(user__in=known.people, withdrawn_on=None)
    for user, start, end in certificates.values_list("user_id", "valid_from", "valid_to"):
        known.certificates[user].append((start, end))
    pledges = Pledge.objects.filter(campaign__in=known.windows, user__in=known.people)
    known.pledged = set(pledges.values_list("campaign_id", "user_id"))
    for campaign in {target.campaign_id: target.campaign for target, _ in asked}.values():
        known.patrolling |= {(campaign.pk, user) for user in patrols(campaign, known.people)}
    leading = {(target.campaign_id, one.lead_inspector): target.campaign for target, one in asked if one.lead_inspector}
    known.untrained = {(pk, person.pk): untrained(campaign, person) for (pk, person), campaign in leading.items()}
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


def plan_facts(target: Target, known: Known) -> dict[str, Any]:
    """What the blueprint wants of plans and leads, and whether a plan holds the object."""
    in_plan, waits = held_in(known.plans[target.pk])
    return {
        "plan_asked": terms_of(target.campaign).outside == "approval",
        "in_plan": in_plan,
        "plan_waits": waits,
        "lead_tags": tags_wanted(target),
    }


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


def people_of(proposal: Proposal) -> list[User]:
    """Everybody who would go, the expert too."""
    return [*proposal.people, *([proposal.expert] if proposal.expert else [])]


def read_coverage(known: Known, asked: Sequence[Asked]) -> None:
    """How far each campaign is that forbids repeats until it is through (HS-12)."""
    again = {target.campaign_id for target, _ in asked if target.visit_count}
    holding = [pk for pk in again if known.policies[pk].repeat.until_covered is not None]
    if holding:
        rows = Target.objects.filter(campaign__in=holding).exclude(enterprise__state="closed").values("campaign")
        found = rows.annotate(listed=Count("pk"), covered=Count("pk", filter=Q(visit_count__gt=0)))
        for campaign, covered, listed in found.values_list("campaign", "covered", "listed"):
            known.coverage[campaign] = (covered, listed)


def read_visits(known: Known, asked: Sequence[Asked], besides: set[int]) -> None:
    """Other visits to the same enterprises, where a plan has a rule about them."""
    watching = {pk: reach_of(policy) for pk, policy in known.policies.items() if reach_of(policy) is not None}
    about = [(target, proposal) for target, proposal in asked if target.campaign_id in watching]
    if not about:
        return
    prefetch_related_objects(list(known.people.values()), "unit")
    reach = timedelta(days=max(days for days in watching.values() if days is not None))
    days = [proposal.planned_on for _, proposal in about]
    first = min(min(days) - reach, date(min(days).year, 1, 1))
    last = max(max(days) + reach, date(max(days).year, 12, 31))
    rows = Assignment.objects.filter(
        target__enterprise__in={target.enterprise_id for target, _ in about},
        kind=Assignment.Kind.ENFORCE,
        state__in=COUNTED,
        planned_on__range=(first, last),
    ).exclude(pk__in=besides)
    for site, *values in rows.values_list("target__enterprise_id", *VISIT_COLUMNS):
        known.visits[site].append(visit_of(values))


VISIT_COLUMNS = (
    *("pk", "planned_on", "state", "sent_by__path", "sent_by__name", "target__campaign_id", "items", "exception"),
    *("lead_id", "ended_at"),
)


def visit_of(values: Sequence[Any]) -> Visit:
    """The day is that on which it ended, once it has: a visit may begin later than planned."""
    pk, planned_on, state, path, name, campaign, items, exception, lead, ended_at = values
    done = state == AssignmentState.DONE and ended_at is not None
    day = clock.day_of(ended_at) if done else planned_on
    return Visit(
        pk, day, state, path or "", name or "其他单位", campaign, frozenset(items), exception, lead is not None
    )


def reach_of(policy: Policy) -> int | None:
    """How many days around the planned one a policy asks about; None when other visits do not matter to it."""
    if policy.same_month is None and policy.merge_days is None and policy.yearly_cap is None:
        return None
    month = (policy.same_month.days or 31) if policy.same_month else 0
    return max(policy.merge_days or 0, month)


def facts_of(target: Target, proposal: Proposal, known: Known, today: date) -> Facts:
    campaign, day = target.campaign, proposal.planned_on
    policy, windows = known.policies[campaign.pk], known.windows[campaign.pk]
    phase = windows.phases.get(phase_key_of(target)) or windows.phases.get(KEY_PHASE)
    starts_on, ends_on = windows.of(phase.key, target.unit.path) if phase else (None, None)
    listed = next((entry for entry in known.positive[target.enterprise_id] if entry.in_force_on(day)), None)
    return Facts(
        planned_on=day,
        today=today,
        officers=officers(target, proposal, known),
        phase_name=phase.name if phase else "执法检查",
        phase_starts_on=starts_on,
        phase_ends_on=ends_on,
        published=campaign.state == CampaignState.PUBLISHED,
        closed=target.enterprise.state == "closed",
        standing_on=next((planned for _, planned in known.standing[target.pk]), None),
        visits=target.visit_count,
        exception=proposal.exception,
        on_positive_list=listed is not None,
        positive_until=listed.valid_to if listed else None,
        approved=proposal.approved,
        expert=proposal.expert.name if proposal.expert else "",
        expert_may_advise=proposal.expert is None or may_advise(known.people[proposal.expert.pk], target),
        expert_patrols=proposal.expert is not None and (campaign.pk, proposal.expert.pk) in known.patrolling,
        untrained=known.untrained.get((campaign.pk, proposal.lead_inspector.pk), "") if proposal.lead_inspector else "",
        pledge_asked=bool(campaign.blueprint.data.get("pledge")),
        plan_missing=known.missing.get((campaign.pk, target.unit_id), ""),
        policy=policy,
        kind=proposal.kind,
        is_key=target.is_key,
        drawn=proposal.drawn,
        reason=proposal.reason.strip(),
        items=frozenset(proposal.items),
        sources=known.sources[campaign.pk],
        **plan_facts(target, known),
        **lead_facts(target, proposal),
        **crowd_facts(target, proposal, known),
    )


def lead_facts(target: Target, proposal: Proposal) -> dict[str, Any]:
    """A registered lead, and how it stands to this enterprise; else what was typed."""
    lead = proposal.lead
    if lead is None:
        return {"lead_kind": KINDS.get(proposal.lead_kind, ""), "lead_detail": proposal.lead_detail.strip()}
    standing = STANDINGS.get(LeadState(lead.state), LeadStanding.ENDED)
    if lead.enterprise_id != target.enterprise_id:
        standing = LeadStanding.ELSEWHERE
    elif proposal.holds_lead and standing is LeadStanding.USED:
        standing = LeadStanding.REGISTERED
    return {"lead_kind": KINDS[lead.kind], "lead_detail": lead.detail, "lead_standing": standing}


def crowd_facts(target: Target, proposal: Proposal, known: Known) -> dict[str, Any]:
    covered, listed = known.coverage.get(target.campaign_id, (0, 0))
    visits = known.visits[target.enterprise_id]
    path = own_path(target, proposal, known)
    cap = known.policies[target.campaign_id].yearly_cap
    above = [one for one in visits if one.state == AssignmentState.DONE and is_above(one.unit_path, path)]
    others = [one for one in visits if one.unit_path != path or one.campaign_id != target.campaign_id]
    return {
        "covered": covered,
        "listed": listed,
        "superior_visits": tuple(one.before() for one in above),
        "other_visits": tuple(one.before() for one in others),
        "counted_this_year": sum(1 for one in visits if cap and counts(one, cap, proposal.planned_on.year)),
    }


def own_path(target: Target, proposal: Proposal, known: Known) -> str:
    """Whose visit it would be: the lead inspector's unit, or while that is open the enterprise's."""
    person = known.people[proposal.lead_inspector.pk] if proposal.lead_inspector else None
    return person.unit.path if person is not None and person.unit is not None else target.unit.path


def is_above(path: str, own: str) -> bool:
    return bool(path) and own != path and own.startswith(path)


def counts(visit: Visit, cap: YearlyCap, year: int) -> bool:
    is_free = visit.exception in cap.free or (visit.has_lead and "lead" in cap.free)
    return visit.on.year == year and not is_free


def phase_key_of(target: Target) -> str:
    """Key enterprises are inspected in the phase of the key ones, others in their own (方案四末段)."""
    return KEY_PHASE if target.is_key else OTHER_PHASE


def officers(target: Target, proposal: Proposal, known: Known) -> tuple[Officer, ...]:
    day = proposal.planned_on
    return tuple(
        Officer(
            name=person.name,
            may_enforce=may_enforce(known.people[person.pk], target) and person != proposal.expert,
            certificate_valid=any(start <= day <= end for start, end in known.certificates[person.pk]),
            pledged=(target.campaign_id, person.pk) in known.pledged,
            patrols=(target.campaign_id, person.pk) in known.patrolling,
            tags=tuple(known.tags.get(person.pk, ())),
            recused=known.recused.get((person.pk, target.enterprise_id), ""),
        )
        for person in proposal.people
    )


def may_enforce(person: User, target: Target) -> bool:
    """An inspector's grant over the enterprise's unit; an expert advises and has none (HN-25)."""
    return holdings(person).scope("visit.record").covers_path(target.unit.path)


def may_advise(person: User, target: Target) -> bool:
    scope = holdings(person).scope("visit.advise")
    return scope.covers_path(target.unit.path) or target.campaign_id in scope.campaign_ids


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
