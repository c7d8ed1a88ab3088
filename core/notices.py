"""Words to people: a notice row in the same transaction as the fact; a sweep delivers it."""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.core.mail import send_mail
from django.db import models, transaction

from core.models import Notice


def notify(users: Iterable[models.Model], title: str, body: str = "", *, key: str, at: datetime, url: str = "") -> int:
    """One notice to each person; the same key twice to one person is one notice. Returns how many were new."""
    rows = [
        Notice(recipient_id=user.pk, key=key[:120], title=title[:120], body=body, url=url, created_at=at)
        for user in users
    ]
    before = Notice.objects.filter(key=key[:120]).count()
    Notice.objects.bulk_create(rows, ignore_conflicts=True)
    return Notice.objects.filter(key=key[:120]).count() - before


def deliver(at: datetime, limit: int = 500) -> int:
    """Hand undelivered notices over: the inbox always, e-mail where a server is set and the person has an address."""
    with transaction.atomic():
        rows = list(
            Notice.objects.undelivered()
            .select_related("recipient")
            .select_for_update(of=("self",), skip_locked=True)
            .order_by("pk")[:limit]
        )
        Notice.objects.filter(pk__in=[row.pk for row in rows]).update(delivered_at=at)
    if settings.EMAIL_HOST:
        send_by_mail(rows)
    return len(rows)


def send_by_mail(rows: list[Notice]) -> None:
    """One message a person, whatever number of notices there is."""
    by_person: dict[str, list[Notice]] = {}
    for row in rows:
        if row.recipient.email:
            by_person.setdefault(row.recipient.email, []).append(row)
    for address, mine in by_person.items():
        text = "\n\n".join(f"{row.title}\n{row.body}\n{settings.PUBLIC_BASE_URL}{row.url}" for row in mine)
        send_mail(f"一体化执法行动平台：{mine[0].title}", text, None, [address], fail_silently=True)
