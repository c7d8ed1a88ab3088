"""Declarative conditions and which fields they show. Standard library only.

static/js/form/conditions.js says the same in the browser; both are held to vectors.json.

A condition is `true`, `false` or one of
    {"field": path, "in": [values]}         the answer is one of these
    {"filled": path}                        anything was answered
    {"field": path, "before": day}          a date earlier than; also "after"; day is an ISO date, a path or "@day"
    {"all": [...]}  {"any": [...]}  {"not": ...}
A path is a field of the same item, or "section.item.field". "@day" is the day for which the sheet is judged.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

Json = Any
Answers = dict[str, Any]
Definition = Mapping[str, Any]

ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True)
class Slot:
    """One place for an answer."""

    section: Mapping[str, Any]
    item: Mapping[str, Any]
    field: Mapping[str, Any]

    @property
    def path(self) -> str:
        return f"{self.section['key']}.{self.item['key']}.{self.field['key']}"

    @property
    def scope(self) -> str:
        return f"{self.section['key']}.{self.item['key']}"


def lookup(answers: Mapping[str, Any], path: str) -> Json:
    """The answer at "section.item.field", or None."""
    found: Any = answers
    for key in path.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def put(answers: Answers, path: str, value: Json) -> None:
    section, item, field = path.split(".")
    answers.setdefault(section, {}).setdefault(item, {})[field] = value


def is_filled(value: Json) -> bool:
    """Blank text, an empty list and a row of blanks are no answer; 0 is one."""
    if isinstance(value, str):
        return bool(value.strip())
    if isinstance(value, Mapping):
        return any(is_filled(cell) for cell in value.values())
    if isinstance(value, list):
        return any(is_filled(row) for row in value)
    return value is not None


def is_day(value: Json) -> bool:
    if not isinstance(value, str) or not ISO_DAY.fullmatch(value):
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def absolute(path: str, scope: str) -> str:
    return path if "." in path else f"{scope}.{path}"


def evaluate(condition: Json, answers: Mapping[str, Any], scope: str = "", day: str = "") -> bool:
    """Whether the condition holds. `scope` is "section.item" of the field that carries it, `day` an ISO date."""
    if isinstance(condition, bool):
        return condition
    if "all" in condition:
        return all(evaluate(part, answers, scope, day) for part in condition["all"])
    if "any" in condition:
        return any(evaluate(part, answers, scope, day) for part in condition["any"])
    if "not" in condition:
        return not evaluate(condition["not"], answers, scope, day)
    if "filled" in condition:
        return is_filled(lookup(answers, absolute(condition["filled"], scope)))
    value = lookup(answers, absolute(condition["field"], scope))
    if "in" in condition:
        return isinstance(value, str) and value in condition["in"]
    order = "before" if "before" in condition else "after"
    other = resolve_day(condition[order], answers, scope, day)
    if not (is_day(value) and is_day(other)):
        return False
    return bool(value < other if order == "before" else value > other)


def resolve_day(word: str, answers: Mapping[str, Any], scope: str, day: str) -> Json:
    if word == "@day":
        return day
    return word if ISO_DAY.fullmatch(word) else lookup(answers, absolute(word, scope))


def references(condition: Json) -> Iterator[str]:
    """Every path that a condition reads."""
    if isinstance(condition, bool):
        return
    for part in [*condition.get("all", []), *condition.get("any", [])]:
        yield from references(part)
    if "not" in condition:
        yield from references(condition["not"])
    for name in ("field", "filled"):
        if name in condition:
            yield condition[name]
    for name in ("before", "after"):
        word = condition.get(name, "@day")
        if word != "@day" and not ISO_DAY.fullmatch(word):
            yield word


def slots(definition: Definition) -> Iterator[Slot]:
    """Every place for an answer, in the order of the form."""
    for section in definition["sections"]:
        for item in section["items"]:
            for field in item["fields"]:
                yield Slot(section, item, field)


def visible_fields(definition: Definition, answers: Mapping[str, Any], day: str = "") -> list[Slot]:
    """The places a person sees. Conditions look only at what stands before them and is seen itself, so one pass is
    enough and an answer hidden by one condition cannot keep another open."""
    seen: Answers = {}
    shown = []
    for slot in slots(definition):
        if not _is_shown(slot, seen, day):
            continue
        shown.append(slot)
        value = lookup(answers, slot.path)
        if is_filled(value):
            put(seen, slot.path, value)
    return shown


def _is_shown(slot: Slot, seen: Answers, day: str) -> bool:
    conditions = (slot.item.get("when", True), slot.field.get("when", True))
    return all(evaluate(condition, seen, slot.scope, day) for condition in conditions)
