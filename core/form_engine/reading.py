"""Finished answers for reports, exports and printed documents. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.form_engine.conditions import Definition, Slot, is_filled, lookup, visible_fields
from core.form_engine.normalise import photo_fits
from core.form_engine.rules import display


@dataclass(frozen=True)
class Cell:
    """One answer in words, with its place. `tone` is the tone of the chosen option (good, bad, warn or "")."""

    path: str
    section: str
    item: str
    field: str
    value: str
    tone: str = ""


@dataclass(frozen=True)
class Negative:
    """An answer that calls for a finding: the chosen option carries `finding: true`."""

    path: str
    section: str
    item: str
    field: str
    answer: str
    basis: str
    elements: tuple[str, ...]
    texts: tuple[tuple[str, str], ...]
    photos: tuple[Mapping[str, Any], ...]

    @property
    def sentence(self) -> str:
        """A first draft of the finding: 环境影响评价：是否与实际相符 — 否。…"""
        said = "；".join(text for _, text in self.texts)
        return f"{self.item}：{self.field} — {self.answer}{'。' + said if said else ''}"


@dataclass(frozen=True)
class NotApplicable:
    """An item that was set aside, and why."""

    path: str
    section: str
    item: str
    reason: str


def answers_table(definition: Definition, answers: Mapping[str, Any], day: str = "") -> list[Cell]:
    """Every answer a person saw, blank ones too, in the order of the form."""
    return [_cell(slot, answers) for slot in visible_fields(definition, answers, day)]


def _cell(slot: Slot, answers: Mapping[str, Any]) -> Cell:
    option = chosen(slot, answers)
    value = display(slot.field, lookup(answers, slot.path))
    return Cell(
        slot.path, slot.section["title"], slot.item["title"], slot.field["label"], value, option.get("tone", "")
    )


def chosen(slot: Slot, answers: Mapping[str, Any]) -> Mapping[str, Any]:
    """The option that was picked, or {}."""
    value = lookup(answers, slot.path)
    return next((option for option in slot.field.get("options", []) if option["value"] == value), {})


def negatives(definition: Definition, answers: Mapping[str, Any], day: str = "") -> list[Negative]:
    """The answers that call for a finding, one each."""
    shown = visible_fields(definition, answers, day)
    found = []
    for slot in shown:
        option = chosen(slot, answers)
        if option.get("finding"):
            siblings = [other for other in shown if other.scope == slot.scope]
            found.append(_negative(slot, option, siblings, answers))
    return found


def _negative(slot: Slot, option: Mapping[str, Any], siblings: list[Slot], answers: Mapping[str, Any]) -> Negative:
    texts = [
        (other.field["label"], display(other.field, lookup(answers, other.path)))
        for other in siblings
        if other.field["type"] in {"text", "longtext"} and is_filled(lookup(answers, other.path))
    ]
    return Negative(
        slot.path,
        slot.section["title"],
        slot.item["title"],
        slot.field["label"],
        option["label"],
        slot.item.get("basis", "") or slot.section.get("basis", ""),
        tuple(slot.item.get("elements", ())),
        tuple(texts),
        tuple(lookup(answers, f"{slot.scope}.photos") or ()),
    )


def not_applicable(definition: Definition, answers: Mapping[str, Any], day: str = "") -> list[NotApplicable]:
    """Items whose chosen option carries `na: true`, with what stands in the item's field `reason`."""
    return [
        NotApplicable(
            slot.path, slot.section["title"], slot.item["title"], str(lookup(answers, f"{slot.scope}.reason") or "")
        )
        for slot in visible_fields(definition, answers, day)
        if chosen(slot, answers).get("na")
    ]


def photos(answers: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(path of the item, photo) for every photo of the answers, those of a room's own rows ("_key.number") too."""
    for section, items in answers.items():
        if section.startswith("_"):
            yield from _own_photos(section, items)
            continue
        for item, fields in items.items():
            for photo in fields.get("photos", []):
                yield f"{section}.{item}", photo


def _own_photos(section: str, rows: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The engine does not know the shape of what a room keeps, so only whole photos count."""
    for number, row in enumerate(rows if isinstance(rows, list) else [], 1):
        shown = row.get("photos") if isinstance(row, Mapping) else None
        for photo in shown if isinstance(shown, list) else []:
            if photo_fits(photo):
                yield f"{section}.{number}", photo
