"""What stands behind a campaign: its plan as data, its annexes and forms, its shared lists."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.gate import require_somewhere
from campaigns.models import BlueprintVersion, SharedList
from campaigns.rules import RULE_LABELS
from campaigns.views.frame import campaign_for, page_of, person

VIEW = "campaign.view"


@login_required
@require_GET
def campaign_source(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = campaign_for(request, pk)
    context = {
        **page_of(request, campaign),
        **plan_of(campaign.blueprint.data),
    }
    return render(request, "campaigns/campaign_source.html", context)


def plan_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """A blueprint's data, and the lines that the gate quotes in the order of its rules."""
    quoted = data.get("gate", {})
    lines = [{**quoted[rule], "label": label} for rule, label in RULE_LABELS.items() if rule in quoted]
    versions = {form["annex"]: form["version"] for form in data.get("forms", [])}
    annexes = [{**annex, "form": versions.get(annex["number"])} for annex in data.get("annexes", [])]
    return {"plan": data, "annexes": annexes, "gate_lines": lines}


@login_required
@require_GET
def list_detail(request: HttpRequest, pk: int) -> HttpResponse:
    require_somewhere(person(request), VIEW)
    row = get_object_or_404(SharedList, pk=pk)
    items = list(row.items.all())
    names = [item.name for item in items]
    twins = {item.pk for item in items if names.count(item.name) > 1}
    return render(request, "campaigns/list_detail.html", {"list": row, "items": items, "twins": twins})


@login_required
@require_GET
def blueprint_detail(request: HttpRequest, pk: int) -> HttpResponse:
    require_somewhere(person(request), VIEW)
    row = get_object_or_404(BlueprintVersion, pk=pk)
    return render(request, "campaigns/blueprint_detail.html", {"blueprint": row, **plan_of(row.data)})
