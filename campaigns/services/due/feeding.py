"""The calendar that a person's own program reads: a secret address, and what stands in it."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.db import transaction
from icalendar import Calendar, Event

from accounts.models import User
from campaigns.models import DueFeed
from campaigns.services.due import looking
from core import audit, clock, locks
from core.models import Obligation
from core.wording import until

PAST, AHEAD = timedelta(days=60), timedelta(days=400)
LIMIT = 2000


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def current(user: User) -> DueFeed | None:
    return DueFeed.objects.filter(user=user, ended_at=None).first()


def renew(user: User, *, at: datetime) -> str:
    """A new address; the one before it ends. Returns the token, which nobody can read again."""
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        locks.hold("due feed", str(user.pk))
        DueFeed.objects.filter(user=user, ended_at=None).update(ended_at=at)
        row = DueFeed.objects.create(user=user, digest=digest(token), made_at=at)
        audit.record("campaigns.duefeed.renew", row, actor=user, at=at)
    return token


def end(user: User, *, at: datetime) -> bool:
    """The address answers no more. Whether there was one."""
    with transaction.atomic():
        locks.hold("due feed", str(user.pk))
        row = current(user)
        if row is None:
            return False
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        audit.record("campaigns.duefeed.end", row, actor=user, at=at)
    return True


def reader(token: str) -> User | None:
    """Whose address it is; nobody's where it was renewed, ended, or the account is closed."""
    row = DueFeed.objects.filter(digest=digest(token), ended_at=None).select_related("user").first()
    return row.user if row is not None and row.user.is_active else None


def feed_of(user: User, base_url: str, at: datetime) -> bytes:
    """What the person's own desk owes, two months back and a year ahead, as iCalendar. Rights are those of now."""
    calendar = Calendar()
    calendar.add("prodid", "-//integrated inspection//due//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", f"{user.name} 期限")
    calendar.add("x-wr-timezone", "Asia/Shanghai")
    rows = looking.owed_by(user).filter(due_at__gte=at - PAST, due_at__lte=at + AHEAD, waived_at=None)
    for row in rows.order_by("due_at", "pk")[:LIMIT]:
        calendar.add_component(event(row, base_url))
    return bytes(calendar.to_ical())


def event(row: Obligation, base_url: str) -> Event:
    """A whole day: the last on which it is in time. Its number stays when the day moves. A program keeps the text for
    days, so it says the day and never how many are left."""
    day, found = clock.day_of(row.due_at), Event()
    found.add("uid", f"due-{row.pk}@{base_url.partition('//')[2] or 'platform'}")
    found.add("dtstamp", row.moved_at or row.opened_at)
    found.add("dtstart", day)
    found.add("dtend", day + timedelta(days=1))
    found.add("summary", f"{'【暂定】' if row.provisional else ''}{row.title}")
    done = "已办结。" if row.met_at else ""
    found.add("description", f"{done}{until(row.due_at)} 到期。依据：{row.source}")
    found.add("status", "CONFIRMED" if not row.provisional else "TENTATIVE")
    if row.url:
        found.add("url", f"{base_url}{row.url}")
    return found
