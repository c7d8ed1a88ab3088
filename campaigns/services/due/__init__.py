"""Everything due in a campaign: from the plan to the unit, and from the unit's answer back."""

from campaigns.services.due.answering import (
    answering_unit,
    campaign_of,
    entry_for,
    listed_units,
    parts_of,
    release,
    send_back,
    submit,
)
from campaigns.services.due.deciding import change_dates, name_units, set_day
from campaigns.services.due.entries import ACTIVITY, KINDS, PHASE, PLAN, Entry, entries_of, entry_of
from campaigns.services.due.events import (
    CASE_CLOSED,
    DRAW,
    HANDED_OVER,
    LIST_CHECK,
    VISIT_DONE,
    days_after,
    done,
    open_after,
)
from campaigns.services.due.opening import (
    compiled_on,
    end_dues,
    of_campaign,
    open_dues,
    open_what_lacks,
    retime,
)
from campaigns.services.due.units import Laid, found_by, laid_upon, units_below

__all__ = [
    "ACTIVITY",
    "CASE_CLOSED",
    "DRAW",
    "HANDED_OVER",
    "KINDS",
    "LIST_CHECK",
    "PHASE",
    "PLAN",
    "VISIT_DONE",
    "Entry",
    "Laid",
    "answering_unit",
    "campaign_of",
    "change_dates",
    "compiled_on",
    "days_after",
    "done",
    "end_dues",
    "entries_of",
    "entry_for",
    "entry_of",
    "found_by",
    "laid_upon",
    "listed_units",
    "name_units",
    "of_campaign",
    "open_after",
    "open_dues",
    "open_what_lacks",
    "parts_of",
    "release",
    "retime",
    "send_back",
    "set_day",
    "submit",
    "units_below",
]
