"""The register of leads: list and export, one lead with what to do next, and its commands."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gate import Scope, able_somewhere, may, require, require_somewhere
from accounts.models import Unit
from campaigns.forms.leads import IdentifyForm, LeadFilter, LeadForm, LeadSheetForm
from campaigns.models import Lead, Target
from campaigns.rules.leads import times_over
from campaigns.services import integrity, lead_sheets, leads
from campaigns.states import LEADS
from campaigns.views.frame import person
from core import audit, clock
from core.commands import carried_out, reason_of
from core.once import once
from core.paging import KeysetPage
from core.refusals import NotAllowed, Refused
from core.sheets import workbook_response

LOOK, HANDLE, IDENTITY, WATCH = "lead.view", "lead.handle", "lead.identity", "discipline.view"
DETAIL = "campaigns:lead_detail"
TONES = {
    "registered": "amber",
    "accepted": "blue",
    "assigned": "blue",
    "merged": "grey",
    "refused": "grey",
    "closed": "green",
}


def require_reader(request: HttpRequest) -> None:
    """Leads are looked at by whom they concern, those about conduct by the inspection group."""
    if not able_somewhere(person(request), WATCH):
        require_somewhere(person(request), LOOK)


@login_required
@require_GET
def lead_list(request: HttpRequest) -> HttpResponse:
    require_reader(request)
    user = person(request)
    form = LeadFilter(request.GET)
    rows = filtered(Lead.objects.visible_to(user), form.asked()).select_related("unit", "enterprise")
    page = KeysetPage(rows, ("-entered_at", "-id")).for_request(request)
    context = {
        "form": form,
        "page": page,
        "lines": [(row, TONES[row.state]) for row in page.rows],
        "handles": able_somewhere(user, HANDLE),
        "watches": able_somewhere(user, WATCH),
        "query": request.GET.urlencode(),
    }
    return render(request, "campaigns/leads/lead_list.html", context)


def filtered(rows: QuerySet[Lead], asked: dict[str, Any]) -> QuerySet[Lead]:
    if text := asked.get("q", "").strip():
        words = Q(enterprise__name__icontains=text) | Q(address__icontains=text) | Q(detail__icontains=text)
        rows = rows.filter(words | Q(number__icontains=text))
    for name in ("kind", "state"):
        if name in asked:
            rows = rows.filter(**{name: asked[name]})
    if "since" in asked:
        rows = rows.filter(entered_at__gte=clock.at_local(asked["since"]))
    if "until" in asked:
        rows = rows.filter(entered_at__lte=clock.end_of_day(asked["until"]))
    return rows


@login_required
@require_GET
def lead_export(request: HttpRequest) -> HttpResponseBase:
    """The list as it is filtered; never who reported."""
    require_reader(request)
    user, at = person(request), clock.now()
    rows = filtered(Lead.objects.visible_to(user), LeadFilter(request.GET).asked())
    audit.record("campaigns.lead.export", None, actor=user, at=at, after={"asked": request.GET.urlencode()})
    sheets = [(lead_sheets.EXPORT_SHEET, lead_sheets.export_rows(rows))]
    return workbook_response("线索登记表.xlsx", sheets, at=at, creator="一体化执法行动平台")


def units_of(scope: Scope) -> QuerySet[Unit]:
    mine = Q(pk__in=[])
    for path in scope.paths:
        mine |= Q(path__startswith=path)
    return Unit.objects.filter(mine, closed_on=None).order_by("path")


@login_required
@require_http_methods(["GET", "POST"])
@once
def lead_create(request: HttpRequest) -> HttpResponse:
    user = person(request)
    handles = able_somewhere(user, HANDLE)
    units = units_of(require_somewhere(user, HANDLE if handles else WATCH))
    wanted = {name: request.GET[name] for name in ("kind", "enterprise", "detail") if name in request.GET}
    form = LeadForm(request.POST or None, user=user, units=units, initial={"unit": user.unit_id, **wanted})
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        unit = given.pop("unit")
        given["is_integrity"] |= not handles  # what the inspection group takes down is its own
        try:
            row = leads.register(leads.Told(**given), unit=unit, actor=user, at=clock.now())
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            return registered(request, row)
    crumbs = [("线索", reverse("campaigns:lead_list")), ("登记", "")]
    status = 422 if request.method == "POST" else 200
    return render(request, "campaigns/leads/lead_form.html", {"form": form, "crumbs": crumbs}, status=status)


def registered(request: HttpRequest, row: Lead) -> HttpResponse:
    """To the lead, or to the list when it is no longer one's own to see."""
    if not Lead.objects.visible_to(person(request)).filter(pk=row.pk).exists():
        messages.success(request, f"{row.number}已登记并转巡查组，本单位不再显示。")
        return redirect("campaigns:lead_list")
    messages.success(request, f"{row.number}已登记。")
    return redirect(DETAIL, row.pk)


def handler_of(row: Lead, capability: str = HANDLE) -> str:
    """What concerns officers' conduct is handled by those who alone see it."""
    return WATCH if row.is_integrity else capability


def lead_or_404(request: HttpRequest, pk: int) -> Lead:
    related = ("unit", "enterprise__unit", "merged_into", "entered_by", "approved_by")
    return get_object_or_404(Lead.objects.visible_to(person(request)).select_related(*related), pk=pk)


@login_required
@require_GET
def lead_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "campaigns/leads/lead_detail.html", detail_of(request, lead_or_404(request, pk)))


def detail_of(request: HttpRequest, row: Lead, **more: Any) -> dict[str, Any]:
    user = person(request)
    able = {arrow.action for arrow in LEADS.actions(row.state) if may(user, handler_of(row, arrow.capability), row)}
    over = times_over(row.value, row.limit)
    if not row.is_integrity or not integrity.is_kept():
        able.discard("hand_over")
    return {
        "row": row,
        "entry": integrity.entry_of(row, user) if row.is_integrity else None,
        "tone": TONES[row.state],
        "over": f"{over:.2f}" if over is not None else "",
        "able": able,
        "crumbs": [("线索", reverse("campaigns:lead_list")), (row.number, "")],
        "similar": leads.similar(row, user) if row.state in {"registered", "accepted", "assigned"} else [],
        "merged": list(row.merged.select_related("unit").order_by("entered_at", "pk")),
        "visits": list(
            row.assignments.select_related("lead_inspector", "target__campaign").order_by("planned_on", "pk")
        ),
        "targets": targets_of(request, row) if "assign" in able else [],
        "knows": row.has_reporter and may(user, IDENTITY, row),
        "identify_form": IdentifyForm(None, user=user),
        **more,
    }


def targets_of(request: HttpRequest, row: Lead) -> list[Target]:
    """Where a visit can be planned from this lead: the running campaigns that list its enterprise."""
    if row.enterprise_id is None or row.is_integrity:
        return []
    rows = Target.objects.visible_to(person(request)).filter(enterprise=row.enterprise_id, campaign__state="published")
    return list(rows.select_related("campaign").order_by("-campaign__published_at", "-pk")[:10])


@login_required
@require_POST
def lead_accept(request: HttpRequest, pk: int) -> HttpResponse:
    row = lead_or_404(request, pk)
    require(request.user, handler_of(row), row)
    return carried_out(
        request, lambda: leads.accept(row, actor=person(request), at=clock.now()), "线索已受理。", DETAIL, pk
    )


@login_required
@require_POST
def lead_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    row, reason = lead_or_404(request, pk), reason_of(request)
    require(request.user, handler_of(row), row)
    command = lambda: leads.refuse(row, actor=person(request), at=clock.now(), reason=reason)  # noqa: E731
    return carried_out(request, command, "已登记不予受理及理由。", DETAIL, pk)


@login_required
@require_POST
def lead_close(request: HttpRequest, pk: int) -> HttpResponse:
    row, reason = lead_or_404(request, pk), reason_of(request)
    require(request.user, handler_of(row), row)
    command = lambda: leads.close(row, actor=person(request), at=clock.now(), reason=reason)  # noqa: E731
    return carried_out(request, command, "线索已办结。", DETAIL, pk)


@login_required
@require_POST
def lead_hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """A public complaint about officers goes on in the register of integrity leads."""
    row = lead_or_404(request, pk)
    require(request.user, WATCH, row)
    command = lambda: integrity.take_over(row, actor=person(request), at=clock.now())  # noqa: E731
    return carried_out(request, command, "已转廉政线索登记簿办理。", DETAIL, pk)


@login_required
@require_POST
def lead_merge(request: HttpRequest, pk: int) -> HttpResponse:
    """This lead goes into another of the same event: one that the page offers, or one named by its number."""
    row = lead_or_404(request, pk)
    require(request.user, handler_of(row), row)
    wish, number = request.POST.get("into", ""), request.POST.get("number", "").strip()
    seen = Lead.objects.visible_to(person(request))
    named = seen.filter(number=number[:30]) if number else seen.filter(pk=int(wish) if wish.isdecimal() else 0)
    into = named.first()
    if into is None and number:
        return not_merged(request, row, number, f"没有找到编号为“{number[:30]}”的线索。")
    if into is None:
        raise Http404
    require(request.user, handler_of(into), into)
    try:
        leads.merge(row, into, actor=person(request), at=clock.now(), reason=reason_of(request))
    except NotAllowed:
        raise
    except Refused as refusal:
        return not_merged(request, row, into.number, refusal.message)
    messages.success(request, f"已并入 {into.number}，原线索保留可查。")
    return redirect(DETAIL, into.pk)


def not_merged(request: HttpRequest, row: Lead, number: str, said: str) -> HttpResponse:
    """The page on which the merger was asked for, with what was typed there."""
    typed = {"number": number, "reason": reason_of(request), "error": said}
    return render(request, "campaigns/leads/lead_detail.html", detail_of(request, row, merge_typed=typed), status=422)


@login_required
@require_POST
def lead_identify(request: HttpRequest, pk: int) -> HttpResponse:
    row = lead_or_404(request, pk)
    require(request.user, HANDLE, row)
    form = IdentifyForm(request.POST, user=person(request))
    if not form.is_valid():
        context = detail_of(request, row, identify_form=form)
        return render(request, "campaigns/leads/lead_detail.html", context, status=422)
    site = form.cleaned_data["enterprise"]
    command = lambda: leads.identify(row, site, actor=person(request), at=clock.now())  # noqa: E731
    return carried_out(request, command, f"已确认为{site.name}的线索。", DETAIL, pk)


@login_required
@require_POST
def lead_identity(request: HttpRequest, pk: int) -> HttpResponse:
    """Who reported: shown once, with the reason in the trail."""
    row = lead_or_404(request, pk)
    require(request.user, IDENTITY, row)
    try:
        found = leads.reporter_of(row, actor=person(request), at=clock.now(), reason=reason_of(request))
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect(DETAIL, pk)
    return render(request, "campaigns/leads/lead_detail.html", detail_of(request, row, reporter=found))


@login_required
@require_http_methods(["GET", "POST"])
def lead_import(request: HttpRequest) -> HttpResponse:
    user = person(request)
    units = units_of(require_somewhere(user, HANDLE))
    form = LeadSheetForm(request.POST or None, request.FILES or None, units=units)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            done = lead_sheets.import_leads(
                file.read(), file.name, unit=form.cleaned_data["unit"], actor=user, at=clock.now()
            )
        except Refused as refusal:
            form.add_error("file", refusal.message)
        else:
            messages.success(request, f"登记 {done.added:,} 条，{done.known:,} 条此前已登记。")
            return redirect("campaigns:lead_list")
    crumbs = [("线索", reverse("campaigns:lead_list")), ("导入", "")]
    status = 422 if request.method == "POST" else 200
    return render(request, "campaigns/leads/lead_import.html", {"form": form, "crumbs": crumbs}, status=status)


@login_required
@require_GET
def lead_template(request: HttpRequest) -> HttpResponseBase:
    require_somewhere(request.user, HANDLE)
    sheets: list[tuple[Any, list[Any]]] = [(lead_sheets.IMPORT_SHEET, [])]
    return workbook_response("线索导入模板.xlsx", sheets, at=clock.now(), creator="一体化执法行动平台")
