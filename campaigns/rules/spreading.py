"""Who goes where in which week: visits spread over the working days of a window and over the people, fair in load."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from campaigns.rules.dates import Window
from core.rules import WorkCalendar

# An inspection takes two officers: a week in which fewer may work carries none.
PAIR = 2


@dataclass(frozen=True)
class Week:
    """One week of a window, by its Monday; `first` and `last` are its days within the window."""

    monday: date
    first: date
    last: date
    workdays: int


@dataclass(frozen=True)
class Visit:
    """One object to be visited. `near` says what lies together (乡镇、行业), `away` who keeps away from it."""

    id: int
    first: bool = False
    key: bool = False
    near: tuple[str, ...] = ()
    away: frozenset[int] = frozenset()

    @property
    def order(self) -> tuple[bool, bool, tuple[str, ...], int]:
        """The Yellow River basin before all others, key ones before the rest, neighbours together."""
        return (not self.first, not self.key, self.near, self.id)


@dataclass(frozen=True)
class Able:
    """One inspector and the weeks (Mondays) of which every day is within a valid certificate."""

    id: int
    weeks: frozenset[date]
    may_lead: bool = True


@dataclass(frozen=True)
class Placed:
    visit: int
    week: date
    lead: int
    second: int


@dataclass
class Loads:
    """How much stands already, by week and person: what was set by hand counts, too."""

    weeks: dict[date, int] = field(default_factory=lambda: defaultdict(int))
    leads: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    seconds: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    cells: dict[tuple[date, int], int] = field(default_factory=lambda: defaultdict(int))
    seats: dict[tuple[date, int], int] = field(default_factory=lambda: defaultdict(int))

    def add(self, week: date, lead: int, second: int | None) -> None:
        self.weeks[week] += 1
        self.leads[lead] += 1
        self.cells[week, lead] += 1
        if second is not None:
            self.seconds[second] += 1
            self.seats[week, second] += 1

    def of_lead(self, week: date, person: int) -> tuple[int, int, int]:
        return (self.cells[week, person], self.leads[person], person)

    def of_second(self, week: date, person: int) -> tuple[int, int, int]:
        return (self.seats[week, person], self.seconds[person], person)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def weeks_of(window: Window, calendar: WorkCalendar) -> list[Week]:
    """The weeks of a window with their working days; holidays and worked weekends are counted as published."""
    first, last = window
    found = []
    monday = monday_of(first)
    while monday <= last:
        start, end = max(monday, first), min(monday + timedelta(days=6), last)
        days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
        found.append(Week(monday, start, end, sum(calendar.is_workday(day) for day in days)))
        monday += timedelta(days=7)
    return found


def weeks_left(window: Window, today: date, calendar: WorkCalendar) -> list[Week]:
    """What is left of a window: the days before today carry nothing, of the running week only the rest."""
    first, last = max(window[0], today), window[1]
    return weeks_of((first, last), calendar) if first <= last else []


def spread(
    visits: Iterable[Visit], weeks: Sequence[Week], people: Sequence[Able], loads: Loads
) -> tuple[list[Placed], list[int]]:
    """Every visit in a week with a lead and a second; and those for which there is nobody. `loads` goes on counting.

    The same facts give the same answer in whatever order they come.
    """
    ordered = sorted(visits, key=lambda visit: visit.order)
    crews = {week.monday: crew_of(week.monday, people) for week in weeks}
    rooms = {week.monday: week.workdays * len(crews[week.monday].all) for week in weeks}
    rooms = {monday: room for monday, room in sorted(rooms.items()) if room and crews[monday].is_whole}
    if not rooms:
        return [], [visit.id for visit in ordered]
    counts = shares(len(ordered), rooms, loads.weeks)
    placed: list[Placed] = []
    left: list[int] = []
    rest = iter(ordered)
    for monday in rooms:
        some = [next(rest) for _ in range(counts[monday])]
        for visit, team in crewed(some, monday, crews[monday], loads):
            if team is None:
                left.append(visit.id)
            else:
                placed.append(Placed(visit.id, monday, *team))
    return placed, left


@dataclass(frozen=True)
class Crew:
    """Who may work in a week, and who of them may lead."""

    all: tuple[int, ...]
    leaders: tuple[int, ...]

    @property
    def is_whole(self) -> bool:
        return len(self.all) >= PAIR and bool(self.leaders)


def crew_of(monday: date, people: Iterable[Able]) -> Crew:
    there = sorted((one for one in people if monday in one.weeks), key=lambda one: one.id)
    return Crew(tuple(one.id for one in there), tuple(one.id for one in there if one.may_lead))


def shares(total: int, rooms: Mapping[date, int], held: Mapping[date, int]) -> dict[date, int]:
    """How many visits each week takes, so that all are as full as their room allows; earlier weeks first."""
    counts = dict.fromkeys(rooms, 0)
    if not total:
        return counts
    whole = total + sum(held.get(monday, 0) for monday in rooms)
    # What each week would hold if all were equally full, less what it holds; never less than nothing.
    size = sum(rooms.values())
    wanted = {monday: max(0, whole * room // size - held.get(monday, 0)) for monday, room in rooms.items()}
    given = min(total, sum(wanted.values()))
    scale = sum(wanted.values()) or 1
    for monday, want in wanted.items():
        counts[monday] = want * given // scale
    for _ in range(total - sum(counts.values())):
        emptiest = min(rooms, key=lambda monday: ((held.get(monday, 0) + counts[monday] + 1) / rooms[monday], monday))
        counts[emptiest] += 1
    return counts


def crewed(
    visits: Sequence[Visit], monday: date, crew: Crew, loads: Loads
) -> Iterator[tuple[Visit, tuple[int, int] | None]]:
    """A team for each visit of a week. A person takes a run of neighbours, with one partner."""
    turns = quotas(len(visits), monday, crew.leaders, loads)
    partners: dict[int, int] = {}
    for visit in visits:
        lead = lead_of(visit, monday, crew, turns, loads)
        others = [person for person in crew.all if person != lead and person not in visit.away]
        if lead is None or not others:
            yield visit, None
            continue
        second = partners.get(lead)
        if second not in others:
            second = min(others, key=lambda person: loads.of_second(monday, person))
            partners.setdefault(lead, second)
        assert second is not None
        turns[lead] -= 1
        loads.add(monday, lead, second)
        yield visit, (lead, second)


def lead_of(visit: Visit, monday: date, crew: Crew, turns: Mapping[int, int], loads: Loads) -> int | None:
    """Whose turn it is, of those who need not keep away; beyond the turns whoever has least."""
    free = [person for person in crew.leaders if person not in visit.away]
    turn = next((person for person in free if turns[person] > 0), None)
    return turn if turn is not None else min(free, key=lambda one: loads.of_lead(monday, one), default=None)


def quotas(total: int, monday: date, leaders: Sequence[int], loads: Loads) -> dict[int, int]:
    """How many visits of a week each person leads: level within the week, then over the weeks so far."""
    turns = dict.fromkeys(leaders, 0)
    for _ in range(total):
        lightest = min(
            leaders, key=lambda person: (loads.cells[monday, person] + turns[person], loads.leads[person], person)
        )
        turns[lightest] += 1
    return turns
