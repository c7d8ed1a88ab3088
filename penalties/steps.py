"""One door for pages and API: an action's cleaned form in, the moved case out."""

from datetime import datetime
from typing import Any

from accounts.models import User
from penalties import services
from penalties.models import PenaltyCase


def take_step(case: PenaltyCase, action: str, said: dict[str, Any], *, actor: User, at: datetime) -> PenaltyCase:
    """Carry out one action of the table with what its form says. Raises Refused, or KeyError for no action."""
    words = {name: value for name, value in said.items() if name != "occurred_on"}
    if action == "notice":
        return services.give_notice(case, day=said["occurred_on"], **words, actor=actor, at=at)
    if action == "decide":
        return services.decide(case, services.Deciding(day=said["occurred_on"], **words), actor=actor, at=at)
    if action == "serve":
        return services.serve(case, services.Serving(day=said["occurred_on"], **words), actor=actor, at=at)
    if action == "close":
        words["paid"] = words.pop("fine")
        return services.close(case, day=said["occurred_on"], **words, actor=actor, at=at)
    if action == "withdraw":
        return services.withdraw(case, day=said["occurred_on"], **words, actor=actor, at=at)
    raise KeyError(action)
