"""How figures stand on a page: tables whose every number opens the rows behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from reporting.rules.metrics import Group, Metric, Vocabulary, groups
from reporting.rules.tallies import Counts, figure_text

# One row a county: heading, span and path.
COLUMNS = (
    ("检查（家）", "week", "enterprises"),
    ("问题（个）", "week", "issues"),
    ("销号（个）", "week", "closed"),
    ("逾期未改（个）", "total", "overdue"),
    ("立案（件）", "week", "cases.filed"),
    ("累计检查（家）", "total", "enterprises"),
    ("累计问题（个）", "total", "issues"),
)


@dataclass(frozen=True)
class Cell:
    """A number and where its rows are; nothing opens behind a zero."""

    text: str
    url: str = ""
    tone: str = ""


@dataclass(frozen=True)
class Line:
    label: str
    unit: str
    indent: int
    week: Cell | None
    total: Cell


@dataclass(frozen=True)
class Table:
    title: str
    key: str
    lines: list[Line]


def cell(counts: Counts, span: str, path: str, rows_url: str, part: int | None = None) -> Cell:
    count = counts.get(span, path)
    query = {"figure": path, "span": span} | ({"part": str(part)} if part else {})
    url = f"{rows_url}?{urlencode(query)}" if count else ""
    return Cell(figure_text(path, count), url, "red" if path == "overdue" and count else "")


def tables(words: Vocabulary, counts: Counts, rows_url: str) -> list[Table]:
    """All groups; those broken down by a list show only what was counted."""
    found = [Table(group.title, group.key, lines_of(group, counts, rows_url)) for group in groups(words)]
    return [table for table in found if table.lines]


def lines_of(group: Group, counts: Counts, rows_url: str) -> list[Line]:
    shown = [metric for metric in group.metrics if not group.dimension or counts.get("total", metric.path)]
    return [line_of(metric, counts, rows_url) for metric in shown]


def line_of(metric: Metric, counts: Counts, rows_url: str) -> Line:
    week = cell(counts, "week", metric.path, rows_url) if "week" in metric.spans else None
    return Line(metric.label, metric.unit, metric.indent, week, cell(counts, "total", metric.path, rows_url))


def part_rows(
    parts: Mapping[int, Counts], names: Mapping[int, str], rows_url: str
) -> list[tuple[str, int, list[Cell]]]:
    """(name, unit, cells) of each county; the city's own level only when it counted something."""
    return [
        (names[part], part, [cell(counts, span, path, rows_url, part) for _, span, path in COLUMNS])
        for part, counts in parts.items()
        if part in names
    ]
