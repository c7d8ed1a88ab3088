"""From a draw to planned visits: choose rows and a day, see the gate's answer for each."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.gate import require
from accounts.models import User
from campaigns.models import Assignment, Draw, DrawnTarget
from campaigns.services.plan_terms import terms_of
from core import clock
from core.refusals import Refused
from core.widgets import DateInput
from inspections.services import draws
from inspections.views.access import person

# So many rows fit one command; a larger draw is taken over day by day.
AT_ONCE = 200


class TakeForm(forms.Form):
    planned_on = forms.DateField(label="检查日期", widget=DateInput)
    as_checkup = forms.BooleanField(
        label="计入体检", required=False, help_text="这次检查同时算作该企业的一次全面体检。"
    )
    chosen = forms.TypedMultipleChoiceField(
        label="抽中的企业",
        coerce=int,
        error_messages={"required": "请至少选一家企业。", "invalid_choice": "有企业已转为派单或已调整，请刷新后再选。"},
    )

    def __init__(self, data: Any, *, rows: list[DrawnTarget], first: date, examines: bool) -> None:
        super().__init__(data, initial={"planned_on": first})
        if not examines:
            del self.fields["as_checkup"]
        chosen = self.fields["chosen"]
        assert isinstance(chosen, forms.TypedMultipleChoiceField)
        chosen.choices = [(row.pk, str(row.order)) for row in rows]


@login_required
@require_http_methods(["GET", "POST"])
def draw_take_over(request: HttpRequest, pk: int) -> HttpResponse:
    user = person(request)
    draw = get_object_or_404(Draw.objects.visible_to(user).select_related("unit", "campaign__blueprint"), pk=pk)
    require(user, "visit.plan", draw)
    rows = waiting(draw)
    examines = terms_of(draw.campaign).task == Assignment.Source.CHECKUP
    data = request.POST if request.method == "POST" else None
    form = TakeForm(data, rows=rows, first=draw.inspect_on, examines=examines)
    refused: dict[int, str] = {}
    if request.method == "POST" and form.is_valid():
        try:
            taken = draws.take_over(draw, **form.cleaned_data, actor=user, at=clock.now())
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            refused = {one.drawn.pk: one.refusal for one in taken if one.refusal}
            planned = len(taken) - len(refused)
            if planned:
                messages.success(request, f"已派单 {planned} 家，检查人员已收到通知。")
            if not refused:
                return redirect("campaigns:draw_detail", pk)
            rows = waiting(draw)
    status = 422 if request.method == "POST" else 200
    return render(request, "inspections/draw_take_over.html", context_of(draw, rows, form, refused), status=status)


def waiting(draw: Draw) -> list[DrawnTarget]:
    """The drawn enterprises for which no visit is planned yet."""
    rows = draw.drawn.filter(assignment=None, is_dropped=False, draw__state=Draw.State.DRAWN)
    return list(rows.select_related("target__enterprise", "target__unit").order_by("order")[:AT_ONCE])


def context_of(draw: Draw, rows: list[DrawnTarget], form: TakeForm, refused: dict[int, str]) -> dict[str, Any]:
    people = User.objects.filter(pk__in={pk for row in rows for pk in row.team})
    names = dict(people.values_list("pk", "name"))
    chosen = {str(pk) for pk in form["chosen"].value() or ()} if form.is_bound else {str(row.pk) for row in rows}
    home = reverse("campaigns:draw_detail", args=[draw.pk])
    return {
        "draw": draw,
        "form": form,
        "refusals": len(refused),
        "lines": [
            (row, [names[pk] for pk in row.team], refused.get(row.pk, ""), str(row.pk) in chosen) for row in rows
        ],
        "crumbs": [("随机抽查", reverse("campaigns:draw_list")), (str(draw), home), ("转为派单", "")],
    }
