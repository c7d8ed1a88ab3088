"""The commands of a plan: elements, spreading, reporting, filing, starting, the next version."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.forms.plans import ElementsForm, FilingForm, GovernmentForm
from campaigns.models import Plan
from campaigns.services import plans
from campaigns.views.frame import person
from campaigns.views.plans.frame import FILE, WRITE, page_of, plan_or_404
from core import clock
from core.commands import carried_out, reason_of
from core.refusals import NotAllowed, Refused

DETAIL = "campaigns:plan_detail"


@login_required
@require_http_methods(["GET", "POST"])
def plan_elements(request: HttpRequest, pk: int) -> HttpResponse:
    plan = plan_or_404(request, pk, WRITE)
    names = plans.terms_of(plan.campaign).elements
    form = ElementsForm(request.POST or None, names=names, written=plan.elements)
    if request.method == "POST" and form.is_valid():
        try:
            plans.set_elements(plan, form.elements(), actor=person(request), at=clock.now())
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "计划要素已保存。")
            return redirect(DETAIL, pk)
    return form_page(request, plan, form, "填写计划要素")


def form_page(request: HttpRequest, plan: Plan, form: forms.Form, title: str, **more: Any) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    context = {**page_of(request, plan, title), "form": form, **more}
    return render(request, "campaigns/plans/plan_form.html", context, status=status)


@login_required
@require_POST
def plan_spread(request: HttpRequest, pk: int) -> HttpResponse:
    plan = plan_or_404(request, pk, WRITE)
    try:
        done = plans.spread_plan(
            plan, afresh=request.POST.get("afresh") == "yes", actor=person(request), at=clock.now()
        )
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        left = f"，{done.left:,} 家没有可派的人员或周，仍未安排" if done.left else ""
        messages.success(request, f"已分配 {done.placed:,} 家{left}。")
    return redirect(DETAIL, pk)


@login_required
@require_POST
def plan_report(request: HttpRequest, pk: int) -> HttpResponse:
    plan, user, at = plan_or_404(request, pk, WRITE), person(request), clock.now()
    said = "计划已报备，上级备案后即可实施。"
    return carried_out(request, lambda: plans.report_plan(plan, actor=user, at=at), said, DETAIL, pk)


@login_required
@require_POST
def plan_return(request: HttpRequest, pk: int) -> HttpResponse:
    plan, user, at = plan_or_404(request, pk, FILE), person(request), clock.now()
    reason = reason_of(request)
    return carried_out(
        request, lambda: plans.return_plan(plan, actor=user, at=at, reason=reason), "计划已退回。", DETAIL, pk
    )


@login_required
@require_http_methods(["GET", "POST"])
def plan_file(request: HttpRequest, pk: int) -> HttpResponse:
    plan = plan_or_404(request, pk, FILE)
    form = FilingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            plans.file_plan(plan, **form.cleaned_data, actor=person(request), at=clock.now())
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, "已备案，编制单位已收到通知。")
            return redirect(DETAIL, pk)
    return form_page(request, plan, form, "备案")


@login_required
@require_http_methods(["GET", "POST"])
def plan_government(request: HttpRequest, pk: int) -> HttpResponse:
    plan = plan_or_404(request, pk, WRITE)
    form = GovernmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            plans.enter_government(plan, **form.cleaned_data, actor=person(request), at=clock.now())
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, "本级人民政府备案已登记。")
            return redirect(DETAIL, pk)
    return form_page(request, plan, form, "登记本级人民政府备案")


@login_required
@require_POST
def plan_start(request: HttpRequest, pk: int) -> HttpResponse:
    plan, user, at = plan_or_404(request, pk, WRITE), person(request), clock.now()
    return carried_out(
        request, lambda: plans.start_plan(plan, actor=user, at=at), "计划已实施，可以按计划派单。", DETAIL, pk
    )


@login_required
@require_POST
def plan_revise(request: HttpRequest, pk: int) -> HttpResponse:
    plan = plan_or_404(request, pk, WRITE)
    try:
        row = plans.revise_plan(plan, reason=reason_of(request), actor=person(request), at=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect(DETAIL, pk)
    messages.success(request, "新版已建立，实施之前原计划继续有效。")
    return redirect(DETAIL, row.pk)
