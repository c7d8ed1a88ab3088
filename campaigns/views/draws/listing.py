"""The list of draws, and the terms of a new one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.gate import able_somewhere, deny, require_somewhere
from accounts.models import User
from campaigns.forms.draws import DrawFilter, DrawForm, as_typed, beginning
from campaigns.models import Draw, DrawParticipant
from campaigns.services import draws
from campaigns.views.draws.frame import PREPARE, VIEW, crumbs, draw_or_404, pool_tabs, running, units_for
from campaigns.views.frame import person
from core import clock
from core.once import once
from core.paging import KeysetPage
from core.refusals import Refused

TONES = {
    "draft": "grey",
    "published": "amber",
    "drawn": "green",
    "superseded": "grey",
    "cancelled": "grey",
    "voided": "red",
}


@login_required
@require_GET
def draw_list(request: HttpRequest) -> HttpResponse:
    user = person(request)
    if not able_somewhere(user, VIEW) and not DrawParticipant.objects.filter(user=user).exists():
        deny(user, VIEW, None)
    form = DrawFilter(request.GET, campaigns=running(user))
    asked = form.asked()
    rows = filtered(Draw.objects.visible_to(user), asked).select_related("unit", "campaign")
    context = {
        "page": KeysetPage(rows.annotate(drawn_count=Count("drawn")), ("-id",)).for_request(request),
        "filter_form": form,
        "chips": chips(form, asked),
        "tones": TONES,
        "tabs": pool_tabs(request),
        "prepares": able_somewhere(user, PREPARE),
    }
    return render(request, "campaigns/draws/draw_list.html", context)


def filtered(rows: QuerySet[Draw], asked: dict[str, Any]) -> QuerySet[Draw]:
    if "q" in asked:
        rows = rows.filter(Q(title__icontains=asked["q"].strip()) | Q(number__icontains=asked["q"].strip()))
    if "state" in asked:
        rows = rows.filter(state=asked["state"])
    if "campaign" in asked:
        rows = rows.filter(campaign=asked["campaign"])
    if "year" in asked:
        rows = rows.filter(inspect_on__year=asked["year"])
    return rows


def chips(form: DrawFilter, asked: dict[str, Any]) -> list[tuple[str, str, str]]:
    states = dict(Draw.State.choices)
    return [
        (str(form.fields[name].label), str(states.get(value, value) if name == "state" else value), name)
        for name, value in asked.items()
    ]


@login_required
@require_http_methods(["GET", "POST"])
@once
def draw_create(request: HttpRequest) -> HttpResponse:
    user = person(request)
    require_somewhere(user, PREPARE)
    form = draw_form(user, request.POST if request.method == "POST" else None, beginning())
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            row = draws.create(
                given["campaign"],
                given["unit"],
                form.settings(),
                witness=given["witness"],
                actor=user,
                at=clock.now(),
            )
        except Refused as refusal:
            refused(form, refusal)
        else:
            messages.success(request, "抽查已拟定。请核对分层、比例和回避，再封存公布名单。")
            return redirect("campaigns:draw_detail", row.pk)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "crumbs": crumbs(last="准备抽查"), "title": "准备抽查"}
    return render(request, "campaigns/draws/draw_form.html", context, status=status)


def draw_form(user: User, data: Any, initial: dict[str, Any]) -> DrawForm:
    return DrawForm(data, campaigns=running(user), units=units_for(user, PREPARE), initial=initial)


def refused(form: DrawForm, refusal: Refused) -> None:
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)


@login_required
@require_http_methods(["GET", "POST"])
def draw_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """New terms of a draft; campaign and unit stay."""
    draw = draw_or_404(request, pk, PREPARE)
    form = draw_form(person(request), request.POST if request.method == "POST" else None, as_typed(draw))
    for name in ("campaign", "unit"):
        form.fields[name].disabled = True
    if request.method == "POST" and form.is_valid():
        try:
            draws.revise(
                draw, form.settings(), witness=form.cleaned_data["witness"], actor=person(request), at=clock.now()
            )
        except Refused as refusal:
            refused(form, refusal)
        else:
            messages.success(request, "抽查方案已修改。")
            return redirect("campaigns:draw_detail", pk)
    status = 422 if request.method == "POST" else 200
    context = {"form": form, "draw": draw, "crumbs": crumbs(draw, "修改方案"), "title": "修改方案"}
    return render(request, "campaigns/draws/draw_form.html", context, status=status)
