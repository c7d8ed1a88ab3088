"""What was checked of what must be: by month and county, of new permits, of construction projects."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.db.models.functions import ExtractMonth, TruncDate

from accounts.models import User
from core import clock
from enterprises.models import Enterprise, Permit
from enterprises.rules.quarters import Quarter
from inspections.models import OffsiteCheck, Project, Visit
from inspections.rules.coverage import Checked
from inspections.states import VisitState

TEN = 10


def of_year(year: int) -> tuple[datetime, datetime]:
    return clock.at_local(date(year, 1, 1)), clock.at_local(date(year + 1, 1, 1))


def onsite(seen: QuerySet[Visit], year: int, month: int = 0) -> QuerySet[Any]:
    """Visits of a year that were carried out: one halted or closed is no check (停产改期不算检查)."""
    first, end = of_year(year)
    rows: QuerySet[Any] = seen.filter(state=VisitState.SUBMITTED, started_at__gte=first, started_at__lt=end)
    rows = rows.annotate(month=ExtractMonth("started_at", tzinfo=clock.SHANGHAI))
    return rows.filter(month=month) if month else rows


def offsite(seen: QuerySet[OffsiteCheck], year: int, month: int = 0) -> QuerySet[Any]:
    first, end = of_year(year)
    rows: QuerySet[Any] = seen.filter(state=OffsiteCheck.State.DONE, done_at__gte=first, done_at__lt=end)
    rows = rows.annotate(month=ExtractMonth("done_at", tzinfo=clock.SHANGHAI))
    return rows.filter(month=month) if month else rows


def shares(user: User, year: int) -> dict[tuple[int, int], Checked]:
    """Checks by (month, unit) that a person may see: two queries, whatever the year."""
    found: dict[tuple[int, int], Checked] = defaultdict(Checked)
    for name, rows in (
        ("onsite", onsite(Visit.objects.visible_to(user), year)),
        ("offsite", offsite(OffsiteCheck.objects.visible_to(user), year)),
    ):
        for month, unit, count in rows.order_by().values_list("month", "unit").annotate(n=Count("pk", distinct=True)):
            found[month, unit] += Checked(**{name: count})
    return found


def frequency(site: Enterprise, year: int) -> Checked:
    """How often an enterprise was checked in a year; `onsite` is how often somebody entered."""
    visits = onsite(Visit.objects.filter(enterprise=site), year).count()
    return Checked(visits, offsite(OffsiteCheck.objects.filter(enterprise=site), year).count())


def visited(since: str, until: datetime, first: datetime | None = None) -> Exists:
    """Whether a site was visited on or after the day of a column, before an instant."""
    days: QuerySet[Any] = Visit.objects.filter(state=VisitState.SUBMITTED, started_at__lt=until)
    days = days.filter(started_at__gte=first) if first else days
    days = days.annotate(day=TruncDate("started_at", tzinfo=clock.SHANGHAI))
    return Exists(days.filter(enterprise=OuterRef("enterprise"), day__gte=OuterRef(since)))


def new_permits(user: User, quarter: Quarter) -> QuerySet[Any]:
    """The first discharge permits of a quarter, with whether their site was visited since and within the quarter."""
    rows = Permit.objects.visible_to(user).first_issued(quarter, "/").select_related("enterprise__unit")
    end = clock.at_local(quarter.next.first)
    return rows.annotate(is_checked=visited("issued_on", end)).order_by("enterprise__unit__path", "issued_on", "pk")


def projects(user: User, year: int) -> QuerySet[Any]:
    """The projects that are to be checked in a year, with whether their site was visited in it since the approval."""
    return named(Project.objects.visible_to(user).counting(year), year)


def named(rows: QuerySet[Project], year: int) -> QuerySet[Any]:
    """Projects with their unit and whether their site was visited in the year since the approval."""
    first, end = of_year(year)
    return rows.annotate(is_checked=visited("approved_on", end, first), unit_name=F("enterprise__unit__short_name"))
