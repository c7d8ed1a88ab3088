"""The workbooks of the weekly reports: the province's summary with a sheet a city, and the rows behind a report."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.clock import local
from core.sheets import Column, SheetSpec
from inspections.states import IssueState, Outcome
from penalties.states import Step
from reporting.rules.metrics import Metric, Vocabulary, groups
from reporting.rules.tallies import Counts, figure_text
from reporting.services.lines import Line, SummarySheet

Sheets = list[tuple[SheetSpec, Iterable[Any]]]
# What the first sheet compares, city by city: heading, path, and whether it stands at the cut-off only.
COMPARED = (
    ("检查单位（家）", "enterprises"),
    ("重点单位（家）", "enterprises.key"),
    ("发现问题（个）", "issues"),
    ("整改销号（个）", "closed"),
    ("逾期未改（个）", "overdue"),
    ("立案（件）", "cases.filed"),
    ("处罚决定（件）", "cases.decided"),
    ("罚款（元）", "fines"),
)
STANDING_ONLY = frozenset({"overdue"})


@dataclass(frozen=True)
class Comparison:
    """One row of the first sheet: a city, or all of them."""

    number: int | None
    name: str
    status: str
    counts: Counts
    text: str


def summary_sheets(sheet: SummarySheet) -> Sheets:
    """全省汇总, 分项指标, then one sheet a city."""
    return [
        (comparison_spec(sheet), comparisons(sheet)),
        (
            metrics_spec(sheet, "分项指标", sheet.scope, {}),
            metric_rows(sheet.words, sheet.own),
        ),
        *((city_spec(sheet, line), metric_rows(sheet.words, line.counts, line.figures.parts)) for line in sheet.lines),
    ]


def subheading(sheet: SummarySheet) -> str:
    moved = f"；{sheet.moved}" if sheet.moved else ""
    cutoff = local(sheet.period.cutoff_at)
    return f"统计期间：{sheet.span}，数字截至 {cutoff:%Y-%m-%d %H:%M} 封账{moved}。第 {sheet.edition} 版。"


def comparison_spec(sheet: SummarySheet) -> SheetSpec:
    columns = [
        Column("number", "序号", 6, "int"),
        Column("name", "单位", 12),
        Column("status", "报送情况", 16),
    ]
    for title, path in COMPARED:
        spans = (("total", "截至封账"),) if path in STANDING_ONLY else (("week", "本周"), ("total", "累计"))
        columns += [counted(path, span, name, title) for span, name in spans]
    columns += [
        Column("coverage", "重点单位覆盖率", 12, read=lambda row: coverage(row.counts)),
        Column("text", "情况说明", 40),
    ]
    return SheetSpec(
        "全省汇总",
        tuple(columns),
        heading=sheet.title,
        subheading=subheading(sheet),
        paper="A3",
        frozen_columns=2,
        filters=False,
    )


def counted(path: str, span: str, name: str, group: str) -> Column:
    return Column(
        f"{span}.{path}", name, 12 if path == "fines" else 8, "number",
        read=lambda row: amount(row.counts.get(span, path), path), group=group,
        number_format="#,##0.00" if path == "fines" else "#,##0",
    )  # fmt: skip


def comparisons(sheet: SummarySheet) -> Iterable[Comparison]:
    for number, line in enumerate(sheet.lines, start=1):
        yield Comparison(number, line.report.called, line.status.word, line.counts, line.text)
    yield Comparison(None, "合计", f"{len(sheet.sent)}/{len(sheet.lines)} 已报送", sheet.own, "")


def coverage(counts: Counts) -> str:
    """Key enterprises that were inspected, of those on the list."""
    listed = counts.total.get("key_targets", 0)
    return f"{100 * counts.total.get('key_inspected', 0) / listed:.1f}%" if listed else "—"


def amount(count: int, path: str) -> int | Decimal:
    return Decimal(count) / 100 if path == "fines" else count


@dataclass(frozen=True)
class MetricRow:
    """One figure of one unit and of its parts."""

    group: str
    metric: Metric
    own: Counts
    parts: Mapping[int, Counts]

    def value(self, span: str, part: int | None = None) -> int | Decimal | None:
        if span not in self.metric.spans:
            return None
        counts = self.own if part is None else self.parts[part]
        return amount(counts.get(span, self.metric.path), self.metric.path)


def metric_rows(words: Vocabulary, own: Counts, parts: Mapping[int, Counts] | None = None) -> Iterable[MetricRow]:
    for group in groups(words):
        for metric in group.metrics:
            yield MetricRow(group.title, metric, own, parts or {})


def city_spec(sheet: SummarySheet, line: Line) -> SheetSpec:
    name = line.report.called
    names = {part: sheet.names.get(part, name) for part in line.figures.parts}
    spec = metrics_spec(sheet, name, name, names)
    said = line.text or "未填写。"
    return SheetSpec(
        spec.name,
        spec.columns,
        heading=f"{name}{sheet.period}执法检查情况",
        subheading=f"{subheading(sheet)} 报送情况：{line.status.word}。",
        notes=(f"情况说明：{said}",),
        paper="A3" if len(spec.columns) > 14 else "A4",
        frozen_columns=2,
        filters=False,
    )


def metrics_spec(sheet: SummarySheet, title: str, own: str, names: Mapping[int, str]) -> SheetSpec:
    columns = [
        Column("group", "类别", 16),
        Column("metric", "指标", 26, read=lambda row: "　" * row.metric.indent + row.metric.label),
        Column("unit", "单位", 6, read=lambda row: row.metric.unit),
        *spans_of(None, own),
    ]
    for part, name in names.items():
        columns += spans_of(part, "市本级" if name == own else name)
    heading = f"{sheet.title}（分项指标）"
    return SheetSpec(title, tuple(columns), heading, subheading(sheet), frozen_columns=2, filters=False)


def spans_of(part: int | None, name: str) -> list[Column]:
    return [
        Column(f"{part}.{span}", title, 10, "number", read=reader(span, part), group=name)
        for span, title in (("week", "本周"), ("total", "累计"))
    ]


def reader(span: str, part: int | None) -> Any:
    return lambda row: row.value(span, part)


OUTCOMES = dict(Outcome.choices)
STATES = dict(IssueState.choices)
STEPS = dict(Step.choices)
ROW_COLUMNS: dict[str, tuple[Column, ...]] = {
    "visit": (
        Column("unit", "所属", 12),
        Column("enterprise", "排污单位", 30),
        Column("key", "是否重点", 8),
        Column("industry", "行业", 16),
        Column("outcome", "检查结果", 12),
        Column("occurred", "检查时间", 16),
        Column("found", "上报时间", 16),
        Column("late", "是否迟报", 8),
    ),
    "issue": (
        Column("unit", "所属", 12),
        Column("number", "编号", 8, "int"),
        Column("enterprise", "排污单位", 30),
        Column("description", "问题描述", 50),
        Column("nature", "性质", 8),
        Column("gravity", "程度", 8),
        Column("type", "问题类型", 24),
        Column("handling", "查处情况", 20),
        Column("deadline", "整改期限", 12),
        Column("state", "状态", 12),
    ),
    "step": (
        Column("unit", "所属", 12),
        Column("number", "案号", 26),
        Column("enterprise", "当事人", 30),
        Column("cause", "案由", 34),
        Column("step", "环节", 10),
        Column("occurred", "日期", 12),
        Column("fine", "罚款（元）", 14),
    ),
    "target": (
        Column("unit", "所属", 12),
        Column("enterprise", "排污单位", 34),
        Column("inspected", "是否已检查", 12),
    ),
}


def rows_spec(kind: str, heading: str) -> SheetSpec:
    return SheetSpec("明细", ROW_COLUMNS[kind], heading=heading)


def worded(row: Mapping[str, Any], words: Vocabulary, names: Mapping[int, str]) -> dict[str, Any]:
    """A row behind a figure as people read it."""
    said = WORDINGS[row["kind"]](row, words)
    return {"unit": names.get(row["part"], ""), "kind": row["kind"], "id": row["id"], **said}


def visit_words(row: Mapping[str, Any], words: Vocabulary) -> dict[str, Any]:
    return {
        "enterprise": row["enterprise"],
        "key": "重点" if row["is_key"] else "非重点",
        "industry": words["industry"].get(str(row["industry"]), ""),
        "outcome": OUTCOMES.get(row["outcome"], row["outcome"]),
        "occurred": wall_clock(row["occurred_at"]),
        "found": wall_clock(row["found_at"]),
        "late": "迟报" if row["is_late"] else "按时",
    }


def issue_words(row: Mapping[str, Any], words: Vocabulary) -> dict[str, Any]:
    return {
        "number": row["number"],
        "enterprise": row["enterprise"],
        "description": row["description"],
        **{name: words[name].get(str(row[name]), "") for name in ("nature", "gravity", "type", "handling")},
        "deadline": row["deadline_on"] or "",
        "state": "逾期未改" if row["overdue"] else STATES.get(row["state"], row["state"]),
    }


def step_words(row: Mapping[str, Any], words: Vocabulary) -> dict[str, Any]:
    return {
        "case": row["case"],
        "number": row["number"],
        "enterprise": row["enterprise"],
        "cause": row["cause"],
        "step": STEPS.get(row["step"], row["step"]),
        "occurred": row["occurred_on"],
        "fine": figure_text("fines", row["fen"]) if row["fen"] else "",
    }


def target_words(row: Mapping[str, Any], words: Vocabulary) -> dict[str, Any]:
    return {"enterprise": row["enterprise"], "inspected": "已检查" if row["inspected"] else "未检查"}


WORDINGS = {"visit": visit_words, "issue": issue_words, "step": step_words, "target": target_words}


def wall_clock(instant: str | None) -> str:
    return f"{local(datetime.fromisoformat(instant)):%Y-%m-%d %H:%M}" if instant else ""
