"""Which rows stand behind each figure: the sum over the rows that count is the figure. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

Row = Mapping[str, Any]
KIND_OF = {
    "enterprises": "visit",
    "industry": "visit",
    "visits": "visit",
    "outcome": "visit",
    "late": "visit",
    "key_targets": "target",
    "key_inspected": "target",
    "cases": "step",
    "fines": "step",
}
STEPS = {"cases.filed": "file", "cases.decided": "decide", "cases.closed": "close", "cases.withdrawn": "withdraw"}


def kind_of(path: str) -> str:
    """Which kind of row a figure counts: visit, issue, step or target."""
    return KIND_OF.get(path.partition(".")[0], "issue")


def counts(row: Row, span: str, path: str) -> bool:
    """Whether a row stands behind a figure: the sum over all rows is the figure (fines: the sum of their amounts)."""
    if row["kind"] != kind_of(path):
        return False
    return {"visit": visit_counts, "issue": issue_counts, "step": step_counts, "target": target_counts}[row["kind"]](
        row, span, path
    )


def visit_counts(row: Row, span: str, path: str) -> bool:
    head, _, key = path.partition(".")
    if head in {"enterprises", "industry"}:
        if span not in row["counted"]:
            return False
        if head == "industry":
            return str(row["industry"]) == key
        return not key or key == ("key" if row["is_key"] else "other")
    if span == "week" and not row["in_week"]:
        return False
    return bool({"visits": True, "late": row["is_late"], "outcome": row["outcome"] == key}[head])


def issue_counts(row: Row, span: str, path: str) -> bool:
    head, _, key = path.partition(".")
    if head in {"rectified", "closed"}:
        return span in row[head]
    if head == "overdue":
        return bool(row["overdue"])
    if span == "week" and not row["in_week"]:
        return False
    if head == "element":
        return key in row["elements"]
    return head == "issues" or str(row[head]) == key


def step_counts(row: Row, span: str, path: str) -> bool:
    if span == "week" and not row["in_week"]:
        return False
    return bool(row["step"] == ("decide" if path == "fines" else STEPS[path]))


def target_counts(row: Row, span: str, path: str) -> bool:
    return path == "key_targets" or bool(row["inspected"])


def weight(row: Row, path: str) -> int:
    return int(row["fen"]) if path == "fines" else 1


def recount(rows: Iterable[Row], span: str, path: str) -> int:
    """The figure again, from its rows."""
    return sum(weight(row, path) for row in rows if counts(row, span, path))
