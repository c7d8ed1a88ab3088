"""Problems handed over to their localities, and whether the city's team takes what was left too long."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.gate import require, require_somewhere
from core import clock
from core.commands import carried_out, reason_of
from core.paging import KeysetPage
from inspections.models import Handover, Issue
from inspections.rules.handing import escalates_on
from inspections.services import handing
from inspections.states import HANDOVERS, IssueState
from inspections.views.access import available, person

DECIDE = "visit.approve"
SHOWN = ("issue__campaign__blueprint", "locality", "team__parent", "handed_by", "decided_by")


def handover_for(request: HttpRequest, pk: int, capability: str = "") -> Handover:
    row = get_object_or_404(Handover.objects.visible_to(person(request)).select_related(*SHOWN), pk=pk)
    if capability:
        require(person(request), capability, row)
    return row


@login_required
@require_GET
def handover_list(request: HttpRequest) -> HttpResponse:
    user = person(request)
    require_somewhere(user, "issue.view")
    rows, state = Handover.objects.visible_to(user).select_related("issue", "locality", "team"), ""
    if request.GET.get("state") in Handover.State.values:
        state = request.GET["state"]
        rows = rows.filter(state=state)
    context = {
        "page": KeysetPage(rows, ("-handed_on", "-id")).for_request(request),
        "states": [(value, label, value == state) for value, label in [("", "全部"), *Handover.State.choices]],
    }
    return render(request, "inspections/handover_list.html", context)


@login_required
@require_GET
def handover_detail(request: HttpRequest, pk: int) -> HttpResponse:
    row, user = handover_for(request, pk), person(request)
    days = row.days or handing.allowed_days(row.issue.campaign)
    context = {
        "row": row,
        "crumbs": [("移交与升级", reverse("inspections:handover_list")), (row.issue.enterprise_name, "")],
        "can": available(HANDOVERS, row, user) if row.issue.state in IssueState.open() else set(),
        "sees_issue": Issue.objects.visible_to(user).filter(pk=row.issue_id).exists(),
        "days": days,
        "escalates_on": escalates_on(row.handed_on, row.issue.deadline_on, days) if days else None,
    }
    return render(request, "inspections/handover_detail.html", context)


@login_required
@require_POST
def handover_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    row, user, at = handover_for(request, pk, DECIDE), person(request), clock.now()
    done = f"已确认升级，由{row.team.name}直接查办。"
    command = lambda: handing.confirm(row, actor=user, at=at)  # noqa: E731
    return carried_out(request, command, done, "inspections:handover_detail", pk)


@login_required
@require_POST
def handover_keep(request: HttpRequest, pk: int) -> HttpResponse:
    row, user, at, reason = handover_for(request, pk, DECIDE), person(request), clock.now(), reason_of(request)
    command = lambda: handing.keep(row, actor=user, at=at, reason=reason)  # noqa: E731
    return carried_out(request, command, "不予升级，仍由属地查处。", "inspections:handover_detail", pk)
