"""What a plan is made of: the objects of the unit, its inspectors, its weeks. A fixed number of queries."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
)

from accounts.models import EnforcementCertificate, Grant, Unit, User
from accounts.rules import Role
from campaigns.models import Assignment, Campaign, InspectorProfile, Plan, Recusal, Target
from campaigns.rules.spreading import Week, weeks_left, weeks_of
from campaigns.services.gate import KEY_PHASE, OTHER_PHASE
from campaigns.services.groups import patrols
from campaigns.services.plan_terms import Terms, terms_of
from campaigns.services.windows import Windows, windows_of
from campaigns.states import AssignmentState
from core.calendar import calendar
from core.rules import WorkCalendar


def targets_of(campaign: Campaign, unit: Unit) -> QuerySet[Target]:
    """The list of a unit and its subtree; sites that were closed since are off it."""
    rows = Target.objects.filter(campaign=campaign, unit__path__startswith=unit.path)
    return rows.exclude(enterprise__state="closed")


def inspected(rows: QuerySet[Any], terms: Terms) -> QuerySet[Any]:
    """Each with `is_done`: visited, or in a campaign of examinations examined (a check of another kind may count)."""
    examined = Q(source=Assignment.Source.CHECKUP) | Q(as_checkup=True)
    done: Any = ExpressionWrapper(Q(visited_at__isnull=False), BooleanField())
    if terms.task == Assignment.Source.CHECKUP:
        done = Exists(Assignment.objects.filter(examined, target=OuterRef("pk"), state=AssignmentState.DONE))
    annotated: QuerySet[Any] = rows.annotate(is_done=done)
    return annotated


@dataclass(frozen=True)
class Person:
    """One inspector: where the right to enforce reaches, which days certificates cover, tags and recusals."""

    user: User
    areas: tuple[str, ...]
    certificates: tuple[tuple[date, date], ...]
    tags: frozenset[str] = frozenset()
    away: frozenset[int] = frozenset()

    def certified(self, week: Week) -> bool:
        return any(first <= week.first and week.last <= last for first, last in self.certificates)

    def covers(self, path: str) -> bool:
        return any(path.startswith(area) for area in self.areas)


@dataclass
class Scope:
    """Everything that a row of a plan is judged by."""

    plan: Plan
    terms: Terms
    windows: Windows
    work: WorkCalendar
    day: date
    people: dict[int, Person] = field(default_factory=dict)
    spans: dict[tuple[str, str], dict[date, Week]] = field(default_factory=dict)

    @cached_property
    def held(self) -> dict[int, date]:
        """In which week the plan has each of its objects already."""
        return dict(self.plan.rows.values_list("target_id", "week_on"))

    def weeks(self, target: Target) -> dict[date, Week]:
        """The weeks in which an object may be visited, by Monday: its phase as its unit has it."""
        return self.weeks_at(target.is_key, target.unit.path)

    def weeks_at(self, is_key: bool, path: str) -> dict[date, Week]:
        phase = self.phase_of(is_key)
        if (phase, path) not in self.spans:
            found = weeks_of(self.windows.of(phase, path), self.work) if phase in self.windows.phases else []
            self.spans[phase, path] = {week.monday: week for week in found}
        return self.spans[phase, path]

    def weeks_left(self, is_key: bool, path: str, today: date) -> list[Week]:
        """Of those weeks what is left from today on."""
        phase = self.phase_of(is_key)
        return weeks_left(self.windows.of(phase, path), today, self.work) if phase in self.windows.phases else []

    def phase_of(self, is_key: bool) -> str:
        return KEY_PHASE if is_key or OTHER_PHASE not in self.windows.phases else OTHER_PHASE

    def may_lead(self, person: Person, is_key: bool) -> bool:
        """HN-49 speaks of the inspections of the non-key ones: a lead there carries one of the tags."""
        return not self.terms.tags or is_key or bool(person.tags & set(self.terms.tags))


def scope_of(plan: Plan, day: date) -> Scope:
    campaign = plan.campaign
    found = Scope(plan, terms_of(campaign), windows_of(campaign), calendar(), day)
    people = inspectors(plan.unit, day)
    patrolling = patrols(campaign, people)
    found.people = {pk: person for pk, person in people.items() if pk not in patrolling}
    return found


def inspectors(unit: Unit, day: date) -> dict[int, Person]:
    """Who holds the inspectors' role at the unit or below, with five queries whatever their number."""
    grants = Grant.objects.in_force(day).filter(role=Role.INSPECTOR, kind=Grant.Kind.UNIT, user__is_active=True)
    areas: dict[int, list[str]] = defaultdict(list)
    for user, path in grants.filter(unit__path__startswith=unit.path).values_list("user", "unit__path"):
        areas[user].append(path)
    valid = dates_of(areas)
    tags = dict(InspectorProfile.objects.filter(user__in=list(areas)).values_list("user", "specialities"))
    away: dict[int, set[int]] = defaultdict(set)
    recusals = Recusal.objects.filter(user__in=list(areas), ended_at=None)
    for user, enterprise in recusals.values_list("user", "enterprise"):
        away[user].add(enterprise)
    users = User.objects.filter(pk__in=list(areas)).select_related("unit").order_by("name", "pk")
    return {
        user.pk: Person(
            user,
            tuple(areas[user.pk]),
            tuple(valid[user.pk]),
            frozenset(tags.get(user.pk, ())),
            frozenset(away[user.pk]),
        )
        for user in users
    }


def dates_of(people: Iterable[int]) -> dict[int, list[tuple[date, date]]]:
    found: dict[int, list[tuple[date, date]]] = defaultdict(list)
    rows = EnforcementCertificate.objects.filter(user__in=list(people), withdrawn_on=None)
    for user, first, last in rows.values_list("user", "valid_from", "valid_to"):
        found[user].append((first, last))
    return found
