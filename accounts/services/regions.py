"""Administrative divisions from the data files; loaded once, then the database is the truth."""

import csv
from datetime import date
from pathlib import Path

from accounts.models import Region

DATA = Path(__file__).resolve().parent.parent / "data"


def load_regions() -> int:
    """Add the divisions that the database does not know yet. Returns how many."""
    known = set(Region.objects.values_list("code", flat=True))
    added = 0
    for path in sorted(DATA.glob("regions-*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["code"] not in known]
        rows.sort(key=lambda row: ("province", "city", "county", "town").index(row["level"]))
        Region.objects.bulk_create(region_of(row) for row in rows)
        added += len(rows)
    return added


def region_of(row: dict[str, str]) -> Region:
    return Region(
        code=row["code"],
        name=row["name"],
        level=row["level"],
        parent_id=row["parent"] or None,
        valid_from=date.fromisoformat(row["valid_from"]) if row["valid_from"] else None,
        valid_to=date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
    )
