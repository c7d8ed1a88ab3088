"""From a plan in force to visits: which rows still wait for one, week by week, and a day for each."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from django.db.models import Count, QuerySet

from campaigns.models import Assignment, Plan, PlanRow, Target
from campaigns.rules.spreading import monday_of
from campaigns.services.plan_terms import terms_of
from campaigns.services.plans.scope import Scope, inspected, targets_of
from campaigns.services.windows import windows_of
from campaigns.states import STANDING, PlanState
from core.calendar import calendar
from core.rules import WorkCalendar

WEEK = timedelta(days=6)


def waiting(plan: Plan) -> QuerySet[PlanRow]:
    """The rows whose object is neither inspected nor being planned for."""
    standing = Assignment.objects.filter(state__in=STANDING)
    left = inspected(targets_of(plan.campaign, plan.unit), terms_of(plan.campaign)).filter(is_done=False)
    rows = plan.rows.filter(target__in=left.values("pk")).exclude(target__in=standing.values("target"))
    return rows.filter(plan__state=PlanState.IN_FORCE)


def waiting_weeks(plan: Plan) -> list[tuple[date, int]]:
    """Each week that still has rows, by its Monday, with their number; one query."""
    return list(waiting(plan).order_by("week_on").values_list("week_on").annotate(count=Count("pk")))


def waiting_in(plan: Plan, week: date) -> QuerySet[PlanRow]:
    """The waiting rows of one week with everything that a line and the gate read, lead by lead."""
    rows = waiting(plan).filter(week_on=week).order_by("lead__name", "lead", "target__enterprise__sort_key", "pk")
    return rows.select_related(
        "target__campaign__blueprint", "target__campaign__unit", "target__enterprise", "target__unit", "lead", "second"
    )


def days_for(plan: Plan, rows: Iterable[PlanRow], *, today: date) -> dict[int, date]:
    """A day for each row, by its key: a lead's rows of a week lie one after the other over its days."""
    scope = calendar_scope(plan, today)
    together: dict[tuple[date, int], list[PlanRow]] = defaultdict(list)
    for row in rows:
        together[row.week_on, row.lead_id].append(row)
    return {
        row.pk: nth_of(workdays(scope, row.target, row.week_on, today), place, len(some))
        for some in together.values()
        for place, row in enumerate(some)
    }


def calendar_scope(plan: Plan, today: date) -> Scope:
    """What the days of a plan are judged by, without its people."""
    return Scope(plan, terms_of(plan.campaign), windows_of(plan.campaign), calendar(), today)


def workdays(scope: Scope, target: Target, monday: date, today: date) -> list[date]:
    """The working days of the week on which an object may still be visited; a week that is over: the next one."""
    week = scope.weeks(target).get(monday)
    first, last = (week.first, week.last) if week else (monday, monday + WEEK)
    return worked(scope.work, max(first, today), last) or [next_worked(scope.work, max(first, today))]


def worked(work: WorkCalendar, first: date, last: date) -> list[date]:
    days = (first + timedelta(days=place) for place in range((last - first).days + 1))
    return [day for day in days if work.is_workday(day)]


def next_worked(work: WorkCalendar, day: date) -> date:
    return day if work.is_workday(day) else work.next_workday(day)


def nth_of(days: Sequence[date], place: int, count: int) -> date:
    """Where the n-th of so many falls when they are laid evenly over the days."""
    return days[place * len(days) // count]


def held_row(target: Target) -> PlanRow | None:
    """The row of a plan in force that still waits for its visit to an object."""
    plans = Plan.objects.in_force().filter(rows__target=target).select_related("campaign__blueprint", "unit")
    plan = plans.order_by("-pk").first()
    if plan is None:
        return None
    joined = ("plan__campaign__blueprint", "plan__campaign__unit", "target__unit", "lead", "second")
    return waiting(plan).filter(target=target).select_related(*joined).first()


def departures(row: PlanRow, day: date, lead: int | None, second: int | None) -> list[str]:
    """How a visit on a day by two people (keys of users) departs from its row of the plan in force, in sentences."""
    found = []
    if monday_of(day) != row.week_on:
        found.append(f"实施中的计划安排在 {row.week_on} 起的一周，现定 {day}。")
    if lead is not None and lead != row.lead_id:
        found.append(f"计划的主办人是{row.lead.name}，现选另一人。")
    if second is not None and row.second is not None and second != row.second_id:
        found.append(f"计划的协办人是{row.second.name}，现选另一人。")
    return found


def rest_day(day: date) -> str:
    """What is said of a day on which nobody works, or nothing."""
    return "" if calendar().is_workday(day) else f"{day} 是休息日。"


def day_for(row: PlanRow, today: date) -> date:
    """The first day on which the row's object may be visited as planned."""
    return workdays(calendar_scope(row.plan, today), row.target, row.week_on, today)[0]


def week_asked(day: date | None, weeks: Sequence[tuple[date, int]], today: date) -> date | None:
    """The week to show: the asked one, else the current or the next that has rows, else the last."""
    if day is not None:
        return monday_of(day)
    mondays = [monday for monday, _ in weeks]
    return next((monday for monday in mondays if monday >= monday_of(today)), mondays[-1] if mondays else None)
