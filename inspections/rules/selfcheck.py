"""How a self-check stands on a day: handed in or not, in time or not (HN-19)."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any


class Standing(StrEnum):
    """What the county sees of one enterprise. Computed, never stored: a day alone makes 未提交 into 逾期未自查."""

    MISSING = "missing"
    OVERDUE = "overdue"
    WAITING = "waiting"
    FILED = "filed"
    RETURNED = "returned"


LABELS = {
    Standing.MISSING: "未提交",
    Standing.OVERDUE: "逾期未自查",
    Standing.WAITING: "待备案",
    Standing.FILED: "已备案",
    Standing.RETURNED: "已退回",
}
TONES = {
    Standing.MISSING: "grey",
    Standing.OVERDUE: "red",
    Standing.WAITING: "amber",
    Standing.FILED: "green",
    Standing.RETURNED: "red",
}
BY_STATE = {
    "submitted": Standing.WAITING,
    "accepted": Standing.FILED,
    "superseded": Standing.FILED,
    "returned": Standing.RETURNED,
}


def standing(state: str, ends_on: date, day: date) -> Standing:
    """`state` is that of the newest version, "" when there is none; the last day of the phase is still in time."""
    if state in BY_STATE:
        return BY_STATE[state]
    return Standing.OVERDUE if day > ends_on else Standing.MISSING


def is_late(submitted_on: date, ends_on: date) -> bool:
    """A sheet after the phase is still taken, and shown as late."""
    return submitted_on > ends_on


# How an enterprise's problem stands when the inspectors look (自查问题核对).
TICKS = {"mended": "已整改", "standing": "未整改", "absent": "不存在"}


def unticked(problem_keys: Sequence[str], ticks: object) -> list[str]:
    """The self-check's problems that the sheet says nothing about."""
    said: Mapping[str, Any] = ticks if isinstance(ticks, Mapping) else {}
    return [key for key in problem_keys if tick_of(said.get(key)) not in TICKS]


def tick_of(entry: object) -> str:
    state = entry.get("state") if isinstance(entry, Mapping) else None
    return state if isinstance(state, str) else ""
