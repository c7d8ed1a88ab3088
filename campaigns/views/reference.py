"""What stands behind a campaign: its plan as data, its annexes and forms, its shared lists."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.gate import require_somewhere
from accounts.models import Unit
from campaigns import services
from campaigns.blueprint_faults import places_of, sentences_at
from campaigns.models import Phase, SharedList
from campaigns.rules import RULE_LABELS
from campaigns.rules.onsite import rules_of
from campaigns.rules.readiness import KINDS
from campaigns.services.wording import is_quoted
from campaigns.views.frame import campaign_for, page_of, person

VIEW = "campaign.view"
NOTHING: Mapping[str, str] = {}


@login_required
@require_GET
def campaign_source(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = campaign_for(request, pk)
    context = {
        **page_of(request, campaign),
        **plan_of(campaign.blueprint.data, campaign.parameters),
        "quoted": is_quoted(campaign),
    }
    return render(request, "campaigns/campaign_source.html", context)


def plan_of(data: Mapping[str, Any], chosen: Mapping[str, str] = NOTHING) -> dict[str, Any]:
    """A blueprint's data with what a campaign chose, the lines that the gate quotes, its text with its defects."""
    quoted = data.get("gate", {})
    lines = [{**quoted[rule], "label": label} for rule, label in RULE_LABELS.items() if rule in quoted]
    versions = {form["annex"]: form.get("version") for form in data.get("forms", []) if "annex" in form}
    annexes = [{**annex, "form": versions.get(annex["number"])} for annex in data.get("annexes", [])]
    return {
        "plan": data,
        "annexes": annexes,
        "gate_lines": lines,
        "onsite_rules": rules_of(data, chosen),
        "text": flagged(data),
        "gaps": services.gaps(data),
        "treatments": TREATMENTS,
        "scopes": dict(Phase.Scope.choices),
        "register_kinds": REGISTER_KINDS,
        "readiness_kinds": KINDS,
        "levels": dict(Unit.Level.choices),
    }


TREATMENTS = {
    "full": "全覆盖检查",
    "pledge": "自查承诺",
    "exempt": "豁免",
    "reduced": "减少频次",
    "increased": "加大力度",
    "random": "双随机抽查",
    "undisturbed": "无打扰",
    "consent": "须先同意或批准",
    "manual": "人工确定",
}
REGISTER_KINDS = {
    "form": "表单",
    "ledger": "台账",
    "report": "报告",
    "register": "登记表",
    "notice": "文书",
    "map": "图",
}


def flagged(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The document sentence by sentence; where it errs, what is said of that."""
    text = {sentence["place"]: sentence for sentence in data.get("text", [])}
    flags: dict[str, list[str]] = {}
    for defect in data.get("defects", []):
        for place in places_of(defect.get("source", "")):
            for sentence in sentences_at(text, place):
                flags.setdefault(sentence["place"], []).append(defect["text"])
    return [{**sentence, "flags": flags.get(place, [])} for place, sentence in text.items()]


@login_required
@require_GET
def list_detail(request: HttpRequest, pk: int) -> HttpResponse:
    require_somewhere(person(request), VIEW)
    row = get_object_or_404(SharedList, pk=pk)
    items = list(row.items.all())
    names = [item.name for item in items]
    twins = {item.pk for item in items if names.count(item.name) > 1}
    return render(request, "campaigns/list_detail.html", {"list": row, "items": items, "twins": twins})
