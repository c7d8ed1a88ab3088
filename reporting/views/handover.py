"""A leader hands a leaver's work over: first whose it is, then to whom, with everything that goes over in sight."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.gate import require_somewhere
from accounts.models import User
from core import clock
from core.refusals import Refused
from reporting.forms import HandoverForm, LeaverForm, people_under
from reporting.services.handover import Candidates, hand_over, open_work, pieces
from reporting.views.desk import person

PIECES_SHOWN = 50
CLOSED_SHOWN = 20


@login_required
@require_http_methods(["GET", "POST"])
def handover(request: HttpRequest) -> HttpResponse:
    paths = require_somewhere(request.user, "work.handover").paths
    chosen = (request.POST if request.method == "POST" else request.GET).get("leaver", "")
    if not chosen.isdecimal():
        return first_page(request, paths)
    leaver = get_object_or_404(people_under(paths), pk=int(chosen))
    if request.method == "GET":
        return second_page(request, leaver, paths, None)
    return moved(request, leaver, paths)


def first_page(request: HttpRequest, paths: tuple[str, ...]) -> HttpResponse:
    leavers = [(one, open_work(one)) for one in leaving(paths)]
    context = {"leaver_form": LeaverForm(paths=paths), "leavers": leavers}
    return render(request, "reporting/handover.html", context, status=422 if request.method == "POST" else 200)


def leaving(paths: tuple[str, ...]) -> list[User]:
    """Closed accounts of the leader's units, latest first: whose work may still lie about."""
    rows = people_under(paths).filter(is_active=False)
    return list(rows.order_by(F("left_on").desc(nulls_last=True), "name")[:CLOSED_SHOWN])


def second_page(
    request: HttpRequest,
    leaver: User,
    paths: tuple[str, ...],
    typed: dict[str, Any] | None,
    refusal: Refused | None = None,
) -> HttpResponse:
    """The pieces of work, and those of the units who may take all of them up; of the others what they lack."""
    work = pieces(leaver, clock.now())
    others = Candidates(people_under(paths).filter(is_active=True).exclude(pk=leaver.pk), clock.today())
    fit = others.fit(work)
    form = HandoverForm(typed, paths=paths, fit=fit, initial={"leaver": leaver.pk})
    if refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    unfit = [(one, others.lacking(one, work)) for one in others.people if one not in fit]
    context = {
        "leaver": leaver,
        "form": form,
        "pieces": work[:PIECES_SHOWN],
        "more": max(0, len(work) - PIECES_SHOWN),
        "fit": fit,
        "unfit": [(one, reasons[0], len(reasons)) for one, reasons in unfit],
    }
    return render(request, "reporting/handover.html", context, status=422 if typed is not None else 200)


def moved(request: HttpRequest, leaver: User, paths: tuple[str, ...]) -> HttpResponse:
    form = HandoverForm(request.POST, paths=paths, fit=[])
    if not form.is_valid():
        return second_page(request, leaver, paths, request.POST.dict())
    try:
        work = hand_over(actor=person(request), at=clock.now(), **form.cleaned_data)
    except Refused as refusal:
        return second_page(request, leaver, paths, request.POST.dict(), refusal)
    messages.success(request, f"已移交 {work.total} 项工作给{form.cleaned_data['successor'].name}。")
    return redirect("reporting:handover")
