"""Everything due stands in one table; these verbs are the only writers."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from core import audit
from core.clock import at_local, day_of
from core.models import Obligation
from core.models.obligation import ObligationQuerySet
from core.refusals import Refused

# What a calendar or new dates change of a row.
TERM = ("due_at", "nominal_on", "on_holiday", "workdays", "provisional")
# With the sentence that says it.
SAID = (*TERM, "rule")
# Days before and after the due day on which people are told; the last is for the superior unit, too.
DAYS = (-3, -1, 0, 1)
# Nobody is woken at midnight.
FIRST_HOUR = 8


def stages(due_at: datetime) -> list[datetime]:
    """When people are told of what is due then. Weekends count: the due day itself was moved off them, or was not."""
    return [at_local(day_of(due_at) + timedelta(days=days), FIRST_HOUR) for days in DAYS]


def next_stage(due_at: datetime, at: datetime) -> datetime | None:
    """The first stage of a later day than `at`, or None when the last one has begun."""
    return next((stage for stage in stages(due_at) if day_of(stage) > day_of(at)), None)


def first_stage(due_at: datetime, opened_at: datetime) -> datetime:
    """The stage after the day of opening, of which people were told then. What opens late is told at once."""
    return next_stage(due_at, opened_at) or stages(due_at)[-1]


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
    nominal_on: date | None = None,
    workdays: int | None = None,
    reader: str = "",
) -> Obligation:
    """Open what is owed, once; called again it moves an open one. With `nominal_on` the calendar moves it, too.

    What has a `reader` is seen by and told to those alone who hold that capability over the unit.
    """
    term: dict[str, Any] = {"due_at": due_at, "nominal_on": nominal_on, "workdays": workdays}
    said = {"title": title[:200], "source": source, "rule": rule, "url": url}
    opened: dict[str, Any] = {"opened_at": at, "remind_at": first_stage(due_at, at), "enterprise_id": enterprise_id}
    opened |= {"person_id": person_id, "reader": reader}
    row, created = Obligation.objects.get_or_create(
        campaign_id=campaign_id,
        kind=kind,
        subject=subject,
        period=period,
        unit_path=unit_path,
        defaults=term | said | opened,
    )
    if not created and row.met_at is None and row.due_at != due_at:
        put_off(row, term)
    return row


def put_off(row: Obligation, term: Mapping[str, Any]) -> None:
    """An open row falls due by another term; people are told of it anew."""
    for name, value in term.items():
        setattr(row, name, value)
    row.remind_at = stages(row.due_at)[0]
    row.save(update_fields=[*term, "remind_at"])


def open_many(rows: Iterable[Obligation], *, at: datetime) -> None:
    """Open what many owe at once (unsaved rows), in batches; what is open already stays as it is."""
    opened = []
    for row in rows:
        row.opened_at, row.remind_at = at, first_stage(row.due_at, at)
        opened.append(row)
    Obligation.objects.bulk_create(opened, batch_size=1000, ignore_conflicts=True)


def move_due(kind: str, *, campaign_id: int, unit_path: str, due_at: datetime) -> int:
    """Move the due instant of everything open of one kind in a campaign under a unit. Returns how many moved."""
    return reschedule(Obligation.objects.under(unit_path).filter(campaign_id=campaign_id, kind=kind), due_at)


def reschedule(rows: ObligationQuerySet, due_at: datetime) -> int:
    """Move the due instant of what is open among `rows`; people are told of it anew."""
    return rows.open().exclude(due_at=due_at).update(due_at=due_at, remind_at=stages(due_at)[0])


def move_rows(rows: Iterable[Obligation], *, at: datetime) -> None:
    """Write the new days of open rows that a calendar or new dates moved; people are told of them anew."""
    moved = []
    for row in rows:
        row.moved_at, row.remind_at = at, first_stage(row.due_at, at)
        moved.append(row)
    # What was met or waived since the caller read it stays as it is.
    Obligation.objects.open().bulk_update(moved, [*SAID, "moved_at", "remind_at"], batch_size=1000)


def write_rows(rows: Iterable[Obligation]) -> None:
    """Write what changed of open rows that fall due when they did: nobody needs to be told anew."""
    Obligation.objects.open().bulk_update(rows, SAID, batch_size=1000)


def resume_rows(rows: Iterable[Obligation], *, at: datetime) -> None:
    """What was waived is owed again, by the days and words that the rows now have; people are told of it anew."""
    resumed = []
    for row in rows:
        row.waived_at, row.waived_by, row.waived_reason = None, None, ""
        row.remind_at = first_stage(row.due_at, at)
        resumed.append(row)
    ends = ["waived_at", "waived_by", "waived_reason", "remind_at"]
    Obligation.objects.bulk_update(resumed, [*SAID, "title", "source", *ends], batch_size=1000)


def hand_over(rows: ObligationQuerySet, unit_path: str, *, at: datetime) -> None:
    """What is open among `rows` is owed by another unit from now on; its people are told of it anew."""
    moved = list(rows.open().exclude(unit_path=unit_path))
    for row in moved:
        row.unit_path, row.remind_at = unit_path, first_stage(row.due_at, at)
    Obligation.objects.bulk_update(moved, ["unit_path", "remind_at"], batch_size=1000)


def pass_on(rows: ObligationQuerySet, unit_path: str, *, at: datetime) -> None:
    """As `hand_over`; what is met passes, too, so that it is owed there if it is ever owed again."""
    hand_over(rows, unit_path, at=at)
    rows.exclude(met_at=None).update(unit_path=unit_path)


def meet_rows(rows: ObligationQuerySet, *, at: datetime) -> int:
    """Mark as met what is open among these rows. Returns how many."""
    return rows.open().update(met_at=at)


def reopen_rows(rows: QuerySet[Obligation]) -> int:
    """What was met among these rows is owed again, and told of again."""
    met = list(rows.filter(waived_at=None).exclude(met_at=None))
    for row in met:
        row.met_at, row.remind_at = None, stages(row.due_at)[0]
    Obligation.objects.bulk_update(met, ["met_at", "remind_at"], batch_size=1000)
    return len(met)


def meet(kind: str, subject: str, *, at: datetime, period: str = "") -> int:
    """Mark as met every open obligation of that kind, subject and period. Returns how many."""
    return Obligation.objects.open().filter(kind=kind, subject=subject, period=period).update(met_at=at)


def reopen(kind: str, subject: str, *, period: str = "") -> int:
    """What was met is owed again (a report recalled, a rectification sent back), and reminded of again."""
    met = Obligation.objects.filter(kind=kind, subject=subject, period=period, waived_at=None).exclude(met_at=None)
    return reopen_rows(met)


def waive(obligation: Obligation, *, actor: object, at: datetime, reason: str) -> None:
    """Somebody answers for this not being done; the reason is kept."""
    if not reason.strip():
        raise Refused("免除事项须写明理由。", field="reason", status=422)
    with transaction.atomic():
        obligation.waived_at, obligation.waived_reason = at, reason[:200]
        obligation.waived_by_id = getattr(actor, "pk", None)
        written = Obligation.objects.open().filter(pk=obligation.pk)
        if not written.update(waived_at=at, waived_by=obligation.waived_by_id, waived_reason=reason[:200]):
            raise Refused("本项已经办结或免除，不能再免除。")
        audit.record("core.obligation.waive", obligation, actor=actor, at=at, reason=reason)


def waive_rows(rows: ObligationQuerySet, *, at: datetime, reason: str) -> int:
    """What is open among these rows is owed no more, by no person's decision; the caller records why. How many."""
    return rows.open().update(waived_at=at, waived_reason=reason)
