"""When what a plan orders falls due. Pure: a blueprint's clock, a year and a calendar in, days out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from campaigns.rules import campaign_day
from core.rules import OnHoliday, WorkCalendar

# What a parameter answers when it reads “季度末前10日” as a span of days: what falls in it is due on its last day.
SPAN = "span"


@dataclass(frozen=True)
class Term:
    """One day on which something is due: as the plan names it, and as the holiday policy leaves it."""

    nominal: date
    day: date
    provisional: bool = False

    @property
    def moved(self) -> bool:
        return self.day != self.nominal


@dataclass(frozen=True)
class Season:
    """The frame in which clocks run: the campaign's year, its phases, and what was chosen."""

    year: int
    phases: Mapping[str, tuple[date, date]]
    chosen: Mapping[str, str]
    policy: OnHoliday
    shift_weeks: int = 0

    def on(self, month_day: str) -> date:
        return campaign_day(month_day, self.year, self.shift_weeks)

    @property
    def span(self) -> tuple[date, date]:
        """The first and the last day of the campaign: its phases make it."""
        if not self.phases:
            return self.on("01-01"), self.on("12-31")
        return min(first for first, _ in self.phases.values()), max(last for _, last in self.phases.values())


def terms(due: Mapping[str, Any], season: Season, work: WorkCalendar) -> list[Term]:
    """Every day of the season on which an entry of `dues` or a row is due; [] when a fact must come first."""
    policy = policy_of(due, season)
    found = sorted(set(nominal_days(due, season)))
    return [resolved(day, policy, work) for day in found]


def resolved(nominal: date, policy: OnHoliday, work: WorkCalendar) -> Term:
    day = work.resolve(nominal, policy)
    return Term(nominal, day, work.may_move(nominal, day, policy))


def nominal_days(due: Mapping[str, Any], season: Season) -> Iterator[date]:
    """The days as the plan names them, before holidays are looked at."""
    clock = due["clock"]
    first, last = window(due, season)
    match clock["kind"]:
        case "day":
            yield season.on(clock["on"])
        case "parameter":
            if chosen := season.chosen.get(clock["key"]):
                yield season.on(chosen)
        case "phase_end":
            yield season.phases[phase_of(clock, season)][1]
        case "after" if "phase" in clock:
            yield season.phases[clock["phase"]][1] + timedelta(days=within(clock, season))
        case "weekly":
            yield from weekdays(*season.phases[clock["phase"]], clock["weekday"])
        case "month_days":
            yield from month_days(first, last, clock["days"])
        case "quarter":
            span = season.chosen.get(clock.get("reading", "")) == SPAN
            yield from quarter_days(first, last, 0 if span else clock["before"])


def phase_of(clock: Mapping[str, Any], season: Season) -> str:
    """The phase that ends a term: of the reading that was chosen, else the plan's own."""
    read: Mapping[str, str] = clock.get("phases", {})
    return read.get(season.chosen.get(clock.get("reading", ""), ""), str(clock["phase"]))


def within(clock: Mapping[str, Any], season: Season) -> int:
    """How many days after its event: as a parameter chose, else as the plan says."""
    chosen = season.chosen.get(clock.get("reading", ""), "")
    return int(chosen) if chosen.isdecimal() else int(clock["within"])


def after(due: Mapping[str, Any], day: date, season: Season, work: WorkCalendar) -> Term:
    """When what follows an event of `day` is due."""
    clock, policy = due["clock"], policy_of(due, season)
    if clock.get("count") == "workday":
        last = work.add_workdays(day, within(clock, season))
        return Term(last, last, work.provisional(last))
    return resolved(day + timedelta(days=within(clock, season)), policy, work)


def policy_of(due: Mapping[str, Any], season: Season) -> OnHoliday:
    return OnHoliday(due["on_holiday"]) if "on_holiday" in due else season.policy


def spans(due: Mapping[str, Any], every: str, season: Season) -> list[tuple[str, date, date]]:
    """The months, quarters or the year in which an activity takes place: name, first and last day."""
    first, last = window(due, season)
    found: dict[str, tuple[date, date]] = {}
    for end in month_ends(first, last):
        name = {"month": f"{end:%Y-%m}", "quarter": f"{end.year}-Q{(end.month + 2) // 3}", "year": str(end.year)}[every]
        begin = max(end.replace(day=1), first)
        found[name] = (found.get(name, (begin, begin))[0], min(end, last))
    return [(name, begin, end) for name, (begin, end) in found.items()]


def window(due: Mapping[str, Any], season: Season) -> tuple[date, date]:
    """From when to when an entry repeats; without days of its own, as long as the campaign runs."""
    last = due["to"] if "task" in due else due.get("until")
    begins, ends = season.span
    return season.on(due["from"]) if "from" in due else begins, season.on(last) if last else ends


def weekdays(first: date, last: date, weekday: int) -> Iterator[date]:
    day = first + timedelta(days=(weekday - first.weekday()) % 7)
    while day <= last:
        yield day
        day += timedelta(weeks=1)


def month_days(first: date, last: date, days: Sequence[int | str]) -> Iterator[date]:
    for end in month_ends(first, last):
        for day in days:
            found = end if day == "end" else end.replace(day=int(day))
            if first <= found <= last:
                yield found


def quarter_days(first: date, last: date, before: int) -> Iterator[date]:
    """The day so many days before each quarter ends: 10 of “季度末前10日” gives 03-21, 06-20, 09-20, 12-21."""
    for end in month_ends(first, last):
        day = end - timedelta(days=before)
        if end.month % 3 == 0 and first <= day <= last:
            yield day


def month_ends(first: date, last: date) -> Iterator[date]:
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        yield date(year, month, 1) - timedelta(days=1)


WEEKDAYS = "一二三四五六日"


def clock_said(clock: Mapping[str, Any]) -> str:
    """A clock as people read it."""
    return clock.get("said") or CLOCKS_SAID[clock["kind"]](clock)


def _after(clock: Mapping[str, Any]) -> str:
    unit = "个工作日" if clock.get("count") == "workday" else "日"
    return f"{clock['event']}后 {clock['within']} {unit}内"


def _month_days(clock: Mapping[str, Any]) -> str:
    return "每月" + "、".join("月底" if day == "end" else f"{day}日" for day in clock["days"])


CLOCKS_SAID: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    "none": lambda clock: "没有固定期限",
    "day": lambda clock: f"{clock['on']} 前",
    "parameter": lambda clock: "由参数选定",
    "phase_end": lambda clock: "阶段结束日",
    "weekly": lambda clock: f"每周{WEEKDAYS[clock['weekday']]} {clock.get('time', '')}".strip(),
    "month_days": _month_days,
    "quarter": lambda clock: f"季度末前 {clock['before']} 日" if clock["before"] else "季度末",
    "after": _after,
}
