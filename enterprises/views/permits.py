"""Permits and the positive list of one site."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.gate import require
from core import clock
from core.refusals import Refused
from enterprises.forms import PermitForm, PositiveForm, RemovalForm
from enterprises.models import Permit, PositiveListEntry
from enterprises.services import permits, positive
from enterprises.views.frame import EDIT, editable_site, person, told
from enterprises.views.sites import page_of


@login_required
@require_POST
def permit_add(request: HttpRequest, pk: int) -> HttpResponse:
    site = editable_site(request, pk)
    form = PermitForm(request.POST)
    if form.is_valid():
        try:
            permits.put_permit(Permit(enterprise=site), actor=person(request), at=clock.now(), **form.cleaned_data)
        except Refused as refusal:
            told(form, refusal)
        else:
            messages.success(request, "许可信息已登记。")
            return redirect("enterprises:enterprise_detail", pk=pk)
    context = page_of(request, site, permit_form=form)
    return render(request, "enterprises/enterprise_detail.html", context, status=422)


@login_required
@require_http_methods(["GET", "POST"])
def permit_edit(request: HttpRequest, pk: int) -> HttpResponse:
    permit = reachable_permit(request, pk)
    names = ("kind", "number", "authority", "management", "issued_on", "valid_to")
    form = PermitForm(request.POST or None, initial={name: getattr(permit, name) for name in names})
    if request.method == "POST" and form.is_valid():
        try:
            permits.put_permit(permit, actor=person(request), at=clock.now(), **form.cleaned_data)
        except Refused as refusal:
            told(form, refusal)
        else:
            messages.success(request, "许可信息已更新。")
            return redirect("enterprises:enterprise_detail", pk=permit.enterprise_id)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "permit": permit, "site": permit.enterprise}
    return render(request, "enterprises/permit_form.html", context, status=status)


@login_required
@require_POST
def permit_remove(request: HttpRequest, pk: int) -> HttpResponse:
    permit = reachable_permit(request, pk)
    try:
        permits.remove_permit(permit, actor=person(request), at=clock.now(), reason=request.POST.get("reason", ""))
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "许可信息已删除，操作日志中保留原内容。")
    return redirect("enterprises:enterprise_detail", pk=permit.enterprise_id)


def reachable_permit(request: HttpRequest, pk: int) -> Permit:
    rows = Permit.objects.visible_to(request.user).select_related("enterprise__unit")
    permit = get_object_or_404(rows, pk=pk)
    require(request.user, EDIT, permit)
    return permit


@login_required
@require_POST
def positive_add(request: HttpRequest, pk: int) -> HttpResponse:
    site = editable_site(request, pk)
    form = PositiveForm(request.POST)
    if form.is_valid():
        try:
            positive.add_entry(site, actor=person(request), at=clock.now(), **form.cleaned_data)
        except Refused as refusal:
            told(form, refusal)
        else:
            messages.success(request, f"“{site.name}”已列入监督执法正面清单，请告知该单位。")
            return redirect("enterprises:enterprise_detail", pk=pk)
    context = page_of(request, site, positive_form=form)
    return render(request, "enterprises/enterprise_detail.html", context, status=422)


@login_required
@require_POST
def positive_remove(request: HttpRequest, pk: int) -> HttpResponse:
    rows = PositiveListEntry.objects.visible_to(request.user).select_related("enterprise__unit")
    entry = get_object_or_404(rows, pk=pk)
    require(request.user, EDIT, entry)
    form = RemovalForm(request.POST, prefix="removal")
    if form.is_valid():
        try:
            positive.remove_entry(entry, actor=person(request), at=clock.now(), **form.cleaned_data)
        except Refused as refusal:
            told(form, refusal)
        else:
            messages.success(request, f"“{entry.enterprise.name}”已移出正面清单，请书面告知该单位。")
            return redirect("enterprises:enterprise_detail", pk=entry.enterprise_id)
    site = editable_site(request, entry.enterprise_id)
    context = page_of(request, site, removal_form=form)
    return render(request, "enterprises/enterprise_detail.html", context, status=422)
