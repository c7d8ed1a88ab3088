"""Parameters of draws by quarter: asked with their source, approved by a leader, each change with what it cites."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from campaigns.forms.rates import RatesForm
from campaigns.models import DrawRates
from campaigns.services import draws
from campaigns.views.draws.frame import APPROVE, PREPARE, acts, require_own, units_for
from campaigns.views.draws.pools import answered, opened
from campaigns.views.frame import person
from core import clock
from core.commands import reason_of
from core.paging import KeysetPage
from core.refusals import NotAllowed, Refused
from enterprises.rules.quarters import Quarter


@login_required
@require_http_methods(["GET", "POST"])
def rates_list(request: HttpRequest) -> HttpResponse:
    user = opened(request)
    units = units_for(user, PREPARE)
    unit = units.first()
    current = draws.rates_for(unit, clock.today()) if unit else None
    form = RatesForm(request.POST if request.method == "POST" else None, units=units, current=current)
    if request.method == "POST" and form.is_valid() and asked(request, form, user):
        return redirect("campaigns:rates_list")
    rows = DrawRates.objects.visible_to(user).select_related("unit", "asked_by", "decided_by")
    page = KeysetPage(rows, ("-year", "-quarter", "-id")).for_request(request)
    context = {
        "form": form if unit else None,
        "current": current,
        "page": page,
        "lines": [line_of(row, user) for row in page.rows],
    }
    return answered(request, "rates_list", context)


def asked(request: HttpRequest, form: RatesForm, user: User) -> bool:
    given = form.cleaned_data
    try:
        row = draws.ask_rates(
            given["unit"],
            Quarter.read(given["quarter"]),
            form.values,
            source=given["source"],
            reports=form.reports,
            reason=given["reason"],
            actor=user,
            at=clock.now(),
        )
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return False
    messages.success(request, f"{row}已提出，待单位领导批准。")
    return True


def line_of(row: DrawRates, user: User) -> dict[str, Any]:
    return {
        "row": row,
        "values": [(name, draws.told(key, row.values[key])) for key, name in draws.PARAMETERS.items()],
        "approves": row.state == DrawRates.State.ASKED and acts(user, APPROVE, row) and row.asked_by_id != user.pk,
    }


def rates_or_404(request: HttpRequest, pk: int) -> DrawRates:
    row = get_object_or_404(DrawRates.objects.visible_to(person(request)).select_related("unit"), pk=pk)
    require_own(person(request), APPROVE, row)
    return row


@login_required
@require_POST
def rates_approve(request: HttpRequest, pk: int) -> HttpResponse:
    row, at = rates_or_404(request, pk), clock.now()
    return decided(request, lambda: draws.approve_rates(row, actor=person(request), at=at), "抽查参数已批准。")


@login_required
@require_POST
def rates_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    row, at, reason = rates_or_404(request, pk), clock.now(), reason_of(request)
    return decided(
        request, lambda: draws.refuse_rates(row, actor=person(request), at=at, reason=reason), "参数变更未予批准。"
    )


def decided(request: HttpRequest, command: Any, said: str) -> HttpResponse:
    try:
        command()
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, said)
    return redirect("campaigns:rates_list")
