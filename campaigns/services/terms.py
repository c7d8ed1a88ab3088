"""Every day that a campaign's plan orders, resolved: seen before publication and whenever the calendar is amended."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from campaigns.blueprint_files import place_said
from campaigns.clocks import Season, Term, clock_said, terms
from campaigns.models import Campaign
from campaigns.rules import Window, campaign_day
from core.calendar import calendar
from core.rules import OnHoliday, WorkCalendar


@dataclass(frozen=True)
class Owed:
    """One thing that the plan orders: who owes it, alone or together, and when. `number` is a row of its list."""

    title: str
    owes: str
    lead: tuple[str, ...]
    joint: tuple[str, ...]
    said: str
    source: str
    terms: tuple[Term, ...]
    number: int = 0
    note: str = ""
    contents: tuple[str, ...] = ()
    # What stands in place of days where there are none.
    waits: str = ""


def campaign_terms(campaign: Campaign) -> list[Owed]:
    """What the plan orders in general, then the rows of its list."""
    phases = {phase.key: (phase.starts_on, phase.ends_on) for phase in campaign.phases.all()}
    return owed(campaign.blueprint.data, running_season(campaign, phases), calendar())


def running_season(campaign: Campaign, phases: Mapping[str, Window]) -> Season:
    """The campaign's own frame, with the phases as given."""
    chosen = defaults(campaign.blueprint.data) | {key: value for key, value in campaign.parameters.items() if value}
    return Season(campaign.year, phases, chosen, OnHoliday(campaign.on_holiday), campaign.shift_weeks)


def season_of(data: Mapping[str, Any], year: int) -> Season:
    """A blueprint in some year, as its own defaults have it."""
    policy = data.get("on_holiday") or (data.get("report") or {}).get("on_holiday") or OnHoliday.PREVIOUS
    return Season(year, phase_windows(data, year), defaults(data), OnHoliday(policy))


def phase_windows(data: Mapping[str, Any], year: int) -> dict[str, Window]:
    return {p["key"]: (campaign_day(p["from"], year), campaign_day(p["to"], year)) for p in data["phases"]}


def defaults(data: Mapping[str, Any]) -> dict[str, str]:
    return {p["key"]: p["default"] for p in data.get("parameters", []) if "default" in p}


def owed(data: Mapping[str, Any], season: Season, work: WorkCalendar) -> list[Owed]:
    entries: Iterable[Mapping[str, Any]] = [*data.get("dues", []), *data.get("plan", {}).get("rows", [])]
    return [_owed(entry, season, work) for entry in entries]


WAITS = {"after": "从每件事的日期起算", "parameter": "选定参数后确定"}


def _owed(entry: Mapping[str, Any], season: Season, work: WorkCalendar) -> Owed:
    return Owed(
        title=entry.get("title") or entry["task"],
        owes=entry.get("owes") or entry["units"],
        lead=tuple(entry.get("lead", ())),
        joint=tuple(entry.get("joint", ())),
        said=entry.get("report") or clock_said(entry["clock"]),
        source=place_said(entry),
        terms=tuple(terms(entry, season, work)),
        number=entry.get("number", 0),
        note=entry.get("note", ""),
        contents=tuple(entry.get("contents", ())),
        waits=WAITS.get(entry["clock"]["kind"], "适时，没有固定期限，不计迟报"),
    )


@dataclass(frozen=True)
class Gaps:
    """Tasks of the text that no row of the list carries, and rows that the text does not speak of."""

    in_text_only: list[Mapping[str, Any]]
    in_list_only: list[Mapping[str, Any]]


def gaps(data: Mapping[str, Any]) -> Gaps:
    """Text and list beside each other. A task is in the list when a row names its section, or one within it."""
    rows = data.get("plan", {}).get("rows", [])
    sections = [section for row in rows for section in row.get("sections", [])]
    tasks = [measure for measure in data.get("measures", []) if rows and measure["source"].startswith("三")]
    alone = [task for task in tasks if not any(section.startswith(task["source"]) for section in sections)]
    return Gaps(alone, [row for row in rows if not row.get("sections")])
