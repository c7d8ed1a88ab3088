"""One door for pages and API: an action's cleaned form in, the moved case out."""

from datetime import datetime
from typing import Any

from accounts.models import User
from penalties import services
from penalties.models import PenaltyCase


def take_step(case: PenaltyCase, action: str, said: dict[str, Any], *, actor: User, at: datetime) -> PenaltyCase:
    """Carry out one action of the table with what its form says. Raises Refused, or KeyError for no action."""
    day = said["occurred_on"]
    if action == "notice":
        return services.give_notice(case, day=day, fine=said["fine"], text=said["text"], actor=actor, at=at)
    if action == "decide":
        return services.decide(case, deciding(said), actor=actor, at=at)
    if action == "serve":
        return services.serve(case, serving(said), actor=actor, at=at)
    if action == "close":
        return services.close(case, day=day, paid=said["fine"], text=said["text"], actor=actor, at=at)
    if action == "withdraw":
        return services.withdraw(case, day=day, reason=said["reason"], actor=actor, at=at)
    raise KeyError(action)


def deciding(said: dict[str, Any]) -> services.Deciding:
    return services.Deciding(
        day=said["occurred_on"],
        fine=said["fine"],
        evidence=said["evidence"],
        defence=said["defence"],
        discretion=said["discretion"],
        payment=said["payment"],
        waived=bool(said.get("waived")),
    )


def serving(said: dict[str, Any]) -> services.Serving:
    return services.Serving(
        day=said["occurred_on"],
        method=said["method"],
        receiver=said["receiver"],
        place=said["place"],
        second=said["second"],
    )
