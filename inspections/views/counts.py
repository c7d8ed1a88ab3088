"""Points, problems and people in one way of counting, over our own visits and the checks of other systems."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.gate import able_somewhere, deny, holdings, require_somewhere
from accounts.models import Unit, User
from core import audit, clock
from core.refusals import Refused
from core.sheets import Column, SheetSpec, workbook_response
from core.widgets import DayAsked
from enterprises.forms import under
from enterprises.models import Enterprise
from inspections.models import OutsideCheck
from inspections.rules.counting import PLATFORM, Counted, tally
from inspections.services import counts
from inspections.views.access import person
from inspections.views.coverage import tabs

LOOK, PLAN = "visit.view", "visit.plan"
SYSTEMS = ((PLATFORM, "本平台"), *OutsideCheck.System.choices)
SHOWN = 200


class DaysFilter(forms.Form):
    since = DayAsked(label="起", required=False)
    until = DayAsked(label="止", required=False)

    @property
    def days(self) -> tuple[date, date]:
        """What the address asks for; else this year until today."""
        self.is_valid()
        today = clock.today()
        said = self.cleaned_data
        return said.get("since") or today.replace(month=1, day=1), said.get("until") or today


class ImportForm(forms.Form):
    file = forms.FileField(
        label="导入其他系统的检查",
        help_text="Excel 或 CSV，列：系统、编号、企业名称、检查日期、问题数、执法人员数。"
        "系统写移动执法APP、双随机系统或交叉互查。",
    )


@login_required
@require_http_methods(["GET", "POST"])
def check_counts(request: HttpRequest) -> HttpResponse:
    user = person(request)
    require_somewhere(user, LOOK)
    imports = able_somewhere(user, PLAN)
    if request.method == "POST" and not imports:
        deny(user, PLAN, None)
    form = ImportForm(*(request.POST, request.FILES) if request.method == "POST" else ())
    if request.method == "POST" and form.is_valid() and imported(request, form, user):
        return redirect("inspections:check_counts")
    asked = DaysFilter(request.GET)
    rows = counts.counted(user, *asked.days)
    context = {
        "tabs": tabs(request),
        "form": asked,
        "import_form": form if imports else None,
        "whole": tally(rows),
        "units": by_unit(rows),
        "raw": [(label, sum(len(row.numbers.get(name, ())) for row in rows)) for name, label in SYSTEMS],
        "lines": named(rows[:SHOWN]),
        "total": len(rows),
        "systems": SYSTEMS,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "inspections/check_counts.html", context, status=status)


def imported(request: HttpRequest, form: ImportForm, user: User) -> bool:
    file = form.cleaned_data["file"]
    sites = Enterprise.objects.filter(under("unit__path", holdings(user).scope(PLAN).paths))
    try:
        done = counts.import_checks(file.read(), file.name, sites, actor=user, at=clock.now())
    except Refused as refusal:
        form.add_error("file", refusal.message)
        return False
    messages.success(request, f"导入 {done.added} 条，{done.known} 条此前已导入。")
    return True


def by_unit(rows: list[Counted]) -> list[tuple[Unit, Any]]:
    found: dict[int, list[Counted]] = defaultdict(list)
    for row in rows:
        found[row.unit].append(row)
    return [(unit, tally(found[unit.pk])) for unit in Unit.objects.filter(pk__in=found).order_by("path")]


def named(rows: list[Counted]) -> list[dict[str, Any]]:
    """The rows with names; two queries."""
    sites = Enterprise.objects.in_bulk({row.enterprise for row in rows})
    units = Unit.objects.in_bulk({row.unit for row in rows})
    return [
        {
            "enterprise": sites[row.enterprise].name,
            "unit": units[row.unit].short_name,
            "day": row.day,
            "problems": row.problems,
            "people": row.people,
            "numbers": ["、".join(row.numbers.get(name, ())) for name, _ in SYSTEMS],
        }
        for row in rows
    ]


def number_at(place: int) -> Any:
    return lambda row: row["numbers"][place]


SHEET = SheetSpec(
    "检查",
    (
        Column("enterprise", "企业名称", 30),
        Column("unit", "单位", 16),
        Column("day", "检查日期", 12, "date"),
        Column("problems", "问题数", 10, "int"),
        Column("people", "执法人员数", 12, "int"),
        *(Column(name, f"{label}编号", 18, read=number_at(n)) for n, (name, label) in enumerate(SYSTEMS)),
    ),
    heading="统一计数：同一企业同一天的检查在几个系统里只计一次",
)


@login_required
@require_GET
def check_counts_export(request: HttpRequest) -> HttpResponseBase:
    user, at = person(request), clock.now()
    require_somewhere(user, LOOK)
    rows = counts.counted(user, *DaysFilter(request.GET).days)
    audit.record("inspections.outsidecheck.export", None, actor=user, at=at)
    return workbook_response(
        f"统一计数 {clock.local(at):%Y%m%d}.xlsx", [(SHEET, chunks(rows))], at=at, creator=user.name
    )


def chunks(rows: list[Counted]) -> Iterator[dict[str, Any]]:
    for first in range(0, len(rows), 1000):
        yield from named(rows[first : first + 1000])
