"""What registers may refer to in the rooms above: those rooms say in AppConfig.ready how a number is found and read.

A finder is asked with the person who types, so nobody can learn by typing numbers what they may not see.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Reference:
    """One row that is referred to: its kind and key, how it is called, where it is seen, and whose it is."""

    kind: str
    key: str
    label: str
    url: str
    enterprise_id: int | None = None
    campaign_id: int | None = None


Find = Callable[[Any, str], list[Reference]]
Url = Callable[[str], str]


@dataclass(frozen=True)
class Kind:
    """One kind of things with numbers. `find(user, typed)` finds only what the person may see (a number may stand for
    several, the newest first); `url(key)` its page; `offer(user)` what the person likely means, as typed and label.
    """

    key: str
    title: str
    example: str
    find: Find
    url: Url
    offer: Callable[[Any], list[tuple[str, str]]] = lambda user: []


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """A kind has one finder."""
    if kind.key in _kinds:
        raise ValueError(f"reference kind {kind.key!r} is registered twice")
    _kinds[kind.key] = kind


def kind_of(key: str) -> Kind | None:
    return _kinds.get(key)


def find(user: Any, kind: str, typed: str) -> list[Reference]:
    """The rows of that kind and number among those that the person may see."""
    known = _kinds.get(kind)
    return known.find(user, typed.strip()) if known and typed.strip() else []
