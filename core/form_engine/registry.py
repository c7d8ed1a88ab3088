"""Where a room registers what its forms are about. Core knows no room: rooms call `register` in AppConfig.ready."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from core.form_engine.normalise import Problem
from core.models import FormDefinition, Submission


class Handler:
    """The rights and the consequences of one kind of form. Subclass it; `subject` is whatever `subject_for` returns."""

    title = "表单"

    def subject_for(self, user: Any, subject_id: int, *, write: bool) -> Any:
        """The row the form is about. Raises Http404 outside the person's rows and NotAllowed without the capability.

        Says nothing about the state of the row: that is `editable`. With `write` it is called inside the transaction
        and should lock the row (`select_for_update(of=("self",))`).
        """
        raise NotImplementedError

    def definition(self, subject: Any, at: datetime) -> FormDefinition:
        """The definition that a new sheet of this subject is filled on, begun at that moment."""
        raise NotImplementedError

    def readable(self, subject: Any, submission: Submission, user: Any) -> bool:
        """Whether who may read the subject may read this very sheet of it (drafts may be for their writers only)."""
        return True

    def editable(self, subject: Any, user: Any) -> bool:
        """Whether a draft may be written now. May raise Refused to say why not."""
        return True

    def check_final(self, subject: Any, answers: Mapping[str, Any], user: Any, at: datetime) -> list[Problem]:
        """What only the room can judge. `answers` are normalised and hold only what a person sees."""
        return []

    def finalised(self, subject: Any, submission: Submission, user: Any, at: datetime) -> None:
        """Write the rows that follow, in the transaction of the receipt. May raise Refused: then nothing happened."""

    def carried_over(self, subject: Any) -> Iterable[UUID]:
        """Earlier sheets whose photos a new sheet of this subject may show again (a correction, a returned sheet)."""
        return ()

    def unit_path(self, subject: Any) -> str:
        """The responsible unit, for the trail."""
        return str(getattr(subject, "gate_path", ""))


_handlers: dict[str, Handler] = {}


def register(kind: str, handler: Handler | type[Handler]) -> None:
    """Say who answers for a kind. A kind has one handler."""
    if kind in _handlers:
        raise ValueError(f"form kind {kind!r} is registered twice")
    _handlers[kind] = handler() if isinstance(handler, type) else handler


def unregister(kind: str) -> None:
    _handlers.pop(kind, None)


def find(kind: str) -> Handler | None:
    return _handlers.get(kind)
