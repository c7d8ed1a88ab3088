"""What the inspectors of the demonstration find, from findings.yaml."""

import functools
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "findings.yaml"
TIME_LIMITED = 4


@functools.cache
def cases() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load(DATA.read_text(encoding="utf-8"))
    return found


def finding(number: int, key: str, day: date) -> dict[str, Any]:
    """The finding of that number (any number; the cases repeat) as the sheet's editor writes it."""
    case = dict(cases()[number % len(cases())])
    days = case.pop("days")
    case.pop("penalty_article", None)
    deadline = (day + timedelta(days=days)).isoformat() if case["handling"] == TIME_LIMITED else ""
    return case | {"key": key, "is_producing": "yes", "deadline_on": deadline, "photos": []}


def penalty_article(violated: str) -> str:
    """The article that punishes what an article forbids, as the cases name them."""
    return next((case["penalty_article"] for case in cases() if case["basis_text"] == violated), violated)
