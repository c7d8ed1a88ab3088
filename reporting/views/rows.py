"""Behind a number: the rows that it counts, of a report or of a county's part, on the page and as a sheet."""

from contextlib import closing

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from core import clock
from core.sheets import workbook_response
from reporting.exports import rows_spec, worded
from reporting.figures import vocabulary
from reporting.models import UnitReport
from reporting.rules.metrics import Vocabulary, catalogue, label
from reporting.rules.rows import kind_of
from reporting.rules.tallies import SPANS, figure_text
from reporting.services.lines import part_names
from reporting.services.rows import Rows, chosen, known_at, page_of, rows_behind
from reporting.views.confirmations import confirmation_or_404
from reporting.views.reports import report_or_404

SIZE = 50


@login_required
@require_GET
def report_rows(request: HttpRequest, pk: int) -> HttpResponse:
    report = report_or_404(request, pk)
    part = request.GET.get("part", "")
    crumb = (f"{report.called}{report.period}", reverse("reporting:report_detail", args=[report.pk]))
    sheet = reverse("reporting:report_rows_sheet", args=[report.pk])
    return shown(request, Asked(request, report, int(part) if part.isdecimal() else None), crumb, sheet)


@login_required
@require_GET
def report_rows_sheet(request: HttpRequest, pk: int) -> FileResponse:
    report = report_or_404(request, pk)
    part = request.GET.get("part", "")
    return sheet_of(Asked(request, report, int(part) if part.isdecimal() else None))


@login_required
@require_GET
def confirmation_rows(request: HttpRequest, pk: int) -> HttpResponse:
    """A county sees its own part and no other."""
    confirmation = confirmation_or_404(request, pk)
    report = confirmation.report
    crumb = (f"{report.period}数字确认", reverse("reporting:report_confirm", args=[pk]))
    sheet = reverse("reporting:confirmation_rows_sheet", args=[pk])
    return shown(request, Asked(request, report, confirmation.unit_id), crumb, sheet)


@login_required
@require_GET
def confirmation_rows_sheet(request: HttpRequest, pk: int) -> FileResponse:
    confirmation = confirmation_or_404(request, pk)
    return sheet_of(Asked(request, confirmation.report, confirmation.unit_id))


class Asked:
    """Which figure, of which span and part. An address that names no figure is not found."""

    def __init__(self, request: HttpRequest, report: UnitReport, part: int | None) -> None:
        self.report, self.part, self.at = report, part, clock.now()
        self.words: Vocabulary = vocabulary(report.period.campaign)
        self.path, self.span = request.GET.get("figure", "issues"), request.GET.get("span", "week")
        metric = catalogue(self.words).get(self.path)
        if metric is None or self.span not in metric.spans:
            raise Http404
        self.metric, self.kind = metric, kind_of(self.path)

    @property
    def title(self) -> str:
        return f"{SPANS[self.span]}{label(self.path, self.words)}"

    def rows(self) -> Rows:
        return chosen(rows_behind(self.report, self.at), self.span, self.path, self.part)

    def names(self) -> dict[int, str]:
        return part_names(self.report) | {self.report.unit_id: "市本级"}


def shown(request: HttpRequest, asked: Asked, crumb: tuple[str, str], sheet: str) -> HttpResponse:
    number = request.GET.get("page", "1")
    first = (max(int(number), 1) - 1) * SIZE if number.isdecimal() else 0
    with closing(asked.rows()) as listed:
        rows, total, weighed = page_of(listed, asked.path, first, SIZE)
    names = asked.names()
    context = {
        "asked": asked,
        "figure": figure_text(asked.path, weighed),
        "rows": [worded(row, asked.words, names) for row in rows],
        "total": total,
        "first": first + 1,
        "last": first + len(rows),
        "links": links(request, first, total),
        "sheet": f"{sheet}?{request.GET.urlencode()}",
        "crumbs": [("周报", reverse("reporting:report_list")), crumb, (asked.title, "")],
    }
    return render(request, "reporting/report_rows.html", context)


def links(request: HttpRequest, first: int, total: int) -> dict[str, str]:
    """Addresses of the neighbouring pages, "" where there is none."""
    page = first // SIZE + 1
    return {
        "previous": page_url(request, page - 1) if page > 1 else "",
        "next": page_url(request, page + 1) if first + SIZE < total else "",
    }


def page_url(request: HttpRequest, number: int) -> str:
    query = request.GET.copy()
    query["page"] = str(number)
    return f"?{query.urlencode()}"


def sheet_of(asked: Asked) -> FileResponse:
    report, names = asked.report, asked.names()
    name = f"{report.called}{report.period}{asked.title}"
    spec = rows_spec(asked.kind, name)
    moment = known_at(report, asked.at)
    with closing(asked.rows()) as listed:
        found = (worded(row, asked.words, names) for row in listed)
        return workbook_response(f"{name}.xlsx", [(spec, found)], at=moment, creator=report.called)
