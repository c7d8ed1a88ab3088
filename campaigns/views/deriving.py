"""A campaign beside its blueprint, its dates before approval, and campaigns made from it: copied, handed down."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Max, Min, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.gate import may
from accounts.models import Unit
from campaigns import services
from campaigns.exports import campaign_yaml
from campaigns.forms import CopyForm, DatesForm, HandDownForm
from campaigns.models import Campaign
from campaigns.views.frame import campaign_for, page_of, person
from campaigns.views.library import yaml_response
from core import clock
from core.refusals import Refused

MANAGE = "campaign.manage"


@login_required
@require_GET
def campaign_compare(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = campaign_for(request, pk)
    context = {
        **page_of(request, campaign),
        "differences": services.differences(campaign),
        "newer": services.newer_version(campaign),
        "cities_below": cities_below(campaign).exists(),
        "children": campaign.children.visible_to(person(request)).select_related("unit"),
    }
    return render(request, "campaigns/campaign_compare.html", context)


def cities_below(campaign: Campaign) -> QuerySet[Unit]:
    """To whom it can be handed down; a city's own campaign runs in its counties as it is."""
    below = Unit.objects.under(campaign.unit.path).at_level("city").filter(closed_on=None)
    return below.exclude(pk=campaign.unit_id).order_by("order", "path")


@login_required
@require_GET
def campaign_terms(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = campaign_for(request, pk)
    owed = services.campaign_terms(campaign, clock.now())
    context = {
        **page_of(request, campaign),
        "owed": owed,
        "lapsed": services.lapsed_count(owed),
        "since": campaign.published_at,
        "gaps": services.gaps(campaign.blueprint.data),
        "policy": services.POLICIES[campaign.on_holiday],
        "redates": campaign.state == "published" and may(person(request), "campaign.approve", campaign),
    }
    return render(request, "campaigns/campaign_terms.html", context)


@login_required
@require_GET
def campaign_export(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = campaign_for(request, pk)
    return yaml_response(campaign_yaml(campaign), f"{campaign.blueprint.name}-{campaign.year}.yaml")


@login_required
@require_http_methods(["GET", "POST"])
def campaign_dates(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = campaign_for(request, pk, MANAGE)
    form = DatesForm(request.POST or None, campaign=campaign)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_dates(campaign, form.windows(), actor=person(request), at=clock.now())
        except Refused as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            messages.success(request, f"阶段时间已保存，行动起止随之为 {span_of(campaign)}；批准后生效。")
            return redirect("campaigns:campaign_detail", pk)
    context = {**page_of(request, campaign), "form": form, "title": "调整阶段时间"}
    return render(request, "campaigns/decision_form.html", context, status=422 if request.method == "POST" else 200)


def span_of(campaign: Campaign) -> str:
    """A campaign runs from the first day of its phases to their last: a phase that reaches further widens it."""
    found = campaign.phases.aggregate(first=Min("starts_on"), last=Max("ends_on"))
    return f"{found['first']} 至 {found['last']}"


@login_required
@require_http_methods(["GET", "POST"])
def campaign_copy(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = campaign_for(request, pk, MANAGE)
    form = CopyForm(request.POST or None, initial={"year": campaign.year + 1})
    if request.method == "POST" and form.is_valid():
        try:
            row = services.copy_campaign(
                campaign, year=form.cleaned_data["year"], actor=person(request), at=clock.now()
            )
        except Refused as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            messages.success(request, "已复制为新的拟定行动，请核对日期和参数，再报领导批准。")
            return redirect("campaigns:campaign_detail", row.pk)
    context = {**page_of(request, campaign), "form": form, "title": "复制行动"}
    return render(request, "campaigns/decision_form.html", context, status=422 if request.method == "POST" else 200)


@login_required
@require_http_methods(["GET", "POST"])
def campaign_hand_down(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = campaign_for(request, pk, MANAGE)
    form = HandDownForm(request.POST or None, units=cities_below(campaign))
    if request.method == "POST" and form.is_valid():
        try:
            row = services.hand_down(campaign, form.cleaned_data["unit"], actor=person(request), at=clock.now())
        except Refused as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            messages.success(request, f"已为{row.unit.short_name}生成拟定行动，日期可由其调整，报批准后发布。")
            return redirect("campaigns:campaign_detail", row.pk)
    context = {**page_of(request, campaign), "form": form, "title": "下达行动"}
    return render(request, "campaigns/decision_form.html", context, status=422 if request.method == "POST" else 200)
