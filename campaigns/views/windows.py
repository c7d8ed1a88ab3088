"""When the phases run, and the units below that asked for their own time."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.gate import deny, holdings, may, require, require_somewhere
from campaigns import services
from campaigns.forms import WindowForm
from campaigns.models import Campaign, PhaseWindow
from campaigns.views.frame import campaign_for, page_of, person
from core import clock
from core.commands import carried_out, reason_of
from core.refusals import Refused

ASK = "campaign.ask_window"
APPROVE = "campaign.approve_window"
WINDOWS = "campaigns:campaign_windows"


@login_required
@require_http_methods(["GET", "POST"])
def campaign_windows(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = campaign_for(request, pk)
    require_somewhere(person(request), "visit.view")
    units = asking_units(request, campaign)
    form = WindowForm(request.POST or None, campaign=campaign, units=units)
    if request.method == "POST":
        if not units.exists():
            deny(person(request), ASK, campaign)
        if form.is_valid() and asked(request, form):
            return redirect(WINDOWS, pk)
    context = {**page_of(request, campaign), **windows_context(request, campaign, units), "form": form}
    return render(request, "campaigns/campaign_windows.html", context, status=422 if request.method == "POST" else 200)


def asking_units(request: HttpRequest, campaign: Campaign) -> Any:
    """The units right below the campaign's authority for which the person may ask."""
    return services.units_below(campaign).filter(path__in=holdings(person(request)).scope(ASK).paths)


def asked(request: HttpRequest, form: WindowForm) -> bool:
    """Whether the request was written down; what it lacks goes to the form."""
    try:
        services.ask_window(**form.cleaned_data, actor=person(request), at=clock.now())
    except Refused as refusal:
        form.add_error(refusal.field or None, refusal.message)
        return False
    messages.success(
        request, f"申请已提交，{form.cleaned_data['phase'].campaign.unit.short_name}批准后生效；批准前仍按原时间执行。"
    )
    return True


def windows_context(request: HttpRequest, campaign: Campaign, units: Any) -> dict[str, Any]:
    rows = PhaseWindow.objects.visible_to(person(request)).filter(phase__campaign=campaign)
    own = list(rows.select_related("phase", "unit", "asked_by", "decided_by").order_by("-asked_at", "-pk")[:200])
    first = units.first() if campaign.state == "published" else None
    return {
        "phases": list(campaign.phases.all()),
        "own": own,
        "waiting": [row for row in own if row.state == "asked"],
        "decides": may(person(request), APPROVE, campaign),
        "asks": first is not None,
        "unit": first,
        "unit_dates": services.report_dates(campaign, first) if first else [],
        "today": clock.today(),
    }


def window_to_decide(request: HttpRequest, pk: int, window_pk: int) -> PhaseWindow:
    """A window of this very campaign, for those who decide on its windows."""
    campaign = campaign_for(request, pk)
    rows = PhaseWindow.objects.visible_to(person(request)).filter(phase__campaign=campaign)
    row = get_object_or_404(rows.select_related("phase__campaign", "unit"), pk=window_pk)
    require(person(request), APPROVE, campaign)
    return row


@login_required
@require_POST
def window_approve(request: HttpRequest, pk: int, window_pk: int) -> HttpResponse:
    row, user, at = window_to_decide(request, pk, window_pk), person(request), clock.now()
    said = f"已批准{row.unit.short_name}调整“{row.phase.name}”阶段时间。"
    return carried_out(request, lambda: services.approve_window(row, actor=user, at=at), said, WINDOWS, pk)


@login_required
@require_POST
def window_refuse(request: HttpRequest, pk: int, window_pk: int) -> HttpResponse:
    row, user, at = window_to_decide(request, pk, window_pk), person(request), clock.now()
    reason, said = reason_of(request), "已答复不予批准，理由已告知申请单位。"
    return carried_out(
        request, lambda: services.refuse_window(row, actor=user, at=at, reason=reason), said, WINDOWS, pk
    )
