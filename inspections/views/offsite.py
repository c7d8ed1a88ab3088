"""Off-site checks: planned for an enterprise of a list, done by one officer with evidence."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gate import may, require
from campaigns.models import Lead
from core import clock
from core.commands import carried_out, reason_of
from core.files import serve
from core.paging import KeysetPage
from core.refusals import NotAllowed, Refused
from inspections.forms.coverage import OffsiteDoneForm, OffsitePlanForm
from inspections.models import OffsiteCheck
from inspections.services import offsite
from inspections.states import OFFSITE
from inspections.views.access import available, person
from inspections.views.coverage import PLAN, opened, tabs
from inspections.views.planning import target_or_404

# What a lead from an off-site check says of where it came from; by data nobody can tell.
LEAD_KINDS: Mapping[str, str] = {
    OffsiteCheck.Means.MONITOR: Lead.Kind.EXCEEDANCE,
    OffsiteCheck.Means.POWER: Lead.Kind.POWER,
    OffsiteCheck.Means.REMOTE: Lead.Kind.REMOTE,
    OffsiteCheck.Means.DRONE: Lead.Kind.DRONE,
}


def check_for(request: HttpRequest, pk: int, capability: str = "") -> OffsiteCheck:
    rows = OffsiteCheck.objects.visible_to(person(request))
    row = get_object_or_404(rows.select_related("enterprise", "unit", "campaign", "inspector", "evidence"), pk=pk)
    if capability:
        require(person(request), capability, row)
    return row


@login_required
@require_GET
def offsite_list(request: HttpRequest) -> HttpResponse:
    """What is to be done comes first, by its day; ?state=done shows the others."""
    user = opened(request)
    state = request.GET.get("state", "")
    shown = state if state in OffsiteCheck.State.values else OffsiteCheck.State.PLANNED
    rows = OffsiteCheck.objects.visible_to(user).filter(state=shown).select_related("enterprise", "unit", "inspector")
    order = ("planned_on", "id") if shown == OffsiteCheck.State.PLANNED else ("-planned_on", "-id")
    context = {
        "page": KeysetPage(rows, order).for_request(request),
        "tabs": tabs(request),
        "states": [(value, label, value == shown) for value, label in OffsiteCheck.State.choices],
        "today": clock.today(),
    }
    return render(request, "inspections/offsite_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def offsite_plan(request: HttpRequest, pk: int) -> HttpResponse:
    target = target_or_404(request, pk)
    require(person(request), PLAN, target)
    form = OffsitePlanForm(request.POST if request.method == "POST" else None, target=target)
    if request.method == "POST" and form.is_valid():
        try:
            row = offsite.plan(target, **form.cleaned_data, actor=person(request), at=clock.now())
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, "已安排非现场检查，执法人员已收到通知。")
            return redirect("inspections:offsite_detail", row.pk)
    crumbs = [("检查计划", reverse("inspections:target_list")), ("安排非现场检查", "")]
    context = {"target": target, "form": form, "crumbs": crumbs}
    status = 422 if request.method == "POST" else 200
    return render(request, "inspections/offsite_plan.html", context, status=status)


@login_required
@require_GET
def offsite_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return shown(request, check_for(request, pk), OffsiteDoneForm())


def shown(request: HttpRequest, row: OffsiteCheck, form: OffsiteDoneForm) -> HttpResponse:
    user = person(request)
    can = available(OFFSITE, row, user)
    context = {
        "row": row,
        "crumbs": [("非现场检查", reverse("inspections:offsite_list")), (row.enterprise.name, "")],
        "form": form if "finish" in can and row.inspector_id == user.pk else None,
        "cancels": "cancel" in can,
        "lead_url": lead_url(row, request),
    }
    return render(request, "inspections/offsite_detail.html", context, status=422 if form.is_bound else 200)


def lead_url(row: OffsiteCheck, request: HttpRequest) -> str:
    """Where what was found becomes a lead, filled in; "" where nothing was found or the person registers none."""
    if row.finding != OffsiteCheck.Finding.DOUBTFUL or not may(person(request), "lead.handle", row):
        return ""
    told = {"kind": LEAD_KINDS.get(row.means, ""), "enterprise": row.enterprise.name, "detail": row.conclusion}
    return f"{reverse('campaigns:lead_create')}?{urlencode(told)}"


@login_required
@require_POST
def offsite_finish(request: HttpRequest, pk: int) -> HttpResponse:
    row = check_for(request, pk, "visit.record")
    if row.inspector_id != request.user.pk:
        raise NotAllowed("只有被指派的执法人员可以填写结果。")
    form = OffsiteDoneForm(request.POST, request.FILES)
    if not form.is_valid():
        return shown(request, row, form)
    given = form.cleaned_data
    sent = given.pop("evidence")
    try:
        offsite.finish(
            row, **given, evidence=sent, name=sent.name if sent else "", actor=person(request), at=clock.now()
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return shown(request, row, form)
    messages.success(request, "非现场检查已完成，计入检查次数，不计入企次数。")
    return redirect("inspections:offsite_detail", pk)


@login_required
@require_POST
def offsite_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    row, user, at = check_for(request, pk, PLAN), person(request), clock.now()
    reason = reason_of(request)
    command = lambda: offsite.cancel(row, actor=user, at=at, reason=reason)  # noqa: E731
    return carried_out(request, command, "非现场检查已撤销。", "inspections:offsite_detail", pk)


@login_required
@require_GET
def offsite_evidence(request: HttpRequest, pk: int) -> HttpResponseBase:
    row = check_for(request, pk)
    if row.evidence is None:
        raise Refused("还没有上传证据。", status=404)
    return serve(request, row.evidence, inline=True)
