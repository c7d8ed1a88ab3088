"""A year's arrangement of days off as a table, from a file or pasted: read whole, or every fault by its line."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from core import yaml_lines
from core.yaml_lines import Lines, Where

Fault = tuple[Where, str]
ROWS = {
    "type": "array",
    "maxItems": 200,
    "items": {
        "type": "object",
        "required": ["day", "name"],
        "additionalProperties": False,
        "properties": {
            "day": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
            "name": {"type": "string", "minLength": 1, "maxLength": 40},
        },
    },
}
SCHEMA = {
    "type": "object",
    "required": ["year", "source", "days_off", "days_at_work"],
    "additionalProperties": False,
    "properties": {
        "year": {"type": "integer", "minimum": 2000, "maximum": 2100},
        "version": {"type": "integer", "minimum": 1},
        "source": {"type": "string", "minLength": 1, "maxLength": 200},
        "days_off": ROWS,
        "days_at_work": ROWS,
    },
}
KINDS = {"days_off": True, "days_at_work": False}


class BadTable(ValueError):
    """The table cannot be used; `errors` are "name:line: sentence"."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("\n".join(errors))
        self.errors = errors


@dataclass(frozen=True)
class Table:
    """One year: its days that differ from their weekday, as (day, name, is off)."""

    year: int
    version: int
    source: str
    days: tuple[tuple[date, str, bool], ...]


def read(text: str, name: str, years: frozenset[int] = frozenset()) -> Table:
    """The table that a text holds. BadTable names every line that is wrong; `years` are those already published."""
    try:
        data, lines = yaml_lines.loads(text, name)
    except yaml_lines.BadYaml as error:
        raise BadTable([str(error)]) from error
    if errors := yaml_lines.validate(data, lines, SCHEMA, name):
        raise BadTable(errors)
    if errors := [yaml_lines.at(name, lines, where, said) for where, said in faults(data, lines, years)]:
        raise BadTable(errors)
    days = tuple((date.fromisoformat(row["day"]), row["name"], is_off) for row, is_off in rows(data))
    return Table(data["year"], data.get("version", 1), data["source"], days)


def rows(data: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, str], bool]]:
    for kind, is_off in KINDS.items():
        for row in data[kind]:
            yield row, is_off


def faults(data: Mapping[str, Any], lines: Lines, years: frozenset[int]) -> Iterator[Fault]:
    """Days of no year or of another, said twice, both off and at work, weekdays "at work"; a year left out."""
    if said := gap(data["year"], years):
        yield ("year",), said
    seen: dict[str, Where] = {}
    for kind, is_off in KINDS.items():
        for index, row in enumerate(data[kind]):
            where: Where = (kind, index, "day")
            if row["day"] in seen:
                line = yaml_lines.line_of(lines, seen[row["day"]])
                yield where, f"{row['day']} 已在第 {line} 行写过，一天不能既放假又上班，也不能写两次"
            seen.setdefault(row["day"], where)
            yield from day_faults(where, row["day"], data["year"], is_off)


def day_faults(where: Where, said: str, year: int, is_off: bool) -> Iterator[Fault]:
    try:
        day = date.fromisoformat(said)
    except ValueError:
        yield where, f"没有 {said} 这一天"
        return
    if day.year != year:
        yield where, f"{said} 不在 {year} 年"
    elif not is_off and day.weekday() < 5:
        yield where, f"{said} 是星期{'一二三四五'[day.weekday()]}，本来就上班，不用写"


def gap(year: int, years: frozenset[int]) -> str:
    """Why this year may not be published yet: between it and the others one is missing. "" where it may."""
    if not years or min(years) - 1 <= year <= max(years) + 1:
        return ""
    missing = max(years) + 1 if year > max(years) else min(years) - 1
    return f"{missing} 年的安排还没有载入，中间不能空缺，请先载入 {missing} 年"
