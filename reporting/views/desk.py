"""The workbench, what is owed, what was done, the inbox and the search."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from accounts.gate import able_somewhere
from accounts.models import User
from campaigns.services import choosing
from campaigns.services.due import looking
from campaigns.views.frame import choice, chosen_before
from core import audit, clock
from core.models import Notice
from core.paging import KeysetPage
from enterprises.models import Enterprise
from reporting import administration, desk, duties
from reporting.actions import said
from reporting.models import ReportPeriod
from reporting.rules.weeks import day_text

SHORTEST_SEARCH = 2


def person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@login_required
@require_GET
def workbench(request: HttpRequest) -> HttpResponse:
    user, at = person(request), clock.now()
    if sections := administration.sections(user, at):
        return render(request, "reporting/administration.html", {"sections": sections, **aside(user)})
    choice(request, choosing.campaigns_of(user, clock.day_of(at)))
    campaigns = choosing.campaigns_of(user, clock.day_of(at), chosen_before(request))
    period = desk.next_period(user, campaigns, at) if campaigns and not able_somewhere(user, "enterprise.own") else None
    piles, waiting = desk.piles(user, at), duties.waiting(user, at)
    context = {
        "piles": piles,
        "waiting": waiting,
        "owing": bool(waiting) or any(pile.rows for pile in piles),
        "campaign": next(iter(campaigns), None),
        # With one campaign every row is its own.
        "campaigns": {row.pk: row.title for row in campaigns} if len(campaigns) > 1 else {},
        "period": period,
        "moved": moved_from(period),
        "sites": own_sites(user),
        **aside(user),
    }
    return render(request, "reporting/workbench.html", context)


def moved_from(period: ReportPeriod | None) -> str:
    """The plan's own day of a cut-off that a holiday moved."""
    moved = period is not None and period.nominal_on != clock.day_of(period.cutoff_at)
    return day_text(period.nominal_on) if period is not None and moved else ""


def aside(user: User) -> dict[str, Any]:
    """What came in and what was done lately, beside every desk."""
    done = desk.done_by(user).order_by("-occurred_at", "-id")[:6]
    return {
        "notices": Notice.objects.visible_to(user).unread().order_by("-id")[:5],
        "done": [(event, said(event.action)) for event in done],
        "today": clock.today(),
    }


def own_sites(user: User) -> list[Enterprise]:
    if not able_somewhere(user, "enterprise.own"):
        return []
    return list(Enterprise.objects.visible_to(user).select_related("unit", "region").order_by("pk")[:20])


@login_required
@require_GET
def owed_list(request: HttpRequest) -> HttpResponse:
    """What has a term, page by page; before the first page what waits without one."""
    user = person(request)
    page = KeysetPage(desk.owed_by(user), ("due_at", "id")).for_request(request)
    waiting = [] if request.GET.get("cursor") else duties.waiting(user, clock.now(), limit=1)
    context = {"page": page, "waiting": waiting, "campaigns": looking.campaigns_named(page.rows)}
    return render(request, "reporting/owed_list.html", context)


@login_required
@require_GET
def done_list(request: HttpRequest) -> HttpResponse:
    page = KeysetPage(desk.done_by(person(request)), ("-occurred_at", "-id")).for_request(request)
    rows = [(event, said(event.action)) for event in page]
    return render(request, "reporting/done_list.html", {"page": page, "rows": rows})


@login_required
@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    rows = Notice.objects.visible_to(person(request))
    if request.GET.get("state") == "unread":
        rows = rows.unread()
    page = KeysetPage(rows, ("-created_at", "-id")).for_request(request)
    return render(request, "reporting/inbox.html", {"page": page})


@login_required
@require_POST
def notice_open(request: HttpRequest, pk: int) -> HttpResponse:
    notice = get_object_or_404(Notice.objects.visible_to(person(request)), pk=pk)
    if notice.read_at is None:
        notice.read_at = clock.now()
        notice.save(update_fields=["read_at"])
        audit.record("core.notice.read", notice, actor=request.user, at=notice.read_at)
    safe = notice.url and url_has_allowed_host_and_scheme(notice.url, allowed_hosts={request.get_host()})
    return redirect(notice.url if safe else "reporting:inbox")


@login_required
@require_POST
def inbox_read_all(request: HttpRequest) -> HttpResponse:
    at = clock.now()
    count = Notice.objects.visible_to(person(request)).unread().update(read_at=at)
    audit.record("core.notice.read_all", None, actor=request.user, at=at, after={"count": count})
    return redirect("reporting:inbox")


@login_required
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "").strip()
    short = len(words) < SHORTEST_SEARCH
    found = None if short else desk.search(person(request), words)
    return render(request, "reporting/search.html", {"words": words, "short": short and bool(words), "found": found})
