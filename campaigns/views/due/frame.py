"""What every page of things due begins with: the row, or 404; its campaign and the entry of the plan."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.gate import able_somewhere, deny
from accounts.models import User
from campaigns.models import Campaign
from campaigns.services import due
from campaigns.services.due import looking
from campaigns.views.frame import person
from core.models import Obligation

FEED = "campaigns:due_feed"
TABS = (("清单", "campaigns:due_list"), ("日历", "campaigns:due_calendar"), ("日历订阅", FEED))
FILTERS = ("whose", "campaign", "unit", "kind", "state")


@dataclass(frozen=True)
class Due:
    """One thing due with everything its page needs."""

    row: Obligation
    campaign: Campaign
    entry: due.Entry


def tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """List and calendar show the same: what one is filtered by, the other keeps."""
    name = request.resolver_match.view_name if request.resolver_match else ""
    kept = filters_of(request)
    return [
        {"title": title, "url": reverse(url) + (f"?{kept}" if kept and url != FEED else ""), "current": url == name}
        for title, url in TABS
    ]


def filters_of(request: HttpRequest) -> str:
    """What list and calendar are filtered by alike; the days are the calendar's own."""
    query = QueryDict(mutable=True)
    for name in FILTERS:
        if value := request.GET.get(name):
            query[name] = value
    return query.urlencode()


def require_sight(user: User) -> None:
    """Staff with units, and enterprises with their own; nobody else has anything due."""
    if not able_somewhere(user, looking.VIEW) and not able_somewhere(user, "enterprise.own"):
        deny(user, looking.VIEW, None)


def due_or_404(request: HttpRequest, pk: int) -> Due:
    """Of this room; what other rooms open has its own pages."""
    rows = looking.visible_to(person(request)).filter(Q(kind__in=list(due.KINDS)))
    row = get_object_or_404(rows, pk=pk)
    campaign = due.campaign_of(row)
    return Due(row, campaign, due.entry_for(row, campaign))
