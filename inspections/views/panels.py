"""What was checked and found at a site, as a fragment of its page."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Window
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from core import clock
from enterprises.models import Enterprise
from enterprises.views.frame import is_own, shown_site
from inspections.models import Issue, OffsiteCheck, SelfCheck, Visit, VisitRecord
from inspections.states import IssueState, Outcome, SelfCheckState, VisitState

SHOWN = 5


@login_required
@require_GET
def enterprise_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """Self-checks, visits and issues, newest first. The site's people see no visit before its team is there."""
    site = shown_site(request, pk, "visit.view")
    seen = Issue.objects.visible_to(request.user).filter(enterprise=site)
    context = {
        "site": site,
        "own": is_own(request, site),
        "checks": first_of(self_checks(request, site), "-pk"),
        "visits": first_of(visits(request, site), "-pk"),
        "offsite": first_of(offsite_checks(request, site), "-done_at"),
        "issues": first_of(seen.exclude(state=IssueState.VOID), "-pk"),
        "counts": counts_of(seen),
        "outcomes": dict(Outcome.choices),
        "today": clock.today(),
    }
    return render(request, "inspections/_enterprise_panel.html", context)


def first_of(rows: QuerySet[Any], order: str) -> list[Any]:
    """The newest few, each knowing how many there are: one query."""
    return list(rows.annotate(counted=Window(Count("pk"))).order_by(order)[:SHOWN])


def self_checks(request: HttpRequest, site: Enterprise) -> QuerySet[SelfCheck]:
    """A sheet that is still being filled is its enterprise's alone."""
    rows = SelfCheck.objects.visible_to(request.user).current().filter(enterprise=site)
    return rows if is_own(request, site) else rows.exclude(state=SelfCheckState.DRAFT)


def visits(request: HttpRequest, site: Enterprise) -> QuerySet[Visit]:
    locked = VisitRecord.objects.locked().filter(visit=OuterRef("pk"))
    rows = (
        Visit.objects.visible_to(request.user)
        .with_obstacles(request.user)
        .filter(enterprise=site)
        .exclude(state=VisitState.CANCELLED)
    )
    return rows.select_related("assignment").annotate(outcome=Subquery(locked.values("outcome")[:1]))


def offsite_checks(request: HttpRequest, site: Enterprise) -> QuerySet[OffsiteCheck]:
    """Those that are done, for the authority alone."""
    return OffsiteCheck.objects.visible_to(request.user).finished().filter(enterprise=site)


def counts_of(seen: QuerySet[Issue]) -> dict[str, int]:
    """The line above the issues, in one statement."""
    return seen.aggregate(
        open=Count("pk", filter=Q(state__in=[IssueState.MENDING, IssueState.REPORTED])),
        overdue=Count("pk", filter=Q(state=IssueState.MENDING, deadline_on__lt=clock.today())),
        closed=Count("pk", filter=Q(state=IssueState.CLOSED)),
    )
