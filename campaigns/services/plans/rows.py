"""Single rows of a plan: set or moved by hand, taken out, read from a sheet. Every fault names its column."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from accounts.models import User
from campaigns.models import Plan, PlanRow, Target
from campaigns.rules.spreading import monday_of
from campaigns.services.plans.scope import Person, Scope, scope_of, targets_of
from campaigns.services.plans.writing import locked_plan
from core import audit, clock
from core.refusals import Refused

Fault = tuple[str, str]


@dataclass(frozen=True)
class Wish:
    """What one row is to say; `day` is any day of the week."""

    target: Target
    day: date
    lead: User
    second: User | None = None


def faults(scope: Scope, wish: Wish) -> list[Fault]:
    """What is wrong with a row, each as (column, sentence)."""
    found: list[Fault] = []
    if not wish.target.unit.path.startswith(scope.plan.unit.path):
        where = f"由{wish.target.unit.short_name}负责，不是{scope.plan.unit.short_name}的检查对象"
        found.append(("target", f"“{wish.target}”{where}。"))
    week = scope.weeks(wish.target).get(monday_of(wish.day))
    if week is None:
        weeks = list(scope.weeks(wish.target).values())
        span = f"（{weeks[0].first} 至 {weeks[-1].last}）" if weeks else ""
        found.append(("week_on", f"{wish.day} 所在的周不在检查时段{span}内。"))
    elif week.last < scope.day and not stays(scope, wish):
        found.append(("week_on", f"{week.monday} 这一周已经过去，请安排在本周或以后。"))
    elif not week.workdays:
        found.append(("week_on", f"{week.monday} 这一周在检查时段内没有工作日，不能安排检查。"))
    for column, label, user in (("lead", "主办人", wish.lead), ("second", "协办人", wish.second)):
        if user is not None:
            person = scope.people.get(user.pk)
            said = unfit(scope, wish, person, user, label)
            if not said and week is not None and person is not None and not person.certified(week):
                said = f"{label}{user.name}在 {week.first} 至 {week.last} 期间没有有效的执法证。"
            found += [(column, said)] if said else []
    if wish.second == wish.lead:
        found.append(("second", "主办人和协办人须是两个人。"))
    return found


def stays(scope: Scope, wish: Wish) -> bool:
    """Whether the object is in that week already: what a plan held in a past week may be written again as it is."""
    return scope.held.get(wish.target.pk) == monday_of(wish.day)


def unfit(scope: Scope, wish: Wish, person: Person | None, user: User, label: str) -> str:
    """Why a person cannot have the place whatever the week."""
    if person is None or not person.covers(wish.target.unit.path):
        return f"{label}{user.name}不是{wish.target.unit.short_name}的执法人员。"
    if wish.target.enterprise_id in person.away:
        return f"{label}{user.name}须回避该企业。"
    if label == "主办人" and not scope.may_lead(person, wish.target.is_key):
        return f"主办人{user.name}没有“{'”或“'.join(scope.terms.tags)}”标签，方案要求由其担任主办人。"
    return ""


def set_row(plan: Plan, wish: Wish, *, actor: User, at: datetime) -> PlanRow:
    """Give an object its week and team, or move it. Refused (422) with every fault by its column."""
    with transaction.atomic():
        scope = scope_of(locked_plan(plan.pk), clock.day_of(at))
        if found := faults(scope, wish):
            by_column: dict[str, list[str]] = {}
            for column, said in found:
                by_column.setdefault(column, []).append(said)
            raise Refused("".join(said for _, said in found), field=found[0][0], status=422, errors=by_column)
        row, _ = PlanRow.objects.update_or_create(plan=scope.plan, target=wish.target, defaults=values_of(wish))
        after = {"target": wish.target.pk, "week_on": row.week_on, "lead": row.lead_id, "second": row.second_id}
        audit.record("campaigns.plan.set_row", scope.plan, actor=actor, at=at, after=after)
    return row


def values_of(wish: Wish) -> dict[str, object]:
    return {"week_on": monday_of(wish.day), "lead": wish.lead, "second": wish.second}


def remove_row(plan: Plan, target: Target, *, actor: User, at: datetime) -> None:
    with transaction.atomic():
        row = locked_plan(plan.pk)
        removed, _ = row.rows.filter(target=target).delete()
        if not removed:
            raise Refused(f"“{target}”不在本计划中，请刷新后查看。")
        audit.record("campaigns.plan.remove_row", row, actor=actor, at=at, after={"target": target.pk})


def set_rows(plan: Plan, wishes: Iterable[Wish], *, actor: User, at: datetime) -> int:
    """Write rows that were found without fault (reading.read_rows), over what stood there; all or none."""
    with transaction.atomic():
        row = locked_plan(plan.pk)
        known = dict(targets_of(row.campaign, row.unit).values_list("pk", "pk"))
        chosen = [wish for wish in wishes if wish.target.pk in known]
        PlanRow.objects.bulk_create(
            (PlanRow(plan=row, target=wish.target, **values_of(wish)) for wish in chosen),
            update_conflicts=True,
            unique_fields=["plan", "target"],
            update_fields=["week_on", "lead", "second"],
        )
        audit.record("campaigns.plan.import", row, actor=actor, at=at, after={"rows": len(chosen)})
    return len(chosen)
