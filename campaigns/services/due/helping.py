"""Whom a unit that helps with an entry (配合) helps: the leads of its own county and those above the counties."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from accounts.models import Unit
from campaigns.models import Responsibility
from campaigns.services.due.entries import KINDS
from core.models import Obligation

LEAD, JOINT = Responsibility.Role.LEAD, Responsibility.Role.JOINT
COUNTY = Unit.Level.COUNTY


def county_of(unit: Unit | None) -> Unit | None:
    """The county that a unit is or stands under; None above the counties."""
    while unit is not None and unit.level != COUNTY:
        unit = unit.parent
    return unit


def owners_near(county: Unit) -> QuerySet[Unit]:
    """The units of a county, and all that stand in none."""
    in_some = Q(level=COUNTY) | Q(parent__level=COUNTY) | Q(parent__parent__level=COUNTY)
    return Unit.objects.filter(Q(path__startswith=county.path) | Q(pk__in=Unit.objects.exclude(in_some).values("pk")))


def confined_to(joint: Responsibility, leads: Iterable[str]) -> Unit | None:
    """The county to which a helping unit keeps; None where it helps every lead: it stands in no county, or an officer
    named it for leads of other counties."""
    county = county_of(joint.unit)
    if county is None or (joint.named_by_id and not any(path.startswith(county.path) for path in leads)):
        return None
    return county


def joints(**wanted: object) -> list[tuple[Responsibility, Unit | None]]:
    """Helping units with the county that each keeps to. Two queries."""
    rows = Responsibility.objects.filter(role=JOINT, **wanted).select_related("unit__parent__parent__parent")
    held = list(rows)
    leads: dict[tuple[int, str], list[str]] = {}
    campaigns = {row.campaign_id for row in held if row.named_by_id}
    entries = {row.entry for row in held if row.named_by_id}
    named = Responsibility.objects.filter(role=LEAD, campaign__in=campaigns, entry__in=entries)
    for campaign, entry, path in named.values_list("campaign", "entry", "unit__path"):
        leads.setdefault((campaign, entry), []).append(path)
    return [(row, confined_to(row, leads.get((row.campaign_id, row.entry), ()))) for row in held]


def helpers_of(row: Obligation) -> list[str]:
    """Paths of the units that help the one that owes."""
    held = joints(campaign=row.campaign_id, entry=row.subject)
    owner = Unit.objects.select_related("parent__parent__parent").filter(path=row.unit_path).first()
    home = county_of(owner)
    return [joint.unit.path for joint, county in held if county is None or home is None or home == county]


def helped_by(paths: list[str]) -> Q:
    """What stands under other units and these help with: read first, a handful of entries."""
    found = Q(pk__in=[])
    for joint, county in joints(unit__path__in=paths):
        one = Q(campaign_id=joint.campaign_id, subject=joint.entry, kind__in=list(KINDS))
        found |= one if county is None else one & Q(unit_path__in=owners_near(county).values("path"))
    return found
