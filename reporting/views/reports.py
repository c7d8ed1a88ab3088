"""A city's weekly report: live or frozen figures, text, sending, correcting; and what the province does with it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.gate import may, require
from core import clock
from core.refusals import NotAllowed, Refused
from reporting.figures import vocabulary
from reporting.forms import CorrectionForm, ReportForm
from reporting.models import ReportVersion, UnitReport
from reporting.rules.tallies import Figures, difference_lines, differences, read
from reporting.services import reports
from reporting.services.lines import Line, line_of, moved_by, part_names, standing_versions
from reporting.states import ReportState
from reporting.views.desk import person
from reporting.views.figures import COLUMNS, part_rows, stats, tables

SEND = "report.send"
RECEIVE = "report.receive"


def report_or_404(request: HttpRequest, pk: int) -> UnitReport:
    rows = UnitReport.objects.visible_to(person(request))
    return get_object_or_404(
        rows.select_related("unit", "period__campaign__unit", "rows_file", "returned_by", "accepted_by"), pk=pk
    )


@login_required
@require_GET
def report_detail(request: HttpRequest, pk: int) -> HttpResponse:
    report = report_or_404(request, pk)
    return render(request, "reporting/report_detail.html", page(request, report, clock.now()))


def page(request: HttpRequest, report: UnitReport, at: datetime, form: ReportForm | None = None) -> dict[str, Any]:
    """Everything the page shows; `form` carries what was typed when sending was refused."""
    user, period = person(request), report.period
    line = line_now(report, at)
    words = vocabulary(period.campaign)
    url = reverse("reporting:report_rows", args=[report.pk])
    return {
        "report": report,
        "period": period,
        "line": line,
        "frozen": report.frozen_at is not None,
        "moved": moved_by(period),
        "stats": stats(line.counts, url),
        "tables": tables(words, line.counts, url),
        "columns": [title for title, _, _ in COLUMNS],
        "counties": counties(report, line.figures, url),
        "form": form or form_of(report, user, at),
        "differs": seen_differences(report, words),
        "preview": correction_preview(report, words, at) if may(user, SEND, report) else [],
        "history": history(report),
        "sends": may(user, SEND, report),
        "prepares": may(user, "report.prepare", report),
        "receives": may(user, RECEIVE, report),
        "past": at > period.cutoff_at,
        "crumbs": [("周报", reverse("reporting:report_list")), (f"{report.called}{period}", "")],
    }


def line_now(report: UnitReport, at: datetime) -> Line:
    sent = standing_versions([report.pk]).get(report.pk)
    live = reports.figures_at(report, at) if report.figures is None else None
    return line_of(report, report.period, sent, live, at)


def form_of(report: UnitReport, user: Any, at: datetime) -> ReportForm | None:
    """The form that a person may fill now: to send, or to correct what came back."""
    if report.state not in {ReportState.OPEN, ReportState.RETURNED} or not may(user, "report.prepare", report):
        return None
    kind = CorrectionForm if report.state == ReportState.RETURNED else ReportForm
    initial = {"text": report.text, "is_nothing": report.is_nothing, "seen": reports.seen_token(report, at)}
    return kind(initial=initial, waiting=reports.unconfirmed(report, at))


def counties(report: UnitReport, figures: Figures, url: str) -> list[dict[str, Any]]:
    """Each county with its figures and its word."""
    names = part_names(report)
    own = figures.parts.get(report.unit_id)
    if own is None or not own.total:
        names.pop(report.unit_id, None)
    elif report.unit_id in names:
        names[report.unit_id] = "市本级"
    given = {row.unit_id: row for row in report.confirmations.select_related("confirmed_by")}
    return [
        {"name": name, "cells": cells, "word": given.get(part)}
        for name, part, cells in part_rows(figures.parts, names, url)
    ]


def seen_differences(report: UnitReport, words: Any) -> list[str]:
    """What the platform froze otherwise than the sender saw it."""
    if report.figures is None or report.figures_seen is None:
        return []
    found = differences(read(report.figures_seen).own, read(report.figures).own, words)
    return difference_lines(item.data() for item in found)


def correction_preview(report: UnitReport, words: Any, at: datetime) -> list[str]:
    """What a correction sent now would change."""
    standing = reports.standing_figures(report) if report.state == ReportState.RETURNED else None
    if standing is None:
        return []
    after = reports.corrected_at(report, at)
    found = differences(standing.own, after.own, words)
    return difference_lines(item.data() for item in found)


def history(report: UnitReport) -> list[dict[str, Any]]:
    """What happened to the report, newest first; what was recalled stays in sight."""
    rows = list(report.versions.select_related("sent_by"))
    events = [sent_event(row) for row in rows]
    events += [{"at": row.recalled_at, "title": "撤回", "tone": "grey", "who": ""} for row in rows if row.recalled_at]
    if report.frozen_at is not None:
        text = f"数字截至 {clock.local(report.period.cutoff_at):%m-%d %H:%M}"
        digest = report.figures_digest
        events.append({"at": report.frozen_at, "title": "平台封账", "tone": "green", "text": text, "digest": digest})
    for at, title, tone, who, text in (
        (report.returned_at, "退回更正", "amber", report.returned_by, report.return_reason),
        (report.accepted_at, f"{report.period.campaign.unit.short_name}接收", "green", report.accepted_by, ""),
    ):
        if at is not None:
            events.append({"at": at, "title": title, "tone": tone, "who": who.name if who else "", "text": text})
    return sorted(events, key=lambda event: event["at"], reverse=True)


def sent_event(row: ReportVersion) -> dict[str, Any]:
    first = row.number == 1
    counted = f"{clock.local(row.as_of):%m-%d %H:%M}"
    changes = difference_lines(row.differences)
    return {
        "at": row.sent_at,
        "title": ("报送" if first else f"更正版 v{row.number}") + ("（已撤回）" if row.recalled_at else ""),
        "tone": "grey" if row.recalled_at else "blue",
        "who": f"{row.sent_by.name if row.sent_by else ''} · 按 {counted} {'的数字' if first else '掌握的情况重算'}",
        "text": f"更正理由：{row.reason}" if row.reason else "",
        "lines": changes or ([] if first else ["数字没有变化。"]),
        "digest": row.figures_digest,
    }


@login_required
@require_POST
def report_save(request: HttpRequest, pk: int) -> HttpResponse:
    report = report_or_404(request, pk)
    require(person(request), "report.prepare", report)
    return written(request, report, "草稿已保存，尚未报送。", save)


@login_required
@require_POST
def report_send(request: HttpRequest, pk: int) -> HttpResponse:
    report = report_or_404(request, pk)
    require(person(request), SEND, report)
    return written(request, report, f"{report.period}周报已报送。", send)


@login_required
@require_POST
def report_correct(request: HttpRequest, pk: int) -> HttpResponse:
    report = report_or_404(request, pk)
    require(person(request), SEND, report)
    return written(request, report, "更正版已报送，汇总将在一分钟内更新。", correct)


Writing = Callable[[HttpRequest, UnitReport, dict[str, Any]], object]


def written(request: HttpRequest, report: UnitReport, said: str, write: Writing) -> HttpResponse:
    """Read the form, carry it out, go back; a refusal stays on the page with everything that was typed."""
    waiting = reports.unconfirmed(report, clock.now())
    form = (CorrectionForm if write is correct else ReportForm)(request.POST, waiting=waiting)
    if form.is_valid():
        try:
            write(request, report, form.cleaned_data)
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, said)
            return redirect("reporting:report_detail", report.pk)
    return render(request, "reporting/report_detail.html", page(request, report, clock.now(), form), status=422)


def save(request: HttpRequest, report: UnitReport, said: dict[str, Any]) -> None:
    reports.save_text(report, said["text"], said["is_nothing"], actor=person(request), at=clock.now())


def send(request: HttpRequest, report: UnitReport, said: dict[str, Any]) -> None:
    actor, at = person(request), clock.now()
    reports.refuse_unsaid(report, said.get("without", False), at)
    reports.send(report, said["text"], said["is_nothing"], seen=said["seen"], actor=actor, at=at)


def correct(request: HttpRequest, report: UnitReport, said: dict[str, Any]) -> None:
    actor, at, reason = person(request), clock.now(), said["reason"]
    reports.correct(report, said["text"], said["is_nothing"], actor=actor, at=at, reason=reason)


@login_required
@require_POST
def report_recall(request: HttpRequest, pk: int) -> HttpResponse:
    report = report_or_404(request, pk)
    require(person(request), SEND, report)
    reason = request.POST.get("reason", "")
    return acted(request, report, "已撤回，可以修改后重新报送。", lambda: reports.recall(
        report, actor=person(request), at=clock.now(), reason=reason))  # fmt: skip


@login_required
@require_POST
def report_return(request: HttpRequest, pk: int) -> HttpResponse:
    report = report_or_404(request, pk)
    require(person(request), RECEIVE, report)
    reason = request.POST.get("reason", "")
    return acted(request, report, f"已退回{report.called}更正。", lambda: reports.return_report(
        report, actor=person(request), at=clock.now(), reason=reason))  # fmt: skip


@login_required
@require_POST
def report_accept(request: HttpRequest, pk: int) -> HttpResponse:
    report = report_or_404(request, pk)
    require(person(request), RECEIVE, report)
    return acted(request, report, f"已接收{report.called}{report.period}周报。", lambda: reports.accept(
        report, actor=person(request), at=clock.now()))  # fmt: skip


def acted(request: HttpRequest, report: UnitReport, said: str, act: Callable[[], object]) -> HttpResponse:
    try:
        act()
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, said)
    return redirect("reporting:report_detail", report.pk)
