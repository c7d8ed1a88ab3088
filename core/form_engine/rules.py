"""Judging answers: what is missing or wrong, how far a sheet is, what changed. Pure; Python is the authority, and
static/js/form/sheet-rules.js says the same in the browser (both are held to vectors.json)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from core.form_engine.conditions import (
    Answers,
    Definition,
    Json,
    Slot,
    evaluate,
    is_day,
    is_filled,
    lookup,
    put,
    resolve_day,
    slots,
    visible_fields,
)
from core.form_engine.normalise import Problem, normalise

__all__ = [
    "Change",
    "Problem",
    "Progress",
    "changes",
    "display",
    "evaluate",
    "normalise",
    "progress",
    "prune",
    "summary",
    "validate",
    "visible_fields",
    "warnings",
]

MISSING = {"choice": "未选择", "yesno": "未选择", "photos": "缺少照片", "list": "至少填一行"}
TEXT_LIMIT = {"text": 200, "longtext": 4000}
CHINA_LON, CHINA_LAT = (73.0, 136.0), (3.0, 54.0)


@dataclass(frozen=True)
class Progress:
    """How far one section is: of the items that ask for an answer, those that lack nothing."""

    key: str
    title: str
    filled: int
    total: int

    @property
    def done(self) -> bool:
        return self.filled == self.total


@dataclass(frozen=True)
class Change:
    """One answer that differs between two versions, in words."""

    path: str
    section: str
    item: str
    field: str
    before: str
    after: str


def validate(definition: Definition, answers: Mapping[str, Any], day: str = "") -> list[Problem]:
    """Everything that keeps normalised answers from being accepted on `day`, in the order of the form. An item of which
    nothing was filled is one problem."""
    found: list[Problem] = []
    for shown in _by_item(visible_fields(definition, answers, day)):
        if not any(is_filled(lookup(answers, slot.path)) for slot in shown):
            wanted = [slot for slot in shown if is_required(slot, answers, day)]
            found += [_problem(wanted[0], "未填写", whole_item=True)] if wanted else []
            continue
        for slot in shown:
            found += [_problem(slot, message) for message in _faults(slot, answers, day)]
    return found


def _by_item(shown: Iterable[Slot]) -> list[list[Slot]]:
    groups: dict[str, list[Slot]] = {}
    for slot in shown:
        groups.setdefault(slot.scope, []).append(slot)
    return list(groups.values())


def _problem(slot: Slot, message: str, *, whole_item: bool = False) -> Problem:
    field = "" if whole_item else slot.field["label"]
    return Problem(slot.path, message, slot.section["title"], slot.item["title"], field)


def is_required(slot: Slot, answers: Mapping[str, Any], day: str) -> bool:
    return evaluate(slot.field.get("required", False), answers, slot.scope, day)


def _faults(slot: Slot, answers: Mapping[str, Any], day: str) -> list[str]:
    value = lookup(answers, slot.path)
    if is_filled(value):
        return value_faults(slot.field, value, lambda word: resolve_day(word, answers, slot.scope, day))
    return [MISSING.get(slot.field["type"], "未填写")] if is_required(slot, answers, day) else []


def value_faults(field: Mapping[str, Any], value: Json, day_of: Any = lambda word: word) -> list[str]:
    """What is wrong with one answer that is there."""
    kind = field["type"]
    if kind in {"choice", "yesno"}:
        known = {option["value"] for option in field["options"]}
        return [] if value in known else [f"没有「{value}」这个选项"]
    if kind in TEXT_LIMIT:
        limit = field.get("max_length", TEXT_LIMIT[kind])
        return [] if len(value) <= limit else [f"最多 {limit} 字，现在 {len(value)} 字"]
    if kind == "number":
        return _number_faults(field, value)
    if kind == "date":
        return _date_faults(field, value, day_of)
    return _list_faults(field, value, day_of) if kind == "list" else _photo_faults(value)


def _number_faults(field: Mapping[str, Any], value: Json) -> list[str]:
    if not isinstance(value, (int, float)):
        return [f"「{value}」不是数字"]
    if "min" in field and value < field["min"]:
        return [f"不能小于 {field['min']}"]
    return [f"不能大于 {field['max']}"] if "max" in field and value > field["max"] else []


def _date_faults(field: Mapping[str, Any], value: Json, day_of: Any) -> list[str]:
    if not is_day(value):
        return [f"「{value}」不是日期，请写成 2020-04-03"]
    earliest, latest = (day_of(field[name]) if name in field else None for name in ("min", "max"))
    if is_day(earliest) and value < earliest:
        return [f"不能早于 {earliest}"]
    return [f"不能晚于 {latest}"] if is_day(latest) and value > latest else []


def _list_faults(field: Mapping[str, Any], rows: Json, day_of: Any) -> list[str]:
    found = []
    for number, row in enumerate(rows, 1):
        for column in field["columns"]:
            cell = row.get(column["key"])
            faults = value_faults(column, cell, day_of) if is_filled(cell) else []
            if not is_filled(cell) and column.get("required") is True:
                faults = ["未填写"]
            found += [f"第 {number} 行「{column['label']}」{fault}" for fault in faults]
    limit = field.get("max", 200)
    return found if len(rows) <= limit else [*found, f"最多 {limit} 行，现在 {len(rows)} 行"]


def _photo_faults(photos: Json) -> list[str]:
    found = []
    for number, photo in enumerate(photos, 1):
        lon, lat = photo.get("lon"), photo.get("lat")
        if lon is None or lat is None or (_within(lon, CHINA_LON) and _within(lat, CHINA_LAT)):
            continue
        swapped = _within(lat, CHINA_LON) and _within(lon, CHINA_LAT)
        reason = "的经度和纬度似乎填反了" if swapped else "的位置不在我国境内"
        found.append(f"第 {number} 张照片{reason}（{lon:.10g}，{lat:.10g}）")
    return found


def _within(value: float, bounds: tuple[float, float]) -> bool:
    return bounds[0] <= value <= bounds[1]


def warnings(definition: Definition, answers: Mapping[str, Any], day: str = "") -> list[Problem]:
    """What a person should look at but may send: `warn` conditions that hold, repeated cells of a `distinct` column."""
    found = []
    for slot in visible_fields(definition, answers, day):
        for warn in slot.field.get("warn", []):
            if evaluate(warn["when"], answers, slot.scope, day):
                found.append(_problem(slot, warn["text"]))
        for column in slot.field.get("columns", []):
            if column.get("distinct"):
                found += [_problem(slot, text) for text in _repeated(column, lookup(answers, slot.path) or [])]
    return found


def _repeated(column: Mapping[str, Any], rows: list[Mapping[str, Any]]) -> list[str]:
    places: dict[str, list[int]] = {}
    for number, row in enumerate(rows, 1):
        cell = row.get(column["key"])
        if is_filled(cell):
            places.setdefault(str(cell).upper(), []).append(number)
    return [
        f"{column['label']} {cell} 在第 {'、'.join(map(str, numbers))} 行重复出现"
        for cell, numbers in places.items()
        if len(numbers) > 1
    ]


def progress(definition: Definition, answers: Mapping[str, Any], day: str = "") -> list[Progress]:
    """One entry per section."""
    bad = {problem.path.rsplit(".", 1)[0] for problem in validate(definition, answers, day)}
    asked: dict[str, list[str]] = {section["key"]: [] for section in definition["sections"]}
    for shown in _by_item(visible_fields(definition, answers, day)):
        if shown[0].scope in bad or any(is_required(slot, answers, day) for slot in shown):
            asked[shown[0].section["key"]].append(shown[0].scope)
    return [
        Progress(s["key"], s["title"], sum(scope not in bad for scope in asked[s["key"]]), len(asked[s["key"]]))
        for s in definition["sections"]
    ]


def summary(problems: Iterable[Problem]) -> str:
    """缺 3 项：四、移动源（非道路移动机械、油品）；五、其他（清洁生产）"""
    sections: dict[str, dict[str, None]] = {}
    for problem in problems:
        sections.setdefault(problem.section, {})[problem.item or problem.text] = None
    count = sum(len(items) for items in sections.values())
    parts = [f"{name}（{'、'.join(items)}）" if name else "、".join(items) for name, items in sections.items()]
    return f"有 {count} 项没有填好：{'；'.join(parts)}" if count else ""


def prune(definition: Definition, answers: Mapping[str, Any], day: str = "") -> Answers:
    """The answers that a person sees, and the room's own "_" keys: what a hidden field still held is not sent."""
    kept: Answers = {}
    for slot in visible_fields(definition, answers, day):
        value = lookup(answers, slot.path)
        if is_filled(value):
            put(kept, slot.path, value)
    return kept | {key: value for key, value in answers.items() if key.startswith("_")}


def display(field: Mapping[str, Any], value: Json) -> str:
    """An answer in words; "" for none."""
    if not is_filled(value):
        return ""
    kind = field["type"]
    if kind in {"choice", "yesno"}:
        return next((o["label"] for o in field["options"] if o["value"] == value), str(value))
    if kind == "photos":
        return f"{len(value)} 张"
    if kind == "list":
        return "\n".join(_row_text(field["columns"], row) for row in value)
    return f"{value} {field['unit']}" if field.get("unit") else str(value)


def _row_text(columns: list[dict[str, Any]], row: Mapping[str, Any]) -> str:
    return "，".join(f"{c['label']} {display(c, row[c['key']])}" for c in columns if is_filled(row.get(c["key"])))


def changes(definition: Definition, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Every answer that differs, in the order of the form."""
    return [
        Change(
            slot.path,
            slot.section["title"],
            slot.item["title"],
            slot.field["label"],
            display(slot.field, lookup(old, slot.path)),
            display(slot.field, lookup(new, slot.path)),
        )
        for slot in slots(definition)
        if lookup(old, slot.path) != lookup(new, slot.path)
    ]
