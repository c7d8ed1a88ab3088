"""The trail: one event per command, append-only, numbered without gaps and chained by a single sealer.

A chain read as "last row, then insert" forks under load, so writers only insert; `seal` locks one head row,
numbers what is committed and links it (docs/architecture.md, "Trace").
"""

import functools
import hashlib
import json
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction

from core.models import AuditEvent, AuditHead

remote_address: ContextVar[str] = ContextVar("remote_address", default="")
# Denials of the request that is being answered; None where nobody is being answered.
denials: ContextVar[list[Callable[[], object]] | None] = ContextVar("denials", default=None)


def canonical(value: object) -> str:
    """JSON with sorted keys and no spaces: the same value is always the same text."""
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest_of(value: object) -> str:
    """SHA-256 (hex) of the canonical text."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def record(
    action: str,
    obj: models.Model | None,
    *,
    actor: object,
    at: datetime,
    reason: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    unit_path: str = "",
) -> AuditEvent:
    """Write one event in the transaction of the command. `actor` is a user or None (the platform itself)."""
    actor_id = getattr(actor, "pk", None)
    unit = getattr(actor, "unit", None)
    return AuditEvent.objects.create(
        occurred_at=at,
        action=action,
        actor_id=actor_id,
        actor_name=str(getattr(actor, "name", "") or ("平台" if actor_id is None else actor))[:60],
        unit_path=unit_path or getattr(unit, "path", ""),
        model=obj._meta.label_lower if obj is not None else "",
        object_id=str(obj.pk) if obj is not None else "",
        object_label=str(obj)[:200] if obj is not None else "",
        reason=reason,
        address=remote_address.get(),
        detail=json.loads(canonical(after or {})),
        before_digest=digest_of(before) if before else "",
        after_digest=digest_of(after) if after else "",
    )


def denied(action: str, obj: models.Model | None, *, actor: object, at: datetime) -> None:
    """Write a denial. Within a request the middleware writes it after the view: a rolled back command keeps it."""
    write = functools.partial(record, action, obj, actor=actor, at=at)
    noted = denials.get()
    if noted is None:
        write()
    else:
        noted.append(write)


# What is hashed, in this order.
FIELDS = (
    "number",
    "id",
    "occurred_at",
    "action",
    "actor_id",
    "actor_name",
    "unit_path",
    "model",
    "object_id",
    "object_label",
    "reason",
    "address",
    "detail",
    "before_digest",
    "after_digest",
)


def fields_of(event: AuditEvent) -> list[str]:
    """The texts of FIELDS; instants to the microsecond, as the column stores them."""
    occurred = event.occurred_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return [
        str(event.number),
        str(event.pk),
        occurred,
        event.action,
        str(event.actor_id or ""),
        event.actor_name,
        event.unit_path,
        event.model,
        event.object_id,
        event.object_label,
        event.reason,
        event.address,
        canonical(event.detail),
        event.before_digest,
        event.after_digest,
    ]


def dump_line(event: AuditEvent) -> str:
    """A sealed event as one line of JSON, every value the very text that was hashed (scripts/verify_audit.py)."""
    texts = dict(zip(FIELDS, fields_of(event), strict=True))
    return json.dumps(texts | {"previous": event.previous, "digest": event.digest}, ensure_ascii=False)


def link(previous: str, event: AuditEvent) -> str:
    """The digest that chains an event to its predecessor; every field is length-prefixed."""
    hasher = hashlib.sha256(previous.encode())
    for text in fields_of(event):
        raw = text.encode()
        hasher.update(f"{len(raw)}:".encode() + raw)
    return hasher.hexdigest()


def seal(limit: int = 5000) -> int:
    """Number and chain up to `limit` committed events. Returns how many. Safe to run anywhere, any number at once."""
    with transaction.atomic():
        AuditHead.objects.get_or_create(pk=1)
        head = AuditHead.objects.select_for_update().get(pk=1)
        events = list(AuditEvent.objects.unsealed().order_by("pk")[:limit])
        for event in events:
            head.number += 1
            event.number, event.previous = head.number, head.digest
            event.digest = head.digest = link(event.previous, event)
        AuditEvent.objects.bulk_update(events, ["number", "previous", "digest"])
        head.save()
    return len(events)
