"""Working days and weekly cut-offs. Pure: dates in, dates out."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

FRIDAY = 4


class OnHoliday(StrEnum):
    """What a campaign does when a reporting day is a day off. No seed says; the default is the working day before."""

    KEEP = "keep"
    PREVIOUS = "previous_workday"
    NEXT = "next_workday"


@dataclass(frozen=True)
class WorkCalendar:
    """The published arrangement: weekdays off, weekends at work, and the years that were published."""

    off: frozenset[date] = field(default_factory=frozenset)
    working: frozenset[date] = field(default_factory=frozenset)
    years: frozenset[int] = field(default_factory=frozenset)

    def is_workday(self, day: date) -> bool:
        if day in self.working:
            return True
        return day.weekday() < 5 and day not in self.off

    def provisional(self, *days: date) -> bool:
        """True when no arrangement is published for the year of the last of these days (a day as a plan names it and
        as the policy leaves it): Monday to Friday is assumed."""
        return max(days).year not in self.years

    def may_move(self, nominal: date, day: date, policy: OnHoliday) -> bool:
        """Whether the table still to be published may move what was resolved to `day`: what is kept stays."""
        return policy is not OnHoliday.KEEP and self.provisional(nominal, day)

    def previous_workday(self, day: date) -> date:
        """The last working day before `day`."""
        day -= timedelta(days=1)
        while not self.is_workday(day):
            day -= timedelta(days=1)
        return day

    def next_workday(self, day: date) -> date:
        """The first working day after `day`."""
        day += timedelta(days=1)
        while not self.is_workday(day):
            day += timedelta(days=1)
        return day

    def add_workdays(self, day: date, count: int) -> date:
        """The last day of a term of `count` working days; the first day is not counted (行政处罚法 第八十五条)."""
        for _ in range(count):
            day = self.next_workday(day)
        return day

    def resolve(self, day: date, policy: OnHoliday) -> date:
        """The day itself when it is worked (or kept), else the nearest worked one on the policy's side."""
        if policy is OnHoliday.KEEP or self.is_workday(day):
            return day
        return self.previous_workday(day) if policy is OnHoliday.PREVIOUS else self.next_workday(day)


@dataclass(frozen=True)
class Cutoff:
    """One weekly cut-off: its running number from 1, the nominal Friday and the day it falls on."""

    number: int
    nominal: date
    day: date
    provisional: bool


def weekly_cutoffs(
    starts_on: date, ends_on: date, calendar: WorkCalendar, policy: OnHoliday, weekday: int = FRIDAY
) -> Iterator[Cutoff]:
    """Every cut-off whose nominal weekday lies in [starts_on, ends_on]. weekday: Monday 0 … Friday 4."""
    nominal = starts_on + timedelta(days=(weekday - starts_on.weekday()) % 7)
    number = 0
    while nominal <= ends_on:
        number += 1
        day = calendar.resolve(nominal, policy)
        yield Cutoff(number, nominal, day, calendar.may_move(nominal, day, policy))
        nominal += timedelta(days=7)
