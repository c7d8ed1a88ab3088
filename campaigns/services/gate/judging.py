"""Gathering what the visit gate may know: for one visit or ten thousand, with the same number of queries."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from accounts.gate import Holdings
from accounts.models import Unit
from campaigns.models import Assignment, Campaign, Phase, Target
from campaigns.rules import (
    VERIFY,
    Decision,
    Facts,
    LeadStanding,
    Officer,
    YearlyCap,
    decide,
)
from campaigns.rules.leads import KINDS
from campaigns.services import clauses
from campaigns.services.gate.proposing import Asked, Proposal
from campaigns.services.gate.reading import Known, Visit, bureau_path, held_in, read, tags_wanted
from campaigns.services.plan_terms import terms_of
from campaigns.services.windows import Windows
from campaigns.states import AssignmentState, CampaignState, LeadState
from core import clock

KEY_PHASE, OTHER_PHASE, VERIFY_PHASE = "inspect", "inspect_other", "verify"
STANDINGS = {
    LeadState.REGISTERED: LeadStanding.REGISTERED,
    LeadState.ACCEPTED: LeadStanding.REGISTERED,
    LeadState.ASSIGNED: LeadStanding.USED,
}


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
    known = read(asked, passed_over, clock.day_of(at))
    today = clock.day_of(at)
    return [facts_of(target, proposal, known, today) for target, proposal in asked]


def plan_facts(target: Target, known: Known) -> dict[str, Any]:
    """What the blueprint wants of plans and leads, and whether a plan holds the object."""
    in_plan, waits = held_in(known.plans[target.pk])
    return {
        "plan_asked": terms_of(target.campaign).outside == "approval",
        "both_approve": terms_of(target.campaign).both_approve,
        "in_plan": in_plan,
        "plan_waits": waits,
        "lead_tags": tags_wanted(target),
    }


def signing_facts(campaign: Campaign) -> dict[str, Any]:
    """What the people who go have to have signed."""
    return {"pledge_asked": bool(campaign.blueprint.data.get("pledge")), "clauses": clauses.demand_of(campaign)}


def facts_of(target: Target, proposal: Proposal, known: Known, today: date) -> Facts:
    campaign, day = target.campaign, proposal.planned_on
    policy, windows = known.policies[campaign.pk], known.windows[campaign.pk]
    phase = phase_of(target, proposal, windows)
    starts_on, ends_on = window_of(target, phase, windows) if phase else (None, None)
    listed = next((entry for entry in known.positive[target.enterprise_id] if entry.in_force_on(day)), None)
    return Facts(
        planned_on=day,
        today=today,
        officers=officers(target, proposal, known),
        phase_name=phase.name if phase else "核查" if proposal.kind == VERIFY else "执法检查",
        phase_starts_on=starts_on,
        phase_ends_on=ends_on,
        standing_on=next((planned for _, planned in known.standing[target.pk]), None),
        visits=target.visit_count,
        exception=proposal.exception,
        on_positive_list=listed is not None,
        positive_until=listed.valid_to if listed else None,
        approved=proposal.approved,
        expert=proposal.expert.name if proposal.expert else "",
        expert_may_advise=proposal.expert is None or may_advise(known.holdings_of(proposal.expert, day), target),
        expert_patrols=proposal.expert is not None and (campaign.pk, proposal.expert.pk) in known.patrolling,
        training_asked=campaign.pk in known.training,
        untrained=untrained_lead(target, proposal, known),
        province_untrained=campaign.pk in known.province_untrained and phase is not None and phase.key == KEY_PHASE,
        plan_missing=known.missing.get((campaign.pk, target.unit_id), ""),
        policy=policy,
        kind=proposal.kind,
        is_key=target.is_key,
        drawn=proposal.drawn,
        reason=proposal.reason.strip(),
        items=frozenset(proposal.items),
        sources=known.sources[campaign.pk],
        **open_facts(target, known),
        **signing_facts(campaign),
        **plan_facts(target, known),
        **lead_facts(target, proposal),
        **crowd_facts(target, proposal, known),
    )


def open_facts(target: Target, known: Known) -> dict[str, Any]:
    """Whether the campaign runs, and the enterprise is one that it reaches."""
    state = target.campaign.state
    return {
        "published": state == CampaignState.PUBLISHED,
        "ended": state == CampaignState.CLOSED,
        "closed": target.enterprise.state == "closed",
        "moved_to": known.gone.get(target.pk, ""),
    }


def untrained_lead(target: Target, proposal: Proposal, known: Known) -> str:
    """The name of the one who would lead without having been trained, or ""."""
    lead = proposal.lead_inspector
    return lead.name if lead is not None and (target.campaign_id, lead.pk) in known.untrained else ""


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
    return {
        "lead_kind": KINDS[lead.kind],
        "lead_detail": lead.detail,
        "lead_number": lead.number,
        "lead_standing": standing,
    }


def crowd_facts(target: Target, proposal: Proposal, known: Known) -> dict[str, Any]:
    covered, listed = known.coverage.get(target.campaign_id, (0, 0))
    visits = known.visits[target.enterprise_id]
    path = own_path(target, proposal, known)
    cap = known.policies[target.campaign_id].yearly_cap
    bureau = own_bureau(target, proposal, known)
    above = [one for one in visits if one.state == AssignmentState.DONE and is_above(one.bureau_path, bureau)]
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
    return own_unit(target, proposal, known).path


def own_bureau(target: Target, proposal: Proposal, known: Known) -> str:
    """The bureau whose visit it would be: a team acts for the bureau that it stands under."""
    unit = own_unit(target, proposal, known)
    return bureau_path(unit.level, unit.path)


def own_unit(target: Target, proposal: Proposal, known: Known) -> Unit:
    person = known.people[proposal.lead_inspector.pk] if proposal.lead_inspector else None
    return person.unit if person is not None and person.unit is not None else target.unit


def is_above(path: str, own: str) -> bool:
    return bool(path) and own != path and own.startswith(path)


def counts(visit: Visit, cap: YearlyCap, year: int) -> bool:
    is_free = visit.exception in cap.free or (visit.has_lead and "lead" in cap.free)
    return visit.on.year == year and not is_free


def phase_of(target: Target, proposal: Proposal, windows: Windows) -> Phase | None:
    if proposal.kind == VERIFY:
        return windows.phases.get(VERIFY_PHASE)
    return windows.phases.get(phase_key_of(target)) or windows.phases.get(KEY_PHASE)


def window_of(target: Target, phase: Phase, windows: Windows) -> tuple[date, date]:
    """A phase's days for the unit. The plan leaves open when others than key ones are verified: a parameter says it."""
    starts_on, ends_on = windows.of(phase.key, target.unit.path)
    chosen = target.campaign.parameters.get("other_verify")
    if phase.key != VERIFY_PHASE or target.is_key or chosen != "after_check" or OTHER_PHASE not in windows.phases:
        return starts_on, ends_on
    _, checked_by = windows.of(OTHER_PHASE, target.unit.path)
    return checked_by + timedelta(days=1), max(last for _, last in (windows.of(key, "") for key in windows.phases))


def phase_key_of(target: Target) -> str:
    """Key enterprises are inspected in the phase of the key ones, others in their own (方案四末段)."""
    return KEY_PHASE if target.is_key else OTHER_PHASE


def officers(target: Target, proposal: Proposal, known: Known) -> tuple[Officer, ...]:
    day = proposal.planned_on
    return tuple(
        Officer(
            name=person.name,
            may_enforce=may_enforce(known.holdings_of(person, day), target) and person != proposal.expert,
            certificate_valid=any(start <= day <= end for start, end in known.certificates[person.pk]),
            pledged=(target.campaign_id, person.pk) in known.pledged,
            unlearnt=known.unlearnt.get(person.pk, ()),
            patrols=(target.campaign_id, person.pk) in known.patrolling,
            tags=tuple(known.tags.get(person.pk, ())),
            recused=known.recused.get((person.pk, target.enterprise_id), ""),
        )
        for person in proposal.people
    )


def may_enforce(held: Holdings, target: Target) -> bool:
    """An inspector's grant over the enterprise's unit; an expert advises and has none (HN-25)."""
    return held.scope("visit.record").covers_path(target.unit.path)


def may_advise(held: Holdings, target: Target) -> bool:
    scope = held.scope("visit.advise")
    return scope.covers_path(target.unit.path) or target.campaign_id in scope.campaign_ids
