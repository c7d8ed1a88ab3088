"""Which campaign stands first for a person: the one chosen last, else the one whose authority is the nearest."""

from collections.abc import Iterable
from datetime import date

from accounts.gate import Person
from accounts.models import User
from campaigns.models import Campaign
from campaigns.services.creating import published_for


def campaigns_of(user: Person, today: date, chosen: object = None) -> list[Campaign]:
    """The running campaigns that the person sees: what was chosen first, then by how near their authority is."""
    rows = [row for row in published_for(user) if row.state == Campaign.State.PUBLISHED]
    return nearest_first(rows, user, today, chosen)


def nearest_first(rows: Iterable[Campaign], user: Person, today: date, chosen: object) -> list[Campaign]:
    """Next year's (published in autumn) stand after what runs."""
    home = user.unit.path if isinstance(user, User) and user.unit else ""
    return sorted(rows, key=lambda row: (row.pk != chosen, row.year > today.year, *distance(row.unit.path, home)))


def distance(authority: str, home: str) -> tuple[bool, int]:
    """The own unit's is the nearest, then those above it from below upwards, last those of the units below it."""
    above = home.startswith(authority) or not home
    return (not above, -len(authority) if above else len(authority))
