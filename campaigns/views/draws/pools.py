"""One list and two pools (一单两库): items, ratings of enterprises, inspectors with certificates and specialities."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.gate import able_somewhere, deny, holdings, require_somewhere
from accounts.models import EnforcementCertificate, Grant, Unit, User
from accounts.rules import Role
from campaigns.draw_rules import Five, layered, percent
from campaigns.forms.draws import HelpersForm, ItemsForm, RatingForm, RatingSheetForm, SpecialityForm
from campaigns.models import DrawRates, InspectorProfile, PoolVersion, Rating
from campaigns.services import draws
from campaigns.services.draws.rating_sheets import import_ratings
from campaigns.views.draws.frame import PREPARE, VIEW, own_area, pool_tabs, units_for
from campaigns.views.frame import person
from core import clock
from core.paging import KeysetPage
from core.refusals import Refused
from enterprises.forms import under
from enterprises.models import Enterprise


def opened(request: HttpRequest) -> User:
    """Who looks may look; who sends must also be able to prepare draws."""
    user = person(request)
    require_somewhere(user, VIEW)
    if request.method == "POST" and not able_somewhere(user, PREPARE):
        deny(user, PREPARE, None)
    return user


def versions(user: User, kind: str) -> QuerySet[PoolVersion]:
    rows = PoolVersion.objects.visible_to(user).filter(kind=kind).defer("text").select_related("unit", "made_by")
    return rows.order_by("-made_at", "-pk")[:20]


def answered(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    return render(request, f"campaigns/draws/{name}.html", {**context, "tabs": pool_tabs(request)}, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def item_list(request: HttpRequest) -> HttpResponse:
    user = opened(request)
    unit = units_for(user, PREPARE).first()
    current = draws.items_of(unit or units_for(user, VIEW)[0])
    rows = draws.rows_of(current) if current else []
    typed = "\n".join(f"{name}｜{basis}" for _, name, basis in rows)
    form = ItemsForm(request.POST if request.method == "POST" else None, initial={"lines": typed})
    if request.method == "POST" and unit and form.is_valid():
        try:
            kept = draws.keep_items(unit, form.cleaned_data["lines"], actor=user, at=clock.now())
        except Refused as refusal:
            form.add_error("lines", refusal.message)
        else:
            messages.success(request, f"抽查事项清单现为第 {kept.number} 版，共 {kept.size} 项。")
            return redirect("campaigns:item_list")
    kept_versions = versions(user, PoolVersion.Kind.ITEMS)
    context = {"form": form if unit else None, "current": current, "rows": rows, "versions": kept_versions}
    return answered(request, "item_list", context)


@login_required
@require_http_methods(["GET", "POST"])
def rating_list(request: HttpRequest) -> HttpResponse:
    """The ratings, one typed or a table of many handed in."""
    user = opened(request)
    sites = Enterprise.objects.filter(own_area(user, PREPARE, "unit__path"))
    one, many = request.method == "POST" and "sheet" not in request.POST, "sheet" in request.POST
    form = RatingForm(request.POST if one else None, sites=sites)
    sheet_form = RatingSheetForm(request.POST, request.FILES) if many else RatingSheetForm()
    if (one and rated(request, form, user)) or (many and sheet_kept(request, sheet_form, sites, user)):
        return redirect("campaigns:rating_list")
    looks = holdings(user).scope(VIEW).paths
    seen = Rating.objects.filter(under("enterprise__unit__path", looks), is_current=True)
    page = KeysetPage(seen.select_related("enterprise__unit", "rated_by"), ("-rated_at", "-id")).for_request(request)
    unit, prepares = units_for(user, VIEW).first(), able_somewhere(user, PREPARE)
    context = {
        "lines": layered_lines(page.rows, draws.rates_for(unit, clock.today()) if unit else None),
        "form": form if prepares else None,
        "sheet_form": sheet_form if prepares else None,
        "page": page,
        "versions": versions(user, PoolVersion.Kind.ENTERPRISES),
    }
    return answered(request, "rating_list", context)


def rated(request: HttpRequest, form: RatingForm, user: User) -> bool:
    """Whether what was typed is kept; what is wrong with it goes to the form."""
    if not form.is_valid():
        return False
    try:
        row = draws.rate(**form.cleaned_data, actor=user, at=clock.now())
    except Refused as refusal:
        form.add_error(refusal.field or None, refusal.message)
        return False
    messages.success(request, f"{row.enterprise.name}的分级评定已登记，下次抽取起按新的权重。")
    return True


def sheet_kept(request: HttpRequest, form: RatingSheetForm, sites: QuerySet[Enterprise], user: User) -> bool:
    """Whether every row of the table is kept."""
    if not form.is_valid():
        return False
    file = form.cleaned_data["file"]
    try:
        count = import_ratings(file.read(), file.name, sites=sites, actor=user, at=clock.now())
    except Refused as refusal:
        form.add_error("file", refusal.message)
        return False
    messages.success(request, f"已登记 {count} 家企业的分级评定，下次抽取起按新的权重。")
    return True


def layered_lines(rows: list[Rating], rates: DrawRates | None) -> list[dict[str, Any]]:
    """Each rating with its layer, the rules that led to it, and the ratio of the next draw by layers."""
    found = []
    for row in rows:
        of = layered(Five(row.permit, row.management, row.offences, row.credit, row.petitions))
        ratio = f"{percent(rates.of_layer(of.key))}%" if rates else ""
        found.append({"row": row, "layer": of, "ratio": ratio})
    return found


@login_required
@require_GET
def library(request: HttpRequest) -> HttpResponse:
    """The library by each of its four classes: the sums of each are the whole."""
    user = opened(request)
    rows = Rating.objects.filter(under("enterprise__unit__path", holdings(user).scope(VIEW).paths), is_current=True)
    context = {"total": rows.count(), "tables": draws.tallies(rows)}
    return answered(request, "library", context)


@login_required
@require_http_methods(["GET", "POST"])
def helper_lists(request: HttpRequest) -> HttpResponse:
    """Experts, as the register of experts names them, and institutions, as typed: each in a list of their own."""
    user = opened(request)
    unit = units_for(user, PREPARE).first()
    typed = PoolVersion.Kind.INSTITUTIONS
    parts = [helper_part(kind, unit or units_for(user, VIEW)[0]) for kind in draws.HELPERS]
    sent = request.POST if request.method == "POST" and request.POST.get("kind") == typed else None
    lines = "\n".join("｜".join(row) for row in parts[-1]["rows"])
    form = HelpersForm(sent, kind=typed, typed=lines)
    if request.method == "POST" and unit and (kept := helpers_kept(request, form, unit)):
        messages.success(request, f"{kept.get_kind_display()}已留为新的一版。")
        return redirect("campaigns:helper_lists")
    return answered(request, "helper_lists", {"parts": parts, "form": form, "may_write": unit is not None})


def helper_part(kind: PoolVersion.Kind, unit: Unit) -> dict[str, Any]:
    version = draws.latest(unit, kind)
    rows = draws.rows_of(version) if version else []
    return {"kind": kind, "columns": draws.HELPERS[kind], "rows": rows, "version": version}


def helpers_kept(request: HttpRequest, form: HelpersForm, unit: Unit) -> PoolVersion | None:
    actor, at = person(request), clock.now()
    try:
        if request.POST.get("kind") == PoolVersion.Kind.EXPERTS:
            return draws.keep_experts(unit, actor=actor, at=at)
        if form.is_valid():
            return draws.keep_institutions(unit, form.cleaned_data["lines"], actor=actor, at=at)
    except Refused as refusal:
        if form.is_bound:
            form.add_error("lines", refusal.message)
        else:
            messages.error(request, refusal.message)
    return None


@login_required
@require_http_methods(["GET", "POST"])
def roster(request: HttpRequest) -> HttpResponse:
    user = opened(request)
    grants = Grant.objects.in_force(clock.today()).filter(role=Role.INSPECTOR, kind=Grant.Kind.UNIT)
    people = User.objects.filter(is_active=True).select_related("unit")
    mine = people.filter(pk__in=grants.filter(own_area(user, PREPARE, "unit__path")).values("user")).order_by("name")
    form = SpecialityForm(request.POST if request.method == "POST" else None, people=mine)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        draws.set_specialities(given["user"], given["specialities"], actor=user, at=clock.now())
        messages.success(request, f"{given['user'].name}的业务专长已登记。")
        return redirect("campaigns:roster")
    looks = holdings(user).scope(VIEW).paths
    seen = people.filter(pk__in=grants.filter(under("unit__path", looks)).values("user"))
    page = KeysetPage(seen, ("name", "id")).for_request(request)
    context = {
        "form": form if able_somewhere(user, PREPARE) else None,
        "page": page,
        "lines": described(page.rows),
        "versions": versions(user, PoolVersion.Kind.INSPECTORS),
        "today": clock.today(),
    }
    return answered(request, "roster", context)


def described(people: list[User]) -> list[dict[str, Any]]:
    """Certificate and specialities of each; two queries."""
    certificates = EnforcementCertificate.objects.filter(user__in=people, withdrawn_on=None)
    until: dict[int, date] = dict(certificates.values_list("user").annotate(Max("valid_to")).order_by())
    known = dict(InspectorProfile.objects.filter(user__in=people).values_list("user", "specialities"))
    return [{"person": one, "until": until.get(one.pk), "specialities": known.get(one.pk, [])} for one in people]
