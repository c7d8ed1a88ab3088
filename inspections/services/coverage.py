"""What was checked of what must be: by month and county, of new permits, of construction projects."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, QuerySet
from django.db.models.functions import ExtractMonth, TruncDate

from accounts.models import User
from core import audit, clock
from core.refusals import Refused, refused_if_taken
from enterprises.models import Enterprise, Permit
from enterprises.rules.quarters import Quarter
from inspections.models import OffsiteCheck, Project, Visit
from inspections.rules.coverage import Checked
from inspections.states import VisitState

TEN = 10
KINDS = {label: value for value, label in Project.Kind.choices}
PARTS = ("企业全称", "项目名称", "报告书、报告表或登记表", "批准或备案文号", "批准日期")


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
    """The projects approved until the end of a year, with whether their site was visited in it since."""
    first, end = of_year(year)
    rows = Project.objects.visible_to(user).filter(approved_on__lt=date(year + 1, 1, 1))
    return rows.annotate(is_checked=visited("approved_on", end, first), unit_name=F("enterprise__unit__short_name"))


def keep_projects(sites: QuerySet[Enterprise], lines: str, *, actor: User, at: datetime) -> list[Project]:
    """One project a line. All or none: the first line that cannot stand is named."""
    read = [read_line(sites, number, line) for number, line in enumerate(lines.splitlines(), start=1) if line.strip()]
    if not read:
        raise Refused("请至少写一个建设项目。", field="lines", status=422)
    refuse_known(read)
    with transaction.atomic():
        with refused_if_taken("其中有文号刚刚被登记，请刷新后再试。", field="lines"):
            made = Project.objects.bulk_create(Project(**said, entered_by=actor, entered_at=at) for _, said in read)
        for row in made:
            after = {"number": row.number, "kind": row.kind}
            audit.record("inspections.project.enter", row, actor=actor, at=at, after=after)
    return made


def read_line(sites: QuerySet[Enterprise], number: int, line: str) -> tuple[int, dict[str, Any]]:
    parts = [part.strip() for part in line.replace("|", "｜").split("｜")]
    if len(parts) != len(PARTS) or not all(parts):
        raise wrong(number, f"须写成“{'｜'.join(PARTS)}”，每一栏都不能空。")
    site, name, kind, document, day = parts
    found = list(sites.filter(name=site)[:2])
    if len(found) != 1:
        raise wrong(number, f"本辖区企业库中没有（或不止一家）“{site}”。")
    if kind not in KINDS:
        raise wrong(number, f"“{kind}”不是报告书、报告表或登记表。")
    try:
        approved_on = date.fromisoformat(day)
    except ValueError:
        raise wrong(number, f"批准日期“{day}”须写成 2021-03-01。") from None
    said = {"enterprise": found[0], "name": name[:120], "kind": KINDS[kind], "number": document[:60]}
    return number, said | {"approved_on": approved_on}


def refuse_known(read: Iterable[tuple[int, dict[str, Any]]]) -> None:
    """Of one enterprise a number is one project."""
    numbers = [said["number"] for _, said in read]
    taken = set(Project.objects.filter(number__in=numbers).values_list("enterprise", "number"))
    for place, said in read:
        if (key := (said["enterprise"].pk, said["number"])) in taken:
            raise wrong(place, f"文号“{said['number']}”已经登记。")
        taken.add(key)


def wrong(number: int, said: str) -> Refused:
    return Refused(f"第 {number} 行：{said}", field="lines", status=422)
