"""Texts of discipline: whom they bind, and whether a campaign lets somebody go who has not signed them. Pure."""

from collections.abc import Mapping
from typing import Any

RULE, PARAMETER = "clauses", "clauses"
REQUIRED, FREE = "required", "free"


def above(path: str) -> list[str]:
    """The paths of a unit and of all above it: /1/5/ → /1/, /1/5/."""
    return [path[: place + 1] for place, sign in enumerate(path) if sign == "/" and place]


def demand(gate: Mapping[str, Any], chosen: Mapping[str, Any]) -> str:
    """What a campaign makes of an unsigned text: "" where its plan is silent, else as it chose, refusing by default."""
    return str(chosen.get(PARAMETER, REQUIRED)) if RULE in gate else ""
