"""Results of a campaign: completeness by unit, what is still missing, the export for the platform and for credit."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from accounts.gate import may, require, require_somewhere
from accounts.models import User
from campaigns.models import Campaign, Target
from campaigns.services.results import excuse
from core import audit, clock
from core.commands import reason_of
from core.paging import KeysetPage
from core.refusals import Refused
from core.sheets import workbook_response
from reporting.services import results

SEE, MANAGE = "visit.view", "campaign.manage"


def person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


def campaign_for(request: HttpRequest, pk: int) -> Campaign:
    campaign = get_object_or_404(Campaign.objects.visible_to(person(request)).select_related("unit"), pk=pk)
    require_somewhere(person(request), SEE)
    return campaign


@login_required
@require_GET
def result_list(request: HttpRequest, pk: int) -> HttpResponse:
    campaign, user = campaign_for(request, pk), person(request)
    lines = results.completeness(campaign, user)
    page = KeysetPage(results.result_rows(campaign, user, missing=True), ("unit__path", "id")).for_request(request)
    context = {
        "campaign": campaign,
        "lines": lines,
        "missing": sum(line.missing for line in lines),
        "page": page,
        "excuses": campaign.state == "published" and may(user, MANAGE, campaign),
    }
    return render(request, "reporting/result_list.html", context)


@login_required
@require_GET
def result_export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Every enterprise with its result, and the completeness of every unit."""
    campaign, user, at = campaign_for(request, pk), person(request), clock.now()
    audit.record("reporting.result.export", campaign, actor=user, at=at)
    sheets = [
        (results.SHEET, results.export_rows(results.result_rows(campaign, user))),
        (results.TALLY_SHEET, iter(results.completeness(campaign, user))),
    ]
    return workbook_response(f"{campaign.title} 检查结果.xlsx", sheets, at=at, creator="一体化执法行动平台")


@login_required
@require_POST
def result_excuse(request: HttpRequest, pk: int, target_pk: int) -> HttpResponse:
    """There will be no result of one enterprise."""
    campaign = campaign_for(request, pk)
    rows = Target.objects.visible_to(person(request)).filter(campaign=campaign)
    target = get_object_or_404(rows.select_related("enterprise"), pk=target_pk)
    require(person(request), MANAGE, campaign)
    try:
        excuse(target, reason=reason_of(request), actor=person(request), at=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"已登记{target.enterprise.name}无须录入及原因。")
    return redirect("reporting:result_list", pk)
