"""What every page of a campaign begins with: the campaign, or 404, and its tabs."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from accounts.gate import able_somewhere, may
from accounts.models import User
from campaigns.models import Campaign
from core.refusals import NotAllowed, Refused

TABS = (
    ("总览", "campaigns:campaign_detail", ""),
    ("阶段时间", "campaigns:campaign_windows", "visit.view"),
    ("组织与联络", "campaigns:campaign_people", "visit.view"),
    ("附件与原文", "campaigns:campaign_source", ""),
)


def person(request: HttpRequest) -> User:
    """The signed-in user (every view here asks for one)."""
    assert isinstance(request.user, User)
    return request.user


def campaign_or_404(request: HttpRequest, pk: int) -> Campaign:
    rows = Campaign.objects.visible_to(person(request)).select_related("blueprint", "unit")
    return get_object_or_404(rows, pk=pk)


def page_of(request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
    """Heading, crumbs and tabs."""
    tabs = [
        {
            "title": title,
            "url": reverse(name, args=[campaign.pk]),
            "current": bool(request.resolver_match and request.resolver_match.view_name == name),
        }
        for title, name, capability in TABS
        if not capability or able_somewhere(person(request), capability)
    ]
    return {
        "campaign": campaign,
        "tabs": tabs,
        "crumbs": [("专项行动", reverse("campaigns:campaign_list")), (campaign.title, "")],
        "manages": may(person(request), "campaign.manage", campaign),
    }


def answered(request: HttpRequest, refusal: Refused, url_name: str, pk: int) -> HttpResponse:
    """Back to the page that asked, with the sentence; a missing right stays a 403."""
    if isinstance(refusal, NotAllowed):
        raise refusal
    messages.error(request, refusal.message)
    return redirect(url_name, pk)
