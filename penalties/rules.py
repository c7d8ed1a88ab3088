"""Which regime a step follows, and when a party's term to answer has run. Pure: dates in, dates out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from core.rules import WorkCalendar


@dataclass(frozen=True)
class Term:
    """A length of time with the article it comes from. `unit` is "workdays" or "days"."""

    days: int
    unit: str
    source: str


@dataclass(frozen=True)
class Regime:
    """The procedural law in force in a window of days."""

    key: str
    title: str
    valid_from: date
    valid_to: date | None
    defence: Term
    county_signs_as: str
    county_source: str
    review_days: int
    suit_months: int
    # What each step stands on, by the names of the data file: "notice" → 《……》第四十四条.
    articles: Mapping[str, str]

    def covers(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def regime_on(day: date, regimes: Iterable[Regime]) -> Regime:
    """The regime of a step's own date (程序从新). Raises LookupError outside every window."""
    for regime in regimes:
        if regime.covers(day):
            return regime
    raise LookupError(day)


def defence_ends_on(noticed_on: date, term: Term, calendar: WorkCalendar) -> date:
    """The last day on which the party may answer; the first day is not counted.

    Counted in working days (行政处罚法 第八十五条), or in natural days rolled over days off: a party's right never
    ends before the rolled day.
    """
    if term.unit == "workdays":
        return calendar.add_workdays(noticed_on, term.days)
    last = noticed_on + timedelta(days=term.days)
    return last if calendar.is_workday(last) else calendar.next_workday(last)


def heavier_after_defence(noticed: Decimal, decided: Decimal) -> bool:
    """A decision may not be heavier than what was notified because the party spoke (the article `not_heavier`)."""
    return decided > noticed
