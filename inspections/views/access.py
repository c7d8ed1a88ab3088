"""Who is asking, and the row they ask for: the first line of every view."""

from typing import cast

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts import gate
from accounts.models import User
from campaigns.models import Assignment
from core.states import StateTable
from inspections.models import SelfCheck, Visit, VisitRecord
from inspections.models.visit import VisitQuerySet

TEAM = (
    "assignment__lead_inspector",
    "assignment__second_inspector",
    "assignment__expert",
    "assignment__target",
    "campaign",
    "enterprise__entity",
    "enterprise__region",
    "unit",
)


def person(request: HttpRequest) -> User:
    """The signed-in person (views stand behind login_required)."""
    return cast(User, request.user)


def visits_with_team(user: User) -> VisitQuerySet:
    return Visit.objects.visible_to(user).with_obstacles(user).select_related(*TEAM)


def sees_lead(assignment: Assignment, user: User) -> bool:
    """Whether the person may know the lead that sends somebody. Its words stand on its own page alone."""
    return assignment.lead is not None and gate.may(user, "lead.view", assignment.lead)


def visit_for(request: HttpRequest, pk: int, capability: str = "") -> Visit:
    """404 outside the person's rows, 403 inside without the capability."""
    visit = get_object_or_404(visits_with_team(person(request)).select_related("assignment__lead__unit"), pk=pk)
    if capability:
        gate.require(person(request), capability, visit)
    return visit


def record_for(request: HttpRequest, pk: int, capability: str = "") -> VisitRecord:
    rows = VisitRecord.objects.visible_to(person(request)).select_related(
        *(f"visit__{name}" for name in TEAM), "writer", "locked_by", "submission__definition"
    )
    record = get_object_or_404(rows, pk=pk)
    if capability:
        gate.require(person(request), capability, record)
    return record


def self_checks(user: User) -> QuerySet[SelfCheck]:
    return SelfCheck.objects.visible_to(user).select_related(
        "enterprise__entity", "enterprise__region", "unit", "campaign", "submission__definition", "signature"
    )


def self_check_for(request: HttpRequest, pk: int, capability: str = "") -> SelfCheck:
    row = get_object_or_404(self_checks(person(request)), pk=pk)
    if capability:
        gate.require(person(request), capability, row)
    return row


def available(table: StateTable, row: gate.Gated, user: User) -> set[str]:
    """The actions that the state allows and the person may do: what a page may show as buttons."""
    state = getattr(row, table.field)
    return {arrow.action for arrow in table.actions(state) if gate.may(user, arrow.capability, row)}
