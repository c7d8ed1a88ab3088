"""The annexes of a campaign by versions, and the library of documents that plans stand on."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.gate import able_somewhere, require_somewhere
from campaigns import services
from campaigns.documents import blank_form
from campaigns.forms import AnnexForm, BasisForm, ReasonForm
from campaigns.models import AnnexVersion, LegalBasis
from campaigns.views.frame import campaign_for, page_of, person
from core import clock
from core.files import serve
from core.once import once
from core.refusals import Refused

MANAGE, BASES, VIEW = "campaign.manage", "basis.manage", "campaign.view"


@login_required
@require_GET
def annex_list(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = campaign_for(request, pk)
    context = {**page_of(request, campaign), "annexes": services.annexes_at(campaign, clock.now())}
    return render(request, "campaigns/annex_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
@once
def annex_add(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    campaign = campaign_for(request, pk, MANAGE)
    annex = services.annex_at(campaign, number, clock.now())
    form = AnnexForm(request.POST or None, request.FILES or None, initial={"valid_from": clock.today()})
    if request.method == "POST" and form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != "file"}
        try:
            row = services.add_annex(
                campaign, number, upload=form.cleaned_data["file"], **given, actor=person(request), at=clock.now()
            )
        except Refused as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            messages.success(request, f"附件{number}已导入第 {row.version} 版。已派单的任务仍用原来的版本。")
            return redirect("campaigns:annex_list", pk)
    context = {**page_of(request, campaign), "form": form, "annex": annex}
    return render(request, "campaigns/annex_form.html", context, status=422 if request.method == "POST" else 200)


@login_required
@require_GET
def annex_file(request: HttpRequest, pk: int, version_pk: int) -> HttpResponseBase:
    campaign = campaign_for(request, pk)
    row = get_object_or_404(AnnexVersion.objects.filter(campaign=campaign).select_related("file"), pk=version_pk)
    return serve(request, row.file, row.file_name, inline=True)


@login_required
@require_GET
def annex_blank(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The platform's own form on paper, marked 非原件: what tasks have as long as no original was imported."""
    campaign = campaign_for(request, pk)
    annex = services.annex_at(campaign, number, clock.now())
    if annex.form is None:
        raise Refused(f"附件{number}没有平台表样。", status=404)
    pdf = blank_form(annex.title, annex.form, at=clock.now())
    return HttpResponse(pdf, content_type="application/pdf", headers={"Cache-Control": "private, no-store"})


@login_required
@require_http_methods(["GET", "POST"])
def basis_list(request: HttpRequest) -> HttpResponse:
    user = person(request)
    if not able_somewhere(user, BASES):
        require_somewhere(user, VIEW)
    form = BasisForm(request.POST or None)
    if request.method == "POST":
        require_somewhere(user, BASES)
        if form.is_valid():
            try:
                services.add_basis(**form.cleaned_data, actor=user, at=clock.now())
            except Refused as refusal:
                form.add_error(refusal.field or None, refusal.message)
            else:
                messages.success(request, "已登记。")
                return redirect("campaigns:basis_list")
    context = {
        "rows": list(LegalBasis.objects.all()[:500]),
        "form": form,
        "manages": able_somewhere(user, BASES),
        "today": clock.today(),
    }
    return render(request, "campaigns/basis_list.html", context, status=422 if request.method == "POST" else 200)


@login_required
@require_http_methods(["GET", "POST"])
def basis_end(request: HttpRequest, pk: int) -> HttpResponse:
    """One document with the campaigns that it touches; ending it asks for a reason."""
    user = person(request)
    require_somewhere(user, BASES)
    basis = get_object_or_404(LegalBasis, pk=pk)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            found = services.end_basis(basis, actor=user, at=clock.now(), reason=form.cleaned_data["reason"])
        except Refused as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            messages.success(request, f"已停用，受影响的行动 {len(found)} 个，列在下面。")
            return redirect("campaigns:basis_end", pk)
    context = {"basis": basis, "affected": list(services.affected(basis)), "form": form}
    return render(request, "campaigns/basis_end.html", context, status=422 if request.method == "POST" else 200)
