"""The draw itself: from what was frozen and the seed to enterprises and their teams."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from campaigns.draw_rules.sampling import Stream, weighted_sample
from campaigns.draw_rules.sealing import digest_of


@dataclass(frozen=True)
class Result:
    """One enterprise drawn, with its team; the first of the team leads."""

    order: int
    stratum: str
    enterprise: int
    team: tuple[int, ...]

    def as_row(self) -> list[Any]:
        return [self.order, self.stratum, self.enterprise, list(self.team)]


def results_digest(seed: str, rows: Sequence[Sequence[Any]], protocol: Mapping[str, Any]) -> str:
    """Of what was drawn, and of the protocol: who said what, and when."""
    return digest_of({"protocol": protocol, "results": rows, "seed": seed})


def table(part: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of {"columns": …, "rows": …} by column."""
    columns = part["columns"]
    return [dict(zip(columns, row, strict=True)) for row in part["rows"]]


def perform(frozen: Mapping[str, Any], seed: str) -> list[Result]:
    """Stratum after stratum in the order published, then a team for each enterprise in the order drawn."""
    drawn = draw_enterprises(frozen, seed)
    teams = draw_teams(frozen, [row for _, row in drawn], seed)
    return [
        Result(order, stratum, row["id"], team)
        for order, ((stratum, row), team) in enumerate(zip(drawn, teams, strict=True), start=1)
    ]


def draw_enterprises(frozen: Mapping[str, Any], seed: str) -> list[tuple[str, dict[str, Any]]]:
    columns = frozen["enterprises"]["columns"]
    stratum_at, weight_at = columns.index("stratum"), columns.index("weight")
    by_stratum: dict[str, list[Any]] = defaultdict(list)
    for row in frozen["enterprises"]["rows"]:
        by_stratum[row[stratum_at]].append(row)
    drawn = []
    for stratum in frozen["strata"]:
        rows = by_stratum[stratum["key"]]
        stream = Stream(seed, f"stratum|{stratum['key']}")
        places = weighted_sample([row[weight_at] for row in rows], stratum["quota"], stream)
        drawn += [(stratum["key"], dict(zip(columns, rows[place], strict=True))) for place in places]
    return drawn


class Bench:
    """Who may go where. Recusals and places are applied here, before anybody is drawn."""

    def __init__(self, frozen: Mapping[str, Any]) -> None:
        self.people = table(frozen["inspectors"])
        self.crosses = bool(frozen["terms"]["cross_region"])
        self.recused: dict[int, set[int]] = defaultdict(set)
        for enterprise, inspector, _ in frozen["recusals"]:
            self.recused[enterprise].add(inspector)
        self.by_place: dict[tuple[str, str], list[int]] = {}

    def may_go(self, person: Mapping[str, Any], area: str, city: str) -> bool:
        """A cross-region team keeps away from the own city; any other goes where it has the right to enforce."""
        if self.crosses:
            return not city or person["city"] != city
        return any(area.startswith(own) for own in person["areas"])

    def at(self, area: str, city: str) -> list[int]:
        found = self.by_place.get((area, city))
        if found is None:
            found = [person["id"] for person in self.people if self.may_go(person, area, city)]
            self.by_place[area, city] = found
        return found

    def eligible(self, row: Mapping[str, Any]) -> list[int]:
        here, away = self.at(row["area"], row["city"]), self.recused.get(row["id"])
        return [person for person in here if person not in away] if away else here


def eligible_counts(frozen: Mapping[str, Any]) -> dict[int, int]:
    """How many inspectors may go to each enterprise of the pool."""
    bench = Bench(frozen)
    return {row["id"]: len(bench.eligible(row)) for row in table(frozen["enterprises"])}


def draw_teams(frozen: Mapping[str, Any], drawn: Sequence[Mapping[str, Any]], seed: str) -> list[tuple[int, ...]]:
    """For each place of a team one of those with the fewest visits so far, at random: fair in load, open in person."""
    bench, stream = Bench(frozen), Stream(seed, "team")
    loads = dict.fromkeys((person["id"] for person in bench.people), 0)
    return [draw_team(bench.eligible(row), loads, frozen["terms"]["team_size"], stream) for row in drawn]


def draw_team(eligible: Sequence[int], loads: dict[int, int], size: int, stream: Stream) -> tuple[int, ...]:
    team: list[int] = []
    for _ in range(size):
        free = [person for person in eligible if person not in team]
        least = min(loads[person] for person in free)
        lightest = [person for person in free if loads[person] == least]
        chosen = lightest[stream.below(len(lightest))]
        team.append(chosen)
    for person in team:
        loads[person] += 1
    return tuple(team)
