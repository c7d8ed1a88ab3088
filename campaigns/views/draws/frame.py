"""What every page of a draw begins with: the draw, or 404; the capability, or 403."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from accounts.gate import able_somewhere, deny, holdings
from accounts.models import Unit, User
from campaigns.models import Campaign, Draw, DrawRates
from campaigns.views.frame import person

TABS = (
    ("抽查", "draw_list"),
    ("抽查事项清单", "item_list"),
    ("检查对象分级", "rating_list"),
    ("名录库统计", "library"),
    ("执法人员", "roster"),
    ("专家和专业机构", "helper_lists"),
    ("抽查参数", "rates_list"),
)
VIEW, PREPARE, APPROVE = "draw.view", "draw.prepare", "draw.approve"


def draw_or_404(request: HttpRequest, pk: int, capability: str = "") -> Draw:
    rows = Draw.objects.visible_to(person(request)).select_related(
        "unit", "campaign__blueprint", "campaign__unit", "items__unit", "enterprises", "inspectors", "created_by"
    )
    draw = get_object_or_404(
        rows.select_related("drawn_by", "value_entered_by", "value_confirmed_by", "redraw_of").defer(
            "items__text", "enterprises__text", "inspectors__text"
        ),
        pk=pk,
    )
    if capability:
        require_own(person(request), capability, draw)
    return draw


def acts(user: User, capability: str, draw: Draw | DrawRates) -> bool:
    """A draw is run and decided by the unit that holds it: a superior looks on, or witnesses."""
    return any(capability in row.able and row.path == draw.unit.path for row in holdings(user).rows)


def require_own(user: User, capability: str, draw: Draw | DrawRates) -> None:
    if not acts(user, capability, draw):
        deny(user, capability, draw)


def require_part(request: HttpRequest, draw: Draw) -> None:
    """Only organiser and witness go on from here."""
    user = person(request)
    if not draw.participants.filter(user=user).exists():
        deny(user, "draw.witness", draw)


def units_for(user: User, capability: str) -> QuerySet[Unit]:
    """The units at which a person holds a capability."""
    return Unit.objects.filter(path__in=holdings(user).scope(capability).paths, closed_on=None)


def own_area(user: User, capability: str, lookup: str) -> Q:
    """Rows that a person's unit keeps itself: its own, and a city's those of its counties, whose bureaus are branches
    of the city's (市局分局). A province reads the lists of its cities and does not write them."""
    mine = Q(pk__in=[])
    for unit in units_for(user, capability):
        whole = unit.level != Unit.Level.PROVINCE
        mine |= Q(**{f"{lookup}__startswith" if whole else lookup: unit.path})
    return mine


def running(user: User) -> QuerySet[Campaign]:
    return Campaign.objects.visible_to(user).filter(state="published").order_by("-published_at", "-pk")


def crumbs(draw: Draw | None = None, last: str = "") -> list[tuple[str, str]]:
    found = [("随机抽查", reverse("campaigns:draw_list"))]
    if draw is not None:
        found.append((str(draw), reverse("campaigns:draw_detail", args=[draw.pk]) if last else ""))
    return [*found, (last, "")] if last else found


def pool_tabs(request: HttpRequest) -> list[dict[str, Any]]:
    looks = able_somewhere(person(request), VIEW)
    here = request.resolver_match.url_name if request.resolver_match else ""
    return [
        {"title": title, "url": reverse(f"campaigns:{name}"), "current": here == name}
        for title, name in TABS
        if looks or name == "draw_list"
    ]
