"""What every page of a campaign begins with: the campaign, or 404, and its tabs."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.gate import able_somewhere, may, require
from accounts.models import User
from campaigns.models import Campaign
from campaigns.services.choosing import nearest_first
from core import clock

# Under which name a session keeps the campaign that the person chose last.
CHOSEN = "campaign"
TABS = (
    ("总览", "campaigns:campaign_detail", ""),
    ("阶段时间", "campaigns:campaign_windows", "visit.view"),
    ("报送与期限", "campaigns:campaign_terms", ""),
    ("责任单位", "campaigns:campaign_units", "due.view"),
    ("组织与联络", "campaigns:campaign_people", "visit.view"),
    ("监管重点名单", "campaigns:key_list", "visit.view"),
    ("准备状态", "campaigns:readiness_list", "visit.view"),
    ("通知公告", "campaigns:bulletin_list", "visit.view"),
    ("明白纸", "campaigns:leaflet", ""),
    ("一封信", "campaigns:letter", ""),
    ("附件库", "campaigns:annex_list", ""),
    ("附件与原文", "campaigns:campaign_source", ""),
    ("与模板的差异", "campaigns:campaign_compare", ""),
)

# Tabs that only a plan with this section has.
OF_SECTION = {"campaigns:leaflet": "leaflet", "campaigns:letter": "letter", "campaigns:key_list": "key_list"}


def person(request: HttpRequest) -> User:
    """The signed-in user (every view here asks for one)."""
    assert isinstance(request.user, User)
    return request.user


def chosen_before(request: HttpRequest) -> object:
    """The campaign that the person chose last; a page made outside a session knows none."""
    return getattr(request, "session", {}).get(CHOSEN)


def choice(request: HttpRequest, rows: Iterable[Campaign], wish: str | None = None) -> Campaign | None:
    """The campaign that the address names, which is kept for the pages that follow; else the one chosen before, else
    the nearest. `rows` come with their unit."""
    found = nearest_first(rows, person(request), clock.today(), chosen_before(request))
    wish = request.GET.get("campaign", "") if wish is None else wish
    named = next((row for row in found if str(row.pk) == wish), None)
    if named:
        request.session[CHOSEN] = named.pk
    return named or next(iter(found), None)


def campaign_for(request: HttpRequest, pk: int, capability: str = "") -> Campaign:
    """404 outside the person's rows, 403 inside without the capability."""
    rows = Campaign.objects.visible_to(person(request)).select_related("blueprint", "unit")
    campaign = get_object_or_404(rows, pk=pk)
    if capability:
        require(person(request), capability, campaign)
    return campaign


def page_of(request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
    """Heading, crumbs and tabs."""
    tabs = [
        {
            "title": title,
            "url": reverse(name, args=[campaign.pk]),
            "current": bool(request.resolver_match and request.resolver_match.view_name == name),
        }
        for title, name, capability in TABS
        if (not capability or able_somewhere(person(request), capability))
        and (name not in OF_SECTION or campaign.blueprint.data.get(OF_SECTION[name]))
    ]
    return {
        "campaign": campaign,
        "tabs": tabs,
        "crumbs": [("专项行动", reverse("campaigns:campaign_list")), (campaign.title, "")],
        "manages": may(person(request), "campaign.manage", campaign),
    }
