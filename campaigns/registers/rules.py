"""A register as data: its expanded shape, its form for the engine, its conditions and clocks. Pure."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import date, datetime, time, timedelta
from typing import Any

from core.form_engine.conditions import evaluate, is_filled
from core.rules import WorkCalendar
from core.wording import SHANGHAI

Data = Mapping[str, Any]
Values = Mapping[str, Any]

CREATE, CORRECT = "create", "correct"
# The one place of the form under which the engine keeps the answers of a register.
SECTION = ITEM = "entry"
SCOPE = f"{SECTION}.{ITEM}"
# What the form engine does not know, and as which of its types it keeps them: keys as text, several values as lists.
AS_TEXT = frozenset({"enterprise", "unit", "person", "reference", "industry"})
AS_LIST = frozenset({"choices", "persons", "files"})
CELL = "value"
MEASURE = "条"
PERIODS = {"year": "年", "quarter": "季", "month": "月", "ever": ""}


def expand(data: Data) -> dict[str, Any]:
    """Options as value and label, yes/no with its words, every list there."""
    kept = deepcopy(dict(data))
    for name in ("transitions", "clocks", "checks", "notices", "indicators", "spawns", "spans", "related"):
        kept.setdefault(name, [])
    kept.setdefault("measure", MEASURE)
    kept.setdefault("heading", [kept["fields"][0]["key"]])
    for field in kept["fields"]:
        _expand_options(field)
        for column in field.get("columns", []):
            _expand_options(column)
    return kept


def _expand_options(field: dict[str, Any]) -> None:
    if field["type"] == "yesno":
        field["options"] = [{"value": "yes", "label": "是"}, {"value": "no", "label": "否"}]
    if "options" in field:
        field["options"] = [
            one if isinstance(one, Mapping) else {"value": one, "label": one} for one in field["options"]
        ]


def fields_at(data: Data, action: str) -> list[dict[str, Any]]:
    """The fields that are filled with an action; those of the entry itself name none."""
    wanted = "" if action in {CREATE, CORRECT} else action
    return [field for field in data["fields"] if field.get("at", "") == wanted]


def field_of(data: Data, key: str) -> dict[str, Any]:
    return next(field for field in data["fields"] if field["key"] == key)


def state_of(data: Data, key: str) -> dict[str, Any]:
    return next((state for state in data["states"] if state["key"] == key), {"key": key, "label": key})


def first_state(data: Data) -> str:
    return str(data["states"][0]["key"])


def action_label(data: Data, action: str) -> str:
    if action in {CREATE, CORRECT}:
        return {CREATE: "登记", CORRECT: "更正"}[action]
    return next((str(one["label"]) for one in data["transitions"] if one["action"] == action), action)


def form_of(data: Data, version: int) -> dict[str, Any]:
    """The definition under which the form engine judges and keeps the entries of this version."""
    fields = [_engine_field(field) for field in fields_at(data, CREATE)]
    item = {"key": ITEM, "title": data["title"], "fields": fields}
    section = {"key": SECTION, "title": data["title"], "items": [item]}
    return {"key": f"register_{data['key']}"[:40], "version": version, "title": data["title"], "sections": [section]}


def _engine_field(field: Data) -> dict[str, Any]:
    known = (
        "key",
        "label",
        "type",
        "hint",
        "options",
        "required",
        "when",
        "unit",
        "min",
        "max",
        "max_length",
        "columns",
    )
    kept = {name: deepcopy(field[name]) for name in known if name in field}
    if field["type"] in AS_TEXT:
        kept |= {"type": "text", "max_length": 200}
    if field["type"] in AS_LIST:
        kept.pop("options", None)
        column: dict[str, Any] = {"key": CELL, "label": field["label"], "type": "text", "max_length": 200}
        if field["type"] == "choices":
            column |= {"type": "choice", "options": deepcopy(field["options"])}
        kept |= {"type": "list", "columns": [column]}
    return kept


def values_of(data: Data, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The engine's answers as flat values."""
    cells = answers.get(SECTION, {}).get(ITEM, {})
    listed = {field["key"] for field in data["fields"] if field["type"] in AS_LIST}
    return {key: [row[CELL] for row in value] if key in listed else value for key, value in cells.items()}


def holds(condition: Any, values: Values, day: str = "") -> bool:
    """A condition of a register over flat values: the engine's own and those that only registers have (CONDITIONS)."""
    if isinstance(condition, bool):
        return condition
    if "all" in condition:
        return all(holds(part, values, day) for part in condition["all"])
    if "any" in condition:
        return any(holds(part, values, day) for part in condition["any"])
    if "not" in condition:
        return not holds(condition["not"], values, day)
    if "includes" in condition:
        return bool(condition["includes"] in (values.get(condition["field"]) or []))
    if "at_least" in condition:
        return bool(_number(values.get(condition["field"])) >= condition["at_least"])
    if "sums_to" in condition:
        rows = values.get(condition["field"]) or []
        total = sum(_number(row.get(condition["column"])) for row in rows)
        return bool(abs(total - condition["sums_to"]) < 1e-9)
    if "within" in condition:
        whole = values.get(condition["within"])
        return not whole or bool(_number(values.get(condition["field"])) <= _number(whole))
    return evaluate(condition, {SECTION: {ITEM: values}}, SCOPE, day)


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


CONDITIONS: Mapping[str, frozenset[str]] = {
    "all": frozenset(),
    "any": frozenset(),
    "not": frozenset(),
    "filled": frozenset(),
    "includes": frozenset({"field"}),
    "at_least": frozenset({"field"}),
    "sums_to": frozenset({"field", "column"}),
    "within": frozenset({"field"}),
    "in": frozenset({"field"}),
    "before": frozenset({"field"}),
    "after": frozenset({"field"}),
}


def parts(condition: Any) -> Iterator[Mapping[str, Any]]:
    """Every simple condition inside a condition."""
    if not isinstance(condition, Mapping):
        return
    inner = [*condition.get("all", []), *condition.get("any", []), *([condition["not"]] if "not" in condition else [])]
    if inner:
        for part in inner:
            yield from parts(part)
    else:
        yield condition


def due_at(clock: Data, values: Values, at: datetime, day: date, calendar: WorkCalendar) -> datetime | None:
    """When a clock that opens at `at` runs out: an hour, or the end of a day; None where its date was not given."""
    if "hours" in clock:
        return at + timedelta(hours=clock["hours"])
    if "field" in clock:
        given = values.get(clock["field"])
        return end_of(date.fromisoformat(given) - timedelta(days=clock.get("before_days", 0))) if given else None
    if "month_end" in clock:
        return end_of(month_end(day, clock["month_end"]))
    return end_of(calendar.add_workdays(at.astimezone(SHANGHAI).date(), clock["workdays"]))


def end_of(day: date) -> datetime:
    """The last instant of a day: a term lasts to 24:00."""
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI) - timedelta(microseconds=1)


def month_end(day: date, later: int) -> date:
    """The last day of the month that lies `later` months after the day's."""
    index = day.year * 12 + day.month + later
    return date(index // 12, index % 12 + 1, 1) - timedelta(days=1)


def period_of(day: date, kind: str) -> tuple[date, date]:
    """First and last day of the year, quarter or month in which a day lies."""
    if kind == "month":
        return day.replace(day=1), month_end(day, 0)
    if kind == "quarter":
        first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        return first, month_end(first, 2)
    if kind == "ever":
        return date(2000, 1, 1), date(9999, 12, 31)
    return date(day.year, 1, 1), date(day.year, 12, 31)


def period_name(day: date, kind: str) -> str:
    names = {"month": f"{day.year} 年 {day.month} 月", "quarter": f"{day.year} 年第 {(day.month - 1) // 3 + 1} 季度"}
    return names.get(kind, "累计" if kind == "ever" else f"{day.year} 年")


def form_at(data: Data, action: str) -> dict[str, Any]:
    """The fields of an action as a form of the engine, for judging only."""
    fields = [_engine_field(field) for field in fields_at(data, action)]
    item = {"key": ITEM, "title": action_label(data, action), "fields": fields}
    return {"sections": [{"key": SECTION, "title": data["title"], "items": [item]}]}


def answers_at(data: Data, action: str, values: Values) -> dict[str, Any]:
    """Flat values of an action's fields as the engine's answers."""
    cells: dict[str, Any] = {}
    for field in fields_at(data, action):
        value: Any = values.get(field["key"])
        if is_filled(value):
            cells[field["key"]] = [{CELL: one} for one in value] if field["type"] in AS_LIST else value
    return {SECTION: {ITEM: cells}}


def words(field: Data, value: Any) -> str:
    """A plain value as people read it; references and people are named by whoever has their rows."""
    if not is_filled(value):
        return ""
    labels = {option["value"]: option["label"] for option in field.get("options", [])}
    if isinstance(value, list):
        if field["type"] == "list":
            return "；".join(_row_words(field, row) for row in value)
        return "、".join(labels.get(one, str(one)) for one in value)
    shown = labels.get(value, f"{value:g}" if isinstance(value, float) else str(value))
    return f"{shown} {field['unit']}" if field.get("unit") else shown


def _row_words(field: Data, row: Mapping[str, Any]) -> str:
    return "，".join(f"{one['label']}{words(one, row[one['key']])}" for one in field["columns"] if one["key"] in row)
