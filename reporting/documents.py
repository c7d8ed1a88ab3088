"""What the printed summary of a week says (GB/T 9704 layout, no document number: none was given)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.clock import local
from core.documents.rendering import printable
from reporting.exports import amount, coverage
from reporting.rules.metrics import groups
from reporting.rules.tallies import SPANS, Counts, difference_lines
from reporting.rules.weeks import Timeliness, span_formal
from reporting.services.lines import Line, SummarySheet

# The groups that the paper shows as a table of its own, when anything was counted in them.
NUMERALS = "零一二三四五六七八九十"
# How the template calls the figures it names.
NAMES = {
    "enterprises": "enterprises",
    "key": "enterprises.key",
    "issues": "issues",
    "closed": "closed",
    "overdue": "overdue",
    "filed": "cases.filed",
    "decided": "cases.decided",
    "fines": "fines",
}
TABLES = ("nature", "gravity", "element", "handling", "type", "industry")


@dataclass(frozen=True)
class Table:
    title: str
    unit: str
    # (label, week, total)
    rows: list[tuple[str, int, int]]


def summary_context(sheet: SummarySheet) -> dict[str, Any]:
    tables = tables_of(sheet)
    return {
        "sheet": sheet,
        "cutoff": local(sheet.period.cutoff_at),
        "own": figured(sheet.own),
        "coverage": coverage(sheet.own),
        "rows": [row_of(line) for line in sheet.lines],
        "tables": tables,
        "texts": numbered((line.report.called, paragraphs(line.own_text)) for line in sheet.lines if line.own_text),
        "nothing": "、".join(line.report.called for line in sheet.lines if is_nothing(line)),
        "span": span_formal(sheet.period.starts_at, sheet.period.cutoff_at),
        "named": named(sheet),
        "changes": numbered((change["unit"], said(change)) for change in sheet.changes),
        "head": heads(tables),
    }


def figured(counts: Counts) -> dict[str, Any]:
    """Counts for a template: `own.week_issues`, `own.total_fines`."""
    return {f"{span}_{name}": amount(counts.get(span, path), path) for name, path in NAMES.items() for span in SPANS}


def said(change: Mapping[str, Any]) -> dict[str, Any]:
    return {"note": change["note"], "lines": difference_lines(change["items"])}


def is_nothing(line: Line) -> bool:
    return line.is_nothing and not line.own_text


def heads(tables: list[Table]) -> dict[str, str]:
    """The numerals of the last chapters; without tables they move up."""
    first = 5 if tables else 4
    return {"texts": chinese(first), "changes": chinese(first + 1)}


def numbered(pairs: Iterable[tuple[str, Any]]) -> list[tuple[str, str, Any]]:
    """（一） name, what is said under it."""
    return [(chinese(number), name, said) for number, (name, said) in enumerate(pairs, start=1)]


def chinese(number: int) -> str:
    """1 to 99 as chapters are numbered: 一, 十, 十八, 二十一."""
    tens, ones = divmod(number, 10)
    if not tens:
        return NUMERALS[ones]
    return f"{NUMERALS[tens] if tens > 1 else ''}十{NUMERALS[ones] if ones else ''}"


def row_of(line: Line) -> dict[str, Any]:
    return {
        "name": line.report.called,
        "status": line.status.word,
        "own": figured(line.counts),
        "coverage": coverage(line.counts),
    }


def tables_of(sheet: SummarySheet) -> list[Table]:
    """Only what was counted: a paper is not the place for zeros."""
    own = sheet.own
    found = []
    for group in groups(sheet.words):
        rows = [(m.label, own.get("week", m.path), own.get("total", m.path)) for m in group.metrics]
        counted = [row for row in rows if row[2]]
        if group.key in TABLES and counted:
            found.append(Table(group.title, group.unit, counted))
    return found


def named(sheet: SummarySheet) -> dict[str, str]:
    """Who was in time, late, missing: by name, because the province asks for names."""
    by_word: dict[str, list[str]] = {}
    for line in sheet.lines:
        by_word.setdefault(line.status.timeliness, []).append(line.report.called)
    return {
        key: "、".join(by_word.get(word, []))
        for key, word in (("on_time", Timeliness.ON_TIME), ("late", Timeliness.LATE), ("missing", Timeliness.MISSING))
    }


def paragraphs(text: str) -> list[str]:
    """Lines of a text with what our fonts cannot print shown as 〓: a summary is never held up by one character."""
    known = printable()
    shown = "".join(character if character in known else "〓" for character in text)
    return [line.strip() for line in shown.splitlines() if line.strip()]


def unprintable(text: str) -> list[str]:
    """The characters of a text that no paper could show."""
    return sorted(set(text) - printable())
