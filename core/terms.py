"""Days that follow from a holiday table: worked out when a thing is opened, and again whenever the table is amended."""

from datetime import date, datetime

from core import clock
from core.models import Obligation
from core.obligations import move_rows, write_rows
from core.rules import OnHoliday, WorkCalendar


def due_day(row: Obligation, work: WorkCalendar) -> date:
    """The day on which a row falls due by this calendar; its own where no calendar moves it."""
    if row.nominal_on is None:
        return clock.day_of(row.due_at)
    if row.workdays is not None:
        return work.add_workdays(row.nominal_on, row.workdays)
    return work.resolve(row.nominal_on, policy_of(row))


def policy_of(row: Obligation) -> OnHoliday:
    return OnHoliday(row.on_holiday or OnHoliday.KEEP)


def is_provisional(row: Obligation, day: date, work: WorkCalendar) -> bool:
    """Whether a table still to be published may move it. Working days are counted by the table, whatever the policy."""
    if row.workdays is not None:
        return work.provisional(day)
    return work.may_move(row.nominal_on or day, day, policy_of(row))


def settle(row: Obligation, work: WorkCalendar) -> bool:
    """Put a row on its day, at the time of day it has. Whether the day moved."""
    day, before = due_day(row, work), row.due_at
    row.provisional = is_provisional(row, day, work)
    row.due_at = before + (clock.at_local(day) - clock.at_local(clock.day_of(before)))
    return row.due_at != before


def recompute(work: WorkCalendar, *, at: datetime) -> list[Obligation]:
    """Work every open term out again. Returns the rows whose day moved."""
    moved, certain = [], []
    rows = Obligation.objects.open().exclude(nominal_on=None).select_for_update().order_by("pk")
    for row in rows.iterator(chunk_size=2000):
        was = row.provisional
        if settle(row, work):
            moved.append(row)
        elif row.provisional != was:
            certain.append(row)
    move_rows(moved, at=at)
    write_rows(certain)
    return moved
