"""One plan: its state and what is missing, elements and filings, who is covered, the load by week and person."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from campaigns.models import Plan
from campaigns.services import plans
from campaigns.states import PlanState
from campaigns.views.frame import person
from campaigns.views.plans.frame import page_of, plan_or_404
from core import clock

ORDER = (PlanState.DRAFT, PlanState.REPORTED, PlanState.FILED, PlanState.IN_FORCE)


@login_required
@require_GET
def plan_detail(request: HttpRequest, pk: int) -> HttpResponse:
    plan = plan_or_404(request, pk)
    return render(request, "campaigns/plans/plan_detail.html", overview(request, plan))


def overview(request: HttpRequest, plan: Plan) -> dict[str, Any]:
    at = clock.now()
    page = page_of(request, plan)
    terms: plans.Terms = page["terms"]
    files = plans.may_file(person(request), plan)
    versions = Plan.objects.filter(campaign=plan.campaign_id, unit=plan.unit_id).order_by("-version")
    return {
        **page,
        "steps": steps(plan, terms),
        "elements": [(name, plan.elements.get(name, "")) for name in terms.elements],
        "filings": list(plan.filings.select_related("entered_by").order_by("filed_on")),
        "unfiled": plans.unfiled(plan),
        "seen": (seen := plans.coverage(plan, at)),
        "classes": [(plans.CLASS_LABELS[kind], count) for kind, count in seen.classes.items() if kind in terms.exempt],
        "load": (load := plans.load_table(plan, plans.scope_of(plan, clock.day_of(at)))),
        "stretches": [(one, named(load, one.cells)) for one in plans.folded(load, clock.day_of(at))],
        "totals": named(load, load.totals),
        "missing": plans.missing(plan, at) if plan.is_editable else [],
        "versions": list(versions.select_related("unit")),
        "files": files and plan.state == PlanState.REPORTED,
        "enters": page["writes"]
        and "government" in terms.filing
        and plan.state in (PlanState.REPORTED, PlanState.FILED)
        and not plan.filings.standing().filter(receiver="government").exists(),
        "starts": page["writes"] and plan.state == (PlanState.FILED if terms.filing else PlanState.DRAFT),
        "next_open": next((one for one in versions if one.version > plan.version), None),
    }


def named(load: plans.LoadTable, counts: list[int]) -> list[tuple[str, int]]:
    """Each figure with whose it is: on a phone a week is a card."""
    return [(name, count) for (_, name), count in zip(load.people, counts, strict=True)]


def steps(plan: Plan, terms: plans.Terms) -> list[dict[str, str]]:
    """Draft, reported, filed, in force; without filing there are two."""
    order = [state for state in ORDER if terms.filing or state in (PlanState.DRAFT, PlanState.IN_FORCE)]
    state = PlanState.DRAFT if plan.state == PlanState.RETURNED else PlanState(plan.state)
    reached = len(order) if state in (PlanState.REPLACED, PlanState.IN_FORCE) else order.index(state)
    found = []
    for place, one in enumerate(order):
        word = "done" if place < reached else "current" if place == reached else "todo"
        found.append({"name": one.label, "state": word, "note": "", "url": ""})
    return found
