"""What is due by day: a month as a grid (a list on a phone), a week with every thing in it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.gate import able_somewhere
from campaigns.forms.due import month_of
from campaigns.services.due import looking
from campaigns.views.due.frame import filters_of, require_sight, tabs
from campaigns.views.due.listing import asked_for, chips, filter_form, narrowed
from campaigns.views.frame import person
from core import clock
from core.calendar import calendar as work_calendar
from core.models import HolidayDay, Obligation
from core.rules import WorkCalendar
from core.wording import Deadline

WEEK, MONTH = "week", "month"
SHOWN = {WEEK: 200, MONTH: 3}
LIMIT = 2000
FIRST, LAST = date(1990, 1, 1), date(2199, 12, 31)


@dataclass
class Day:
    """One cell: what is due on it, and whether people work."""

    on: date
    works: bool
    name: str = ""
    outside: bool = False
    today: bool = False
    lines: list[tuple[Obligation, str, Deadline]] = field(default_factory=list)
    shown: int = 3

    @property
    def first(self) -> list[tuple[Obligation, str, Deadline]]:
        return self.lines[: self.shown]

    @property
    def more(self) -> int:
        return max(len(self.lines) - self.shown, 0)

    @property
    def late(self) -> int:
        return sum(standing.tone == "red" for _, _, standing in self.lines)


@login_required
@require_GET
def due_calendar(request: HttpRequest) -> HttpResponse:
    user, today = person(request), clock.today()
    require_sight(user)
    view = WEEK if request.GET.get("view") == WEEK else MONTH
    on, form = within_reach(month_of(request.GET.get("day", ""), today)), filter_form(request)
    first, last = bounds(on, view)
    rows = narrowed(user, form.asked()) if form.asked().get("state") is None else asked_for(user, form)
    due = rows.filter(due_at__gte=clock.at_local(first), due_at__lte=clock.end_of_day(last))
    held = list(due.order_by("due_at", "pk")[: LIMIT + 1])
    days = filled(blank(first, last, on, view, today), held[:LIMIT])
    context = {
        "tabs": tabs(request),
        "view": view,
        "days": days,
        "weeks": [days[index : index + 7] for index in range(0, len(days), 7)],
        "weekdays": "一二三四五六日",
        "title": f"{on.year} 年 {on.month} 月" if view == MONTH else f"{first:%Y-%m-%d} 至 {last:%m-%d}",
        "on": on,
        "links": links(on, view, request),
        "wide": form.asked().get("whose") == "below",
        "chips": chips(form),
        "kept": filters_of(request),
        "works": able_somewhere(user, looking.VIEW),
        "cut": len(held) > LIMIT,
        "total": sum(len(day.lines) for day in days if not day.outside),
    }
    return render(request, "campaigns/due/due_calendar.html", context)


def within_reach(on: date) -> date:
    """No day of a calendar before FIRST or after LAST: the weeks around it are days, too."""
    return min(max(on, FIRST), LAST)


def bounds(on: date, view: str) -> tuple[date, date]:
    """The first Monday and the last Sunday shown."""
    if view == WEEK:
        monday = on - timedelta(days=on.weekday())
        return monday, monday + timedelta(days=6)
    first = on.replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())


def blank(first: date, last: date, on: date, view: str, today: date) -> list[Day]:
    work: WorkCalendar = work_calendar()
    names = dict(HolidayDay.objects.filter(day__gte=first, day__lte=last).values_list("day", "name"))
    return [
        Day(
            day,
            work.is_workday(day),
            names.get(day, ""),
            outside=view == MONTH and day.month != on.month,
            today=day == today,
            shown=SHOWN[view],
        )
        for day in (first + timedelta(days=index) for index in range((last - first).days + 1))
    ]


def filled(days: list[Day], rows: Iterable[Obligation]) -> list[Day]:
    held, at = list(rows), clock.now()
    units = looking.units_named(held)
    by_day: dict[date, list[tuple[Obligation, str, Deadline]]] = defaultdict(list)
    for row in held:
        line = (row, units.get(row.unit_path, ""), looking.standing(row, at))
        by_day[clock.day_of(row.due_at)].append(line)
    for day in days:
        day.lines = by_day[day.on]
    return days


def links(on: date, view: str, request: HttpRequest) -> dict[str, str]:
    """Where the buttons of the page lead, with the filters kept."""
    back = on - timedelta(days=7) if view == WEEK else on.replace(day=1) - timedelta(days=1)
    ahead = on + timedelta(days=7) if view == WEEK else (on.replace(day=1) + timedelta(days=32)).replace(day=1)
    other, whose = MONTH if view == WEEK else WEEK, "" if request.GET.get("whose") == "below" else "below"
    return {
        "back": address(request, day=back, view=view),
        "ahead": address(request, day=ahead, view=view),
        "today": address(request, day=clock.today(), view=view),
        "other": address(request, day=on, view=other),
        "whose": address(request, day=on, view=view, whose=whose),
    }


def address(request: HttpRequest, **asked: object) -> str:
    query = QueryDict(filters_of(request), mutable=True)
    for name, value in asked.items():
        query[name] = str(value)
    return f"{reverse('campaigns:due_calendar')}?{query.urlencode()}"
