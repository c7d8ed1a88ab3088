"""One way to count checks that stand in several systems (统一计数口径): points, problems and people. Pure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

PLATFORM = "platform"


@dataclass(frozen=True)
class Check:
    """One check as one system has it, under that system's number."""

    enterprise: int
    day: date
    unit: int
    system: str
    number: str
    problems: int
    people: int


@dataclass
class Counted:
    """One check, however many systems have it: an enterprise on a day."""

    enterprise: int
    day: date
    unit: int
    problems: int = 0
    people: int = 0
    numbers: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def merged(checks: Iterable[Check]) -> list[Counted]:
    """Every check once: the same enterprise on the same day is one point; of problems and people the larger figure."""
    found: dict[tuple[int, date], Counted] = {}
    for one in checks:
        row = found.setdefault((one.enterprise, one.day), Counted(one.enterprise, one.day, one.unit))
        row.problems, row.people = max(row.problems, one.problems), max(row.people, one.people)
        row.numbers[one.system].append(one.number)
    return sorted(found.values(), key=lambda row: (row.day, row.enterprise), reverse=True)


@dataclass(frozen=True)
class Tally:
    """点位数、问题数、执法人员数（人次）."""

    points: int = 0
    problems: int = 0
    people: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.points + other.points, self.problems + other.problems, self.people + other.people)


def tally(rows: Iterable[Counted]) -> Tally:
    return sum((Tally(1, row.problems, row.people) for row in rows), Tally())
