"""Pages of the system administrator (units, working-day calendar) and of the audit administrator (the trail)."""

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.forms import UnitForm
from accounts.gate import require_somewhere
from accounts.models import Unit
from accounts.services import calendar
from accounts.services.units import create_unit, edit_unit
from core import clock
from core.models import AuditEvent, HolidayYear
from core.paging import KeysetPage
from core.refusals import Refused


@login_required
@require_GET
def unit_list(request: HttpRequest) -> HttpResponse:
    require_somewhere(request.user, "system.configure")
    units = Unit.objects.select_related("parent").prefetch_related("regions")
    rows = [(unit, unit.path.count("/") - 2) for unit in sorted(units, key=lambda unit: unit.path)]
    return render(request, "accounts/unit_list.html", {"rows": rows})


@login_required
@require_http_methods(["GET", "POST"])
def unit_create(request: HttpRequest, parent_pk: int) -> HttpResponse:
    require_somewhere(request.user, "system.configure")
    parent = get_object_or_404(Unit, pk=parent_pk)
    form = UnitForm(request.POST or None, initial={"level": Unit.Level.COUNTY})
    if request.method == "POST" and form.is_valid():
        try:
            unit = create_unit(parent=parent, actor=request.user, at=clock.now(), **form.cleaned_data)  # type: ignore[arg-type]
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"已新建机构“{unit.name}”。")
            return redirect("accounts:unit_list")
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/unit_form.html", {"form": form, "parent": parent}, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def unit_edit(request: HttpRequest, pk: int) -> HttpResponse:
    require_somewhere(request.user, "system.configure")
    unit = get_object_or_404(Unit, pk=pk)
    form = UnitForm(request.POST or None, instance=unit)
    if request.method == "POST" and form.is_valid():
        unit.refresh_from_db()
        try:
            edit_unit(unit, actor=request.user, at=clock.now(), **form.cleaned_data)  # type: ignore[arg-type]
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"机构“{unit.name}”已保存。")
            return redirect("accounts:unit_list")
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/unit_form.html", {"form": form, "unit": unit}, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def calendar_page(request: HttpRequest) -> HttpResponse:
    require_somewhere(request.user, "calendar.amend")
    refusal = None
    if request.method == "POST":
        refusal = published(request) if "text" in request.POST else amended(request)
        if refusal is None:
            return redirect("accounts:calendar")
    years = HolidayYear.objects.order_by("-year").prefetch_related("days")
    typed, today = request.POST, clock.today()
    context = {"years": years, "refusal": refusal, "typed": typed, "today": today, "example": example(today.year + 1)}
    return render(request, "accounts/calendar.html", context, status=422 if refusal else 200)


def example(year: int) -> str:
    """The table of a year as one would begin to write it."""
    lines = [f"year: {year}", f"source: 《国务院办公厅关于{year}年部分节假日安排的通知》（文号，日期）", "days_off:"]
    return "\n".join([*lines, f"  - {{day: {year}-01-01, name: 元旦}}", "days_at_work: []", ""])


def amended(request: HttpRequest) -> Refused | None:
    kinds: dict[str, bool | None] = {"off": True, "work": False, "plain": None}
    try:
        day = date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        return Refused("日期不对：请按 2020-05-01 的样子填写。", field="day", status=422)
    kind = request.POST.get("kind", "")
    if kind not in kinds:
        return Refused("请选择这一天怎样安排。", field="kind", status=422)
    name, reason = request.POST.get("name", ""), request.POST.get("reason", "")
    try:
        moved = calendar.amend(day, is_off=kinds[kind], name=name, actor=request.user, at=clock.now(), reason=reason)
    except Refused as refusal:
        return refusal
    messages.success(request, f"节假日安排已更正，{moved} 项未办结的期限随之改期，责任单位已收到消息。")
    return None


def published(request: HttpRequest) -> Refused | None:
    """The table of a whole year, as pasted."""
    try:
        year, moved = calendar.publish(request.POST["text"], actor=request.user, at=clock.now())
    except Refused as refusal:
        return refusal
    messages.success(request, f"{year} 已载入，{moved} 项未办结的期限随之改期，责任单位已收到消息。")
    return None


@login_required
@require_GET
def audit_list(request: HttpRequest) -> HttpResponse:
    require_somewhere(request.user, "audit.read")
    rows = AuditEvent.objects.all()
    words, action = request.GET.get("q", "").strip(), request.GET.get("action", "").strip()
    if words:
        rows = rows.filter(actor_name__contains=words) | rows.filter(object_label__contains=words)
    if action:
        rows = rows.filter(action__startswith=action)
    page = KeysetPage(rows, ("-occurred_at", "-id")).for_request(request)
    return render(request, "accounts/audit_list.html", {"page": page})
