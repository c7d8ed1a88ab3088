"""From draft to force: reported when nothing is missing, filed by the superior, started when every filing is there."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from accounts.gate import may
from accounts.models import Unit, User
from campaigns import notices
from campaigns.models import Plan, PlanFiling
from campaigns.services.plan_terms import terms_of
from campaigns.services.plans.figures import coverage
from campaigns.services.plans.owed import plan_complete, plan_owed_again
from campaigns.services.plans.writing import locked
from campaigns.states import PLANS, PlanState
from core import audit, clock
from core.refusals import NotAllowed, Refused
from core.states import advance

FILE = "plan.file"


@dataclass(frozen=True)
class Over:
    """The place above a plan: whoever files it holds the right there, not only over the plan's own unit."""

    unit: Unit

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return None


def may_file(user: User, plan: Plan) -> bool:
    above = plan.unit.parent
    return above is not None and may(user, FILE, Over(above))


def missing(plan: Plan, at: datetime) -> list[str]:
    """Why a plan cannot be reported yet, in sentences."""
    terms = terms_of(plan.campaign)
    found = [f"计划要素“{name}”没有填写。" for name in terms.elements if not plan.elements.get(name, "").strip()]
    seen = coverage(plan, at)
    if not seen.rows:
        found.append("计划还没有安排任何检查对象。")
    if seen.gap:
        whom = "重点排污单位" if terms.coverage == "key" else terms.due
        found.append(f"还有 {seen.gap:,} 家{whom}没有安排检查周和责任人，方案要求全覆盖。")
    return found


def report_plan(plan: Plan, *, actor: User, at: datetime) -> Plan:
    """Report for filing (报备). Refused while an element, a row or a responsible person is missing."""
    with transaction.atomic():
        row = locked(plan.pk)
        refuse_incomplete(row, at)
        stamps = {"reported_by": actor, "reported_at": at, "return_reason": ""}
        if not terms_of(row.campaign).filing:
            raise Refused("方案没有要求备案，可以直接实施。")
        done = advance(Plan, row.pk, "report", table=PLANS, actor=actor, at=at, stamps=stamps)
        plan_complete(row, at=at)
        notices.plan_reported(done, at)
    return done


def refuse_incomplete(plan: Plan, at: datetime) -> None:
    if found := missing(plan, at):
        raise Refused("计划不能报备：" + "".join(found), status=422)


def return_plan(plan: Plan, *, actor: User, at: datetime, reason: str) -> Plan:
    """Back to be changed. Whatever filing it had was of this text, and ends."""
    with transaction.atomic():
        require_over(actor, plan)
        stamps = {"return_reason": reason.strip()[:300]}
        done = advance(Plan, plan.pk, "return", table=PLANS, actor=actor, at=at, reason=reason, stamps=stamps)
        done.filings.standing().update(ended_at=at)
        plan_owed_again(plan)
        notices.plan_answered(done, f"已退回：{reason.strip()}", at)
    return done


def require_over(actor: User, plan: Plan) -> None:
    if not may_file(actor, plan):
        raise NotAllowed


def file_plan(plan: Plan, *, number: str, filed_on: date, actor: User, at: datetime) -> Plan:
    """The superior files it, under its number. Never by whoever made or reported it."""
    with transaction.atomic():
        row = locked(plan.pk)
        require_over(actor, row)
        if actor.pk in {row.made_by_id, row.reported_by_id}:
            raise Refused("编制或报备本计划的人员不能为其备案，请由上级单位的其他经办人办理。")
        above = row.unit.parent
        assert above is not None
        enter(row, PlanFiling.Receiver.SUPERIOR, above.name, number, filed_on, actor, at)
        stamps = {"filed_by": actor, "filed_at": at}
        done = advance(Plan, row.pk, "file", table=PLANS, actor=actor, at=at, stamps=stamps, said={"number": number})
        notices.plan_answered(done, f"已备案（{number}）", at)
    return done


def enter_government(plan: Plan, *, organ: str, number: str, filed_on: date, actor: User, at: datetime) -> PlanFiling:
    """That the own government has it on file: the unit enters the organ, the day and the document (GS-16)."""
    with transaction.atomic():
        row = locked(plan.pk)
        if PlanFiling.Receiver.GOVERNMENT not in terms_of(row.campaign).filing:
            raise Refused("方案没有要求报本级人民政府备案。")
        if row.state not in (PlanState.REPORTED, PlanState.FILED):
            raise Refused("计划报备以后才能登记本级人民政府的备案。")
        filing = enter(row, PlanFiling.Receiver.GOVERNMENT, organ, number, filed_on, actor, at)
        after = {"organ": organ, "number": number, "filed_on": filed_on}
        audit.record("campaigns.plan.file_government", row, actor=actor, at=at, after=after)
    return filing


def enter(
    plan: Plan, receiver: PlanFiling.Receiver, organ: str, number: str, filed_on: date, actor: User, at: datetime
) -> PlanFiling:
    if filed_on > clock.day_of(at):
        raise Refused("备案日期不能晚于今天。", field="filed_on", status=422)
    if plan.filings.standing().filter(receiver=receiver).exists():
        raise Refused(f"{receiver.label}的备案已经登记。")
    return PlanFiling.objects.create(
        plan=plan, receiver=receiver, organ=organ, number=number, filed_on=filed_on, entered_by=actor, entered_at=at
    )


def unfiled(plan: Plan) -> list[str]:
    """The receivers that are still missing, by name."""
    there = set(plan.filings.standing().values_list("receiver", flat=True))
    return [PlanFiling.Receiver(one).label for one in terms_of(plan.campaign).filing if one not in there]


def start_plan(plan: Plan, *, actor: User, at: datetime) -> Plan:
    """The plan takes effect; the version before it ends. Refused while a filing is missing."""
    with transaction.atomic():
        row = locked(plan.pk)
        action = "start" if terms_of(row.campaign).filing else "adopt"
        if action == "adopt":
            refuse_incomplete(row, at)
            plan_complete(row, at=at)
        elif lacking := unfiled(row):
            raise Refused(f"计划还没有向{'、'.join(lacking)}备案，不能实施。")
        PLANS.arrow(row.state, action)
        before = Plan.objects.in_force().filter(campaign=row.campaign_id, unit=row.unit_id).first()
        if before is not None:
            advance(Plan, before.pk, "replace", table=PLANS, actor=actor, at=at, stamps={"ended_at": at})
        return advance(Plan, row.pk, action, table=PLANS, actor=actor, at=at, stamps={"started_at": at})
