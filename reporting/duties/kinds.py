"""What a duty is: one question to the database, asked of those only who hold its capability."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import User
from core.wording import grouped_count

# A desk says that much waits; the list behind it counts further. Each desk counts a dozen of them.
CEILING = 1_000
Rows = QuerySet[Any]
Find = Callable[[User, datetime], Rows]


@dataclass(frozen=True)
class Entry:
    """One thing to do: what it is, where it is done, and until when, if it has a term."""

    title: str
    url: str
    note: str = ""
    due: date | datetime | None = None


@dataclass(frozen=True)
class Duty:
    """One kind of thing that waits. `find` gives the rows of a person at a moment, the most pressing first.

    `entry` is the address a row is done at, `all_url` the list where all of them stand.
    """

    key: str
    title: str
    capability: str
    find: Callable[[User, datetime], Rows]
    entry: Callable[[Any], Entry]
    all_url: str


@dataclass(frozen=True)
class Waiting:
    """One duty with what waits now."""

    duty: Duty
    entries: list[Entry]
    count: int

    @property
    def shown(self) -> str:
        return grouped_count(self.count, CEILING)

    @property
    def more(self) -> int:
        return self.count - len(self.entries)

    @property
    def all_url(self) -> str:
        name, _, query = self.duty.all_url.partition("?")
        return reverse(name) + (f"?{query}" if query else "")


def link(name: str, *keys: int) -> str:
    return reverse(name, args=keys)
