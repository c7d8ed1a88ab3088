"""Quarters of a year: how they are written, where they begin and end."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

WRITTEN = re.compile(r"([12][0-9]{3})-([1-4])")


@dataclass(frozen=True, order=True)
class Quarter:
    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Quarter":
        return cls(day.year, (day.month + 2) // 3)

    @classmethod
    def read(cls, text: str) -> "Quarter":
        """2021-1; ValueError with a Chinese sentence for anything else."""
        found = WRITTEN.fullmatch(text.strip())
        if not found:
            raise ValueError(f"季度须写成“2021-1”，现在是“{text}”。")
        return cls(int(found[1]), int(found[2]))

    @property
    def first(self) -> date:
        return date(self.year, 3 * self.number - 2, 1)

    @property
    def last(self) -> date:
        return self.next.first - timedelta(days=1)

    @property
    def next(self) -> "Quarter":
        return Quarter(self.year + 1, 1) if self.number == 4 else Quarter(self.year, self.number + 1)

    @property
    def before(self) -> "Quarter":
        return Quarter(self.year - 1, 4) if self.number == 1 else Quarter(self.year, self.number - 1)

    @property
    def key(self) -> str:
        return f"{self.year}-{self.number}"

    @property
    def label(self) -> str:
        return f"{self.year}年第{self.number}季度"
