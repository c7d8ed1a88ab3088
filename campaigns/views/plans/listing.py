"""The list of plans, and a new one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.gate import able_somewhere, holdings, require_somewhere
from accounts.models import Unit, User
from campaigns.forms.plans import PlanCreateForm, PlanFilter
from campaigns.models import Campaign, Plan
from campaigns.services import plans
from campaigns.views.frame import person
from campaigns.views.plans.frame import LOOK, TONES, WRITE
from core import clock
from core.once import once
from core.paging import KeysetPage
from core.refusals import Refused


def running(user: User) -> QuerySet[Campaign]:
    return Campaign.objects.visible_to(user).filter(state="published").order_by("-published_at", "-pk")


def units_for(user: User) -> QuerySet[Unit]:
    """Every unit for which the person plans: the own one and those below."""
    mine = Q(pk__in=[])
    for path in holdings(user).scope(WRITE).paths:
        mine |= Q(path__startswith=path)
    return Unit.objects.filter(mine, closed_on=None).order_by("path")


@login_required
@require_GET
def plan_list(request: HttpRequest) -> HttpResponse:
    user = person(request)
    require_somewhere(user, LOOK)
    form = PlanFilter(request.GET, campaigns=Campaign.objects.visible_to(user))
    asked = form.asked()
    rows = Plan.objects.visible_to(user).filter(**asked).select_related("unit", "campaign")
    rows = rows.annotate(row_count=Count("rows"), done=Count("rows", filter=Q(rows__target__visited_at__isnull=False)))
    context = {
        "page": KeysetPage(rows, ("-id",)).for_request(request),
        "filter_form": form,
        "chips": [(str(form.fields[name].label), said(form, name, value), name) for name, value in asked.items()],
        "tones": TONES,
        "creates": able_somewhere(user, WRITE),
    }
    return render(request, "campaigns/plans/plan_list.html", context)


def said(form: PlanFilter, name: str, value: Any) -> str:
    return str(dict(Plan.State.choices).get(value, value)) if name == "state" else str(value)


@login_required
@require_http_methods(["GET", "POST"])
@once
def plan_create(request: HttpRequest) -> HttpResponse:
    user = person(request)
    require_somewhere(user, WRITE)
    form = PlanCreateForm(
        request.POST or None,
        campaigns=running(user),
        units=units_for(user),
        initial={"campaign": request.GET.get("campaign"), "unit": user.unit_id},
    )
    if request.method == "POST" and form.is_valid():
        try:
            row = plans.create_plan(**form.cleaned_data, actor=user, at=clock.now())
        except Refused as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            messages.success(request, "计划已建立。请填写要素、分配检查对象，再报备。")
            return redirect("campaigns:plan_detail", row.pk)
    context = {"form": form, "crumbs": [("执法计划", reverse("campaigns:plan_list")), ("编制计划", "")]}
    status = 422 if request.method == "POST" else 200
    return render(request, "campaigns/plans/plan_create.html", {**context, "title": "编制计划"}, status=status)
