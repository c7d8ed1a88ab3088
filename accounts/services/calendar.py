"""The working-day calendar is amended, and every unit whose terms move by it is told."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from accounts.gate import people_at
from accounts.models import User
from core import calendar
from core.clock import day_of
from core.models import HolidayYear, Obligation
from core.notices import notify

SHOWN = 10


def amend(day: date, *, is_off: bool | None, name: str, actor: object, at: datetime, reason: str) -> int:
    """Amend one day. Returns how many open terms moved by it."""
    with transaction.atomic():
        moved = calendar.amend(day, is_off=is_off, name=name, actor=actor, at=at, reason=reason)
        tell(moved, reason, at)
    return len(moved)


def publish(text: str, *, actor: object, at: datetime) -> tuple[HolidayYear, int]:
    """Take in the table of a whole year. Returns it, and how many open terms moved by it."""
    with transaction.atomic():
        year, moved = calendar.publish_table(text, actor=actor, at=at)
        tell(moved, year.source, at)
    return year, len(moved)


def tell(moved: Iterable[Obligation], reason: str, at: datetime) -> None:
    """One message a unit, with what moved and to which day; a person's own term is told to that person.

    A secret is told by its day alone: the reminders of those who may read it go by the new one.
    """
    by_owner: dict[tuple[str, int | None], list[Obligation]] = {}
    for row in moved:
        if row.reader:
            continue
        by_owner.setdefault((row.unit_path, row.person_id), []).append(row)
    for (path, person), rows in by_owner.items():
        people = User.objects.filter(pk=person) if person else people_at("due.answer", [path], at)
        lines = [f"{row.title}：改为 {day_of(row.due_at)}" for row in rows[:SHOWN]]
        more = [f"另有 {len(rows) - SHOWN} 项，请到“期限”页面查看。"] if len(rows) > SHOWN else []
        body = "\n".join([f"依据：{reason}", *lines, *more])
        key = f"calendar.moved:{path}:{at.isoformat()}"
        notify(people, f"节假日安排调整，{len(rows)} 项期限改期", body, url="/campaigns/due/", key=key, at=at)
