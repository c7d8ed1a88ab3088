"""The history of enterprises (历史线索): the list with what was answered, the table in and out."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.gate import Scope, able_somewhere, require_somewhere
from accounts.models import Unit, User
from campaigns.models import Campaign
from core import audit, clock
from core.paging import KeysetPage
from core.refusals import Refused
from core.sheets import workbook_response
from inspections.forms.past import ANSWERED, OPEN, PastFilter, PastSheetForm
from inspections.models import PastProblem
from inspections.rules.past import UNSEEN
from inspections.services import past_sheets
from inspections.views.access import person

LOOK, PLAN = "visit.view", "visit.plan"
PLATFORM = "一体化执法行动平台"


def comparing(user: User) -> QuerySet[Campaign]:
    """The running campaigns whose plan asks for the history."""
    rows = Campaign.objects.visible_to(user).filter(state=Campaign.State.PUBLISHED, blueprint__data__has_key="history")
    return rows.order_by("-published_at", "-pk")


def form_of(request: HttpRequest) -> tuple[QuerySet[PastProblem], PastFilter]:
    seen = PastProblem.objects.visible_to(person(request))
    units = Unit.objects.filter(pk__in=seen.values("unit")).order_by("path")
    return seen, PastFilter(request.GET, units=units)


def filtered(rows: QuerySet[PastProblem], asked: dict[str, Any]) -> QuerySet[PastProblem]:
    if text := asked.get("q", "").strip():
        rows = rows.filter(Q(enterprise__name__icontains=text) | Q(text__icontains=text))
    if "kind" in asked:
        rows = rows.filter(kind=asked["kind"])
    if "unit" in asked:
        rows = rows.filter(unit__path__startswith=asked["unit"].path)
    answered = asked.get("answered", "")
    if answered in {OPEN, ANSWERED}:
        still = Q(conclusion__in=["", UNSEEN])
        return rows.filter(still if answered == OPEN else ~still)
    return rows.filter(conclusion=answered) if answered else rows


@login_required
@require_GET
def past_list(request: HttpRequest) -> HttpResponse:
    user = person(request)
    require_somewhere(user, LOOK)
    seen, form = form_of(request)
    rows = filtered(seen, form.asked()).select_related("enterprise", "unit", "answered_by")
    context = {
        "form": form,
        "page": KeysetPage(rows, ("-id",)).for_request(request),
        "imports": able_somewhere(user, PLAN),
        "query": request.GET.urlencode(),
    }
    return render(request, "inspections/past_list.html", context)


@login_required
@require_GET
def past_export(request: HttpRequest) -> HttpResponseBase:
    """The list as it is filtered."""
    user, at = person(request), clock.now()
    require_somewhere(user, LOOK)
    seen, form = form_of(request)
    rows = filtered(seen, form.asked())
    audit.record("inspections.pastproblem.export", None, actor=user, at=at, after={"asked": request.GET.urlencode()})
    sheets = [(past_sheets.EXPORT, past_sheets.export_rows(rows))]
    return workbook_response("历史线索核销表.xlsx", sheets, at=at, creator=PLATFORM)


@login_required
@require_http_methods(["GET", "POST"])
def past_import(request: HttpRequest) -> HttpResponse:
    user = person(request)
    scope = require_somewhere(user, PLAN)
    form = PastSheetForm(request.POST or None, request.FILES or None, campaigns=comparing(user))
    if request.method == "POST" and form.is_valid() and imported(request, form, scope):
        return redirect("inspections:past_list")
    crumbs = [("历史线索", reverse("inspections:past_list")), ("导入", "")]
    status = 422 if request.method == "POST" else 200
    return render(request, "inspections/past_import.html", {"form": form, "crumbs": crumbs}, status=status)


def imported(request: HttpRequest, form: PastSheetForm, scope: Scope) -> bool:
    file, campaign = form.cleaned_data["file"], form.cleaned_data["campaign"]
    try:
        done = past_sheets.import_past(
            file.read(), file.name, campaign=campaign, scope=scope, actor=person(request), at=clock.now()
        )
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else "file", refusal.message)
        return False
    messages.success(request, f"导入 {done.added:,} 条，{done.known:,} 条此前已导入。")
    return True


@login_required
@require_GET
def past_template(request: HttpRequest) -> HttpResponseBase:
    require_somewhere(request.user, PLAN)
    sheets: list[tuple[Any, list[Any]]] = [(past_sheets.IMPORT, [])]
    return workbook_response("历史线索导入模板.xlsx", sheets, at=clock.now(), creator=PLATFORM)
