"""How plans are carried out: by source, by mode, in two ratios, claimed twice; brigades and their counties by month."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gate import able_somewhere, require, require_somewhere
from accounts.models import User
from campaigns.forms.plans import MonthFilter, PatchForm
from campaigns.models import Assignment, Campaign, Patch, PlanRow, Target
from campaigns.models.plan import Plan
from campaigns.services import plans
from campaigns.views.frame import choice, person
from campaigns.views.plans.frame import LOOK, WRITE
from campaigns.views.plans.listing import running, units_for
from core import audit, clock
from core.once import once
from core.refusals import Refused
from core.sheets import Column, SheetSpec, workbook_response

BRIGADE_SHEET = SheetSpec(
    name="大队月度家数",
    columns=(
        Column("brigade", "大队", 24, read=lambda share: share.patch.brigade.short_name),
        Column("county", "县（市、区）", 16, read=lambda share: share.patch.county.short_name),
        Column("month", "月份", 10, read=lambda share: share.month),
        Column("count", "参与检查企业数", 14, kind="int"),
        Column("least", "要求不少于", 12, kind="int"),
        Column("word", "结果", 10),
    ),
)


def chosen(request: HttpRequest) -> Campaign | None:
    return choice(request, running(person(request)).select_related("blueprint", "unit"))


@login_required
@require_GET
def plan_figures(request: HttpRequest) -> HttpResponse:
    user = person(request)
    require_somewhere(user, LOOK)
    campaign = chosen(request)
    context: dict[str, Any] = {"campaign": campaign, "crumbs": crumbs("执行统计"), "campaigns": running(user)[:20]}
    if campaign is not None:
        visits = Assignment.objects.visible_to(user).filter(target__campaign=campaign)
        sources, every = plans.by_source(visits)
        modes, all_modes = plans.by_mode(visits)
        context |= {
            "tables": [("任务来源", sources, every), ("监管方式", modes, all_modes)],
            "ratios": plans.ratios(Target.objects.visible_to(user).filter(campaign=campaign)),
            "conflicts": plans.conflicts(claims(user), campaign.year),
        }
    return render(request, "campaigns/plans/plan_figures.html", context)


def claims(user: User) -> Any:
    """Rows of the plans that the person may see."""
    return PlanRow.objects.filter(plan__in=Plan.objects.visible_to(user))


def crumbs(last: str) -> list[tuple[str, str]]:
    return [("执法计划", reverse("campaigns:plan_list")), (last, "")]


def month_asked(request: HttpRequest) -> date:
    form = MonthFilter(request.GET)
    return (form.cleaned_data.get("day") if form.is_valid() else None) or clock.today()


@login_required
@require_http_methods(["GET", "POST"])
@once
def plan_brigades(request: HttpRequest) -> HttpResponse:
    """Which brigade takes which county, and how many enterprises a natural month."""
    user = person(request)
    require_somewhere(user, LOOK)
    campaign = chosen(request)
    if request.method == "POST":
        require_somewhere(user, WRITE)
    form = PatchForm(request.POST or None, campaigns=running(user), units=units_for(user))
    if request.method == "POST" and form.is_valid():
        try:
            plans.give_patch(**form.cleaned_data, actor=user, at=clock.now())
        except Refused as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            messages.success(request, "包片分工已登记。")
            return redirect(f"{reverse('campaigns:plan_brigades')}?campaign={form.cleaned_data['campaign'].pk}")
    day = month_asked(request)
    own = Patch.objects.visible_to(user).standing()
    context = {
        "campaign": campaign,
        "shares": plans.shares(campaign, own, day) if campaign else [],
        "month_form": MonthFilter(None, initial={"day": day}),
        "day": day,
        "form": form if able_somewhere(user, WRITE) else None,
        "crumbs": crumbs("大队包片"),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "campaigns/plans/plan_brigades.html", context, status=status)


@login_required
@require_POST
def plan_patch_end(request: HttpRequest, pk: int) -> HttpResponse:
    patch = get_object_or_404(Patch.objects.visible_to(person(request)).select_related("brigade"), pk=pk)
    require(person(request), WRITE, patch)
    try:
        plans.end_patch(patch, actor=person(request), at=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "包片分工已解除。")
    return redirect(f"{reverse('campaigns:plan_brigades')}?campaign={patch.campaign_id}")


@login_required
@require_GET
def plan_brigades_export(request: HttpRequest) -> FileResponse:
    user, at = person(request), clock.now()
    require_somewhere(user, LOOK)
    campaign, day = chosen(request), month_asked(request)
    rows = plans.shares(campaign, Patch.objects.visible_to(user).standing(), day) if campaign else []
    audit.record("campaigns.patch.export", campaign, actor=user, at=at, after={"month": f"{day:%Y-%m}"})
    return workbook_response(f"大队月度家数{day:%Y-%m}.xlsx", [(BRIGADE_SHEET, rows)], at=at, creator=user.name)
