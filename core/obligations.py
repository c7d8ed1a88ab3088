"""Everything due stands in one table; these verbs are the only writers."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from core import audit
from core.models import Obligation
from core.refusals import Refused


def open_obligation(
    *,
    kind: str,
    subject: str,
    unit_path: str,
    due_at: datetime,
    at: datetime,
    title: str,
    period: str = "",
    campaign_id: int | None = None,
    enterprise_id: int | None = None,
    person_id: int | None = None,
    source: str = "",
    rule: str = "",
    url: str = "",
) -> Obligation:
    """Open what is owed, once. Called again it moves the due instant of an open one and changes nothing else."""
    row, created = Obligation.objects.get_or_create(
        campaign_id=campaign_id,
        kind=kind,
        subject=subject,
        period=period,
        unit_path=unit_path,
        defaults={
            "due_at": due_at,
            "opened_at": at,
            "title": title[:200],
            "enterprise_id": enterprise_id,
            "person_id": person_id,
            "source": source,
            "rule": rule,
            "url": url,
        },
    )
    if not created and row.met_at is None and row.due_at != due_at:
        row.due_at, row.reminded_at, row.overdue_told_at = due_at, None, None
        row.save(update_fields=["due_at", "reminded_at", "overdue_told_at"])
    return row


def open_many(rows: Iterable[Obligation], *, at: datetime) -> None:
    """Open what many owe at once (unsaved rows), in batches; what is open already stays as it is."""
    opened = []
    for row in rows:
        row.opened_at = at
        opened.append(row)
    Obligation.objects.bulk_create(opened, batch_size=1000, ignore_conflicts=True)


def move_due(kind: str, *, campaign_id: int, unit_path: str, due_at: datetime) -> int:
    """Move the due instant of everything open of one kind in a campaign under a unit. Returns how many moved."""
    rows = Obligation.objects.open().under(unit_path).filter(campaign_id=campaign_id, kind=kind)
    return rows.exclude(due_at=due_at).update(due_at=due_at, reminded_at=None, overdue_told_at=None)


def meet(kind: str, subject: str, *, at: datetime, period: str = "") -> int:
    """Mark as met every open obligation of that kind, subject and period. Returns how many."""
    return Obligation.objects.open().filter(kind=kind, subject=subject, period=period).update(met_at=at)


def reopen(kind: str, subject: str, *, period: str = "") -> int:
    """What was met is owed again (a report recalled, a rectification sent back), and reminded of again."""
    met = Obligation.objects.filter(kind=kind, subject=subject, period=period, waived_at=None).exclude(met_at=None)
    return met.update(met_at=None, reminded_at=None, overdue_told_at=None)


def waive(obligation: Obligation, *, actor: object, at: datetime, reason: str) -> None:
    """Somebody answers for this not being done; the reason is kept."""
    if not reason.strip():
        raise Refused("免除事项须写明理由。", field="reason", status=422)
    with transaction.atomic():
        obligation.waived_at, obligation.waived_reason = at, reason[:200]
        obligation.waived_by_id = getattr(actor, "pk", None)
        obligation.save(update_fields=["waived_at", "waived_by", "waived_reason"])
        audit.record("core.obligation.waive", obligation, actor=actor, at=at, reason=reason)
