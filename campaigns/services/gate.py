"""Gathering what the visit gate may know, with a fixed number of queries whatever the rows."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from accounts.gate import holdings
from accounts.models import EnforcementCertificate, User
from campaigns.models import Assignment, Campaign, InspectorProfile, PlanRow, Pledge, Recusal, Target
from campaigns.models.plan import OPEN
from campaigns.registers.services.training import untrained
from campaigns.rules import Decision, Facts, Officer, decide
from campaigns.services.groups import patrols
from campaigns.services.plan_terms import Terms, terms_of
from campaigns.services.readiness import plan_missing
from campaigns.services.windows import windows_of
from campaigns.states import CampaignState, PlanState
from core import clock
from enterprises.models import PositiveListEntry

KEY_PHASE, OTHER_PHASE = "inspect", "inspect_other"


@dataclass(frozen=True)
class Proposal:
    """A visit that somebody wants to plan; a preview may still lack its people. `exception` is a key of
    rules.EXCEPTIONS, `lead_kind` one of Lead.Kind."""

    planned_on: date
    lead_inspector: User | None
    second_inspector: User | None
    expert: User | None = None
    exception: str = ""
    reason: str = ""
    lead_kind: str = ""
    lead_detail: str = ""
    lead_approved: bool = False
    # A leader approved this very visit; what it comes from, and whether it counts as an examination, too.
    approved: bool = False
    source: str = ""
    as_checkup: bool = False


def judge(target: Target, proposal: Proposal, at: datetime, *, besides: Assignment | None = None) -> Decision:
    """The gate's decision on a proposal. `besides` is the assignment being decided, not in its own way."""
    return decide(gather(target, proposal, at, besides=besides))


def gather(target: Target, proposal: Proposal, at: datetime, *, besides: Assignment | None = None) -> Facts:
    """The facts of a target (with campaign, blueprint, enterprise and unit selected) and a proposal."""
    campaign, day = target.campaign, proposal.planned_on
    windows = windows_of(campaign)
    phase = windows.phases.get(phase_key_of(target)) or windows.phases.get(KEY_PHASE)
    starts_on, ends_on = windows.of(phase.key, target.unit.path) if phase else (None, None)
    patrolling = patrols(campaign, people_of(proposal))
    listed = PositiveListEntry.objects.in_force(day).filter(enterprise=target.enterprise_id).order_by("-pk").first()
    return Facts(
        planned_on=day,
        today=clock.day_of(at),
        officers=officers(campaign, target, proposal, patrolling),
        phase_name=phase.name if phase else "执法检查",
        phase_starts_on=starts_on,
        phase_ends_on=ends_on,
        published=campaign.state == CampaignState.PUBLISHED,
        closed=target.enterprise.state == "closed",
        standing_on=standing_on(target, besides),
        visits=target.visit_count,
        exception=proposal.exception,
        on_positive_list=listed is not None,
        positive_until=listed.valid_to if listed else None,
        lead_kind=proposal.lead_kind,
        lead_detail=proposal.lead_detail.strip(),
        lead_approved=proposal.lead_approved,
        expert=proposal.expert.name if proposal.expert else "",
        expert_may_advise=proposal.expert is None or may_advise(proposal.expert, target),
        expert_patrols=proposal.expert is not None and proposal.expert.pk in patrolling,
        plan_missing=plan_missing(campaign, target.unit),
        untrained=untrained(campaign, proposal.lead_inspector),
        pledge_asked=bool(campaign.blueprint.data.get("pledge")),
        sources=sources_of(campaign),
        **plan_facts(target, proposal),
    )


def phase_key_of(target: Target) -> str:
    """Key enterprises are inspected in the phase of the key ones, others in their own (方案四末段)."""
    return KEY_PHASE if target.is_key else OTHER_PHASE


def plan_facts(target: Target, proposal: Proposal) -> dict[str, Any]:
    """What the blueprint wants of plans and leads, and whether a plan holds the object."""
    terms = terms_of(target.campaign)
    asked = terms.outside == "approval"
    in_plan, waits = held_by(target) if asked else (False, "")
    return {
        "plan_asked": asked,
        "in_plan": in_plan,
        "plan_waits": waits,
        "reason": proposal.reason,
        "approved": proposal.approved,
        "lead_tags": tags_wanted(target, terms),
    }


def tags_wanted(target: Target, terms: Terms) -> tuple[str, ...]:
    """HN-49 speaks of the inspections of non-key ones only."""
    return () if target.is_key else terms.tags


def held_by(target: Target) -> tuple[bool, str]:
    """Whether a plan in force holds the object, else which plan that is still on its way."""
    rows = PlanRow.objects.filter(target=target, plan__state__in=[PlanState.IN_FORCE, *OPEN])
    states = {row.plan.state: row.plan for row in rows.select_related("plan__unit")}
    if PlanState.IN_FORCE in states:
        return True, ""
    return False, next((f"{plan}（{plan.get_state_display()}）" for plan in states.values()), "")


def standing_on(target: Target, besides: Assignment | None) -> date | None:
    rows = Assignment.objects.standing().filter(target=target)
    if besides is not None:
        rows = rows.exclude(pk=besides.pk)
    return rows.values_list("planned_on", flat=True).first()


def people_of(proposal: Proposal) -> list[User]:
    chosen = (proposal.lead_inspector, proposal.second_inspector, proposal.expert)
    return [person for person in chosen if person is not None]


def officers(
    campaign: Campaign, target: Target, proposal: Proposal, patrolling: Collection[int]
) -> tuple[Officer, ...]:
    chosen = (proposal.lead_inspector, proposal.second_inspector)
    people = list(dict.fromkeys(person for person in chosen if person is not None))
    certified = certified_on(people, proposal.planned_on)
    pledged = signed(campaign, people)
    away = recused_from(target, people)
    tags = tags_of(people) if tags_wanted(target, terms_of(campaign)) else {}
    return tuple(
        Officer(
            name=person.name,
            may_enforce=may_enforce(person, target) and person != proposal.expert,
            certificate_valid=person.pk in certified,
            pledged=person.pk in pledged,
            patrols=person.pk in patrolling,
            recused=away.get(person.pk, ""),
            tags=tuple(tags.get(person.pk, ())),
        )
        for person in people
    )


def tags_of(people: Iterable[User]) -> dict[int, list[str]]:
    return dict(InspectorProfile.objects.filter(user__in=list(people)).values_list("user", "specialities"))


def may_enforce(person: User, target: Target) -> bool:
    """An inspector's grant over the enterprise's unit; an expert advises and has none (HN-25)."""
    return holdings(person).scope("visit.record").covers_path(target.unit.path)


def may_advise(person: User, target: Target) -> bool:
    scope = holdings(person).scope("visit.advise")
    return scope.covers_path(target.unit.path) or target.campaign_id in scope.campaign_ids


def certified_on(people: Iterable[User], day: date) -> set[int]:
    valid = EnforcementCertificate.objects.valid_on(day).filter(Q(user__in=list(people)))
    return set(valid.values_list("user_id", flat=True))


def signed(campaign: Campaign, people: Iterable[User]) -> set[int]:
    rows = Pledge.objects.filter(campaign=campaign, user__in=list(people))
    return set(rows.values_list("user_id", flat=True))


def recused_from(target: Target, people: Iterable[User]) -> dict[int, str]:
    """Who keeps away from the enterprise today, by the kind of the recusal."""
    rows = Recusal.objects.filter(enterprise=target.enterprise_id, user__in=list(people), ended_at=None)
    return {user: Recusal.Kind(kind).label for user, kind in rows.values_list("user_id", "kind")}


def sources_of(campaign: Campaign) -> Mapping[str, str]:
    """The plan's own lines for each rule, as the blueprint quotes them."""
    quoted = campaign.blueprint.data.get("gate", {})
    return {rule: f"{line['quote']}（原文{line['lines']}行）" for rule, line in quoted.items()}
