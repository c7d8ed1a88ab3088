"""States move only here: enum + transition table + one guarded `advance`."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import models, transaction

from core import audit
from core.refusals import Refused

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class Transition:
    """One arrow: from any of `sources` to `target` by `action`, for those who hold `capability`."""

    action: str
    label: str
    sources: tuple[str, ...]
    target: str
    capability: str
    needs_reason: bool = False


@dataclass(frozen=True)
class StateTable:
    """All arrows of one model. `field` is the model's state column."""

    name: str
    labels: Mapping[str, str]
    transitions: tuple[Transition, ...]
    field: str = "state"
    by_key: dict[tuple[str, str], Transition] = dataclasses.field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for arrow in self.transitions:
            for source in arrow.sources:
                self.by_key[(source, arrow.action)] = arrow

    def arrow(self, state: str, action: str) -> Transition:
        """The transition, or a refusal that names both."""
        found = self.by_key.get((state, action))
        if found is None:
            label = next((t.label for t in self.transitions if t.action == action), action)
            raise Refused(f"{self.name}当前为“{self.labels.get(state, state)}”，不能办理“{label}”。")
        return found

    def actions(self, state: str) -> list[Transition]:
        """Every arrow that leaves a state, in the order of the table."""
        return [arrow for arrow in self.transitions if state in arrow.sources]


def advance(
    model: type[Row],
    pk: object,
    action: str,
    *,
    table: StateTable,
    actor: object,
    at: datetime,
    reason: str = "",
    stamps: Mapping[str, Any] | None = None,
    expected: Iterable[str] | None = None,
    said: Mapping[str, Any] | None = None,
    event: str = "",
) -> Row:
    """Lock the row, ask the table, stamp, save, write the event (with what is `said` beside). Returns the saved row.

    Rights are the caller's (`accounts.gate.require`); this keeps the order of states. Raises Refused when the arrow
    does not exist or lacks its reason. A table that is data (a register's) names all its actions by one `event`.
    """
    with transaction.atomic():
        row = model._default_manager.select_for_update(of=("self",)).get(pk=pk)
        before = getattr(row, table.field)
        if expected is not None and before not in expected:
            raise Refused(f"{table.name}已被他人改为“{table.labels.get(before, before)}”，请刷新后再办理。")
        arrow = explained(table.arrow(before, action), reason)
        setattr(row, table.field, arrow.target)
        for name, value in (stamps or {}).items():
            setattr(row, name, value)
        row.save(update_fields=[table.field, *(stamps or {})])
        audit.record(
            event or f"{row._meta.label_lower}.{action}",
            row,
            actor=actor,
            at=at,
            reason=reason,
            before={table.field: before},
            after={table.field: arrow.target, **(said or {})},
        )
        return row


def explained(arrow: Transition, reason: str) -> Transition:
    """The arrow, unless it lacks the reason that it asks for."""
    if arrow.needs_reason and not reason.strip():
        raise Refused(f"办理“{arrow.label}”须填写理由。", field="reason", status=422)
    return arrow
