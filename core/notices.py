"""Words to people: a notice row in the same transaction as the fact; a sweep hands it to what leaves the platform.

The inbox has every notice at once. One mail a day carries a person's reminder and what else came in, unless the person
chose otherwise (MailChoice); core.deliveries brings it out.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction

from core import deliveries
from core.clock import at_local, day_of, local
from core.models import Delivery, MailChoice, Notice

# Reminders are written at eight; what is mailed goes out a little later, so that one mail carries everything.
MAIL_TIME = (8, 5)
DAILY, EACH, NOT = MailChoice.Events.DAILY, MailChoice.Events.EACH, MailChoice.Events.NONE


def notify(users: Iterable[models.Model], title: str, body: str = "", *, key: str, at: datetime, url: str = "") -> int:
    """One notice to each person; the same key twice to one person is one notice. Returns how many were new."""
    people = {user.pk for user in users}
    if not people:
        return 0
    told = Notice.objects.filter(key=key[:120], recipient__in=people).values_list("recipient", flat=True)
    rows = [
        Notice(recipient_id=person, key=key[:120], title=title[:120], body=body, url=url, created_at=at)
        for person in sorted(people.difference(told))
    ]
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def notify_each(rows: Iterable[Notice]) -> None:
    """Many notices with words of their own (unsaved rows), in batches; what a person was told by that key stays."""
    Notice.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)


def deliver(at: datetime, limit: int = 500) -> int:
    """Hand over what is new, bring out what is due. Safe any number of times, anywhere. Returns how many were new."""
    total, started = 0, time.monotonic()
    while time.monotonic() - started < deliveries.RUN_SECONDS and (handed := hand_over(at, limit)):
        total += handed
    deliveries.send_due(at)
    return total


def hand_over(at: datetime, limit: int) -> int:
    """Undelivered notices into mails, where a mail server is set and the person wants them there."""
    with transaction.atomic():
        rows = list(
            Notice.objects.undelivered()
            .select_related("recipient__mail_choice")
            .select_for_update(of=("self",), skip_locked=True)
            .order_by("pk")[:limit]
        )
        if settings.EMAIL_HOST:
            put_into_mails([(row, mail) for row in rows if (mail := mail_for(row, at)) is not None], at)
        for row in rows:
            row.delivered_at = at
        Notice.objects.bulk_update(rows, ["delivered_at", "mail"], batch_size=500)
    return len(rows)


@dataclass(frozen=True)
class Mail:
    """Which message of a person a notice goes into, and when that leaves."""

    key: str
    next_at: datetime


def mail_for(row: Notice, at: datetime) -> Mail | None:
    """A reminder: today's. Anything else as the person chose: the next one of a day, one of its own, or none."""
    person: Any = row.recipient
    if not person.email or not person.is_active:
        return None
    choice = getattr(person, "mail_choice", None) or MailChoice()
    if row.digest is not None:
        return mail_of_day(day_of(at), at) if choice.reminders else None
    if choice.events == EACH:
        return Mail(f"notice:{row.pk}", at)
    begun = local(at).hour >= MAIL_TIME[0]
    return mail_of_day(day_of(at) + timedelta(days=begun), at) if choice.events == DAILY else None


def mail_of_day(day: date, at: datetime) -> Mail:
    return Mail(f"day:{day}", max(at, at_local(day, *MAIL_TIME)))


def put_into_mails(rows: list[tuple[Notice, Mail]], at: datetime) -> None:
    """What a written mail no longer takes stays in the inbox, and nobody gets a second mail that day; but a reminder
    that comes after the day's mail has left, as after an outage, has a mail of its own."""
    unwritten = mails_of(rows, at)
    for row, mail in rows:
        row.mail = unwritten.get((row.recipient_id, mail.key))
    late = [(row, Mail(f"reminder:{row.pk}", at)) for row, _ in rows if row.mail_id is None and row.digest is not None]
    own = mails_of(late, at)
    for row, mail in late:
        row.mail = own.get((row.recipient_id, mail.key))


def mails_of(rows: list[tuple[Notice, Mail]], at: datetime) -> dict[tuple[int | None, str], Delivery]:
    """The mails of these notices that are not written yet, by person and key; what is missing is made."""
    fresh = {(row.recipient_id, mail.key): mail.next_at for row, mail in rows}
    Delivery.objects.bulk_create(
        [
            Delivery(channel=Delivery.Channel.MAIL, recipient_id=person, key=key, created_at=at, next_at=next_at)
            for (person, key), next_at in fresh.items()
        ],
        ignore_conflicts=True,
    )
    people, keys = {person for person, _ in fresh}, {key for _, key in fresh}
    found = Delivery.objects.filter(channel=Delivery.Channel.MAIL, recipient__in=people, key__in=keys)
    return {
        (mail.recipient_id, mail.key): mail
        for mail in found.filter(body="").select_for_update(of=("self",)).order_by("pk")
    }
