"""From a week of a plan to planned visits: choose rows, a day for each, see the gate's answer row by row."""

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
from campaigns.models import Plan, PlanRow
from campaigns.rules import Answer, Ask, Decision
from campaigns.services import plans
from core import clock
from core.refusals import Refused
from core.widgets import DateInput, DayAsked
from inspections.services.plan_visits import preview, send_week
from inspections.views.access import person
from inspections.views.planning import TONES

# So many rows fit one command; what is left of the week follows when these are sent.
AT_ONCE = 100


class WeekField(forms.Form):
    week = DayAsked(required=False)

    def asked(self) -> date | None:
        return self.cleaned_data.get("week") if self.is_valid() else None


class SendForm(forms.Form):
    """Which rows of the week to send, and on which day each."""

    chosen = forms.TypedMultipleChoiceField(
        label="检查对象",
        coerce=int,
        error_messages={"required": "请至少选一家企业。", "invalid_choice": "有企业已派单或已检查，请刷新后再选。"},
    )

    def __init__(self, data: Any, *, rows: list[PlanRow], days: dict[int, date]) -> None:
        super().__init__(data)
        chosen = self.fields["chosen"]
        assert isinstance(chosen, forms.TypedMultipleChoiceField)
        chosen.choices = [(row.pk, str(row.target)) for row in rows if row.second_id]
        for row in rows:
            label = f"检查日期：{row.target}"
            self.fields[f"day_{row.pk}"] = forms.DateField(
                label=label, initial=days[row.pk], required=False, widget=DateInput({"aria-label": label})
            )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for pk in given.get("chosen", []):
            name = f"day_{pk}"
            if not given.get(name) and name not in self.errors:
                self.add_error(name, "选中的企业须填写检查日期。")
        return given

    def days(self) -> dict[int, date]:
        return {pk: self.cleaned_data[f"day_{pk}"] for pk in self.cleaned_data["chosen"]}


@login_required
@require_http_methods(["GET", "POST"])
def plan_visits(request: HttpRequest, pk: int) -> HttpResponse:
    user = person(request)
    seen = Plan.objects.visible_to(user).select_related("campaign__blueprint", "campaign__unit", "unit__parent")
    plan = get_object_or_404(seen, pk=pk)
    require(user, "visit.plan", plan)
    weeks, today = plans.waiting_weeks(plan), clock.today()
    week = plans.week_asked(WeekField(request.GET).asked(), weeks, today)
    rows = list(plans.waiting_in(plan, week)[:AT_ONCE]) if week else []
    days = plans.days_for(plan, rows, today=today)
    form = SendForm(request.POST if request.method == "POST" else None, rows=rows, days=days)
    refused: dict[int, str] = {}
    if request.method == "POST" and form.is_valid() and week:
        try:
            sent = send_week(plan, week, form.days(), actor=user, at=clock.now())
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            refused = {one.row.pk: one.refusal for one in sent if one.refusal}
            if planned := len(sent) - len(refused):
                messages.success(request, f"已派单 {planned} 家，检查人员已收到通知。")
            if not refused:
                return redirect("inspections:plan_visits", pk)
            gone = {one.row.pk for one in sent if one.assignment}
            rows, weeks = [row for row in rows if row.pk not in gone], plans.waiting_weeks(plan)
    status = 422 if request.method == "POST" else 200
    lines = lines_of(form, rows, preview(rows, days, clock.now()), refused)
    context = {**page_of(plan, weeks, week), "form": form, "lines": lines}
    return render(request, "inspections/plan_visits.html", context | {"refusals": len(refused)}, status=status)


def page_of(plan: Plan, weeks: list[tuple[date, int]], week: date | None) -> dict[str, Any]:
    home = reverse("campaigns:plan_detail", args=[plan.pk])
    return {
        "plan": plan,
        "weeks": weeks,
        "week": week,
        "at_once": AT_ONCE,
        "total": dict(weeks).get(week, 0) if week else 0,
        "crumbs": [("执法计划", reverse("campaigns:plan_list")), (str(plan), home), ("按计划派单", "")],
    }


def lines_of(
    form: SendForm, rows: list[PlanRow], said: dict[int, Decision], refused: dict[int, str]
) -> list[dict[str, Any]]:
    """Each row with the gate's answer; what it lets pass is ticked, until somebody chose."""
    passed = {str(pk) for pk, one in said.items() if one.answer is Answer.ALLOW}
    ticked = ({str(pk) for pk in form["chosen"].value() or ()} if form.is_bound else passed) - set(map(str, refused))
    return [
        {
            "row": row,
            "day": form[f"day_{row.pk}"],
            "refusal": refused.get(row.pk, ""),
            "ticked": str(row.pk) in ticked,
            "gate": answered(said[row.pk]) if row.pk in said else None,
        }
        for row in rows
    ]


def answered(decision: Decision) -> dict[str, str]:
    """The answer in words: what stands against it, or what to look at."""
    against = decision.saying(decision.answer) if decision.answer is not Answer.ALLOW else ()
    said = against or [one for one in decision.rules if one.asks is Ask.LOOK]
    return {"label": decision.label, "tone": TONES[decision.answer], "said": "".join(one.message for one in said)}
