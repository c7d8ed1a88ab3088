"""The commands of a draw, each a POST: seal, commit, reveal, public value, draw, redraw, adjust."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from campaigns.forms.draws import AdjustForm, PercentField, RecusalForm
from campaigns.models import Draw, DrawAdjustment, DrawnTarget, Recusal
from campaigns.services import draws
from campaigns.states import DrawState
from campaigns.views.draws.detail import draft_part, page_of
from campaigns.views.draws.frame import APPROVE, PREPARE, acts, crumbs, draw_or_404, require_own, require_part
from campaigns.views.frame import person
from core import clock
from core.commands import carried_out, reason_of
from core.refusals import Refused


def done(request: HttpRequest, pk: int, command: Callable[[], object], said: str) -> HttpResponse:
    """Carry a command out and go back to the draw with a sentence."""
    return carried_out(request, command, said, "campaigns:draw_detail", pk)


@login_required
@require_POST
def draw_ratios(request: HttpRequest, pk: int) -> HttpResponse:
    """What each stratum takes; an empty field: not drawn this time."""
    draw = draw_or_404(request, pk, PREPARE)
    ratios: dict[str, int | None] = {}
    for place, key in enumerate(request.POST.getlist("stratum")):
        try:
            ratios[key] = PercentField(required=False).clean(request.POST.get(f"ratio-{place}", ""))
        except ValidationError as error:
            return wrong_ratio(request, draw, f"第 {place + 1} 层：{error.messages[0]}")
    own = {key: ratio for key, ratio in ratios.items() if ratio != draw.ratio}
    user, at = person(request), clock.now()
    return done(request, pk, lambda: draws.set_ratios(draw, own, actor=user, at=at), "各层比例已保存。")


def wrong_ratio(request: HttpRequest, draw: Draw, said: str) -> HttpResponse:
    """The page again with everything as it was typed."""
    context = page_of(request, draw, ratio_error=said)
    for place, one in enumerate(context.get("strata", [])):
        one["percent"] = request.POST.get(f"ratio-{place}", one["percent"])
    return render(request, "campaigns/draws/draw_detail.html", context, status=422)


@login_required
@require_POST
def draw_recompute(request: HttpRequest, pk: int) -> HttpResponse:
    draw, user, at = draw_or_404(request, pk, PREPARE), person(request), clock.now()
    said = "名单已按现在的名录、评定和派单重新核对，留为新的一版。"
    return done(request, pk, lambda: draws.recompute(draw, actor=user, at=at), said)


@login_required
@require_POST
def draw_publish(request: HttpRequest, pk: int) -> HttpResponse:
    draw, user, at = draw_or_404(request, pk, PREPARE), person(request), clock.now()
    said = "名单已封存，指纹已公布。请双方提交承诺值。"
    return done(request, pk, lambda: draws.publish(draw, actor=user, at=at), said)


@login_required
@require_POST
def draw_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    draw, user, at = draw_or_404(request, pk, PREPARE), person(request), clock.now()
    reason = reason_of(request)
    return done(request, pk, lambda: draws.cancel(draw, actor=user, at=at, reason=reason), "抽查已撤销。")


@login_required
@require_POST
def draw_void(request: HttpRequest, pk: int) -> HttpResponse:
    draw, user, at = draw_or_404(request, pk, APPROVE), person(request), clock.now()
    reason = reason_of(request)
    said = "本次抽取已作废，理由在公示页面上长期可查。"
    return done(request, pk, lambda: draws.void(draw, actor=user, at=at, reason=reason), said)


@login_required
@require_POST
def draw_commit(request: HttpRequest, pk: int) -> HttpResponse:
    draw, user, at = draw_or_404(request, pk), person(request), clock.now()
    require_part(request, draw)
    text = request.POST.get("commitment", "")
    said = "承诺值已提交。请保管好密值，双方都提交后再公开。"
    return done(request, pk, lambda: draws.commit(draw, user, text, at=at), said)


@login_required
@require_POST
def draw_reveal(request: HttpRequest, pk: int) -> HttpResponse:
    draw, user, at = draw_or_404(request, pk), person(request), clock.now()
    require_part(request, draw)
    text = request.POST.get("value", "")
    return done(request, pk, lambda: draws.reveal(draw, user, text, at=at), "密值已公开，与承诺值一致。")


@login_required
@require_POST
def draw_value(request: HttpRequest, pk: int) -> HttpResponse:
    draw, user, at = draw_or_404(request, pk), person(request), clock.now()
    if not acts(user, PREPARE, draw) and not acts(user, APPROVE, draw):
        require_part(request, draw)
    text = request.POST.get("value", "")
    said = "公共值已记录。须另一人再录入一次，两次一致才能抽取。"
    return done(request, pk, lambda: draws.enter_value(draw, user, text, at=at), said)


@login_required
@require_POST
def draw_hold(request: HttpRequest, pk: int) -> HttpResponse:
    draw, user, at = draw_or_404(request, pk), person(request), clock.now()
    if not acts(user, PREPARE, draw):
        require_part(request, draw)
    said = "已抽取。结果、证明文件和核验脚本在抽查页面。"
    answer = done(request, pk, lambda: draws.hold(draw, actor=user, at=at), said)
    held = Draw.objects.filter(pk=pk, state=DrawState.DRAWN).exists()
    return redirect("campaigns:draw_watch", pk) if held and request.POST.get("watch") else answer


@login_required
@require_POST
def draw_again(request: HttpRequest, pk: int) -> HttpResponse:
    draw, user, at = draw_or_404(request, pk, APPROVE), person(request), clock.now()
    said = "原结果保留备查。请核对新的方案和时间，再封存公布。"
    answer = done(request, pk, lambda: draws.redraw(draw, actor=user, at=at, reason=reason_of(request)), said)
    made = Draw.objects.filter(redraw_of=draw).first()
    return redirect("campaigns:draw_detail", made.pk) if made else answer


@login_required
@require_POST
def recusal_add(request: HttpRequest, pk: int) -> HttpResponse:
    draw, user = draw_or_404(request, pk, PREPARE), person(request)
    form = RecusalForm(request.POST, draw=draw)
    if form.is_valid():
        try:
            draws.recuse(draw, **form.cleaned_data, actor=user, at=clock.now())
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, "回避已登记。")
            return redirect("campaigns:draw_detail", pk)
    if draw.state != DrawState.DRAFT:
        messages.error(request, "名单封存后不能再登记回避，抽取后请用“调整”。")
        return redirect("campaigns:draw_detail", pk)
    context = page_of(request, draw, **draft_part(draw, form))
    return render(request, "campaigns/draws/draw_detail.html", context, status=422)


@login_required
@require_POST
def recusal_end(request: HttpRequest, pk: int, recusal_pk: int) -> HttpResponse:
    draw, user, at = draw_or_404(request, pk, PREPARE), person(request), clock.now()
    rows = Recusal.objects.filter(draw=draw) | Recusal.objects.filter(
        enterprise__targets__campaign=draw.campaign_id, enterprise__unit__path__startswith=draw.unit.path
    )
    row = get_object_or_404(rows, pk=recusal_pk)
    reason = reason_of(request)
    return done(
        request, pk, lambda: draws.end_recusal(row, draw=draw, actor=user, at=at, reason=reason), "回避已解除。"
    )


@login_required
@require_http_methods(["GET", "POST"])
def adjustment_ask(request: HttpRequest, pk: int, drawn_pk: int) -> HttpResponse:
    draw, user = draw_or_404(request, pk, PREPARE), person(request)
    rows = DrawnTarget.objects.select_related("draw__frozen", "target__enterprise")
    drawn = get_object_or_404(rows.filter(draw=draw), pk=drawn_pk)
    form = AdjustForm(request.POST if request.method == "POST" else None, drawn=drawn)
    if request.method == "POST" and form.is_valid():
        try:
            draws.ask_adjustment(drawn, **form.cleaned_data, actor=user, at=clock.now())
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, "调整已提出，待单位领导批准。")
            return redirect("campaigns:draw_detail", pk)
    context = {"draw": draw, "drawn": drawn, "form": form, "crumbs": crumbs(draw, "抽取后调整")}
    status = 422 if request.method == "POST" else 200
    return render(request, "campaigns/draws/adjustment_form.html", context, status=status)


def adjustment_of(request: HttpRequest, pk: int, adjustment_pk: int) -> DrawAdjustment:
    draw = draw_or_404(request, pk)
    row = get_object_or_404(DrawAdjustment.objects.filter(drawn__draw=draw), pk=adjustment_pk)
    require_own(person(request), APPROVE, draw)
    return row


@login_required
@require_POST
def adjustment_approve(request: HttpRequest, pk: int, adjustment_pk: int) -> HttpResponse:
    row, user, at = adjustment_of(request, pk, adjustment_pk), person(request), clock.now()
    return done(request, pk, lambda: draws.approve_adjustment(row, actor=user, at=at), "调整已批准。")


@login_required
@require_POST
def adjustment_refuse(request: HttpRequest, pk: int, adjustment_pk: int) -> HttpResponse:
    row, user, at = adjustment_of(request, pk, adjustment_pk), person(request), clock.now()
    reason = reason_of(request)
    return done(request, pk, lambda: draws.refuse_adjustment(row, actor=user, at=at, reason=reason), "调整未予批准。")
