"""Activation slips as the county sees them: who has none yet, printing, resetting, who holds a site."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts.gate import require, require_somewhere
from accounts.models import Grant
from accounts.services.people import revoke_grant
from core import clock
from core.paging import KeysetPage
from core.refusals import Refused
from enterprises.documents import slips_pdf
from enterprises.forms import FilterForm, ReasonForm, ResetForm
from enterprises.models import ActivationSlip, Enterprise
from enterprises.models.site import EnterpriseQuerySet
from enterprises.services import slips
from enterprises.services.slips import PrintedSlip
from enterprises.views.frame import editable_site, person, told
from enterprises.views.sites import page_of

PRINT = "slip.print"


@login_required
@require_GET
def slip_list(request: HttpRequest) -> HttpResponse:
    scope = require_somewhere(request.user, PRINT)
    form = FilterForm(scope, request.GET or None)
    for name in ("industry", "positive", "state", "key"):
        form.fields.pop(name)
    rows = chosen(Enterprise.objects.within(request.user, PRINT), form, request.GET.get("account", "none"))
    page = KeysetPage(rows.select_related("entity", "unit"), ("sort_key", "id")).for_request(request)
    context = {"form": form, "page": page, "account": request.GET.get("account", "none"), "now": clock.now()}
    return render(request, "enterprises/slip_list.html", context)


def chosen(rows: EnterpriseQuerySet, form: FilterForm, account: str) -> EnterpriseQuerySet:
    """Confirmed sites by whether somebody holds them, with their open slip."""
    holders = Grant.objects.in_force(clock.today()).filter(
        kind=Grant.Kind.ENTERPRISE, role="enterprise", subject_id=OuterRef("pk")
    )
    open_slip = ActivationSlip.objects.open(clock.now()).filter(enterprise=OuterRef("pk")).values("printed_at")[:1]
    rows = rows.confirmed().annotate(is_held=Exists(holders), slip_printed_at=Subquery(open_slip))
    form.is_valid()
    wanted = getattr(form, "cleaned_data", {})
    if wanted.get("q"):
        rows = rows.searched(wanted["q"])
    if wanted.get("unit"):
        rows = rows.filter(unit__path__startswith=wanted["unit"].path)
    if account in {"none", "held"}:
        rows = rows.filter(Exists(holders) if account == "held" else ~Exists(holders))
    return rows


@never_cache
@login_required
@require_POST
def slip_print(request: HttpRequest) -> HttpResponse:
    """The paper is the answer; the codes on it are kept nowhere else."""
    require_somewhere(request.user, PRINT)
    wanted = request.POST.getlist("page" if "all" in request.POST else "site")
    keys = [int(key) for key in wanted if key.isdecimal()]
    sites = list(
        Enterprise.objects.within(request.user, PRINT)
        .confirmed()
        .filter(pk__in=keys)
        .select_related("unit", "entity")
        .order_by("sort_key", "pk")
    )
    if len(sites) != len(set(keys)):
        messages.error(request, "所选单位中有的已不在您的管辖范围或尚未确认，请刷新页面后重新选择。")
        return redirect("enterprises:slip_list")
    try:
        made = slips.print_slips(sites, actor=person(request), at=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("enterprises:slip_list")
    return paper(made)


def paper(made: list[PrintedSlip]) -> HttpResponse:
    now = clock.now()
    answer = HttpResponse(slips_pdf(made, at=now), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="slips-{clock.local(now):%Y%m%d-%H%M%S}.pdf"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@never_cache
@login_required
@require_POST
def slip_reset(request: HttpRequest, pk: int) -> HttpResponse:
    site = editable_site(request, pk, PRINT)
    form = ResetForm(request.POST)
    if form.is_valid():
        try:
            made = slips.reset(site, actor=person(request), at=clock.now(), **form.cleaned_data)
        except Refused as refusal:
            told(form, refusal)
        else:
            return paper([made])
    context = page_of(request, site, reset_form=form)
    return render(request, "enterprises/enterprise_detail.html", context, status=422)


@login_required
@require_POST
def member_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a site from a person who holds it. `pk` is the grant's."""
    require_somewhere(request.user, PRINT)
    within = Enterprise.objects.within(request.user, PRINT)
    grants = Grant.objects.filter(kind=Grant.Kind.ENTERPRISE, subject_id__in=within.values("pk"), revoked_at=None)
    grant = get_object_or_404(grants.select_related("user"), pk=pk)
    site = get_object_or_404(within.select_related("unit"), pk=grant.subject_id)
    require(request.user, PRINT, site)
    form = ReasonForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        revoke_grant(grant, actor=person(request), at=clock.now(), reason=reason)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{grant.user.name}不能再办理“{site.name}”的业务。")
    return redirect("enterprises:enterprise_detail", pk=site.pk)
