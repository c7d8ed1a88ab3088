"""When a problem that was handed over to its locality is too late there."""

from datetime import date, timedelta


def escalates_on(handed_on: date, deadline_on: date | None, days: int) -> date:
    """The day from which an escalation is proposed: so many days after the term of mending, and never before the
    locality has had as many days of its own (the last of them is still in time)."""
    own = handed_on + timedelta(days=days + 1)
    return own if deadline_on is None else max(own, deadline_on + timedelta(days=days))
