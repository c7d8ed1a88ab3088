"""Planning a visit: the gate is asked under the lock of the target, and its answer is kept beside the assignment."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import TypedDict, Unpack

from django.db import IntegrityError, transaction

from accounts.gate import holdings
from accounts.models import User
from campaigns import notices
from campaigns.models import Assignment, DrawnTarget, Lead, Target
from campaigns.rules import ENFORCE, GROUND_OF, Answer, Ask, Decision
from campaigns.rules.leads import KINDS
from campaigns.services import consents, leads
from campaigns.services.gate import Proposal, judge, people_of, policy_for
from campaigns.services.groups import hold_teams
from campaigns.services.plan_terms import terms_of
from campaigns.services.targets import enter_result, follow_register
from campaigns.states import ASSIGNMENTS, AssignmentState
from core import audit, clock
from core.refusals import Refused
from core.states import advance


class Said(TypedDict, total=False):
    """What a plan may say beside the day and the two who go."""

    expert: User | None
    reason: str
    exception: str
    lead_kind: str
    lead_detail: str
    lead: Lead | None
    kind: str
    items: Sequence[str]
    drawn: bool
    source: str
    as_checkup: bool


def plan_visit(
    target: Target,
    *,
    planned_on: date,
    lead_inspector: User,
    second_inspector: User,
    actor: User,
    at: datetime,
    **said: Unpack[Said],
) -> Assignment:
    """Plan a visit. State PLANNED, or ASKED when the gate wants a leader's approval (正面清单、例外、上级当月检查).

    Refused (409) when the gate refuses, (422, field "exception" or "reason") when it asks for a ground or for words.
    `exception` is a key of rules.EXCEPTIONS; a registered `lead` or a typed one is its own ground. Whoever calls this
    creates the Visit of a PLANNED assignment.
    """
    proposal = proposed(planned_on, lead_inspector, second_inspector, said)
    try:
        with transaction.atomic():
            locked = locked_target(target.pk, at)
            proposal = replace(proposal, lead=locked_lead(proposal.lead))
            hold_teams(locked.campaign, people_of(proposal))
            decision = judge(locked, proposal, at)
            refuse_unless_allowed(decision)
            return _write(locked, proposal, decision, actor, at)
    except IntegrityError as error:
        raise Refused("该企业已有一次未完成的派单，请刷新后查看。") from error


def proposed(planned_on: date, lead_inspector: User, second_inspector: User, said: Said) -> Proposal:
    """As the gate asks for it; of a registered lead and a typed one, the registered."""
    lead, kind = said.get("lead"), said.get("lead_kind", "")
    typed = kind if lead is None and kind in Lead.Kind.values else ""
    return Proposal(
        planned_on,
        lead_inspector,
        second_inspector,
        said.get("expert"),
        said.get("exception") or ground_of(lead, typed),
        said.get("reason", "").strip(),
        typed,
        said.get("lead_detail", "").strip() if typed else "",
        lead=lead,
        kind=said.get("kind", ENFORCE),
        items=tuple(said.get("items", ())),
        drawn=said.get("drawn", False),
        source=said["source"] if said.get("source") in Assignment.Source.values else "",
        as_checkup=said.get("as_checkup", False),
    )


def ground_of(lead: Lead | None, typed: str) -> str:
    """A lead is by itself a ground for a second visit."""
    kind = KINDS.get(lead.kind if lead else typed, "")
    return GROUND_OF.get(kind, "")


def locked_lead(lead: Lead | None) -> Lead | None:
    """As it stands now: two planners never use one lead."""
    return Lead.objects.select_for_update(of=("self",)).get(pk=lead.pk) if lead else None


def locked_target(pk: int, at: datetime) -> Target:
    """As the register has it now: a site that moved since it was listed is planned by those who answer for it."""
    rows = Target.objects.select_related("campaign__blueprint", "campaign__unit", "enterprise__unit", "unit")
    row = rows.select_for_update(of=("self",)).get(pk=pk)
    if row.enterprise.unit_id == row.unit_id or not row.enterprise.unit.path.startswith(row.campaign.unit.path):
        return row
    if not follow_register(Target.objects.filter(pk=pk), at):
        return row
    moved, before = rows.get(pk=pk), {"unit": row.unit.path, "is_key": row.is_key}
    after = {"unit": moved.unit.path, "is_key": moved.is_key}
    audit.record(
        "campaigns.target.follow", moved, actor=None, at=at, before=before, after=after, unit_path=moved.unit.path
    )
    return moved


def refuse_unless_allowed(decision: Decision) -> None:
    if decision.answer is Answer.REFUSE:
        sentences = [said.message for said in decision.saying(Answer.REFUSE)]
        raise Refused("不能派单：" + "".join(sentences), errors={"": sentences})
    if decision.wants_reason:
        asking = decision.saying(Answer.NEEDS_REASON)
        field = "exception" if any(said.asks is Ask.REASON and said.rule == "repeat" for said in asking) else "reason"
        raise Refused("".join(said.message for said in asking), field=field, status=422)


def _write(target: Target, proposal: Proposal, decision: Decision, actor: User, at: datetime) -> Assignment:
    lead = lead_for(target, proposal, actor, at)
    row = Assignment.objects.create(
        target=target,
        planned_on=proposal.planned_on,
        lead_inspector_id=person_id(proposal.lead_inspector),
        second_inspector_id=person_id(proposal.second_inspector),
        expert=proposal.expert,
        state=AssignmentState.ASKED if decision.wants_approval else AssignmentState.PLANNED,
        exception=proposal.exception if keeps_exception(target) else "",
        reason=proposal.reason[:300],
        lead=lead,
        source=proposal.source or source_of(target, lead),
        as_checkup=proposal.as_checkup,
        kind=proposal.kind,
        items=list(proposal.items),
        sent_by_id=proposal.lead_inspector.unit_id if proposal.lead_inspector else None,
        gate=decision.as_json(),
        planned_by=actor,
        planned_at=at,
    )
    after = {"state": str(row.state), "planned_on": row.planned_on, "gate": row.gate}
    audit.record("campaigns.assignment.plan", row, actor=actor, at=at, reason=row.reason, after=after)
    if row.kind == Assignment.Kind.RESEARCH:
        consents.ask_consent(row, actor=actor, at=at)
    if decision.wants_approval:
        notices.approval_asked(row, target.unit, at)
    else:
        notices.assigned(row, at)
    return row


def keeps_exception(target: Target) -> bool:
    """An exception says something of a second visit, and of any visit where the year has a cap."""
    return bool(target.visit_count) or policy_for(target.campaign).yearly_cap is not None


def lead_for(target: Target, proposal: Proposal, actor: User, at: datetime) -> Lead | None:
    """The lead that sends these people: of the register, or typed now and registered by that."""
    if proposal.lead is not None:
        return proposal.lead if proposal.holds_lead else leads.send(proposal.lead, actor=actor, at=at)
    if not proposal.lead_kind:
        return None
    told = leads.Told(proposal.lead_kind, proposal.lead_detail, at, enterprise=target.enterprise)
    return leads.send(leads.register(told, unit=target.unit, actor=actor, at=at), actor=actor, at=at)


def person_id(person: User | None) -> int:
    """A team is complete when it is planned: the gate has refused it otherwise."""
    assert person is not None
    return person.pk


def locked_assignment(pk: int, at: datetime) -> Assignment:
    """The assignment with its target locked first: planning takes the locks in the same order."""
    target = locked_target(Assignment.objects.only("target_id").get(pk=pk).target_id, at)
    people = ("lead_inspector", "second_inspector", "expert", "lead", "planned_by")
    row = Assignment.objects.select_related(*people).select_for_update(of=("self",)).get(pk=pk)
    row.target = target
    return row


def source_of(target: Target, lead: Lead | None) -> str:
    """What a visit comes from when nobody says it: its lead, else what the campaign is about."""
    by_lead = {"complaint": Assignment.Source.COMPLAINT, "exceedance": Assignment.Source.EXCEEDANCE}
    found = by_lead.get(KINDS[lead.kind]) if lead else None
    return str(found) if found else terms_of(target.campaign).task


def approve_assignment(assignment: Assignment, *, actor: User, at: datetime) -> Assignment:
    """A leader approves the lead; the gate is asked again, because certificates and windows may have changed since."""
    with transaction.atomic():
        row = locked_assignment(assignment.pk, at)
        if row.planned_by_id == actor.pk:
            raise Refused("派单人不能批准自己的派单，请由单位领导批准。")
        decision = judge(row.target, proposal_of(row, approved=True), at, besides=row)
        refuse_unless_allowed(decision)
        approval = approval_of(actor, row.target)
        if wants_both(row) and not approved_before(row, approval, actor):
            return keep_first_approval(row, approval, actor, at)
        gate = {**row.gate, "approved": decision.as_json()}
        stamps = {"approved_by": actor, "approved_at": at, "approval": approval, "gate": gate}
        approved = advance(Assignment, row.pk, "approve", table=ASSIGNMENTS, actor=actor, at=at, stamps=stamps)
        if row.lead is not None:
            row.lead.approved_by, row.lead.approved_at = actor, at
            row.lead.save(update_fields=["approved_by", "approved_at"])
        notices.assigned(approved, at)
    return approved


def proposal_of(row: Assignment, *, approved: bool) -> Proposal:
    return Proposal(
        row.planned_on,
        row.lead_inspector,
        row.second_inspector,
        row.expert,
        row.exception or ground_of(row.lead, ""),
        row.reason,
        approved=approved,
        source=row.source,
        as_checkup=row.as_checkup,
        lead=row.lead,
        kind=row.kind,
        items=tuple(row.items),
        drawn=DrawnTarget.objects.filter(assignment=row).exists(),
        holds_lead=True,
    )


def wants_both(row: Assignment) -> bool:
    """The visit is outside every plan in force, and the campaign reads its plan so that both must approve."""
    outside = any(said["rule"] == "planned" and said["answer"] != Answer.ALLOW for said in row.gate.get("rules", []))
    return outside and terms_of(row.target.campaign).both_approve


def approved_before(row: Assignment, approval: str, actor: User) -> bool:
    """Whether the other of the two approved already. Refused where it was the same one, or the same person."""
    first = row.gate.get("first")
    if first is None:
        return False
    if first["approval"] == approval or first["by"] == actor.pk:
        other = next(one.label for one in Assignment.Approval if one != first["approval"])
        raise Refused(f"{first['name']}已于 {first['on']} 批准，本次还须{other}批准。")
    return True


def keep_first_approval(row: Assignment, approval: str, actor: User, at: datetime) -> Assignment:
    """Of two approvals the first is kept beside the gate's words; the visit goes on waiting."""
    said = {"approval": approval, "by": actor.pk, "name": actor.name, "on": clock.day_of(at).isoformat()}
    row.gate = {**row.gate, "first": said}
    row.save(update_fields=["gate"])
    audit.record("campaigns.assignment.approve_first", row, actor=actor, at=at, after=said)
    return row


def approval_of(actor: User, target: Target) -> str:
    """LH-13 knows two who approve: a head of the own unit, or one of a unit above. Which it was, is kept."""
    own = any("visit.approve" in row.able and row.path == target.unit.path for row in holdings(actor).rows)
    return str(Assignment.Approval.OWN if own else Assignment.Approval.SUPERIOR)


def end_assignment(assignment: Assignment, action: str, *, actor: User, at: datetime, reason: str) -> Assignment:
    """Refuse an asked assignment or cancel a standing one ("refuse", "cancel"); the enterprise may be planned again."""
    stamps = {"ended_at": at, "end_reason": reason.strip()[:300]}
    with transaction.atomic():
        row = advance(
            Assignment, assignment.pk, action, table=ASSIGNMENTS, actor=actor, at=at, reason=reason, stamps=stamps
        )
        if row.lead is not None:
            leads.release(row.lead, actor=actor, at=at)
        notices.assignment_ended(row, at)
    return row


def refuse_assignment(assignment: Assignment, *, actor: User, at: datetime, reason: str) -> Assignment:
    return end_assignment(assignment, "refuse", actor=actor, at=at, reason=reason)


def cancel_assignment(assignment: Assignment, *, actor: User, at: datetime, reason: str) -> Assignment:
    return end_assignment(assignment, "cancel", actor=actor, at=at, reason=reason)


def postpone(assignment: Assignment, *, to: date, actor: User, at: datetime, reason: str) -> Assignment:
    """The works stood still: the assignment ends as postponed, and the same team is planned for the new day (HN-64).

    Returns the new assignment; whoever calls this creates its Visit. Refused when the gate refuses the new day.
    """
    with transaction.atomic():
        row = locked_assignment(assignment.pk, at)
        stamps = {"ended_at": at, "end_reason": reason.strip()[:300]}
        advance(Assignment, row.pk, "postpone", table=ASSIGNMENTS, actor=actor, at=at, reason=reason, stamps=stamps)
        if row.kind == Assignment.Kind.ENFORCE:
            enter_result(row.target_id, at)
        before = proposal_of(row, approved=row.approved_at is not None)
        words = row.reason or reason.strip()
        proposal = replace(before, planned_on=to, exception=before.exception or "halted", reason=words)
        decision = judge(row.target, proposal, at)
        refuse_unless_allowed(decision)
        return inherit_approval(_write(row.target, proposal, decision, actor, at), row)


def inherit_approval(new: Assignment, old: Assignment) -> Assignment:
    """Who approved the visit approved it, on whichever day the works run again."""
    if old.approved_at is not None:
        new.approved_by, new.approved_at, new.approval = old.approved_by, old.approved_at, old.approval
        new.save(update_fields=["approved_by", "approved_at", "approval"])
    return new
