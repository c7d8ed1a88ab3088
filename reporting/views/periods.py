"""Weekly reports as a list and as the province sees a week: matrix, summary, downloads, reminding who is missing."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.gate import may, require, require_somewhere
from accounts.models import User
from campaigns.models import Campaign
from campaigns.services.choosing import campaigns_of
from campaigns.views.frame import CHOSEN, chosen_before
from core import clock, files
from reporting.models import CountyConfirmation, ReportPeriod, Summary, UnitReport
from reporting.rules.status import Status, status_of
from reporting.rules.tallies import difference_lines, together
from reporting.rules.weeks import Timeliness, span_text
from reporting.services import reports
from reporting.services.lines import Line, latest_corrections, lines_of, moved_by, moved_texts, names_of, scope_name
from reporting.states import ReportState
from reporting.views.desk import person
from reporting.views.figures import cell, share, stats

VIEW = "report.view"
RECEIVE = "report.receive"
# How many weeks up to the shown one stand beside each city.
WEEKS_SHOWN = 4
COLUMNS = (("week", "enterprises"), ("week", "issues"), ("week", "cases.filed"), ("total", "overdue"))


@login_required
@require_GET
def report_list(request: HttpRequest) -> HttpResponse:
    """The matrix for who oversees, one's own weeks for a city, the confirmations for a county."""
    user, at = person(request), clock.now()
    require_somewhere(user, VIEW)
    campaign = campaign_of(request, user)
    periods = ReportPeriod.objects.visible_to(user).filter(campaign=campaign).order_by("number")
    seen = list(periods) if campaign else []
    own = UnitReport.objects.visible_to(user).filter(period__campaign=campaign).select_related("unit", "period")
    found = list(own.order_by("unit__order", "unit_id", "period__number")) if campaign else []
    moved = moved_texts(seen)
    context = {
        "campaign": campaign,
        "campaigns": Campaign.objects.visible_to(user).published().order_by("-year", "-pk")[:20],
        "periods": [(period, moved[period.pk]) for period in seen],
        "matrix": matrix(seen, found, at) if seen else [],
        "reports": [] if seen else list(reversed(statuses(found, at))),
        "confirmations": confirmations(user, campaign),
        "at": at,
    }
    return render(request, "reporting/report_list.html", context)


def campaign_of(request: HttpRequest, user: User) -> Campaign | None:
    """The campaign that the address names, then and later; else the nearest that reports, else the latest."""
    rows = Campaign.objects.visible_to(user).published().select_related("unit").order_by("-year", "-pk")
    wanted = request.GET.get("campaign", "")
    if wanted.isdecimal() and (found := rows.filter(pk=int(wanted)).first()):
        request.session[CHOSEN] = found.pk
        return found
    running = campaigns_of(user, clock.today(), chosen_before(request))
    reporting = set(ReportPeriod.objects.filter(campaign__in=running).values_list("campaign", flat=True))
    return next((row for row in running if row.pk in reporting), None) or rows.first()


def statuses(found: list[UnitReport], at: datetime) -> list[tuple[UnitReport, Status]]:
    corrections = latest_corrections([report.pk for report in found])
    return [
        (report, status(report, corrections[report.pk].number if report.pk in corrections else 1, at))
        for report in found
    ]


def status(report: UnitReport, version: int, at: datetime) -> Status:
    return status_of(
        state=report.state, sent_at=report.sent_at, cutoff_at=report.period.cutoff_at, version=version, at=at
    )


def matrix(periods: list[ReportPeriod], found: list[UnitReport], at: datetime) -> list[dict[str, Any]]:
    """Units × weeks: one row a city, one cell a period, None where nothing is owed (yet)."""
    rows: dict[int, dict[str, Any]] = {}
    for report, said in statuses(found, at):
        row = rows.setdefault(report.unit_id, {"unit": report.unit, "by_period": {}})
        row["by_period"][report.period_id] = (report, said)
    for row in rows.values():
        row["cells"] = [(period, row["by_period"].get(period.pk)) for period in periods]
    return list(rows.values())


def confirmations(user: User, campaign: Campaign | None) -> list[CountyConfirmation]:
    """Those of the person's own counties; who sees the city's report finds them there."""
    rows = CountyConfirmation.objects.within(user, "report.confirm").filter(report__period__campaign=campaign)
    return list(
        rows.select_related("unit", "report__period", "confirmed_by").order_by("-report__period__number", "unit")
    )


def period_or_404(request: HttpRequest, pk: int) -> ReportPeriod:
    rows = ReportPeriod.objects.visible_to(person(request)).select_related("campaign__unit")
    return get_object_or_404(rows, pk=pk)


@login_required
@require_GET
def period_detail(request: HttpRequest, pk: int) -> HttpResponse:
    period, at = period_or_404(request, pk), clock.now()
    found = list(period.reports.select_related("unit", "sent_by").order_by("unit__order", "unit_id"))
    lines = lines_of(period, found, at)
    before = earlier(period, at)
    summaries = list(period.summaries.select_related("workbook", "paper").order_by("-edition"))
    context = {
        "period": period,
        "begun": period.starts_at <= at,
        "span": span_text(period.starts_at, period.cutoff_at),
        "moved": moved_by(period),
        "stats": stats(together(line.counts for line in lines)),
        "scope": scope_name(period, names_of(lines)),
        "rows": [row_of(line, before) for line in lines],
        "weeks": [one for one, _ in before],
        "sent": sum(line.status.sent for line in lines),
        "missing": [line for line in lines if line.report.state == ReportState.OPEN],
        "late": sum(line.status.timeliness is Timeliness.LATE for line in lines),
        "summaries": [(row, changes_of(row)) for row in summaries],
        "renewing": period.summary_due_at is not None,
        "receives": may(person(request), RECEIVE, period),
        "past": at > period.cutoff_at,
        "neighbours": neighbours(period),
        "crumbs": [("周报", reverse("reporting:report_list")), (str(period), "")],
    }
    return render(request, "reporting/period_detail.html", context)


def earlier(period: ReportPeriod, at: datetime) -> list[tuple[ReportPeriod, dict[int, tuple[UnitReport, Status]]]]:
    """The weeks before this one, oldest first, with the status of each unit."""
    rows = period.campaign.periods.filter(number__lt=period.number).order_by("-number")[: WEEKS_SHOWN - 1]
    weeks = list(reversed(rows))
    found = UnitReport.objects.filter(period__in=weeks).select_related("unit", "period")
    by_period: dict[int, dict[int, tuple[UnitReport, Status]]] = {week.pk: {} for week in weeks}
    for report, said in statuses(list(found), at):
        by_period[report.period_id][report.unit_id] = (report, said)
    return [(week, by_period[week.pk]) for week in weeks]


def row_of(line: Line, before: Iterable[tuple[ReportPeriod, dict[int, tuple[UnitReport, Status]]]]) -> dict[str, Any]:
    url = reverse("reporting:report_rows", args=[line.report.pk])
    return {
        "line": line,
        "before": [(week, by_unit.get(line.report.unit_id)) for week, by_unit in before],
        "cells": [cell(line.counts, span, path, url) for span, path in COLUMNS],
        "mended": share(line.counts),
        "note": line.text or "—",
    }


def changes_of(summary: Summary) -> list[dict[str, Any]]:
    return [{**change, "lines": difference_lines(change["items"])} for change in summary.differences]


def neighbours(period: ReportPeriod) -> dict[str, ReportPeriod | None]:
    rows = period.campaign.periods
    return {
        "previous": rows.filter(number__lt=period.number).order_by("-number").first(),
        "next": rows.filter(number__gt=period.number).order_by("number").first(),
    }


@login_required
@require_POST
def period_remind(request: HttpRequest, pk: int) -> HttpResponse:
    period = period_or_404(request, pk)
    require(person(request), RECEIVE, period)
    told = reports.remind_missing(period, actor=person(request), at=clock.now())
    if told:
        messages.success(request, f"已向 {told} 个市的联络员发出催报消息。")
    else:
        messages.info(request, "没有需要催报的市，或今天已经催报过，不重复发送。")
    return redirect("reporting:period_detail", period.pk)


def summary_or_404(request: HttpRequest, pk: int) -> Summary:
    rows = Summary.objects.visible_to(person(request)).select_related("workbook", "paper__file", "period__campaign")
    return get_object_or_404(rows, pk=pk)


@login_required
@require_GET
def summary_workbook(request: HttpRequest, pk: int) -> HttpResponseBase:
    summary = summary_or_404(request, pk)
    return files.serve(request, summary.workbook, download_name=name_of(summary, "xlsx"))


@login_required
@require_GET
def summary_paper(request: HttpRequest, pk: int) -> HttpResponseBase:
    summary = summary_or_404(request, pk)
    return files.serve(request, summary.paper.file, download_name=name_of(summary, "pdf"), inline=True)


def name_of(summary: Summary, ending: str) -> str:
    edition = f"（第{summary.edition}版）" if summary.edition > 1 else ""
    return f"{summary.period.campaign.title}{summary.period}情况汇总{edition}.{ending}"
