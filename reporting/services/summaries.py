"""The province's summary of a week: one line a city, added up, printed once an edition and kept."""

import io
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from core import audit
from core.audit import digest_of
from core.documents import issue_pdf
from core.files import store
from core.models import PrintedDocument, StoredFile
from core.sheets import write_workbook
from reporting import documents, exports
from reporting.figures import vocabulary
from reporting.models import ReportPeriod, Summary, UnitReport
from reporting.rules.metrics import Vocabulary
from reporting.rules.tallies import Counts, differences, together, written
from reporting.services.lines import Line, SummarySheet, lines_of, moved_by, names_of

PRINTED = "weekly_summary"


def write_summary(period: ReportPeriod, reports: list[UnitReport], at: datetime) -> Summary:
    """The next edition: workbook and paper, stored under their hashes. The caller's transaction locks the period."""
    lines = lines_of(period, reports, at)
    words, data = vocabulary(period.campaign), data_of(lines)
    last = period.summaries.order_by("edition").last()
    changed = changes(last.figures, data, words) if last else []
    edition = last.edition + 1 if last else 1
    sheet = SummarySheet(period, edition, lines, words, names_of(lines), moved_by(period), changed)
    summary = Summary.objects.create(
        period=period,
        edition=edition,
        figures=data,
        figures_digest=digest_of(data),
        workbook=workbook_of(sheet, at),
        paper=paper_of(sheet, at),
        differences=changed,
        made_at=at,
    )
    audit.record(
        "reporting.summary.make",
        summary,
        actor=None,
        at=at,
        unit_path=period.campaign.unit.path,
        after={"digest": summary.figures_digest, "edition": summary.edition},
    )
    return summary


def workbook_of(sheet: SummarySheet, at: datetime) -> StoredFile:
    content = io.BytesIO()
    write_workbook(content, exports.summary_sheets(sheet), at=at, creator=sheet.period.campaign.unit.name)
    return store(content, name=f"{sheet.title}.xlsx", by=None, at=at, kind="xlsx")


def paper_of(sheet: SummarySheet, at: datetime) -> PrintedDocument:
    unit = sheet.period.campaign.unit
    return issue_pdf(
        "documents/reporting/summary.html",
        documents.summary_context(sheet),
        kind=PRINTED,
        title=sheet.title,
        subject=sheet.period,
        by=None,
        at=at,
        unit_path=unit.path,
        unit_name=unit.name,
    )


def data_of(lines: list[Line]) -> dict[str, Any]:
    return {
        **together(line.counts for line in lines).data(),
        "units": {str(line.report.unit_id): unit_data(line) for line in lines},
    }


def unit_data(line: Line) -> dict[str, Any]:
    return {
        "name": line.report.called,
        "version": line.version,
        "sent_at": written(line.report.sent_at) if line.report.sent_at else None,
        "text": line.text,
        "is_nothing": line.is_nothing,
        **line.counts.data(),
    }


def changes(before: Mapping[str, Any], after: Mapping[str, Any], words: Vocabulary) -> list[dict[str, Any]]:
    """What a new edition changes, city by city: figures, and whether its text came or changed."""
    found = []
    for unit_id, now in after["units"].items():
        then = before["units"].get(unit_id, {"week": {}, "total": {}, "text": "", "sent_at": None})
        before_counts, now_counts = Counts(then["week"], then["total"]), Counts(now["week"], now["total"])
        items = differences(before_counts, now_counts, words)
        note = note_of(then, now)
        if items or note:
            found.append({"unit": now["name"], "items": [item.data() for item in items], "note": note})
    return found


def note_of(then: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    if then["sent_at"] is None and now["sent_at"] is not None:
        return "补报文字说明"
    return "更正文字说明" if then["text"] != now["text"] else ""
