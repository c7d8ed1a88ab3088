"""One self-check: the enterprise fills, declares and corrects it; the county files it or sends it back."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gate import able_somewhere, may, require, require_somewhere
from campaigns.models import Target
from campaigns.services import Windows, windows_of
from core import clock
from core.files import serve
from core.form_engine.rendering import open_sheet
from core.form_engine.rules import Problem, validate
from core.models import Submission
from core.refusals import Refused
from inspections.forms import DeclareForm
from inspections.models import SelfCheck
from inspections.rules import selfcheck
from inspections.services import selfchecks
from inspections.services.own_problems import problems_of
from inspections.services.sheets import sheet_of
from inspections.states import SELF_CHECKS, SelfCheckState
from inspections.views.access import available, person, self_check_for, self_checks

STATE_TONES = {"draft": "grey", "submitted": "amber", "accepted": "green", "returned": "red", "superseded": "grey"}
FILLABLE = {SelfCheckState.DRAFT, SelfCheckState.RETURNED}


@login_required
@require_GET
def selfcheck_mine(request: HttpRequest) -> HttpResponse:
    """Every campaign that asks the enterprise's people for a self-check, and how theirs stands.

    A duty's address is this page; an office that follows up what is late comes to the same enterprise in its own list.
    """
    if able_somewhere(person(request), "selfcheck.view") and not able_somewhere(person(request), "selfcheck.fill"):
        return redirect(in_the_list(request))
    require_somewhere(request.user, "selfcheck.fill")
    targets = Target.objects.visible_to(person(request)).filter(campaign__published_at__isnull=False)
    related = ("campaign", "enterprise", "unit", "self_check_notice")
    rows = targets.select_related(*related).order_by("-campaign__published_at", "enterprise")
    newest = {(one.campaign_id, one.enterprise_id): one for one in self_checks(person(request)).order_by("version")}
    windows = {campaign.pk: windows_of(campaign) for campaign in {target.campaign for target in rows}}
    duties = [
        duty(target, windows[target.campaign_id], newest.get((target.campaign_id, target.enterprise_id)))
        for target in rows
    ]
    return render(request, "inspections/selfcheck_mine.html", {"duties": [one for one in duties if one]})


def in_the_list(request: HttpRequest) -> str:
    """The list of self-checks, narrowed to the enterprise of the duty that was opened."""
    asked = request.GET.get("target", "")
    rows = Target.objects.visible_to(person(request)).select_related("enterprise")
    target = rows.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 10 else None
    query: dict[str, object] = (
        {"campaign": target.campaign_id, "q": target.enterprise.name[:60]} if target else {"standing": "overdue"}
    )
    return f"{reverse('inspections:selfcheck_list')}?{urlencode(query)}"


def duty(target: Target, windows: Windows, row: SelfCheck | None) -> dict[str, Any] | None:
    """A target with the window, the standing and what the enterprise may do next; None where no self-check is asked."""
    phase = windows.phases.get(selfchecks.PHASE)
    if phase is None or (phase.scope != "all" and target.is_key != (phase.scope == "key")):
        return None
    starts_on, ends_on = windows.of(selfchecks.PHASE, target.unit.path)
    standing = selfcheck.standing(row.state if row else "", ends_on, clock.today())
    return {
        "target": target,
        "row": row,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "standing": selfcheck.LABELS[standing],
        "tone": selfcheck.TONES[standing],
        "is_open": clock.today() >= starts_on,
        "notice": getattr(target, "self_check_notice", None),
        "is_fillable": row is None or row.state in FILLABLE,
    }


@login_required
@require_POST
def selfcheck_begin(request: HttpRequest, pk: int) -> HttpResponse:
    target = get_object_or_404(
        Target.objects.visible_to(person(request)).select_related("campaign", "enterprise", "unit"), pk=pk
    )
    require(person(request), "selfcheck.fill", target)
    row = selfchecks.begin(target, actor=person(request), at=clock.now())
    page = "selfcheck_edit" if row.state in FILLABLE else "selfcheck_view"
    return redirect(f"inspections:{page}", row.pk)


@login_required
@never_cache
@require_GET
def selfcheck_edit(request: HttpRequest, pk: int) -> HttpResponse:
    row = self_check_for(request, pk, "selfcheck.fill")
    if row.state not in FILLABLE or row.client_id == row.submission_id:
        return redirect("inspections:selfcheck_view", pk)
    sheet = open_sheet(selfchecks.KIND, row.pk, user=person(request), at=clock.now())
    return render(request, "inspections/selfcheck_edit.html", {"row": row, "sheet": sheet, **deadline_of(row)})


def deadline_of(row: SelfCheck) -> dict[str, Any]:
    ends_on = window_end(row)
    judged = clock.day_of(row.submitted_at) if row.submitted_at else clock.today()
    # A correction mends what was handed in before; it is not late.
    return {"ends_on": ends_on, "is_late": row.version == 1 and selfcheck.is_late(judged, ends_on)}


def window_end(row: SelfCheck) -> date:
    return windows_of(row.campaign).of(selfchecks.PHASE, row.unit.path)[1]


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def selfcheck_declare(request: HttpRequest, pk: int) -> HttpResponse:
    """What is missing, what was found, and the declaration of truth with name and signature."""
    row = self_check_for(request, pk, "selfcheck.fill")
    sheet = sheet_of(row.client_id)
    if sheet is None:
        return redirect("inspections:selfcheck_view", pk)
    form = DeclareForm(request.POST or None, initial={"name": row.declared_by})
    if request.method == "POST" and form.is_valid():
        done = declared(request, row, form)
        if done:
            return done
    elif row.state not in FILLABLE:
        return redirect("inspections:selfcheck_view", pk)
    context = {"row": row, "form": form, "gaps": gaps(sheet), "problems": problems_of(sheet), **deadline_of(row)}
    status = 422 if request.method == "POST" else 200
    return render(request, "inspections/selfcheck_declare.html", context, status=status)


def gaps(sheet: Submission) -> list[Problem]:
    return validate(sheet.definition.data, sheet.answers, clock.today().isoformat())


def declared(request: HttpRequest, row: SelfCheck, form: DeclareForm) -> HttpResponse | None:
    """Handed in, or None with the refusal on the form."""
    said = form.cleaned_data
    try:
        outcome = selfchecks.declare(
            row,
            name=said["name"],
            signature=said["signature"],
            agreed=said["agreed"],
            actor=person(request),
            at=clock.now(),
        )
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return None
    if outcome.submission is None or not outcome.submission.locked:
        form.add_error(None, outcome.message)
        return None
    messages.success(request, f"自查情况表已提交，回执 {outcome.submission.receipt}，等待属地分局备案。")
    return redirect("inspections:selfcheck_view", row.pk)


@login_required
@require_GET
def selfcheck_view(request: HttpRequest, pk: int) -> HttpResponse:
    row = self_check_for(request, pk)
    versions = self_checks(person(request)).filter(campaign=row.campaign_id, enterprise=row.enterprise_id)
    sheet = row.submission
    newest = versions.order_by("-version").first()
    context = {
        "row": row,
        "sheet": sheet,
        "problems": problems_of(sheet) if sheet else [],
        "versions": versions.order_by("-version"),
        "earlier": earlier(row),
        "may": available(SELF_CHECKS, row, person(request)),
        "may_fill": may(person(request), "selfcheck.fill", row),
        "state_tone": STATE_TONES[row.state],
        "correctable": row.state == SelfCheckState.ACCEPTED and newest is not None and newest.pk == row.pk,
        "target": selfchecks.target_of(row),
        "has_draft": row.state in FILLABLE and row.client_id != row.submission_id,
        **deadline_of(row),
    }
    return render(request, "inspections/selfcheck_view.html", context)


def earlier(row: SelfCheck) -> list[Submission]:
    """The sheets of this version that were handed in before: each was sent back and filled again."""
    received = Submission.objects.about(selfchecks.KIND, row.pk).received()
    return [sheet for sheet in received if sheet.pk != row.submission_id]


@login_required
@require_POST
def selfcheck_accept(request: HttpRequest, pk: int) -> HttpResponse:
    row = self_check_for(request, pk, "selfcheck.review")
    filed = selfchecks.accept(row, actor=person(request), at=clock.now())
    messages.success(request, f"已受理备案，编号 {filed.number}。")
    return redirect("inspections:selfcheck_view", pk)


@login_required
@require_POST
def selfcheck_return(request: HttpRequest, pk: int) -> HttpResponse:
    row = self_check_for(request, pk, "selfcheck.review")
    selfchecks.send_back(row, reason=request.POST.get("reason", ""), actor=person(request), at=clock.now())
    messages.success(request, "已退回，企业会收到退回理由。")
    return redirect("inspections:selfcheck_view", pk)


@login_required
@require_POST
def selfcheck_correct(request: HttpRequest, pk: int) -> HttpResponse:
    row = self_check_for(request, pk, "selfcheck.fill")
    begun = selfchecks.correct(row, reason=request.POST.get("reason", ""), actor=person(request), at=clock.now())
    return redirect("inspections:selfcheck_edit", begun.pk)


@login_required
@require_GET
def selfcheck_signature(request: HttpRequest, pk: int) -> HttpResponseBase:
    row = self_check_for(request, pk)
    if row.signature is None:
        raise Refused("这份自查情况表还没有签名。", status=404)
    return serve(request, row.signature, inline=True)
