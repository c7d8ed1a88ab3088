"""One site: its page, and everything an officer does with its registration."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gate import able_somewhere, holdings, may, require_somewhere
from core import clock
from core.files import store
from core.once import once
from core.refusals import Refused
from core.wording import degrees
from enterprises.forms import (
    EditForm,
    PermitForm,
    PositiveForm,
    RegisterForm,
    RemovalForm,
    SiteForm,
    UnitForm,
    units_in,
)
from enterprises.models import Enterprise
from enterprises.rules.coordinates import as_dms
from enterprises.services import sites, slips
from enterprises.services.entities import Override
from enterprises.services.facts import SITE_LABELS
from enterprises.states import SITE_STATES
from enterprises.views.frame import EDIT, editable_site, person, told, visible_site

SIBLINGS = 20


@login_required
@require_GET
def enterprise_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "enterprises/enterprise_detail.html", page_of(request, visible_site(request, pk)))


def page_of(request: HttpRequest, site: Enterprise, **forms: Any) -> dict[str, Any]:
    """The page of a site; `forms` are those that came back with an error."""
    can_edit = may(request.user, EDIT, site)
    today = clock.today()
    context: dict[str, Any] = {
        "site": site,
        "today": today,
        "can_edit": can_edit,
        "facts": facts_of(site),
        "permits": site.permits.order_by("kind", "pk"),
        "names": site.names.order_by("-valid_to", "-pk"),
        "entries": site.positive_entries.select_related("entered_by", "removed_by").order_by("-valid_from", "-pk"),
        "siblings": siblings_of(request, site),
        "permit_form": PermitForm(initial={"kind": "discharge"}),
        "positive_form": PositiveForm(initial={"valid_from": today}),
        "removal_form": RemovalForm(initial={"on": today}, prefix="removal"),
    }
    if can_edit:
        context["actions"] = SITE_STATES.actions(site.state)
        context["unit_form"] = unit_form_for(request, site)
    if may(request.user, "slip.print", site):
        context["members"] = slips.members(site, clock.now())
        context["slip"] = site.slips.order_by("-pk").select_related("printed_by", "used_by").first()
        context["can_print"] = True
    return context | forms


def siblings_of(request: HttpRequest, site: Enterprise) -> QuerySet[Enterprise]:
    """The first of the other sites of the same body; a chain of filling stations has hundreds."""
    others = Enterprise.objects.visible_to(request.user).filter(entity=site.entity_id).exclude(pk=site.pk)
    return others.order_by("site_number")[:SIBLINGS]


def unit_form_for(request: HttpRequest, site: Enterprise) -> UnitForm | None:
    """The form that gives the site to another unit, for those who oversee more than one."""
    scope = holdings(request.user).scope(EDIT)
    return UnitForm(scope) if units_in(scope).exclude(pk=site.unit_id).exists() else None


def facts_of(site: Enterprise) -> list[tuple[str, str]]:
    """Terms and values in the order of the ledger."""
    place = ""
    if site.longitude is not None and site.latitude is not None:
        place = (
            f"{degrees(site.longitude)}，{degrees(site.latitude)}（{as_dms(site.longitude)}，{as_dms(site.latitude)}）"
        )
    return [
        ("统一社会信用代码", site.entity.uscc or f"无（{site.place_kind}）"),
        ("厂址序号", str(site.site_number)),
        ("法定代表人", site.entity.representative),
        ("企业类型", site.enterprise_type),
        ("行业类别", site.industry_label),
        ("国民经济行业代码", site.gb4754),
        ("监管单位", site.unit.name),
        ("县市区", site.region.name),
        ("乡镇或开发区", site.town),
        ("详细地址", site.address),
        ("经纬度", place),
        ("环保负责人", site.contact_name),
        ("联系电话", site.contact_phone),
        ("是否超低排放改造", yes_no(site.is_ultra_low)),
        ("绩效分级", site.performance_grade),
        ("2019年以来自主验收", yes_no(site.self_accepted_since_2019)),
        ("黄河流域", yes_no(site.in_yellow_river_basin)),
    ]


def yes_no(value: bool | None) -> str:
    return "" if value is None else "是" if value else "否"


@login_required
@require_http_methods(["GET", "POST"])
@once
def enterprise_register(request: HttpRequest) -> HttpResponse:
    scope = require_somewhere(request.user, EDIT)
    form = RegisterForm(scope, request.POST or None, request.FILES or None, initial={"performance_grade": "否"})
    if request.method == "POST" and form.is_valid():
        try:
            site = sites.register(
                form.facts(),
                actor=person(request),
                at=clock.now(),
                override=override_of(request, form),
                namesakes_checked=form.cleaned_data["namesakes_checked"],
            )
        except Refused as refusal:
            told(form, refusal)
        else:
            messages.success(request, f"“{site.name}”已登记{'' if site.is_confirmed else '，待另一名工作人员确认'}。")
            return redirect("enterprises:enterprise_detail", pk=site.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "enterprises/enterprise_form.html", {"form": form}, status=status)


def override_of(request: HttpRequest, form: SiteForm) -> Override:
    """The reason and the licence for a code whose check character disagrees."""
    upload = form.cleaned_data.get("licence")
    if not upload:
        return Override(form.cleaned_data["override_reason"])
    kind = "pdf" if (upload.name or "").lower().endswith(".pdf") else "photo"
    stored = store(
        upload, name=upload.name, by=person(request), at=clock.now(), kind="pdf" if kind == "pdf" else "photo"
    )
    return Override(form.cleaned_data["override_reason"], stored)


@login_required
@require_http_methods(["GET", "POST"])
def enterprise_edit(request: HttpRequest, pk: int) -> HttpResponse:
    site = editable_site(request, pk)
    scope = holdings(request.user).scope(EDIT)
    form = EditForm(scope, request.POST or None, request.FILES or None, initial=initial_of(site))
    if request.method == "POST" and form.is_valid():
        try:
            sites.edit(
                site,
                form.facts(),
                seen=parse_datetime(form.cleaned_data["seen"]) or site.created_at,
                actor=person(request),
                at=clock.now(),
                override=override_of(request, form),
                renamed_on=form.cleaned_data["renamed_on"],
            )
        except Refused as refusal:
            told(form, refusal)
        else:
            messages.success(request, "登记信息已更新。")
            return redirect("enterprises:enterprise_detail", pk=pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "enterprises/enterprise_form.html", {"form": form, "site": site}, status=status)


def initial_of(site: Enterprise) -> dict[str, Any]:
    columns = {name: getattr(site, name) for name in SITE_LABELS}
    return columns | {
        "name": site.name,
        "uscc": site.entity.uscc or "",
        "representative": site.entity.representative,
        "region": site.region_id,
        "seen": site.updated_at.isoformat(),
    }


@login_required
@require_POST
def enterprise_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    site = editable_site(request, pk)
    try:
        sites.confirm(site, actor=person(request), at=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"“{site.name}”已确认，可以列入检查对象。")
    waiting = Enterprise.objects.within(request.user, EDIT).filter(is_confirmed=False).exists()
    if waiting and able_somewhere(request.user, EDIT) and request.POST.get("from") == "list":
        return redirect("enterprises:unconfirmed_list")
    return redirect("enterprises:enterprise_detail", pk=pk)


@login_required
@require_POST
def enterprise_change_unit(request: HttpRequest, pk: int) -> HttpResponse:
    site = editable_site(request, pk)
    form = UnitForm(holdings(request.user).scope(EDIT), request.POST)
    if form.is_valid():
        try:
            sites.change_unit(site, actor=person(request), at=clock.now(), **form.cleaned_data)
        except Refused as refusal:
            told(form, refusal)
        else:
            messages.success(request, f"监管单位已变更为{form.cleaned_data['unit'].name}。")
            return redirect("enterprises:enterprise_list")
    context = page_of(request, site, unit_form=form)
    return render(request, "enterprises/enterprise_detail.html", context, status=422)


@login_required
@require_POST
def enterprise_change_state(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    site = editable_site(request, pk)
    try:
        row = sites.change_state(
            site, action, actor=person(request), at=clock.now(), reason=request.POST.get("reason", "").strip()
        )
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"“{row.name}”已登记为{row.get_state_display()}。")
    return redirect("enterprises:enterprise_detail", pk=pk)
