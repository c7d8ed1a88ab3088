"""The working-day calendar that the platform judges by: published tables, amended by an administrator, in the database.

Files under core/data/holidays are loaded once; from then on the database is the truth.
"""

from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from core import audit, holiday_tables, locks, terms
from core.holiday_tables import BadTable, Table
from core.models import HolidayDay, HolidayYear, Obligation
from core.refusals import Refused
from core.rules import WorkCalendar

# Under this lock terms are worked out and tables are changed: no term stands by a calendar that is gone.
LOCK = "calendar"
NAME_LENGTH = 40
DATA = Path(__file__).parent / "data" / "holidays"


def calendar() -> WorkCalendar:
    """The calendar as the database has it now: two queries, some 300 rows."""
    days = list(HolidayDay.objects.values_list("day", "is_off"))
    return WorkCalendar(
        off=frozenset(day for day, is_off in days if is_off),
        working=frozenset(day for day, is_off in days if not is_off),
        years=frozenset(HolidayYear.objects.values_list("year", flat=True)),
    )


def published() -> frozenset[int]:
    return frozenset(HolidayYear.objects.values_list("year", flat=True))


def load_tables(at: datetime | None = None) -> int:
    """Load each year's file that the database does not know yet. Returns how many years were added.

    All or none: killed midway, the next start loads them. With `at`, open terms are worked out anew.
    """
    with transaction.atomic():
        locks.hold(LOCK)
        added = 0
        for path in sorted(DATA.glob("*.yaml")):
            if int(path.stem) in (known := published()):
                continue
            write_table(holiday_tables.read(path.read_text(encoding="utf-8"), path.name, known))
            added += 1
        if added and at is not None:
            terms.recompute(calendar(), at=at)
    return added


def write_table(table: Table) -> HolidayYear:
    year = HolidayYear.objects.create(year=table.year, source=table.source, version=table.version)
    HolidayDay.objects.bulk_create(
        HolidayDay(year=year, day=day, name=name, is_off=is_off) for day, name, is_off in table.days
    )
    return year


def publish_table(text: str, *, actor: object, at: datetime) -> tuple[HolidayYear, list[Obligation]]:
    """Take in a whole year that an administrator hands in, instead of what the year had. Returns what moved by it.

    Refused with every fault by its line.
    """
    with transaction.atomic():
        locks.hold(LOCK)
        try:
            table = holiday_tables.read(text, "节假日表", published())
        except BadTable as bad:
            raise Refused("；".join(bad.errors[:5]), field="text", status=422) from bad
        before = HolidayYear.objects.filter(year=table.year).first()
        version = before.version + 1 if before else table.version
        HolidayYear.objects.filter(year=table.year).delete()
        year = write_table(table)
        year.version, year.amended_at = version, at if before else None
        year.save(update_fields=["version", "amended_at"])
        moved = terms.recompute(calendar(), at=at)
        after = {"year": table.year, "days": len(table.days), "moved": len(moved)}
        audit.record("core.calendar.publish", year, actor=actor, at=at, reason=table.source, after=after)
    return year, moved


def amend(day: date, *, is_off: bool | None, name: str, actor: object, at: datetime, reason: str) -> list[Obligation]:
    """Set one day off (True), at work (False) or back to its weekday (None). Logged; needs a reason.

    Every open term is worked out anew. Returns those that moved.
    """
    if not reason.strip():
        raise Refused("调整节假日安排须写明依据（通知文号或理由）。", field="reason", status=422)
    if is_off is not None and not 0 < len(name.strip()) <= NAME_LENGTH:
        raise Refused(f"请写明名称（如“国庆节”“国庆节调休”），不超过 {NAME_LENGTH} 字。", field="name", status=422)
    if day.year not in (known := published()) and (missing := holiday_tables.gap(day.year, known)):
        raise Refused(f"{missing}。", field="day", status=422)
    with transaction.atomic():
        locks.hold(LOCK)
        _, begun = HolidayYear.objects.get_or_create(year=day.year, defaults={"source": reason})
        year = HolidayYear.objects.select_for_update().get(year=day.year)  # of two at once, one after the other
        held = HolidayDay.objects.filter(day=day).first()
        if (held and (held.is_off, held.name)) == (None if is_off is None else (is_off, name.strip())):
            raise Refused(f"{day} 已经是这样安排的，没有需要更正的。", field="day", status=422)
        before = {"is_off": held.is_off if held else None}
        HolidayDay.objects.filter(day=day).delete()
        if is_off is not None:
            HolidayDay.objects.create(year=year, day=day, is_off=is_off, name=name.strip())
        year.amended_at, year.version = at, year.version + (not begun)
        year.save(update_fields=["amended_at", "version"])
        moved = terms.recompute(calendar(), at=at)
        audit.record(
            "core.calendar.amend",
            year,
            actor=actor,
            at=at,
            reason=reason,
            before=before,
            after={"day": day, "is_off": is_off, "moved": len(moved)},
        )
    return moved
