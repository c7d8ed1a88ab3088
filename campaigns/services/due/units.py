"""Which units an entry of the plan is laid upon: found by their level under the authority, or named by an officer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import Unit, User
from campaigns.models import Campaign, Responsibility
from campaigns.services.due.entries import Entry, entries_of
from core import audit
from core.refusals import Refused

LEAD, JOINT = Responsibility.Role.LEAD, Responsibility.Role.JOINT
Level = Unit.Level


@dataclass
class Laid:
    """Who leads and who helps with each entry of one campaign."""

    leads: dict[str, list[Unit]] = field(default_factory=dict)
    joint: dict[str, list[Unit]] = field(default_factory=dict)
    fallback: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)

    def put(self, row: Responsibility) -> None:
        (self.leads if row.role == LEAD else self.joint).setdefault(row.entry, []).append(row.unit)
        if row.is_fallback:
            self.fallback.add(row.entry)
        if row.named_by_id:
            self.named.add(row.entry)


def laid_upon(campaign: Campaign) -> Laid:
    """Who is responsible for what, as it stands: after publication for every entry, before only what was named."""
    laid = Laid()
    rows = Responsibility.objects.filter(campaign=campaign).select_related("unit")
    for row in rows.order_by("unit__order", "unit__path"):
        laid.put(row)
    return laid


def units_below(campaign: Campaign) -> list[Unit]:
    """The authority and every unit under it that still exists."""
    return list(Unit.objects.under(campaign.unit.path).filter(closed_on=None).order_by("order", "path"))


def found_by(by: Sequence[str], authority: Unit, units: Sequence[Unit]) -> list[Unit]:
    """The units that the words of a blueprint mean under one authority."""
    counties = [unit.path for unit in units if unit.level == Level.COUNTY and unit.pk != authority.pk]
    return [unit for unit in units if any(means(word, unit, authority, counties) for word in by)]


def means(word: str, unit: Unit, authority: Unit, counties: Iterable[str]) -> bool:
    if word == "authority":
        return unit.pk == authority.pk
    if unit.pk == authority.pk:
        return False
    # Offices and centres (科、室、中心) may stand at the level of teams too; what enforces is called 队.
    team = unit.level == Level.TEAM and "队" in unit.name
    in_county = team and any(unit.path.startswith(path) for path in counties)
    return {
        "cities": unit.level == Level.CITY,
        "counties": unit.level == Level.COUNTY,
        "teams": team,
        "own_teams": team and not in_county,
        "county_teams": in_county,
    }.get(word, False)


def settle_units(campaign: Campaign, *, at: datetime) -> None:
    """At publication: whom nobody named is found by level; where none is found, the authority itself owes."""
    laid, units = laid_upon(campaign), units_below(campaign)
    rows: list[Responsibility] = []
    for entry in entries_of(campaign.blueprint.data):
        if entry.opens and entry.key not in laid.leads:
            rows += leads_of(campaign, entry, units, at)
        if entry.key not in laid.joint:
            rows += [
                row_of(campaign, entry, unit, JOINT, at) for unit in found_by(entry.joint_by, campaign.unit, units)
            ]
    Responsibility.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)


def leads_of(campaign: Campaign, entry: Entry, units: Sequence[Unit], at: datetime) -> list[Responsibility]:
    found = found_by(entry.by, campaign.unit, units)
    if not found and campaign.parent_id and "named" not in entry.by:
        return []  # owed in the superior's campaign, by this very authority
    rows = [row_of(campaign, entry, unit, LEAD, at) for unit in found]
    return rows or [row_of(campaign, entry, campaign.unit, LEAD, at, is_fallback=True)]


def row_of(
    campaign: Campaign, entry: Entry, unit: Unit, role: str, at: datetime, *, is_fallback: bool = False
) -> Responsibility:
    return Responsibility(
        campaign=campaign, entry=entry.key, unit=unit, role=role, is_fallback=is_fallback, named_at=at
    )


def write_units(
    campaign: Campaign, entry: Entry, lead: Sequence[Unit], joint: Sequence[Unit], *, actor: User, at: datetime
) -> None:
    """Replace who leads and helps with one entry. Call inside a transaction, under the lock of the campaign."""
    for unit in [*lead, *joint]:
        if not unit.path.startswith(campaign.unit.path):
            raise Refused(f"{unit.short_name}不在{campaign.unit.short_name}之下，不能指定。", field="lead", status=422)
    if not lead:
        raise Refused("至少指定一个牵头单位。", field="lead", status=422)
    if both := {unit.pk for unit in lead} & {unit.pk for unit in joint}:
        name = next(unit.short_name for unit in lead if unit.pk in both)
        raise Refused(f"{name}不能既牵头又配合。", field="joint", status=422)
    held = Responsibility.objects.filter(campaign=campaign, entry=entry.key)
    before = said(held.select_related("unit"))
    held.delete()
    rows = [row_of(campaign, entry, unit, LEAD, at) for unit in lead]
    rows += [row_of(campaign, entry, unit, JOINT, at) for unit in joint]
    for row in rows:
        row.named_by = actor
    Responsibility.objects.bulk_create(rows)
    after = {"entry": entry.key, **said(rows)}
    audit.record("campaigns.responsibility.name", campaign, actor=actor, at=at, before=before, after=after)


def said(rows: Iterable[Responsibility]) -> Mapping[str, list[str]]:
    held = list(rows)
    return {role: [row.unit.short_name for row in held if row.role == role] for role in (LEAD, JOINT)}
