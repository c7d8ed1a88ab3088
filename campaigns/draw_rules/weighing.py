"""How much an enterprise weighs in a draw: rules W1 to W4, whole numbers, written into what is published."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# Percentages of the base. "" is what nobody has rated: the neutral one.
WEIGHTS: Mapping[str, Any] = {
    "base": 100,
    "credit": {"honest": 50, "good": 80, "": 100, "warned": 150, "bad": 200},
    "risk": {"low": 60, "medium": 100, "": 100, "high": 200},
    "positive": 50,
    "offence": 25,
    "offence_cap": 8,
}


@dataclass(frozen=True)
class Standing:
    """What an enterprise's weight depends on. `offences` are those of the last two years."""

    credit: str = ""
    risk: str = ""
    offences: int = 0
    positive: bool = False


def weight(of: Standing, table: Mapping[str, Any] = WEIGHTS) -> int:
    """Never below 1: whoever is in the pool can be drawn."""
    product = table["base"] * table["credit"][of.credit] * table["risk"][of.risk]
    product *= table["positive"] if of.positive else 100
    product *= 100 + table["offence"] * min(of.offences, table["offence_cap"])
    return max(1, int(product // 100**4))


def grounds(of: Standing, table: Mapping[str, Any] = WEIGHTS) -> list[str]:
    """The rules that moved a weight, by number; what is not rated is said too (DT-05)."""
    credit, risk = table["credit"][of.credit], table["risk"][of.risk]
    said = [f"W1 信用×{credit}%" if of.credit else "W1 信用未评定，按默认"]
    said.append(f"W2 风险×{risk}%" if of.risk else "W2 风险未评定，按默认")
    if of.positive:
        said.append(f"W3 正面清单×{table['positive']}%")
    if of.offences:
        said.append(f"W4 违法 {of.offences} 次×{100 + table['offence'] * min(of.offences, table['offence_cap'])}%")
    return said
