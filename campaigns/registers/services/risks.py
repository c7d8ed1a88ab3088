"""The points at which an industry breaks the law, as one enterprise, its task and its inspectors read them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from campaigns.models import RegisterEntry
from core import clock
from core.models import Submission
from enterprises.models import Enterprise
from enterprises.rules.industries import INDUSTRIES

REGISTER = "risk_points"
KIND = "register"


@dataclass(frozen=True)
class Risks:
    """One list in force: whose, of which version, since when, and its points."""

    industry: str
    unit: str
    version: int
    since: date
    points: list[dict[str, Any]]


def risks_of(site: Enterprise) -> list[Risks]:
    """The lists of the site's industry by its unit and those above, the nearest first. Everybody who may open the
    site reads the same."""
    if not site.industry or not 1 <= site.industry <= len(INDUSTRIES):
        return []
    parts = site.unit.path.strip("/").split("/")
    paths = ["/" + "/".join(parts[:count]) + "/" for count in range(1, len(parts) + 1)]
    rows = RegisterEntry.objects.filter(register=REGISTER, is_open=True, unit__path__in=paths)
    rows = rows.filter(values__industry=INDUSTRIES[site.industry - 1]).select_related("unit")
    return [read(row) for row in rows.order_by("-unit__path", "pk")[:10]]


def read(row: RegisterEntry) -> Risks:
    sheets = list(Submission.objects.about(KIND, row.pk).received())
    newest = max(sheets, key=lambda sheet: sheet.version)
    return Risks(
        industry=str(row.values["industry"]),
        unit=row.unit.short_name,
        version=newest.version,
        since=clock.day_of(newest.received_at) if newest.received_at else row.occurred_on,
        points=list(row.values.get("points", [])),
    )
