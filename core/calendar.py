"""The working-day calendar that the platform judges by: published tables, amended by an administrator, in the database.

Files under core/data/holidays are loaded once; from then on the database is the truth.
"""

from datetime import date, datetime
from pathlib import Path

import yaml
from django.db import transaction

from core import audit
from core.models import HolidayDay, HolidayYear
from core.refusals import Refused
from core.rules import WorkCalendar

DATA = Path(__file__).parent / "data" / "holidays"


def calendar() -> WorkCalendar:
    """The calendar as the database has it now: two queries, some 300 rows."""
    days = list(HolidayDay.objects.values_list("day", "is_off"))
    return WorkCalendar(
        off=frozenset(day for day, is_off in days if is_off),
        working=frozenset(day for day, is_off in days if not is_off),
        years=frozenset(HolidayYear.objects.values_list("year", flat=True)),
    )


def load_tables() -> int:
    """Load each year's file that the database does not know yet. Returns how many years were added."""
    added = 0
    for path in sorted(DATA.glob("*.yaml")):
        table = yaml.safe_load(path.read_text(encoding="utf-8"))
        year, created = HolidayYear.objects.get_or_create(
            year=table["year"], defaults={"source": table["source"], "version": table["version"]}
        )
        if created:
            HolidayDay.objects.bulk_create(
                HolidayDay(year=year, day=row["day"], name=row["name"], is_off=kind == "days_off")
                for kind in ("days_off", "days_at_work")
                for row in table[kind] or []
            )
            added += 1
    return added


def amend(day: date, *, is_off: bool | None, name: str, actor: object, at: datetime, reason: str) -> None:
    """Set one day off (True), at work (False) or back to its weekday (None). Logged; needs a reason."""
    if not reason.strip():
        raise Refused("调整节假日安排须写明依据（通知文号或理由）。", field="reason", status=422)
    with transaction.atomic():
        _, begun = HolidayYear.objects.get_or_create(year=day.year, defaults={"source": reason})
        year = HolidayYear.objects.select_for_update().get(year=day.year)  # of two at once, one after the other
        before = {"is_off": HolidayDay.objects.filter(day=day).values_list("is_off", flat=True).first()}
        HolidayDay.objects.filter(day=day).delete()
        if is_off is not None:
            HolidayDay.objects.create(year=year, day=day, is_off=is_off, name=name)
        year.amended_at, year.version = at, year.version + (not begun)
        year.save(update_fields=["amended_at", "version"])
        audit.record(
            "core.calendar.amend",
            year,
            actor=actor,
            at=at,
            reason=reason,
            before=before,
            after={"day": day, "is_off": is_off},
        )
