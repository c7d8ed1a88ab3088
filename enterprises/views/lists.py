"""The enterprise list: filters in the address, pages by key, an export of exactly what is shown."""

from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.gate import able_somewhere, holdings, require_somewhere
from core import clock
from core.paging import KeysetPage
from core.sheets import workbook_response
from enterprises.exports import EXPORT_SHEET, export_rows
from enterprises.forms import FilterForm
from enterprises.models import Enterprise, PositiveListEntry
from enterprises.models.site import EnterpriseQuerySet
from enterprises.views.frame import person

VIEW = "enterprise.view"


@login_required
@require_GET
def enterprise_list(request: HttpRequest) -> HttpResponse:
    form = FilterForm(require_somewhere(request.user, VIEW), request.GET or None)
    rows = filtered(request, form).select_related("entity", "unit", "region").prefetch_related("permits")
    page = KeysetPage(rows.annotate(is_listed=in_force()), ("sort_key", "id")).for_request(request)
    context = {
        "form": form,
        "page": page,
        "today": clock.today(),
        "may_register": able_somewhere(request.user, "enterprise.edit"),
        "may_import": able_somewhere(request.user, "enterprise.import"),
        "waiting": Enterprise.objects.within(request.user, "enterprise.edit").filter(is_confirmed=False).count(),
    }
    return render(request, "enterprises/enterprise_list.html", context)


@login_required
@require_GET
def enterprise_export(request: HttpRequest) -> HttpResponseBase:
    form = FilterForm(require_somewhere(request.user, VIEW), request.GET or None)
    rows = filtered(request, form).order_by("sort_key", "pk")
    now = clock.now()
    name = f"排污单位名单 {clock.local(now):%Y%m%d-%H%M}.xlsx"
    return workbook_response(name, [(EXPORT_SHEET, export_rows(rows))], at=now, creator=person(request).name)


@login_required
@require_GET
def unconfirmed_list(request: HttpRequest) -> HttpResponse:
    """Sites without a code, or with an overridden one, that wait for a second person."""
    require_somewhere(request.user, "enterprise.edit")
    rows = (
        Enterprise.objects.within(request.user, "enterprise.edit")
        .filter(is_confirmed=False)
        .select_related("entity", "unit", "region", "created_by")
    )
    page = KeysetPage(rows, ("id",)).for_request(request)
    return render(request, "enterprises/unconfirmed_list.html", {"page": page})


def in_force() -> Exists:
    entries = PositiveListEntry.objects.in_force(clock.today()).filter(enterprise=OuterRef("pk"))
    return Exists(entries)


def filtered(request: HttpRequest, form: FilterForm) -> EnterpriseQuerySet:
    """The visible rows that the address asks for; a value that means nothing filters nothing."""
    rows: EnterpriseQuerySet = Enterprise.objects.visible_to(request.user)
    form.is_valid()
    wanted = getattr(form, "cleaned_data", {})
    if wanted.get("q"):
        rows = rows.searched(wanted["q"])
    if wanted.get("unit"):
        rows = rows.filter(unit__path__startswith=wanted["unit"].path)
    if wanted.get("industry"):
        rows = rows.filter(industry=wanted["industry"])
    if wanted.get("key"):
        rows = rows.filter(is_key=wanted["key"] == "yes")
    if wanted.get("positive"):
        rows = rows.filter(in_force() if wanted["positive"] == "yes" else ~in_force())
    return rows.filter(state=wanted["state"]) if wanted.get("state") else rows


@login_required
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """The sites that an account of an enterprise answers for."""
    own = holdings(request.user).scope("enterprise.own").enterprise_ids
    sites = Enterprise.objects.visible_to(request.user).filter(pk__in=own).select_related("entity", "unit", "region")
    return render(request, "enterprises/mine.html", {"sites": sites.order_by("sort_key", "pk")})
