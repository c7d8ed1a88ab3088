"""What every page of a plan begins with: the plan, or 404; the capability, or 403."""

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.gate import deny, may, require
from campaigns.models import Plan, Target
from campaigns.services import plans
from campaigns.views.frame import person

LOOK, WRITE, FILE = "visit.view", "visit.plan", "plan.file"
TONES = {
    "draft": "grey",
    "reported": "amber",
    "returned": "red",
    "filed": "blue",
    "in_force": "green",
    "replaced": "grey",
}


def plan_or_404(request: HttpRequest, pk: int, capability: str = "") -> Plan:
    rows = Plan.objects.visible_to(person(request)).select_related(
        "campaign__blueprint", "campaign__unit", "unit__parent", "made_by", "reported_by", "filed_by"
    )
    plan = get_object_or_404(rows, pk=pk)
    if capability == FILE:
        if not plans.may_file(person(request), plan):
            deny(person(request), FILE, plan)
    elif capability:
        require(person(request), capability, plan)
    return plan


def target_or_404(plan: Plan, pk: int) -> Target:
    rows = plans.targets_of(plan.campaign, plan.unit).select_related("enterprise__region", "unit", "campaign")
    return get_object_or_404(rows, pk=pk)


def page_of(request: HttpRequest, plan: Plan, last: str = "") -> dict[str, Any]:
    here = reverse("campaigns:plan_detail", args=[plan.pk])
    crumbs = [("执法计划", reverse("campaigns:plan_list")), (str(plan), here if last else "")]
    return {
        "plan": plan,
        "terms": plans.terms_of(plan.campaign),
        "tone": TONES[plan.state],
        "writes": may(person(request), WRITE, plan),
        "edits": plan.is_editable and may(person(request), WRITE, plan),
        "crumbs": [*crumbs, (last, "")] if last else crumbs,
        "title": last,
    }
