"""A sheet on a page: what templates/components/form/ draw and static/js/form/sheet.js brings to life."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from core import clock
from core.form_engine import rules
from core.form_engine.conditions import Answers, Definition, Slot, lookup, visible_fields
from core.form_engine.reading import Cell, answers_table
from core.form_engine.registry import Handler
from core.form_engine.services import handler_of
from core.models import FormDefinition, Submission
from core.refusals import Refused

TONES = {"good": "green", "bad": "red", "warn": "amber", "none": "grey"}
SEGMENTED_OPTIONS, SEGMENTED_LETTERS = 4, 16
STACKED_OPTIONS = 6
PLACEHOLDER = "client-id"


@dataclass(frozen=True)
class FieldView:
    """One field of an empty form; the script fills it."""

    slot: Slot

    @property
    def id(self) -> str:
        return "f-" + self.slot.path.replace(".", "-")

    @property
    def field(self) -> Mapping[str, Any]:
        return self.slot.field

    @property
    def widget(self) -> str:
        """Which fragment draws it."""
        kind: str = self.field["type"]
        if kind not in {"choice", "yesno"}:
            return kind
        labels = [option["label"] for option in self.field["options"]]
        if len(labels) <= SEGMENTED_OPTIONS and sum(map(len, labels)) <= SEGMENTED_LETTERS:
            return "segmented"
        return "stacked" if len(labels) <= STACKED_OPTIONS else "select"

    @property
    def options(self) -> list[dict[str, str]]:
        return [{**option, "tone": TONES.get(option.get("tone", ""), "")} for option in self.field.get("options", [])]

    @property
    def is_alone(self) -> bool:
        """The item asks one thing only, in the same words: the label would only repeat the title."""
        return bool(self.field["label"] == self.slot.item["title"])


@dataclass(frozen=True)
class ItemView:
    item: Mapping[str, Any]
    fields: list[FieldView]
    path: str
    source: str


@dataclass(frozen=True)
class SectionView:
    section: Mapping[str, Any]
    items: list[ItemView]

    @property
    def short(self) -> str:
        return str(self.section.get("short") or self.section["title"])


@dataclass(frozen=True)
class Sheet:
    """Everything that a page needs to show one sheet, writable or not."""

    definition: FormDefinition
    client_id: uuid.UUID
    kind: str
    subject_id: int
    answers: Answers
    submission: Submission | None
    writable: bool
    refusal: str
    needs_reason: bool
    day: str
    photo_sheets: tuple[uuid.UUID, ...]

    @property
    def sections(self) -> list[SectionView]:
        return sections_of(self.definition.data)

    @property
    def data(self) -> Mapping[str, Any]:
        return dict(self.definition.data)

    @property
    def progress(self) -> list[rules.Progress]:
        return rules.progress(self.definition.data, self.answers, self.day)

    @property
    def state(self) -> dict[str, Any]:
        """What the script starts from."""
        sent = self.submission
        return {
            "client_id": str(self.client_id),
            "form": self.definition.name,
            "kind": self.kind,
            "subject_id": self.subject_id,
            "answers": self.answers,
            "revision": sent.revision if sent else 0,
            "saved_at": sent.saved_at.isoformat() if sent else None,
            "day": self.day,
            "needs_reason": self.needs_reason,
            "reason": sent.reason if sent else "",
            "submission_url": submission_url(PLACEHOLDER),
            "evidence_url": reverse("core_api:evidence", args=["0" * 64])[:-64],
            "photo_sheets": [str(pk) for pk in self.photo_sheets],
        }


def submission_url(client_id: uuid.UUID | str) -> str:
    """Where a sheet is put and got; with "client-id" a pattern for the script."""
    pattern = reverse("core_api:submission", args=[uuid.UUID(int=0)])
    return pattern.replace(str(uuid.UUID(int=0)), str(client_id))


def open_sheet(
    kind: str,
    subject_id: int,
    *,
    user: Any,
    at: datetime,
    client_id: uuid.UUID | None = None,
    answers: Answers | None = None,
    correct: bool = False,
) -> Sheet:
    """The sheet of a subject as this person may see it: its draft, else the version in force, else an empty one.

    `client_id` and `answers` are what a new sheet starts with; `correct` starts a correction of the version in force.
    Raises what the handler's `subject_for` raises.
    """
    handler = handler_of(kind)
    subject = handler.subject_for(user, subject_id, write=False)
    current = _readable(handler, subject, user, kind, subject_id)
    kept = None if current is None or (correct and current.locked) else current
    refusal = "" if kept and kept.locked else _refusal(handler, subject, user)
    return Sheet(
        definition=kept.definition if kept else handler.definition(subject, at),
        client_id=kept.pk if kept else client_id or uuid.uuid4(),
        kind=kind,
        subject_id=subject_id,
        answers=current.answers if current else answers or {},
        submission=kept,
        writable=not refusal and not (kept and kept.locked),
        refusal=refusal,
        needs_reason=kept.supersedes_id is not None if kept else current is not None,
        day=clock.day_of((kept and kept.received_at) or at).isoformat(),
        photo_sheets=(*([current.pk] if current else []), *handler.carried_over(subject)),
    )


def _readable(handler: Handler, subject: Any, user: Any, kind: str, subject_id: int) -> Submission | None:
    """The draft for those who may read it, else the version in force."""
    sheets = Submission.objects.about(kind, subject_id).select_related("definition", "updated_by")
    found = [sheets.drafts().first(), sheets.final().first()]
    return next((sheet for sheet in found if sheet and handler.readable(subject, sheet, user)), None)


def _refusal(handler: Handler, subject: Any, user: Any) -> str:
    """Why nothing may be written now, or ""."""
    try:
        return "" if handler.editable(subject, user) else f"{handler.title}现在不能填写或修改。"
    except Refused as refused:
        return refused.message


def sections_of(definition: Definition) -> list[SectionView]:
    return [
        SectionView(section, [_item(section, item) for item in section["items"]]) for section in definition["sections"]
    ]


def _item(section: Mapping[str, Any], item: Mapping[str, Any]) -> ItemView:
    fields = [FieldView(Slot(section, item, field)) for field in item["fields"]]
    basis = item.get("basis", "") or section.get("basis", "")
    elements = "、".join(item.get("elements", ()))
    source = " · ".join(filter(None, [basis, elements and f"要素 {elements}"]))
    return ItemView(item, fields, f"{section['key']}.{item['key']}", source)


@dataclass(frozen=True)
class Photo:
    """A photo of a finished sheet."""

    url: str
    caption: str
    taken_at: str


@dataclass(frozen=True)
class ReadItem:
    """One item of a finished sheet: its choices first, its texts after, then what calls for a look, its photos last."""

    title: str
    basis: str
    verdicts: list[Cell]
    texts: list[Cell]
    warnings: list[str]
    photos: list[Photo]

    @property
    def tone(self) -> str:
        tones = [cell.tone for cell in self.verdicts]
        return TONES.get(next((t for t in ("bad", "warn", "good", "none") if t in tones), ""), "")


@dataclass(frozen=True)
class ReadSection:
    title: str
    items: list[ReadItem]


def read_sections(submission: Submission) -> list[ReadSection]:
    """A finished sheet (or a draft as it stands) for reading and for print: what was seen and answered."""
    definition, answers = submission.definition.data, submission.answers
    day = clock.day_of(submission.received_at or submission.saved_at).isoformat()
    cells = {cell.path: cell for cell in answers_table(definition, answers, day)}
    warned = rules.warnings(definition, answers, day)
    items: dict[str, dict[str, list[Slot]]] = {}
    for slot in visible_fields(definition, answers, day):
        items.setdefault(slot.section["title"], {}).setdefault(slot.scope, []).append(slot)
    return [
        ReadSection(title, [_read_item(submission, shown, cells, warned) for shown in scopes.values()])
        for title, scopes in items.items()
    ]


def _read_item(
    submission: Submission, shown: list[Slot], cells: Mapping[str, Cell], warned: list[rules.Problem]
) -> ReadItem:
    answered = [(slot, cells[slot.path]) for slot in shown if cells[slot.path].value]
    is_choice = {"choice", "yesno"}
    first = shown[0]
    return ReadItem(
        title=first.item["title"],
        basis=first.item.get("basis", "") or first.section.get("basis", ""),
        verdicts=[cell for slot, cell in answered if slot.field["type"] in is_choice],
        texts=[cell for slot, cell in answered if slot.field["type"] not in {*is_choice, "photos"}],
        warnings=[f"{w.field}：{w.message}" for w in warned if w.path.startswith(f"{first.scope}.")],
        photos=[_photo(submission, photo) for photo in lookup(submission.answers, f"{first.scope}.photos") or []],
    )


def _photo(submission: Submission, photo: Mapping[str, Any]) -> Photo:
    url = reverse("core_api:submission_photo", args=[submission.pk, photo["sha256"]])
    return Photo(url, photo.get("caption", ""), photo.get("taken_at", ""))
