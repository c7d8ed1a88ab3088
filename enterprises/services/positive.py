"""The supervision positive list (监督执法正面清单): entered and removed by an officer, with days and grounds."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from core import audit
from core.clock import day_of
from core.refusals import Refused
from enterprises.models import Enterprise, PositiveListEntry
from enterprises.services.facts import Facts


def add_entry(
    site: Enterprise, *, ground: str, valid_from: date, valid_to: date | None, actor: User, at: datetime
) -> PositiveListEntry:
    """Put a site on the list. Refused while an entry of overlapping days stands."""
    if valid_to is not None and valid_to < valid_from:
        raise Refused("有效期止不能早于有效期起。", field="valid_to", status=422)
    with transaction.atomic():
        Enterprise.objects.select_for_update(of=("self",)).get(pk=site.pk)
        for other in site.positive_entries.filter(removed_on=None):
            if overlap(other, valid_from, valid_to):
                raise Refused("该单位在这段时间内已在正面清单上，不必重复列入。", field="valid_from", status=422)
        entry = PositiveListEntry.objects.create(
            enterprise=site, ground=ground, valid_from=valid_from, valid_to=valid_to, entered_by=actor, entered_at=at
        )
        audit.record(
            "enterprises.positive.add",
            entry,
            actor=actor,
            at=at,
            reason=ground,
            after={"enterprise": site.pk, "valid_from": valid_from, "valid_to": valid_to},
        )
    return entry


def overlap(entry: PositiveListEntry, start: date, end: date | None) -> bool:
    return (end is None or entry.valid_from <= end) and (entry.valid_to is None or entry.valid_to >= start)


def remove_entry(entry: PositiveListEntry, *, on: date, reason: str, actor: User, at: datetime) -> None:
    """Take a site off the list. The notice in writing that the plans demand is what `reason` names."""
    if not reason.strip():
        raise Refused("请填写移出的理由和书面告知情况。", field="reason", status=422)
    with transaction.atomic():
        row = PositiveListEntry.objects.select_for_update(of=("self",)).get(pk=entry.pk)
        if row.removed_on is not None:
            raise Refused("该单位已经移出正面清单。")
        row.removed_on, row.removed_reason, row.removed_by = on, reason, actor
        row.save(update_fields=["removed_on", "removed_reason", "removed_by"])
        audit.record("enterprises.positive.remove", row, actor=actor, at=at, reason=reason, after={"removed_on": on})


def positive_changes(entries: list[PositiveListEntry], facts: Facts) -> dict[str, tuple[Any, Any]]:
    """What a statement would change. A list never takes anybody off: that needs a reason and a notice."""
    if not facts.positive:
        return {}
    standing = standing_entry(entries)
    if standing is None:
        return {"positive": (False, True), "positive_valid_to": (None, facts.positive_valid_to)}
    if facts.positive_valid_to and facts.positive_valid_to != standing.valid_to:
        return {"positive_valid_to": (standing.valid_to, facts.positive_valid_to)}
    return {}


def standing_entry(entries: list[PositiveListEntry]) -> PositiveListEntry | None:
    """The latest entry that nobody removed, expired or not: the same list again must say nothing new."""
    return next((entry for entry in reversed(entries) if entry.removed_on is None), None)


def entry_as_stated(
    site: Enterprise, entries: list[PositiveListEntry], facts: Facts, *, actor: User, at: datetime, ground: str
) -> PositiveListEntry | None:
    """The entry as the statement has it, unsaved; None when it says nothing new."""
    if not positive_changes(entries, facts):
        return None
    entry = standing_entry(entries)
    if entry is None:
        entry = PositiveListEntry(
            enterprise=site, ground=ground, valid_from=day_of(at), entered_by=actor, entered_at=at
        )
    entry.valid_to = facts.positive_valid_to
    entry.valid_from = min(entry.valid_from, entry.valid_to) if entry.valid_to else entry.valid_from
    return entry
