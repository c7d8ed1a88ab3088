"""What a plan orders of a register is met by what stands in it: a meeting held meets the term of its quarter."""

from datetime import datetime

from campaigns.models import RegisterEntry
from campaigns.registers.rules import period_of
from campaigns.registers.services.checks import VOID
from campaigns.services.due.entries import entries_of
from campaigns.services.due.opening import of_campaign
from core.models import Obligation
from core.obligations import meet_rows, reopen_rows

# Registers whose entries are facts that a blueprint's `dues` may name, with how long one of them lasts.
PERIODS = {"case_review": "quarter"}


def settle(entry: RegisterEntry, at: datetime) -> None:
    """After an entry was filed, corrected or taken back: each term of its unit is met while an entry stands in it."""
    if entry.register not in PERIODS or entry.campaign is None:
        return
    ordered = [one.key for one in entries_of(entry.campaign.blueprint.data) if one.fact == entry.register]
    rows = of_campaign(entry.campaign).filter(subject__in=ordered, unit_path=entry.unit.path, waived_at=None)
    for row in rows.select_for_update().order_by("pk"):
        held, one = stands(entry, row), Obligation.objects.filter(pk=row.pk)
        if held and row.met_at is None:
            meet_rows(one, at=at)
        elif not held and row.met_at is not None:
            reopen_rows(one)


def stands(entry: RegisterEntry, row: Obligation) -> bool:
    """Whether the register holds, of the unit and campaign, an entry in the period in which the term ends."""
    if row.nominal_on is None:
        return False
    span = period_of(row.nominal_on, PERIODS[entry.register])
    rows = RegisterEntry.objects.filter(register=entry.register, campaign=entry.campaign_id, unit=entry.unit_id)
    return rows.filter(occurred_on__range=span).exclude(state=VOID).exists()
