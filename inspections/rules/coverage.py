"""How much of what must be checked was checked: shares, quotas rounded up, lights."""

from dataclasses import dataclass
from datetime import date

NOTHING = "—"


@dataclass(frozen=True)
class Checked:
    """Checks on site and off site; only the first enter an enterprise."""

    onsite: int = 0
    offsite: int = 0

    @property
    def total(self) -> int:
        return self.onsite + self.offsite

    @property
    def share(self) -> str:
        """Of the off-site ones, in per cent with one decimal; "—" where nothing was checked."""
        if not self.total:
            return NOTHING
        tenths = (self.offsite * 2000 + self.total) // (2 * self.total)
        return f"{tenths // 10}.{tenths % 10}%"

    def __add__(self, other: "Checked") -> "Checked":
        return Checked(self.onsite + other.onsite, self.offsite + other.offsite)


def least(count: int, percent: int) -> int:
    """A share rounded up: 10 % of 31 is 4."""
    return -(-count * percent // 100)


def light(missing: int, last: date, today: date) -> tuple[str, str]:
    """Word and tone: red once the quarter is over and something is left."""
    if not missing:
        return "已全部检查", "green"
    return ("季度末未查", "red") if today > last else ("待检查", "amber")
