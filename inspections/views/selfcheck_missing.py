"""After the window of the self-check: who was not told, who gave no receipt, who did not check itself (三份名单)."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.gate import holdings, require, require_somewhere
from accounts.models import Unit, User
from campaigns.models import Campaign, Target
from campaigns.services import Windows, windows_of
from core import audit, clock
from core.commands import carried_out
from core.paging import KeysetPage
from core.sheets import Column, SheetSpec, workbook_response
from inspections.services import telling
from inspections.services.selfchecks import PHASE
from inspections.states import SelfCheckState
from inspections.views.access import person
from inspections.views.selfcheck_list import chosen, owing

LOOK, TELL = "selfcheck.view", "selfcheck.review"
UNDONE = Q(check_state=None) | Q(check_state__in=[SelfCheckState.DRAFT, SelfCheckState.RETURNED])
LISTS: dict[str, tuple[str, Q]] = {
    "undelivered": ("未送达", Q(self_check_notice=None)),
    "unreceipted": ("未回执", Q(self_check_notice__isnull=False, self_check_notice__receipted_at=None)),
    "unchecked": ("未自查", UNDONE),
}
SHEET = (
    Column("name", "企业名称", width=32, read=lambda row: row.enterprise.name),
    Column("unit", "属地", width=16, read=lambda row: row.unit.short_name),
    Column("delivered", "送达时间", width=18, read=lambda row: moment(notice_of(row), "delivered_at")),
    Column("receipted", "回执时间", width=18, read=lambda row: moment(notice_of(row), "receipted_at")),
    Column("contact", "联系人", width=12, read=lambda row: row.enterprise.contact_name),
    Column("phone", "联系电话", width=16, read=lambda row: row.enterprise.contact_phone),
)


def notice_of(row: Target) -> Any:
    return getattr(row, "self_check_notice", None)


def moment(notice: Any, name: str) -> str:
    at = getattr(notice, name, None)
    return f"{clock.local(at):%Y-%m-%d %H:%M}" if at else ""


def asked_of(request: HttpRequest, name: str, user: User) -> Campaign | None:
    source = request.GET if request.method == "GET" else request.POST
    rows = list(Campaign.objects.visible_to(user).published().order_by("-published_at"))
    with_phase = [row for row in rows if PHASE in windows_of(row).phases]
    return chosen(with_phase, source.get(name, ""))


def over(targets: QuerySet[Target], windows: Windows, today: date) -> QuerySet[Target]:
    """The targets whose unit's window is over: its last day lasts to 24:00."""
    units = Unit.objects.filter(pk__in=targets.values("unit"))
    late = [unit.pk for unit in units if today > windows.of(PHASE, unit.path)[1]]
    return targets.filter(unit__in=late)


@login_required
@require_GET
def selfcheck_missing(request: HttpRequest) -> HttpResponse:
    require_somewhere(request.user, LOOK)
    user = person(request)
    campaign = asked_of(request, "campaign", user)
    if campaign is None:
        return render(request, "inspections/selfcheck_missing.html", {"campaign": None})
    windows, wish = windows_of(campaign), request.GET.get("list", "")
    wish = wish if wish in LISTS else "undelivered"
    every = owing(campaign, windows, user)
    ended = over(every, windows, clock.today())
    starts_on, ends_on = windows.phases[PHASE].starts_on, windows.phases[PHASE].ends_on
    rows = ended.filter(LISTS[wish][1]).select_related("enterprise", "unit", "self_check_notice")
    context = {
        "campaign": campaign,
        "tabs": tabs(campaign, wish, ended),
        "page": KeysetPage(rows, ("enterprise__sort_key", "id")).for_request(request),
        "list": wish,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "days": (ends_on - starts_on).days + 1,
        "is_over": clock.today() > ends_on,
        "waiting": every.filter(self_check_notice=None).count(),
        "tells": bool(holdings(user).scope(TELL).paths),
    }
    return render(request, "inspections/selfcheck_missing.html", context)


def tabs(campaign: Campaign, wish: str, ended: QuerySet[Target]) -> list[dict[str, Any]]:
    return [
        {
            "title": title,
            "url": f"?{urlencode({'campaign': campaign.pk, 'list': name})}",
            "current": name == wish,
            "count": ended.filter(condition).count(),
        }
        for name, (title, condition) in LISTS.items()
    ]


@login_required
@require_GET
def selfcheck_missing_export(request: HttpRequest) -> HttpResponseBase:
    """The three lists, a sheet each."""
    require_somewhere(request.user, LOOK)
    user, at = person(request), clock.now()
    campaign = asked_of(request, "campaign", user)
    campaign = get_object_or_404(Campaign.objects.visible_to(user), pk=campaign.pk if campaign else 0)
    windows = windows_of(campaign)
    ended = over(owing(campaign, windows, user), windows, clock.today())
    sheets = [
        (SheetSpec(title, SHEET, heading=f"{title}企业名单"), lines(ended.filter(q))) for title, q in LISTS.values()
    ]
    audit.record("inspections.selfchecknotice.export", campaign, actor=user, at=at)
    return workbook_response(f"自查三份名单 {clock.local(at):%Y%m%d-%H%M}.xlsx", sheets, at=at, creator=user.name)


def lines(rows: QuerySet[Target]) -> Iterator[Target]:
    named = rows.select_related("enterprise", "unit", "self_check_notice").order_by(
        "unit__path", "enterprise__sort_key"
    )
    return named.iterator(chunk_size=500)


@login_required
@require_POST
def selfcheck_tell(request: HttpRequest) -> HttpResponse:
    """Tell the listed enterprises of one's own units that were not told yet."""
    user = person(request)
    scope = require_somewhere(user, TELL)
    campaign = asked_of(request, "campaign", user)
    if campaign is None:
        messages.error(request, "没有需要企业自查的行动。")
        return redirect("inspections:selfcheck_list")
    mine = Q(pk__in=[])
    for path in scope.paths:
        mine |= Q(unit__path__startswith=path)
    targets = owing(campaign, windows_of(campaign), user).filter(mine)
    done = telling.tell(campaign, targets, actor=user, at=clock.now())
    said = f"已送达 {done.delivered} 家" + (
        f"；{done.unreached} 家还没有开通账号，请当面送达后登记。" if done.unreached else "。"
    )
    messages.success(request, said)
    return redirect(f"{reverse('inspections:selfcheck_missing')}?{urlencode({'campaign': campaign.pk})}")


@login_required
@require_POST
def selfcheck_deliver(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Target.objects.visible_to(person(request)).select_related("enterprise", "unit")
    target = get_object_or_404(rows, pk=pk)
    require(person(request), TELL, target)
    note = request.POST.get("note", "")
    command = lambda: telling.deliver(target, note=note, actor=person(request), at=clock.now())  # noqa: E731
    return carried_out(request, command, f"已登记当面送达：{target.enterprise.name}。", "inspections:selfcheck_missing")


@login_required
@require_POST
def selfcheck_receipt(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Target.objects.visible_to(person(request)).select_related("enterprise", "unit")
    target = get_object_or_404(rows, pk=pk)
    require(person(request), "selfcheck.fill", target)
    command = lambda: telling.receipt(target, actor=person(request), at=clock.now())  # noqa: E731
    return carried_out(request, command, "已回执。", "inspections:selfcheck_mine")
