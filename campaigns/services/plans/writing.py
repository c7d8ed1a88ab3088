"""Making a plan and its versions: a new one, its elements, the next version of one in force."""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Max

from accounts.models import Unit, User
from campaigns.models import Campaign, Plan, PlanRow
from campaigns.services.plan_terms import terms_of
from campaigns.states import CampaignState, PlanState
from core import audit
from core.refusals import Refused


def locked_plan(pk: int) -> Plan:
    """The plan to be changed, under its lock; refused once it was reported."""
    row = locked(pk)
    if not row.is_editable:
        raise Refused(f"计划当前为“{row.get_state_display()}”，不能修改；实施后的变更另拟新版。")
    return row


def locked(pk: int) -> Plan:
    rows = Plan.objects.select_related("campaign__blueprint", "campaign__unit", "unit__parent")
    return rows.select_for_update(of=("self",)).get(pk=pk)


def create_plan(campaign: Campaign, unit: Unit, *, actor: User, at: datetime) -> Plan:
    """The first version, empty. A unit has one plan for a campaign; changes are its next versions."""
    if campaign.state != CampaignState.PUBLISHED:
        raise Refused("行动发布后才能编制执法计划。")
    if not unit.path.startswith(campaign.unit.path):
        raise Refused(f"{unit.short_name}不在本行动的范围内。", field="unit")
    try:
        with transaction.atomic():
            if Plan.objects.filter(campaign=campaign, unit=unit).exists():
                raise Refused(f"{unit.short_name}已有本行动的执法计划，请在原计划上办理或另拟新版。", field="unit")
            row = Plan.objects.create(campaign=campaign, unit=unit, made_by=actor, made_at=at)
            audit.record("campaigns.plan.create", row, actor=actor, at=at, after={"unit": unit.path})
    except IntegrityError as error:
        raise Refused(f"{unit.short_name}已有本行动的执法计划，请刷新后查看。") from error
    return row


def set_elements(plan: Plan, elements: Mapping[str, str], *, actor: User, at: datetime) -> Plan:
    """The elements that the blueprint asks for, in the unit's words."""
    asked = terms_of(plan.campaign).elements
    with transaction.atomic():
        row = locked_plan(plan.pk)
        before = dict(row.elements)
        row.elements = {name: text.strip() for name in asked if (text := elements.get(name, ""))}
        row.save(update_fields=["elements"])
        audit.record("campaigns.plan.describe", row, actor=actor, at=at, before=before, after=row.elements)
    return row


def revise_plan(plan: Plan, *, reason: str, actor: User, at: datetime) -> Plan:
    """The next version of a plan in force, with its rows; the old one holds until the new one starts."""
    if not reason.strip():
        raise Refused("变更执法计划须写明理由。", field="reason", status=422)
    try:
        with transaction.atomic():
            old = locked(plan.pk)
            if old.state != PlanState.IN_FORCE:
                raise Refused("只有实施中的计划才能另拟新版。")
            numbers = Plan.objects.filter(campaign=old.campaign, unit=old.unit).aggregate(last=Max("version"))
            row = Plan.objects.create(
                campaign=old.campaign,
                unit=old.unit,
                version=numbers["last"] + 1,
                elements=old.elements,
                change=reason.strip()[:300],
                made_by=actor,
                made_at=at,
            )
            copy_rows(old, row)
            audit.record("campaigns.plan.revise", row, actor=actor, at=at, reason=reason, after={"of": old.version})
    except IntegrityError as error:
        raise Refused("该计划已有一份新版正在办理，请先办完。") from error
    return row


def copy_rows(old: Plan, new: Plan) -> None:
    PlanRow.objects.bulk_create(
        PlanRow(plan=new, target_id=target, week_on=week, lead_id=lead, second_id=second)
        for target, week, lead, second in old.rows.values_list("target", "week_on", "lead", "second")
    )
