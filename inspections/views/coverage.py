"""What was checked of what must be: off-site share, new permits of a quarter, construction projects."""

from collections import defaultdict
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.gate import require_somewhere
from accounts.models import Unit, User
from core import clock
from core.paging import KeysetPage
from inspections.forms.coverage import QuarterFilter, YearFilter
from inspections.models import OffsiteCheck, Visit
from inspections.rules.coverage import Checked, least, light
from inspections.services import coverage as figures
from inspections.services.new_permits import owed_by_unit
from inspections.views.access import person

LOOK, PLAN = "visit.view", "visit.plan"
TABS = (
    ("非现场占比", "coverage"),
    ("新领证全覆盖", "coverage_permits"),
    ("建设项目", "coverage_projects"),
    ("非现场检查", "offsite_list"),
    ("统一计数", "check_counts"),
)
SHOWN = 500


def opened(request: HttpRequest) -> User:
    user = person(request)
    require_somewhere(user, LOOK)
    return user


def tabs(request: HttpRequest) -> list[dict[str, Any]]:
    here = request.resolver_match.url_name if request.resolver_match else ""
    return [{"title": title, "url": reverse(f"inspections:{name}"), "current": here == name} for title, name in TABS]


@login_required
@require_GET
def coverage(request: HttpRequest) -> HttpResponse:
    """On-site and off-site checks by month and by county; each figure leads to its records."""
    user, form = opened(request), YearFilter(request.GET)
    year = form.asked
    cells = figures.shares(user, year)
    months, units = defaultdict[int, Checked](Checked), defaultdict[int, Checked](Checked)
    for (month, unit), one in cells.items():
        months[month] += one
        units[unit] += one
    names = Unit.objects.filter(pk__in=units).order_by("path")
    context = {
        "tabs": tabs(request),
        "form": form,
        "year": year,
        "whole": sum(months.values(), Checked()),
        "months": [(month, months[month]) for month in sorted(months)],
        "idle": [month for month in range(1, 13) if month not in months],
        "units": [(unit, units[unit.pk]) for unit in names],
    }
    return render(request, "inspections/coverage.html", context)


def number_of(request: HttpRequest, name: str) -> int:
    """A whole number of the address, else 0: a filter that cannot be read filters nothing."""
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


@login_required
@require_GET
def coverage_checks(request: HttpRequest) -> HttpResponse:
    """The records behind a figure: of a year, a month, a county; on site or off site."""
    user, year = opened(request), YearFilter(request.GET).asked
    month, unit = number_of(request, "month"), number_of(request, "unit")
    visits = figures.onsite(Visit.objects.visible_to(user), year, month)
    others = figures.offsite(OffsiteCheck.objects.visible_to(user), year, month)
    if unit:
        visits, others = visits.filter(unit=unit), others.filter(unit=unit)
    off = request.GET.get("kind") == "offsite"
    page: Any
    if off:
        page = KeysetPage(others.select_related("enterprise", "unit", "inspector"), ("-done_at", "-id"))
    else:
        team = ("enterprise", "unit", "assignment__lead_inspector", "assignment__second_inspector")
        page = KeysetPage(visits.select_related(*team), ("-started_at", "-id"))
    context = {
        "page": page.for_request(request),
        "off": off,
        "checked": Checked(visits.count(), others.count()),
        "year": year,
        "month": month,
        "unit": Unit.objects.filter(pk=unit).first() if unit else None,
        "crumbs": [("检查覆盖", reverse("inspections:coverage")), ("检查记录", "")],
    }
    return render(request, "inspections/coverage_checks.html", context)


@login_required
@require_GET
def coverage_permits(request: HttpRequest) -> HttpResponse:
    """Every site that was licensed in the quarter: checked, or named; red once the quarter is over."""
    user, form = opened(request), QuarterFilter(request.GET)
    quarter = form.asked
    by_unit: dict[Unit, list[Any]] = defaultdict(list)
    rows = list(figures.new_permits(user, quarter))
    for row in rows:
        by_unit[row.enterprise.unit].append(row)
    owed = owed_by_unit(user, quarter)
    lines = [permit_line(unit, found, quarter.last) | {"owed": owed.get(unit.path)} for unit, found in by_unit.items()]
    missing = [row for row in rows if not row.is_checked]
    context = {
        "tabs": tabs(request),
        "form": form,
        "quarter": quarter,
        "lines": lines,
        "total": len(rows),
        "least": least(len(rows), figures.TEN),
        "missing": missing[:SHOWN],
        "missing_count": len(missing),
        "light": light(len(missing), quarter.last, clock.today()),
    }
    return render(request, "inspections/coverage_permits.html", context)


def permit_line(unit: Unit, found: list[Any], last: Any) -> dict[str, Any]:
    checked = sum(row.is_checked for row in found)
    word, tone = light(len(found) - checked, last, clock.today())
    return {"unit": unit, "total": len(found), "checked": checked, "word": word, "tone": tone}
