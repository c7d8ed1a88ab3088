"""The rows behind the figures of one report: from the frozen file, from a correction's moment, or as they stand now."""

from collections.abc import Generator, Iterator
from datetime import datetime
from typing import Any

from reporting.figures import Span, read_rows, rows
from reporting.models import UnitReport
from reporting.rules.rows import counts, weight
from reporting.services.lines import latest_corrections
from reporting.services.reports import places

Row = dict[str, Any]
Rows = Generator[Row, None, None]


def rows_behind(report: UnitReport, at: datetime) -> Iterator[Row]:
    """Every row that the figures of the report count now."""
    period = report.period
    correction = latest_corrections([report.pk]).get(report.pk)
    if correction is not None:
        return streamed(report, Span(period.starts_at, period.cutoff_at, correction.as_of))
    if report.rows_file is not None:
        return read_rows(report.rows_file)
    until = max(period.starts_at, min(at, period.cutoff_at))
    return streamed(report, Span(period.starts_at, until, until))


def known_at(report: UnitReport, at: datetime) -> datetime:
    """The moment whose rows `rows_behind` gives: of a frozen week always the same, so its sheet is the same file."""
    correction = latest_corrections([report.pk]).get(report.pk)
    if correction is not None:
        return correction.as_of
    return at if report.rows_file is None else report.period.cutoff_at


def streamed(report: UnitReport, span: Span) -> Iterator[Row]:
    return (row for _, row in rows(report.period.campaign_id, places(report), span))


def chosen(found: Iterator[Row], span: str, path: str, part: int | None) -> Rows:
    """The rows of one figure, of one part or of all. Whoever reads them closes them: behind may stand an open file."""
    return (row for row in found if (part is None or row["part"] == part) and counts(row, span, path))


def page_of(found: Iterator[Row], path: str, first: int, size: int) -> tuple[list[Row], int, int]:
    """One page of rows, how many there are, and what they add up to (for fines, fen)."""
    page: list[Row] = []
    total = weighed = 0
    for row in found:
        if first <= total < first + size:
            page.append(row)
        total, weighed = total + 1, weighed + weight(row, path)
    return page, total, weighed
