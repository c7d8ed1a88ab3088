"""Which rules of a plan say that an enterprise belongs on the year's key list, as far as they are in force on a day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

# A permit whose class nobody entered.
UNSTATED = "unstated"


@dataclass(frozen=True)
class KeyClass:
    """One industry, by number of the list, beginning of the GB/T 4754 code, or words of the written industry."""

    name: str
    numbers: tuple[int, ...] = ()
    codes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()


@dataclass(frozen=True)
class KeyRule:
    """One rule: by industry, or by the class of the discharge permit."""

    key: str
    name: str
    source: str
    lines: str
    quote: str
    note: str
    classes: tuple[KeyClass, ...]
    management: tuple[str, ...]


def rules_on(data: Mapping[str, Any], day: date) -> list[KeyRule]:
    return [rule_of(one, day) for one in in_force(data.get("key_list", {}).get("rules", []), day)]


def in_force(entries: list[Mapping[str, Any]], day: date) -> Iterator[Mapping[str, Any]]:
    for one in entries:
        if one.get("from", "") <= day.isoformat() <= one.get("until", "9999-12-31"):
            yield one


def rule_of(one: Mapping[str, Any], day: date) -> KeyRule:
    texts = {name: one.get(name, "") for name in ("key", "name", "source", "lines", "quote", "note")}
    classes = tuple(class_of(entry) for entry in in_force(one.get("classes", []), day))
    return KeyRule(**texts, classes=classes, management=tuple(one.get("management", [])))


def class_of(one: Mapping[str, Any]) -> KeyClass:
    return KeyClass(one["name"], *(tuple(one.get(name, ())) for name in ("numbers", "codes", "words", "unless")))


def judged_on(year: int, today: date) -> date:
    """The day as of which a year's list is judged: today, within the year."""
    return min(max(today, date(year, 1, 1)), date(year, 12, 31))
