"""What is open of an entry passes to the units newly named for it, with the days it had."""

from collections.abc import Sequence
from datetime import datetime

from accounts.models import Unit, User
from campaigns.models import Campaign
from campaigns.services.due.entries import Entry
from campaigns.services.due.events import concerned
from campaigns.services.due.opening import give_addresses, of_campaign
from core import locks, obligations
from core.calendar import LOCK
from core.models import Obligation

HANDED_ON = "责任单位调整，由新的责任单位承担"
KEPT = ("campaign_id", "kind", "subject", "period", "title", "source", *obligations.SAID)


def hand_over(campaign: Campaign, entry: Entry, leads: Sequence[Unit], *, actor: User, at: datetime) -> None:
    """Each open row of units that lead no more becomes one of those that do, overdue ones too, and theirs ends.

    What a unit has begun to answer stays with it. What an earlier naming took from a unit it gets back.
    """
    locks.hold(LOCK)
    paths = {unit.path for unit in leads}
    standing = list(of_campaign(campaign).open().filter(subject=entry.key).select_for_update().order_by("pk"))
    left = [row for row in standing if row.unit_path not in paths]
    left = [row for row in left if not row.answers.exists()]
    units = {unit.path: unit for unit in Unit.objects.filter(path__in={row.unit_path for row in left})}
    passed = {
        (row.period, unit.path): row
        for row in (standing if entry.waits else left)
        for unit in heirs(entry, row, leads, units)
    }
    held = {(row.period, row.unit_path): row for row in of_campaign(campaign).filter(subject=entry.key)}
    fresh = [copied(row, path) for (_, path), row in passed.items() if (row.period, path) not in held]
    taken = [key for key in passed if key in held and held[key].waived_reason == HANDED_ON]
    for row in left:
        obligations.waive(row, actor=actor, at=at, reason=HANDED_ON)
    obligations.resume_rows([onto(held[key], passed[key]) for key in taken], at=at)
    obligations.open_many(fresh, at=at)
    give_addresses(campaign)


def heirs(entry: Entry, row: Obligation, leads: Sequence[Unit], units: dict[str, Unit]) -> Sequence[Unit]:
    """Who owes a row now: all that lead; what followed an event at a unit, those it concerns among them."""
    if entry.follows and row.unit_path in units:
        return [unit for unit in concerned(leads, units[row.unit_path]) if unit in leads] or leads
    return leads


def copied(row: Obligation, path: str) -> Obligation:
    return onto(Obligation(unit_path=path), row)


def onto(row: Obligation, other: Obligation) -> Obligation:
    """The row with the days and words of the other."""
    for name in KEPT:
        setattr(row, name, getattr(other, name))
    return row
