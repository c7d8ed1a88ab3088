"""Signals from outside: the list, a new one, and one with the enterprises that it moved up."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gate import able_somewhere, may, require, require_somewhere
from campaigns.forms.signals import SignalForm
from campaigns.models import Campaign, RaisedTarget, Signal, Target
from campaigns.rules.signals import TASK
from campaigns.services import signals
from campaigns.views.frame import person
from campaigns.views.leads import units_of
from core import audit, clock
from core.commands import carried_out, reason_of
from core.once import once
from core.paging import KeysetPage
from core.refusals import Refused
from core.sheets import Column, SheetSpec, workbook_response

LOOK, PLAN = "visit.view", "visit.plan"
DETAIL = "campaigns:signal_detail"
SHEET = SheetSpec(
    "企业清单",
    (
        Column("name", "企业名称", width=32, read=lambda row: row.target.enterprise.name),
        Column("unit", "责任单位", width=16, read=lambda row: row.target.unit.short_name),
        Column("industry", "行业", width=16, read=lambda row: row.target.enterprise.industry_label),
        Column("address", "地址", width=36, read=lambda row: row.target.enterprise.address),
        Column("before", "原优先级", width=10, kind="int"),
        Column("after", "现优先级", width=10, kind="int"),
    ),
)


@login_required
@require_GET
def signal_list(request: HttpRequest) -> HttpResponse:
    require_somewhere(request.user, LOOK)
    rows = Signal.objects.visible_to(person(request)).select_related("unit", "campaign", "made_by")
    seen = Q(raised__target__in=Target.objects.visible_to(person(request)).values("pk"))
    page = KeysetPage(rows.annotate(count=Count("raised", filter=seen)), ("-made_at", "-id")).for_request(request)
    context = {"page": page, "registers": able_somewhere(request.user, PLAN)}
    return render(request, "campaigns/signals/signal_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
@once
def signal_create(request: HttpRequest) -> HttpResponse:
    user = person(request)
    units = units_of(require_somewhere(user, PLAN))
    running = Campaign.objects.visible_to(user).filter(state=Campaign.State.PUBLISHED).order_by("-published_at")
    form = SignalForm(request.POST if request.method == "POST" else None, campaigns=running, units=units)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        campaign, unit = given.pop("campaign"), given.pop("unit")
        try:
            row = signals.publish(campaign, unit, signals.Said(**given), actor=user, at=clock.now())
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, f"已登记{row}，{row.raised.count()} 家企业的检查顺序提前。")
            return redirect(DETAIL, row.pk)
    crumbs = [("外部信号", reverse("campaigns:signal_list")), ("登记", "")]
    status = 422 if request.method == "POST" else 200
    return render(request, "campaigns/signals/signal_form.html", {"form": form, "crumbs": crumbs}, status=status)


def signal_for(request: HttpRequest, pk: int) -> Signal:
    rows = Signal.objects.visible_to(person(request)).select_related("unit", "campaign", "made_by", "ended_by")
    return get_object_or_404(rows, pk=pk)


def raised(request: HttpRequest, row: Signal) -> QuerySet[RaisedTarget]:
    """What the signal moved up, as far as the person sees the targets."""
    seen = Target.objects.visible_to(person(request)).values("pk")
    return row.raised.filter(target__in=seen).select_related("target__enterprise", "target__unit")


@login_required
@require_GET
def signal_detail(request: HttpRequest, pk: int) -> HttpResponse:
    row = signal_for(request, pk)
    context: dict[str, Any] = {
        "row": row,
        "task": TASK,
        "page": KeysetPage(raised(request, row), ("-after", "id")).for_request(request),
        "plans": able_somewhere(request.user, PLAN),
        "ends": row.ended_at is None and may(person(request), PLAN, row),
        "crumbs": [("外部信号", reverse("campaigns:signal_list")), (str(row), "")],
    }
    return render(request, "campaigns/signals/signal_detail.html", context)


@login_required
@require_POST
def signal_end(request: HttpRequest, pk: int) -> HttpResponse:
    row, reason = signal_for(request, pk), reason_of(request)
    require(request.user, PLAN, row)
    command = lambda: signals.end(row, actor=person(request), at=clock.now(), reason=reason)  # noqa: E731
    return carried_out(request, command, "信号已解除，检查顺序恢复。", DETAIL, pk)


@login_required
@require_GET
def signal_export(request: HttpRequest, pk: int) -> HttpResponseBase:
    row, at = signal_for(request, pk), clock.now()
    audit.record("campaigns.signal.export", row, actor=request.user, at=at)
    rows = raised(request, row).order_by("-after", "pk").iterator(chunk_size=500)
    name = f"{row} 企业清单 {clock.local(at):%Y%m%d-%H%M}.xlsx"
    return workbook_response(name, [(SHEET, rows)], at=at, creator=person(request).name)
