"""How figures stand on a page: tables whose every number opens the rows behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from reporting.exports import coverage
from reporting.rules.metrics import Group, Metric, Vocabulary, groups
from reporting.rules.tallies import Counts, Tally, figure_text

# One row a county: heading, span and path.
COLUMNS = (
    ("检查（家）", "week", "enterprises"),
    ("问题（个）", "week", "issues"),
    ("销号（个）", "week", "closed"),
    ("立案（件）", "week", "cases.filed"),
    ("逾期未改（个）", "total", "overdue"),
)
# The figures on top: name, unit, span and path.
STATS = (
    ("本周检查", "家", "week", "enterprises"),
    ("本周发现问题", "个", "week", "issues"),
    ("本周立案", "件", "week", "cases.filed"),
    ("本周整改销号", "个", "week", "closed"),
    ("逾期未改", "个", "total", "overdue"),
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


def stats(counts: Counts, rows_url: str = "") -> list[dict[str, object]]:
    """The figures on top of a week, each with what puts it in proportion; with `rows_url` each opens its rows."""
    week, total = counts.week, counts.total
    notes = {
        "enterprises": f"重点 {week.get('enterprises.key', 0):,} · 累计 {total.get('enterprises', 0):,}",
        "issues": f"{per_site(week)}累计 {total.get('issues', 0):,}",
        "cases.filed": f"罚款决定 {week.get('cases.decided', 0):,} 件 {figure_text('fines', week.get('fines', 0))} 元",
        "closed": f"累计完成率 {share(counts)}",
        "overdue": "截至封账",
    }
    found: list[dict[str, object]] = [
        {
            "label": name,
            "value": counts.get(span, path),
            "unit": unit,
            "note": notes[path],
            "tone": "red" if path == "overdue" and counts.get(span, path) else "",
            "url": cell(counts, span, path, rows_url).url if rows_url else "",
        }
        for name, unit, span, path in STATS
    ]
    listed = f"{total.get('key_inspected', 0):,}/{total.get('key_targets', 0):,} 家"
    covered: dict[str, object] = {
        "label": "重点单位覆盖",
        "value": coverage(counts),
        "unit": "",
        "note": listed,
        "tone": "",
        "url": "",
    }
    return [*found, covered]


def per_site(week: Tally) -> str:
    return f"每家 {week.get('issues', 0) / week['enterprises']:.2f} 个 · " if week.get("enterprises") else ""


def share(counts: Counts) -> str:
    """Closed issues, of all that were found."""
    found = counts.total.get("issues", 0)
    return f"{100 * counts.total.get('closed', 0) / found:.1f}%" if found else "—"
