"""The rows of a plan: listed, set by hand, taken out; two versions beside each other; the sheet out and in."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from campaigns.forms.plans import RowFilter, RowForm, SheetForm
from campaigns.models import Plan, PlanRow, Target
from campaigns.rules.spreading import monday_of
from campaigns.services import plans
from campaigns.views.frame import person
from campaigns.views.plans.frame import LOOK, WRITE, page_of, plan_or_404, target_or_404
from core import audit, clock
from core.commands import carried_out
from core.paging import KeysetPage
from core.refusals import Refused
from core.sheets import workbook_response
from enterprises.models import Enterprise

# So many faults of a sheet are shown; the rest is counted.
SHOWN = 100


@login_required
@require_GET
def plan_rows(request: HttpRequest, pk: int) -> HttpResponse:
    plan = plan_or_404(request, pk, LOOK)
    form = RowFilter(request.GET, plan=plan)
    asked = form.asked()
    context = {**page_of(request, plan, "对象安排"), "filter_form": form, "chips": chips(form, asked)}
    if asked.get("show") == "unplanned":
        left = plans.unplanned(plan, clock.now()).select_related("enterprise", "unit")
        left = left.filter(enterprise__in=named(asked["q"])) if "q" in asked else left
        page: Any = KeysetPage(left, ("enterprise__sort_key", "id")).for_request(request)
        return render(request, "campaigns/plans/plan_unplanned.html", {**context, "page": page})
    page = KeysetPage(filtered(plan, asked), ("week_on", "id")).for_request(request)
    return render(request, "campaigns/plans/plan_rows.html", {**context, "page": page})


def named(text: str) -> QuerySet[Enterprise]:
    return Enterprise.objects.searched(text)


def filtered(plan: Plan, asked: dict[str, Any]) -> QuerySet[PlanRow]:
    rows = plan.rows.select_related("target__enterprise", "target__unit", "lead", "second")
    if "week" in asked:
        rows = rows.filter(week_on=monday_of(asked["week"]))
    if "lead" in asked:
        rows = rows.filter(lead=asked["lead"])
    if asked.get("show") == "visited":
        rows = rows.exclude(target__visited_at=None)
    return rows.filter(target__enterprise__in=named(asked["q"])) if "q" in asked else rows


def chips(form: RowFilter, asked: dict[str, Any]) -> list[tuple[str, str, str]]:
    words = {"unplanned": "未安排", "visited": "已检查"}
    return [
        (str(form.fields[name].label), str(words.get(value, value) if name == "show" else value), name)
        for name, value in asked.items()
    ]


@login_required
@require_http_methods(["GET", "POST"])
def plan_row(request: HttpRequest, pk: int, target_pk: int) -> HttpResponse:
    """Set or move one object."""
    plan = plan_or_404(request, pk, WRITE)
    target = target_or_404(plan, target_pk)
    held = plan.rows.filter(target=target).first()
    form = RowForm(
        request.POST or None, scope=plans.scope_of(plan, clock.today()), target=target, initial=initial_of(held)
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        wish = plans.Wish(target, given["week_on"], given["lead"], given["second"])
        try:
            plans.set_row(plan, wish, actor=person(request), at=clock.now())
        except Refused as refusal:
            told(form, refusal)
        else:
            messages.success(request, f"“{target}”已安排在 {given['week_on']} 这一周，主办人{given['lead'].name}。")
            return redirect("campaigns:plan_rows", pk)
    context = {**page_of(request, plan, str(target)), "form": form, "target": target, "held": held}
    status = 422 if request.method == "POST" else 200
    return render(request, "campaigns/plans/plan_row.html", context, status=status)


def initial_of(held: PlanRow | None) -> dict[str, Any]:
    return {"week_on": held.week_on.isoformat(), "lead": held.lead_id, "second": held.second_id} if held else {}


def told(form: RowForm, refusal: Refused) -> None:
    """Each fault at its field."""
    for column, sentences in (refusal.errors or {"": [refusal.message]}).items():
        for sentence in sentences:
            form.add_error(column if column in form.fields else None, sentence)


@login_required
@require_POST
def plan_row_remove(request: HttpRequest, pk: int, target_pk: int) -> HttpResponse:
    plan = plan_or_404(request, pk, WRITE)
    target: Target = target_or_404(plan, target_pk)
    user, at = person(request), clock.now()
    said = f"“{target}”已从计划移出。"
    return carried_out(
        request, lambda: plans.remove_row(plan, target, actor=user, at=at), said, "campaigns:plan_rows", pk
    )


@login_required
@require_GET
def plan_export(request: HttpRequest, pk: int) -> FileResponse:
    """The rows as a sheet that may be changed and read back; with `left` the objects that have none yet."""
    plan, at = plan_or_404(request, pk, LOOK), clock.now()
    rows: Iterable[PlanRow] = plans.sheet_rows(plan)
    if "left" in request.GET:
        left = plans.unplanned(plan, at).select_related("enterprise", "unit").order_by("enterprise__sort_key", "pk")
        rows = [PlanRow(target=target) for target in left]
    audit.record("campaigns.plan.export", plan, actor=person(request), at=at, after={"left": "left" in request.GET})
    name = f"{plan}{'未安排对象' if 'left' in request.GET else ''}.xlsx"
    return workbook_response(name, [(plans.PLAN_SHEET, rows)], at=at, creator=person(request).name)


@login_required
@require_http_methods(["GET", "POST"])
def plan_import(request: HttpRequest, pk: int) -> HttpResponse:
    plan = plan_or_404(request, pk, WRITE)
    form = SheetForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {**page_of(request, plan, "导入计划表"), "form": form}
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            read = plans.read_rows(plan, file, name=file.name, at=clock.now())
            if not read.errors:
                count = plans.set_rows(plan, read.wishes, actor=person(request), at=clock.now())
                messages.success(request, f"已写入 {count:,} 家的安排。")
                return redirect("campaigns:plan_detail", pk)
            context |= {"errors": read.errors[:SHOWN], "error_count": len(read.errors)}
        except Refused as refusal:
            form.add_error("file", refusal.message)
    status = 422 if request.method == "POST" else 200
    return render(request, "campaigns/plans/plan_import.html", context, status=status)


@login_required
@require_GET
def plan_compare(request: HttpRequest, pk: int) -> HttpResponse:
    """What a version changed against the one before it."""
    plan = plan_or_404(request, pk, LOOK)
    earlier = Plan.objects.filter(campaign=plan.campaign_id, unit=plan.unit_id, version__lt=plan.version)
    old = earlier.order_by("-version").first()
    context = {
        **page_of(request, plan, "与上一版的差异"),
        "old": old,
        "changes": plans.changes(old, plan) if old else [],
    }
    return render(request, "campaigns/plans/plan_compare.html", context)
