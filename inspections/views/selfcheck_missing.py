"""After the window of the self-check: who was not told, who gave no receipt, who did not check itself (三份名单)."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.gate import holdings, require, require_somewhere
from accounts.models import Unit, User
from campaigns.models import Campaign, Target
from campaigns.services import Windows, windows_of
from campaigns.views.frame import choice
from core import audit, clock
from core.commands import carried_out
from core.paging import CURSOR_PARAM, KeysetPage
from core.refusals import NotAllowed, Refused
from core.sheets import Column, SheetSpec, workbook_response
from core.widgets import DayAsked
from inspections.models import SelfCheck
from inspections.services import telling
from inspections.services.selfchecks import PHASE
from inspections.states import SelfCheckState
from inspections.views.access import person
from inspections.views.selfcheck_list import owing

LOOK, TELL = "selfcheck.view", "selfcheck.review"
TOLD, SIGNED = "self_check_notice__delivered_at", "self_check_notice__receipted_at"
# Who may still be told while the window of the unit runs.
WAITING, WAITED = "waiting", Q(self_check_notice=None, self_checked_at=None)
# The three lists, each by what had not come by the end of the window.
LISTS: dict[str, tuple[str, Callable[[datetime], Q]]] = {
    "undelivered": ("未送达", lambda end: without(TOLD, end)),
    "unreceipted": ("未回执", lambda end: without(SIGNED, end) & Q(**{f"{TOLD}__lte": end})),
    "unchecked": ("未自查", lambda end: without("first_handed_in", end)),
}
SHEET = (
    Column("name", "企业名称", width=32, read=lambda row: row.enterprise.name),
    Column("unit", "属地", width=16, read=lambda row: row.unit.short_name),
    Column("delivered", "送达时间", width=18, read=lambda row: moment(notice_of(row), "delivered_at")),
    Column("receipted", "回执时间", width=18, read=lambda row: moment(notice_of(row), "receipted_at")),
    Column("contact", "联系人", width=12, read=lambda row: row.enterprise.contact_name),
    Column("phone", "联系电话", width=16, read=lambda row: row.enterprise.contact_phone),
)


class DeliveryForm(forms.Form):
    """How the notice was handed over, and on which day."""

    note = forms.CharField(max_length=200, error_messages={"required": "请写明送达方式和签收人。"})
    on = DayAsked(required=False)


def notice_of(row: Target) -> Any:
    return getattr(row, "self_check_notice", None)


def moment(notice: Any, name: str) -> str:
    """Of what was handed over on paper the day is known."""
    at = getattr(notice, name, None)
    pattern = "%Y-%m-%d" if notice and notice.way == notice.Way.PAPER else "%Y-%m-%d %H:%M"
    return clock.local(at).strftime(pattern) if at else ""


def asked_of(request: HttpRequest, name: str, user: User) -> Campaign | None:
    source = request.GET if request.method == "GET" else request.POST
    rows = list(Campaign.objects.visible_to(user).published().select_related("unit").order_by("-published_at"))
    with_phase = [row for row in rows if PHASE in windows_of(row).phases]
    return choice(request, with_phase, source.get(name, ""))


def without(name: str, end: datetime) -> Q:
    return Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__gt": end})


def asked(campaign: Campaign, windows: Windows, user: User) -> QuerySet[Target]:
    """The targets that the phase asks, each with when a sheet that stands was first handed in."""
    sheets = SelfCheck.objects.filter(campaign=campaign, enterprise=OuterRef("enterprise"), submitted_at__isnull=False)
    sheets = sheets.exclude(state__in=[SelfCheckState.DRAFT, SelfCheckState.RETURNED]).order_by("submitted_at")
    return owing(campaign, windows, user).annotate(first_handed_in=Subquery(sheets.values("submitted_at")[:1]))


def ended(targets: QuerySet[Target], windows: Windows, today: date) -> dict[date, list[int]]:
    """The units whose window is over, by its last day: that lasts to 24:00."""
    found: dict[date, list[int]] = {}
    for unit in Unit.objects.filter(pk__in=targets.values("unit")):
        last = windows.of(PHASE, unit.path)[1]
        if today > last:
            found.setdefault(last, []).append(unit.pk)
    return found


def left_out(targets: QuerySet[Target], name: str, ends: dict[date, list[int]]) -> QuerySet[Target]:
    """One of the lists as it stood when the window ended: what comes later takes nobody off."""
    if name == WAITING:
        return targets.filter(WAITED).exclude(unit__in=[pk for units in ends.values() for pk in units])
    found = Q(pk__in=[])
    for last, units in ends.items():
        found |= Q(unit__in=units) & LISTS[name][1](clock.end_of_day(last))
    return targets.filter(found)


@login_required
@require_GET
def selfcheck_missing(request: HttpRequest) -> HttpResponse:
    require_somewhere(request.user, LOOK)
    user = person(request)
    campaign = asked_of(request, "campaign", user)
    if campaign is None:
        return render(request, "inspections/selfcheck_missing.html", {"campaign": None})
    windows, today = windows_of(campaign), clock.today()
    every = asked(campaign, windows, user)
    ends = ended(every, windows, today)
    starts_on, ends_on = windows.phases[PHASE].starts_on, windows.phases[PHASE].ends_on
    wish, is_over = request.GET.get("list", ""), today > ends_on
    wish = wish if wish in {*LISTS, WAITING} else "undelivered" if is_over else WAITING
    rows = left_out(every, wish, ends).select_related("enterprise", "unit", "self_check_notice")
    tells = campaign.state == Campaign.State.PUBLISHED and bool(holdings(user).scope(TELL).paths)
    context = {
        "campaign": campaign,
        "tabs": tabs(campaign, wish, every, ends),
        "page": KeysetPage(rows, ("enterprise__sort_key", "id")).for_request(request),
        "starts_on": starts_on,
        "ends_on": ends_on,
        "days": (ends_on - starts_on).days + 1,
        "is_over": is_over,
        "today": today,
        "waiting": every.filter(WAITED).count(),
        "tells": tells,
        "query": request.GET.urlencode(),
        "delivers": tells and wish in {"undelivered", WAITING},
    }
    return render(request, "inspections/selfcheck_missing.html", context)


def tabs(campaign: Campaign, wish: str, every: QuerySet[Target], ends: dict[date, list[int]]) -> list[dict[str, Any]]:
    return [
        {
            "title": title,
            "url": f"?{urlencode({'campaign': campaign.pk, 'list': name})}",
            "current": name == wish,
            "count": left_out(every, name, ends).count(),
        }
        for name, title in [(WAITING, "待送达"), *((name, title) for name, (title, _) in LISTS.items())]
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
    every = asked(campaign, windows, user)
    ends = ended(every, windows, clock.today())
    sheets = [
        (SheetSpec(title, SHEET, heading=f"{title}企业名单"), lines(left_out(every, name, ends)))
        for name, (title, _) in LISTS.items()
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
    try:
        done = telling.tell(campaign, targets, actor=user, at=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        more = f"；{done.unreached} 家还没有开通账号，请当面送达后登记。" if done.unreached else "。"
        messages.success(request, f"已送达 {done.delivered} 家{more}")
    return redirect(f"{reverse('inspections:selfcheck_missing')}?{urlencode({'campaign': campaign.pk})}")


@login_required
@require_POST
def selfcheck_deliver(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Target.objects.visible_to(person(request)).select_related("enterprise", "unit", "campaign")
    target = get_object_or_404(rows, pk=pk)
    require(person(request), TELL, target)
    form = DeliveryForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused("；".join(str(said) for errors in form.errors.values() for said in errors), status=422)
        telling.deliver(target, **form.cleaned_data, actor=person(request), at=clock.now())
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, f"{target.enterprise.name}：{refusal.message}")
    else:
        messages.success(request, f"已登记当面送达：{target.enterprise.name}。")
    return redirect(f"{reverse('inspections:selfcheck_missing')}?{urlencode(whence(request, target))}")


def whence(request: HttpRequest, target: Target) -> dict[str, str]:
    """The list and the page on which the button stands, of the campaign that it is about."""
    asked = {name: request.GET[name] for name in ("list", CURSOR_PARAM) if name in request.GET}
    return {"campaign": str(target.campaign_id), **asked}


@login_required
@require_POST
def selfcheck_receipt(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Target.objects.visible_to(person(request)).select_related("enterprise", "unit")
    target = get_object_or_404(rows, pk=pk)
    require(person(request), "selfcheck.fill", target)
    command = lambda: telling.receipt(target, actor=person(request), at=clock.now())  # noqa: E731
    return carried_out(request, command, "已回执。", "inspections:selfcheck_mine")
