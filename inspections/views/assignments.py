"""Planned visits: the week of a unit, one assignment with the gate's words, and what waits for a leader."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_POST

from accounts.gate import require, require_somewhere
from accounts.models import Unit, User
from campaigns.forms import BoardForm
from campaigns.models import Assignment, Consent
from campaigns.rules import EXCEPTIONS, RULE_LABELS, Ask
from campaigns.services import annexes_at, paid_by
from campaigns.states import ASSIGNMENTS
from core import clock
from core.commands import carried_out, reason_of
from core.paging import KeysetPage
from inspections.models import Visit
from inspections.services import planning
from inspections.views.access import available, person, sees_lead
from inspections.views.planning import LOOK, PLAN, units_of

APPROVE = "visit.approve"
DETAIL = "inspections:assignment_detail"
DAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
BOARD_LIMIT = 500
ON_BOARD = ["asked", "planned", "postponed", "done"]
STATE_TONES = {
    "asked": "amber",
    "planned": "blue",
    "done": "green",
    "postponed": "grey",
    "cancelled": "grey",
    "refused": "red",
}


@dataclass
class Team:
    """One line of the board: two people and what they do on each day of the week."""

    lead: User
    second: User
    days: list[tuple[str, list[Assignment]]] = field(default_factory=lambda: [(day, []) for day in DAYS])

    @property
    def count(self) -> int:
        return sum(len(entries) for _, entries in self.days)


@login_required
@require_GET
def week_board(request: HttpRequest) -> HttpResponse:
    user = person(request)
    units = units_of(require_somewhere(user, LOOK))
    form = BoardForm(request.GET, units=units)
    form.is_valid()
    day = form.cleaned_data.get("day") or clock.today()
    unit = form.cleaned_data.get("unit") or own_unit(user, units)
    monday = day - timedelta(days=day.weekday())
    rows = list(week_of(user, unit, monday)[: BOARD_LIMIT + 1])
    context = {
        "form": BoardForm(None, units=units, initial={"day": day, "unit": unit}),
        "unit": unit,
        "days": list(zip(DAYS, (monday + timedelta(days=n) for n in range(len(DAYS))), strict=True)),
        "teams": teams(rows[:BOARD_LIMIT], monday),
        "count": min(len(rows), BOARD_LIMIT),
        "capped": len(rows) > BOARD_LIMIT,
        "previous": monday - timedelta(weeks=1),
        "next": monday + timedelta(weeks=1),
        "today": clock.today(),
    }
    return render(request, "inspections/visit_plan_week.html", context)


def own_unit(user: User, units: QuerySet[Unit]) -> Unit | None:
    """The person's own unit where it is among those the person may look at, else the first of them."""
    own = units.filter(pk=user.unit_id).first() if user.unit_id else None
    return own or units.first()


def week_of(user: User, unit: Unit | None, monday: date) -> QuerySet[Assignment]:
    rows = Assignment.objects.visible_to(user).filter(
        planned_on__range=(monday, monday + timedelta(days=len(DAYS) - 1)), state__in=ON_BOARD
    )
    if unit is not None:
        rows = rows.filter(target__unit__path__startswith=unit.path)
    people = rows.select_related("lead_inspector", "second_inspector", "expert", "target__enterprise")
    return people.order_by("lead_inspector__name", "second_inspector__name", "planned_on", "pk")


def teams(rows: list[Assignment], monday: date) -> list[Team]:
    found: dict[tuple[int, int], Team] = {}
    for row in rows:
        key = (row.lead_inspector_id, row.second_inspector_id)
        team = found.setdefault(key, Team(row.lead_inspector, row.second_inspector))
        team.days[(row.planned_on - monday).days][1].append(row)
    return list(found.values())


@login_required
@require_GET
def assignment_queue(request: HttpRequest) -> HttpResponse:
    """What the gate would not let pass without a leader."""
    user = person(request)
    require_somewhere(user, LOOK)
    rows = (
        Assignment.objects.visible_to(user)
        .asked()
        .select_related(
            "target__enterprise", "target__unit", "lead_inspector", "second_inspector", "lead__unit", "planned_by"
        )
    )
    page = KeysetPage(rows, ("planned_on", "id")).for_request(request)
    lines = [(row, sees_lead(row, user)) for row in page.rows]
    return render(request, "inspections/visit_plan_queue.html", {"page": page, "lines": lines})


def assignment_for(request: HttpRequest, pk: int, capability: str = "") -> Assignment:
    """404 outside the person's rows, 403 inside without the capability."""
    rows = Assignment.objects.visible_to(person(request)).select_related(
        "target__enterprise__region",
        "target__unit",
        "target__campaign__blueprint",
        "target__campaign__unit",
        "lead_inspector__unit",
        "second_inspector",
        "expert",
        "lead__unit",
        "planned_by",
        "approved_by",
    )
    row = get_object_or_404(rows, pk=pk)
    if capability:
        require(person(request), capability, row)
    return row


@login_required
@require_GET
def assignment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    row = assignment_for(request, pk)
    user = person(request)
    context = {
        "row": row,
        "tone": STATE_TONES[row.state],
        "paid_by": paid_by(row),
        "annexes": [annex for annex in annexes_at(row.target.campaign, row.planned_at) if annex.has_text],
        "exception": EXCEPTIONS.get(row.exception, row.exception),
        "rules": kept(row.gate),
        "approved_rules": kept(row.gate.get("approved", {})),
        **approvals_said(row),
        "able": available(ASSIGNMENTS, row, user),
        "visit": Visit.objects.visible_to(user).filter(assignment=row).first(),
        "consent": Consent.objects.filter(assignment=row).first() if row.kind == Assignment.Kind.RESEARCH else None,
        "sees_lead": sees_lead(row, user),
    }
    return render(request, "inspections/visit_plan_detail.html", context)


def approvals_said(row: Assignment) -> dict[str, str]:
    """Where both must approve and one did: which it was, and which is still to come."""
    if "first" not in row.gate:
        return {}
    first = Assignment.Approval(row.gate["first"]["approval"])
    second = next(one for one in Assignment.Approval if one != first)
    return {"first_approval": str(first.label), "second_approval": str(second.label)}


def kept(gate: dict[str, Any]) -> list[dict[str, Any]]:
    """What the gate said when it was asked, with the names and tones of a page; objections first."""
    tones = {"refuse": "red", "needs_reason": "amber", "allow": "green"}
    rules = sorted(gate.get("rules", []), key=lambda said: list(tones).index(said["answer"]))
    words = {"allow": "放行", "needs_reason": "须经批准", "refuse": "阻断"}
    return [
        {
            **said,
            "title": RULE_LABELS.get(said["rule"], said["rule"]),
            "tone": "amber" if said.get("asks") == Ask.LOOK else tones[said["answer"]],
            "word": "提醒" if said.get("asks") == Ask.LOOK else words[said["answer"]],
        }
        for said in rules
    ]


@login_required
@require_POST
def assignment_approve(request: HttpRequest, pk: int) -> HttpResponse:
    row, user, at = assignment_for(request, pk, APPROVE), person(request), clock.now()
    return carried_out(request, lambda: planning.approve(row, actor=user, at=at), approved_said, DETAIL, pk)


def approved_said(visit: Visit | None) -> str:
    if visit is None:
        return "您的批准已记录；本行动规定上级和本单位主要负责人都批准，派单仍在等待另一方批准。"
    return "已批准派单，检查人员已收到通知。"


@login_required
@require_POST
def assignment_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    row, user, at = assignment_for(request, pk, APPROVE), person(request), clock.now()
    reason, said = reason_of(request), "已答复不予批准。"
    return carried_out(request, lambda: planning.refuse(row, actor=user, at=at, reason=reason), said, DETAIL, pk)


@login_required
@require_POST
def assignment_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    row, user, at = assignment_for(request, pk, PLAN), person(request), clock.now()
    reason, said = reason_of(request), "派单已撤销，可以重新派单。"
    return carried_out(request, lambda: planning.cancel(row, actor=user, at=at, reason=reason), said, DETAIL, pk)
