"""What falls due after something happened: a case closed, a visit finished, a problem handed over. And what a fact of
the platform meets without anybody reporting it: a draw held, an enterprise of the positive list visited."""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from accounts.models import Unit
from campaigns import clocks
from campaigns.models import Campaign
from campaigns.services.due.entries import Entry, entries_of
from campaigns.services.due.opening import Frame, frame_of, give_addresses, obligation, of_campaign
from campaigns.services.due.units import laid_upon
from campaigns.states import CampaignState
from core import locks
from core.calendar import LOCK
from core.models import Obligation
from core.obligations import meet_rows, open_many

CASE_CLOSED, VISIT_DONE, HANDED_OVER = "结案", "检查完成", "问题移交"
DRAW, LIST_CHECK = "draw", "list_check"


def open_after(event: str, *, campaign: Campaign, unit: Unit, on: date, period: str, about: str, at: datetime) -> None:
    """Open what the plan orders after an event of `on` at a unit. `period` names the event (case:7), `about` says it.

    Nothing where the campaign does not run or its plan orders nothing after such an event; once an event.
    """
    following = [entry for entry in entries_of(campaign.blueprint.data) if entry.follows == event and entry.opens]
    if campaign.state != CampaignState.PUBLISHED or not following:
        return
    with transaction.atomic():
        locks.hold(LOCK)
        laid, frame = laid_upon(campaign), frame_of(campaign)
        open_many(
            (
                after(entry, owner, frame, on, period, about)
                for entry in following
                for owner in concerned(laid.leads.get(entry.key, ()), unit)
            ),
            at=at,
        )
        give_addresses(campaign)


def days_after(event: str, campaign: Campaign) -> int | None:
    """Within how many days the plan, or the reading chosen for it, wants what follows an event; None: nothing does."""
    entry = next((entry for entry in entries_of(campaign.blueprint.data) if entry.follows == event), None)
    return clocks.within(entry.clock, frame_of(campaign).season) if entry else None


def concerned(leads: Sequence[Unit], unit: Unit) -> list[Unit]:
    """Whom an event at a unit concerns: the nearest lead above it or the unit itself; else the leads below it."""
    above = [lead for lead in leads if unit.path.startswith(lead.path)]
    if above:
        return [max(above, key=lambda lead: len(lead.path))]
    return [lead for lead in leads if lead.path.startswith(unit.path)] or [unit]


def after(entry: Entry, unit: Unit, frame: Frame, on: date, period: str, about: str) -> Obligation:
    term = clocks.after(entry.data, on, frame.season, frame.work)
    row = obligation(entry, unit, frame, term, period, about=about)
    if entry.clock.get("count") == "workday":
        row.nominal_on, row.workdays = on, clocks.within(entry.clock, frame.season)
    return row


def done(fact: str, *, campaign: Campaign, unit: Unit, on: date, at: datetime) -> int:
    """A fact of the platform meets the activity of the month or quarter it falls in. Returns how many it met.

    A team's own acts count for the county or city it stands under.
    """
    owners = [unit.path]
    if unit.level == Unit.Level.TEAM and unit.parent is not None:
        owners.append(unit.parent.path)
    wanted = {
        (entry.key, name)
        for entry in entries_of(campaign.blueprint.data)
        if entry.fact == fact
        for name, begin, end in clocks.spans(entry.data, entry.every, frame_of(campaign).season)
        if begin <= on <= end
    }
    if not wanted:
        return 0
    with transaction.atomic():
        locks.hold(LOCK)  # before any row: what happened may open more in the same transaction
        return sum(
            meet_rows(of_campaign(campaign).filter(subject=key, period=name, unit_path__in=owners), at=at)
            for key, name in sorted(wanted)
        )
