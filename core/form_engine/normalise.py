"""What people type, made one shape: trimmed, half-width, ISO dates, real numbers. Standard library only.

What cannot be read stays as it was typed (a draft may hold it; `rules.validate` complains when it is sent), but an
answer of the wrong shape, or to a question that the form does not ask, is a fault of the client and is reported.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core.form_engine.conditions import Answers, Definition, Json, is_filled, slots

WIDE = {ord("０") + n: str(n) for n in range(10)}
WIDE |= {ord("Ａ") + n: chr(ord("A") + n) for n in range(26)} | {ord("ａ") + n: chr(ord("a") + n) for n in range(26)}
WIDE_SIGNS = {ord("．"): ".", ord("－"): "-", ord("，"): ",", ord("／"): "/", ord("。"): ".", ord("　"): " "}
DATE_SHAPES = (
    re.compile(r"(\d{4})\s*[-./年]\s*(\d{1,2})\s*[-./月]\s*(\d{1,2})\s*[日号]?", re.ASCII),
    re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII),
)
NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?", re.ASCII)
DIGITS_THAT_SURVIVE = 15  # a double keeps 15 significant digits, and so does the browser
PHOTO_KEYS: dict[str, type | tuple[type, ...]] = {
    "sha256": str,
    "taken_at": str,
    "caption": str,
    "name": str,
    "lon": (int, float),
    "lat": (int, float),
}
MAX_DEPTH = 12


@dataclass(frozen=True)
class Problem:
    """One thing that keeps a form from being accepted, with its place in words."""

    path: str
    message: str
    section: str = ""
    item: str = ""
    field: str = ""

    @property
    def text(self) -> str:
        """四、移动源管理 · 非道路移动机械 · PIN 码：未填写"""
        names = [self.section, self.item]
        if self.field and self.field != self.item:
            names.append(self.field)
        where = " · ".join(name for name in names if name)
        return f"{where}：{self.message}" if where else self.message


def clean_text(value: str, *, lines: bool = False) -> str:
    """Trimmed, without control characters and lone surrogates (PostgreSQL stores neither); one line unless `lines`."""
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c for c in value if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"})
    return kept.strip() if lines else " ".join(kept.split())


def to_half_width(value: str) -> str:
    return value.translate(WIDE)


def to_day(value: str) -> str:
    """ISO date of 2020.4.3, 2020年4月3日, 20200403, ２０２０／４／３; anything else as typed."""
    typed = value.translate(WIDE | WIDE_SIGNS).strip()
    for shape in DATE_SHAPES:
        match = shape.fullmatch(typed)
        if match:
            try:
                return date(*map(int, match.groups())).isoformat()
            except ValueError:
                return clean_text(value)
    return clean_text(value)


def to_number(value: Json) -> Json:
    """12 of "１２", 1234.5 of "1,234.5"; what is no number, or has more digits than a computer keeps, as typed."""
    if isinstance(value, str):
        typed = value.translate(WIDE | WIDE_SIGNS).strip()
        if not NUMBER.fullmatch(typed) or sum(c.isdigit() for c in typed) > DIGITS_THAT_SURVIVE:
            return clean_text(value)
        value = float(typed.replace(",", ""))
    return int(value) if float(value).is_integer() else value


def normalise(definition: Definition, answers: Json) -> tuple[Answers, list[Problem]]:
    """Clean answers, and what is wrong with their shape. Blank answers are left out; keys that begin with "_" belong to
    the room and are only cleaned."""
    if not isinstance(answers, Mapping):
        return {}, [Problem("", "answers 应当是一组键值")]
    known = {slot.path: slot.field for slot in slots(definition)}
    clean: Answers = {}
    problems: list[Problem] = []
    for section, items in answers.items():
        if section.startswith("_"):
            clean[clean_text(section)] = clean_json(items)
            continue
        for item, fields in _pairs(items, section, problems):
            for field, value in _pairs(fields, f"{section}.{item}", problems):
                _take(known, f"{section}.{item}.{field}", value, clean, problems)
    return clean, problems


def _pairs(value: Json, path: str, problems: list[Problem]) -> list[tuple[str, Json]]:
    if isinstance(value, Mapping):
        return list(value.items())
    problems.append(Problem(clean_text(path), "应当是一组键值"))
    return []


def _take(known: Mapping[str, Any], path: str, value: Json, clean: Answers, problems: list[Problem]) -> None:
    if path not in known:
        problems.append(Problem(clean_text(path), f"这张表没有「{clean_text(path)}」这一项"))
        return
    field = known[path]
    if value is not None and not fits(field, value):
        problems.append(Problem(path, "内容的格式不对", field=field["label"]))
        return
    value = clean_value(field, value)
    if is_filled(value):
        section, item, key = path.split(".")
        clean.setdefault(section, {}).setdefault(item, {})[key] = value


def fits(field: Mapping[str, Any], value: Json) -> bool:
    """Whether the value has the JSON shape that its type may have, however it was typed."""
    kind = field["type"]
    if kind == "list":
        columns = {column["key"]: column for column in field["columns"]}
        return isinstance(value, list) and all(_row_fits(columns, row) for row in value)
    if kind == "photos":
        return isinstance(value, list) and all(photo_fits(photo) for photo in value)
    if kind == "number" and isinstance(value, (int, float)):
        return not isinstance(value, bool) and abs(value) < 10**DIGITS_THAT_SURVIVE
    return isinstance(value, str)


def _row_fits(columns: Mapping[str, Any], row: Json) -> bool:
    if not isinstance(row, Mapping):
        return False
    return all(key in columns and (cell is None or fits(columns[key], cell)) for key, cell in row.items())


def photo_fits(photo: Json) -> bool:
    if not isinstance(photo, Mapping) or not re.fullmatch(r"[0-9a-f]{64}", str(photo.get("sha256"))):
        return False
    return all(
        key in PHOTO_KEYS and (value is None or (isinstance(value, PHOTO_KEYS[key]) and not isinstance(value, bool)))
        for key, value in photo.items()
    )


def clean_value(field: Mapping[str, Any], value: Json) -> Json:
    kind = field["type"]
    if value is None:
        return None
    if kind == "list":
        rows = [_clean_row(field["columns"], row) for row in value]
        return [row for row in rows if row]
    if kind == "photos":
        return [{k: clean_json(v) for k, v in sorted(photo.items()) if v not in (None, "")} for photo in value]
    if kind == "number":
        return to_number(value)
    if kind == "date":
        return to_day(value)
    if kind == "longtext":
        return clean_text(value, lines=True)
    return to_half_width(clean_text(value)) if kind == "text" else clean_text(value)


def _clean_row(columns: list[dict[str, Any]], row: Mapping[str, Any]) -> dict[str, Any]:
    cells = {column["key"]: clean_value(column, row.get(column["key"])) for column in columns}
    return {key: cell for key, cell in cells.items() if is_filled(cell)}


def clean_json(value: Json, depth: int = 0) -> Json:
    """Any JSON with its texts cleaned; what is nested absurdly deep is dropped."""
    if depth > MAX_DEPTH:
        return None
    if isinstance(value, str):
        return clean_text(value, lines=True)
    if isinstance(value, Mapping):
        return {clean_text(str(key)): clean_json(cell, depth + 1) for key, cell in value.items()}
    if isinstance(value, list):
        return [clean_json(cell, depth + 1) for cell in value]
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    return value
