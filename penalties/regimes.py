"""The dated regimes from penalties/data/regimes.yaml, read once a process: an immutable file of the release."""

import functools
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from penalties.rules import Regime, Term, regime_on

DATA = Path(__file__).parent / "data" / "regimes.yaml"


@functools.cache
def regimes() -> tuple[Regime, ...]:
    return tuple(regime_of(row) for row in yaml.safe_load(DATA.read_text(encoding="utf-8")))


def regime_of(row: dict[str, Any]) -> Regime:
    defence = row["defence"]
    return Regime(
        key=row["key"],
        title=row["title"],
        valid_from=row["valid_from"],
        valid_to=row["valid_to"],
        defence=Term(defence["days"], defence["unit"], defence["source"]),
        county_signs_as=row["county_signs_as"],
        county_source=row["county_source"],
        review_days=row["appeal"]["review_days"],
        suit_months=row["appeal"]["suit_months"],
        articles={step: article["cite"] for step, article in row["articles"].items()},
    )


def in_force(day: date) -> Regime:
    return regime_on(day, regimes())


def article(step: str, day: date) -> str:
    """What a step taken on a day stands on, as a refusal or a paper cites it."""
    return in_force(day).articles[step]
