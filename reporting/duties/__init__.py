"""What waits for a person's hand because of the state things are in, from every room: the workbench beside the terms.

Terms stand in core.obligations. This is the rest: a sheet handed in waits to be filed, a mended issue to be verified, a
planned visit to be made.
"""

from datetime import datetime

from accounts.gate import able_somewhere
from accounts.models import User
from core.paging import counted
from reporting.duties import campaigns, cases, inspections, kinds, registers, weekly
from reporting.duties.kinds import Duty, Entry, Waiting

# What is outside comes first, then cases, reports, lists and campaigns.
DUTIES = inspections.DUTIES + cases.DUTIES + weekly.DUTIES + registers.DUTIES + campaigns.DUTIES
SHOWN = 5

__all__ = ["DUTIES", "Duty", "Entry", "Waiting", "waiting"]


def waiting(user: User, at: datetime, limit: int = SHOWN) -> list[Waiting]:
    """Every duty of the person in which something waits: at most two queries a duty, whatever there is."""
    held = [duty for duty in DUTIES if able_somewhere(user, duty.capability)]
    found = [waiting_in(duty, user, at, limit) for duty in held]
    return [one for one in found if one.count]


def waiting_in(duty: Duty, user: User, at: datetime, limit: int) -> Waiting:
    """The first rows, and how many there are: counted only where more may wait, and no further than a desk says."""
    found = duty.find(user, at)
    rows = list(found[: limit + 1])
    count = counted(found, kinds.CEILING) if len(rows) > limit else len(rows)
    return Waiting(duty, [duty.entry(row) for row in rows[:limit]], count)
