"""Off-site checks: planned for an enterprise of a list, done by one officer with evidence."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gate import may, require
from campaigns.rules.onsite import LEAD_OF
from core import audit, clock
from core.commands import carried_out, reason_of
from core.files import serve
from core.once import once
from core.paging import KeysetPage
from core.refusals import NotAllowed, Refused
from core.sheets import workbook_response
from inspections.exports import OFFSITE_SHEET, offsite_rows
from inspections.forms.offsite import OffsiteDoneForm, OffsiteFilter, OffsitePlanForm
from inspections.models import OffsiteCheck
from inspections.models.offsite import OffsiteCheckQuerySet
from inspections.services import offsite
from inspections.states import OFFSITE
from inspections.views.access import available, person
from inspections.views.coverage import PLAN, opened, tabs
from inspections.views.planning import target_or_404

STATES = OffsiteCheck.State.choices
RELATED = ("enterprise", "unit", "campaign__blueprint", "inspector", "evidence", "lead__unit")


def check_for(request: HttpRequest, pk: int, capability: str = "") -> OffsiteCheck:
    rows = OffsiteCheck.objects.visible_to(person(request))
    row = get_object_or_404(rows.select_related(*RELATED), pk=pk)
    if capability:
        require(person(request), capability, row)
    return row


@login_required
@require_GET
def offsite_list(request: HttpRequest) -> HttpResponse:
    """What is to be done comes first, by its day; ?state=done shows the others."""
    user, form = opened(request), OffsiteFilter(request.GET)
    asked = form.asked()
    rows = filtered(OffsiteCheck.objects.visible_to(user), asked)
    counts = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    state = state_asked(asked)
    order = ("planned_on", "id") if state == OffsiteCheck.State.PLANNED else ("-planned_on", "-id")
    related = ("enterprise", "unit", "inspector", "lead")
    context = {
        "form": form,
        "page": KeysetPage(rows.filter(state=state).select_related(*related), order).for_request(request),
        "tabs": tabs(request),
        "states": [(chip_url(asked, value), label, counts.get(value, 0), value == state) for value, label in STATES],
        "exports": any(counts.values()),
        "query": urlencode(asked),
        "today": clock.today(),
    }
    return render(request, "inspections/offsite_list.html", context)


def state_asked(asked: Mapping[str, Any]) -> str:
    """The state of the address. What has a result is done, so who asks for a result does not mean what is planned."""
    state = asked.get("state", "")
    resulted = "finding" in asked or "onsite" in asked
    default = OffsiteCheck.State.DONE if resulted else OffsiteCheck.State.PLANNED
    known = state in OffsiteCheck.State.values and not (resulted and state == OffsiteCheck.State.PLANNED)
    return str(state) if known else default


def chip_url(asked: Mapping[str, Any], state: str) -> str:
    return urlencode({**asked, "state": state})


def filtered(rows: OffsiteCheckQuerySet, asked: Mapping[str, Any]) -> OffsiteCheckQuerySet:
    """All but the state, which the chips count."""
    if text := asked.get("q", "").strip():
        words = Q(enterprise__name__icontains=text) | Q(inspector__name__icontains=text)
        rows = rows.filter(words | Q(conclusion__icontains=text) | Q(lead__number__icontains=text))
    for name in ("means", "finding"):
        if name in asked:
            rows = rows.filter(**{name: asked[name]})
    if "onsite" in asked:
        rows = rows.filter(lead__isnull=asked["onsite"] == "no")
    if "since" in asked:
        rows = rows.filter(planned_on__gte=asked["since"])
    if "until" in asked:
        rows = rows.filter(planned_on__lte=asked["until"])
    return rows


@login_required
@require_GET
def offsite_export(request: HttpRequest) -> HttpResponseBase:
    """The list as it is filtered; without a state in the address, of every state."""
    user, asked, at = opened(request), OffsiteFilter(request.GET).asked(), clock.now()
    rows = filtered(OffsiteCheck.objects.visible_to(user), asked)
    if asked.get("state", "") in OffsiteCheck.State.values:
        rows = rows.filter(state=asked["state"])
    audit.record("inspections.offsitecheck.export", None, actor=user, at=at, after={"asked": urlencode(asked)})
    name = f"非现场检查 {clock.local(at):%Y%m%d}.xlsx"
    return workbook_response(name, [(OFFSITE_SHEET, offsite_rows(rows))], at=at, creator=user.name)


@login_required
@require_http_methods(["GET", "POST"])
@once
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
    return shown(request, check_for(request, pk))


def form_of(row: OffsiteCheck, request: HttpRequest | None = None) -> OffsiteDoneForm:
    rules = offsite.rules_at(row, clock.today())
    if request is None:
        return OffsiteDoneForm(means=row.means, rules=rules)
    return OffsiteDoneForm(request.POST, request.FILES, means=row.means, rules=rules)


def shown(
    request: HttpRequest, row: OffsiteCheck, form: OffsiteDoneForm | None = None, status: int = 200
) -> HttpResponse:
    """The check; with the form in which it is finished, or with what was sent and refused."""
    user = person(request)
    can = available(OFFSITE, row, user)
    fills = "finish" in can and row.inspector_id == user.pk
    context = {
        "row": row,
        "crumbs": [("非现场检查", reverse("inspections:offsite_list")), (row.enterprise.name, "")],
        "form": form or (form_of(row) if fills else None),
        "fills": fills,
        "rules": offsite.rules_at(row, clock.day_of(row.done_at) if row.done_at else clock.today()),
        "cancels": "cancel" in can,
        "lead_url": lead_url(row, request),
        "sees_lead": row.lead is not None and may(user, "lead.view", row.lead),
    }
    return render(request, "inspections/offsite_detail.html", context, status=status)


def lead_url(row: OffsiteCheck, request: HttpRequest) -> str:
    """Where what was found becomes a lead, filled in; "" where a rule did that, nothing was found or nobody may."""
    found = row.finding == OffsiteCheck.Finding.DOUBTFUL and row.lead is None
    if not found or not may(person(request), "lead.handle", row):
        return ""
    kind = "" if row.means == OffsiteCheck.Means.DATA else LEAD_OF[row.means].value
    told = {"kind": kind, "enterprise": row.enterprise.name, "detail": row.conclusion}
    return f"{reverse('campaigns:lead_create')}?{urlencode(told)}"


@login_required
@require_POST
def offsite_finish(request: HttpRequest, pk: int) -> HttpResponse:
    row = check_for(request, pk, "visit.record")
    if row.inspector_id != request.user.pk:
        raise NotAllowed("只有被指派的执法人员可以填写结果。")
    form = form_of(row, request)
    if not form.is_valid():
        return shown(request, row, form, 422)
    given, sent = form.cleaned_data, form.cleaned_data["evidence"]
    try:
        done = offsite.finish(
            row,
            finding=given["finding"],
            conclusion=given["conclusion"],
            evidence=sent,
            name=sent.name if sent else "",
            reading=form.reading,
            actor=person(request),
            at=clock.now(),
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        return not_finished(request, check_for(request, pk), form, refusal)
    messages.success(request, said_of(done))
    return redirect("inspections:offsite_detail", pk)


def said_of(row: OffsiteCheck) -> str:
    counted = "非现场检查已完成，计入检查次数，不计入企次数。"
    return counted if row.lead is None else f"{counted}达到转现场条件，已自动登记{row.lead.number}，等待派人现场核实。"


def not_finished(request: HttpRequest, row: OffsiteCheck, form: OffsiteDoneForm, refusal: Refused) -> HttpResponse:
    """What is missing, beside what was typed. The same result sent twice is no fault, another one changes nothing."""
    if row.state == OffsiteCheck.State.DONE:
        if offsite.is_same(row, form.cleaned_data["finding"], form.cleaned_data["conclusion"], form.reading):
            messages.info(request, "这次非现场检查此前已完成，没有重复登记。")
            return redirect("inspections:offsite_detail", row.pk)
        form.add_error(
            None, "这次非现场检查已完成，结果不能修改；下面是刚才填写的内容，没有保存。需要更正的，请经办重新安排一次。"
        )
        return shown(request, row, form, 409)
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    return shown(request, row, form, refusal.status)


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
