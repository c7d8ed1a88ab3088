"""Transitions of entries: who may, what must be said with them, what follows."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from campaigns.models import RegisterEntry, RegisterPerson, RegisterStep
from campaigns.registers.rules import state_of
from campaigns.registers.services import checks, filing, naming, spawning
from campaigns.registers.services.rights import allowed
from core import audit, locks
from core.refusals import NotAllowed, Refused
from core.states import StateTable, Transition, advance


def table_of(data: Mapping[str, Any]) -> StateTable:
    """The transitions of a register as the project's own table."""
    arrows = tuple(
        Transition(one["action"], one["label"], tuple(one["from"]), one["to"], "", one.get("reason", False))
        for one in data["transitions"]
    )
    return StateTable(data["title"], {state["key"]: state["label"] for state in data["states"]}, arrows)


def transition(entry: RegisterEntry, action: str) -> dict[str, Any] | None:
    return next((one for one in entry.version.data["transitions"] if one["action"] == action), None)


def open_to(entry: RegisterEntry, user: User) -> list[dict[str, Any]]:
    """The transitions that leave the entry's state and that the person may make."""
    data = entry.version.data
    return [one for one in data["transitions"] if entry.state in one["from"] and allowed(one["who"], user, entry)]


def move(
    entry: RegisterEntry, action: str, values: Mapping[str, Any], *, actor: User, at: datetime, reason: str = ""
) -> RegisterEntry:
    """Carry a transition out, with its fields. Refused names what is missing; nothing is half-written."""
    arrow = transition(entry, action)
    if arrow is None or not allowed(arrow["who"], actor, entry):
        raise NotAllowed
    table = table_of(entry.version.data)
    with transaction.atomic():
        locks.hold("register", entry.register)
        entry = RegisterEntry.objects.select_related("version", "unit", "other_unit", "enterprise").get(pk=entry.pk)
        table.arrow(entry.state, action)
        spawning.refuse_void(entry, arrow["to"])
        kept = checks.judged(entry.version.data, action, values, at)
        found = [
            *naming.misnamed(entry, action, kept, actor, at),
            *checks.failed(entry, action, entry.values | kept, at),
        ]
        if found:
            raise checks.refusal(found)
        final = state_of(entry.version.data, arrow["to"]).get("final", False)
        row = advance(
            RegisterEntry,
            entry.pk,
            action,
            table=table,
            actor=actor,
            at=at,
            reason=reason,
            stamps={"values": entry.values | kept, "is_open": not final},
            event="campaigns.registerentry.move",
            said={"action": action, "label": arrow["label"]},
        )
        naming.name_rows(row, kept, actor, at, action)
        row.save(update_fields=["enterprise", "other_unit"])
        RegisterStep.objects.create(
            entry=row, action=action, label=arrow["label"], values=kept, reason=reason[:500], by=actor, at=at
        )
        filing.follow(row, action, actor, at)
    return row


def sign(entry: RegisterEntry, person: RegisterPerson, *, actor: User, at: datetime) -> RegisterPerson:
    """A person signs for oneself (签到、签收), once."""
    if person.user_id != actor.pk:
        raise NotAllowed
    signing = {field["key"] for field in entry.version.data["fields"] if field.get("signs")}
    if person.field not in signing:
        raise Refused("这一栏不需要签到。")
    if not RegisterPerson.objects.filter(pk=person.pk, signed_at=None).update(signed_at=at):
        raise Refused("您已经签过。")
    audit.record("campaigns.registerentry.sign", entry, actor=actor, at=at, after={"field": person.field})
    person.signed_at = at
    return person
