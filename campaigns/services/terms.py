"""Every day that a campaign's plan orders, resolved: seen before publication and whenever the calendar is amended."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from campaigns.clocks import Season, Term, terms
from campaigns.models import Campaign
from campaigns.services.due.entries import PLAN, PLANNING, Entry, entries_of
from campaigns.services.seasons import running_season
from core.calendar import calendar
from core.rules import WorkCalendar


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
    # What was over before anything was made of it: nobody will ever owe it.
    lapsed: tuple[Term, ...] = ()


def campaign_terms(campaign: Campaign, at: datetime) -> list[Owed]:
    """What the plan orders in general, the rows of its list, its phases and the plans of its units."""
    phases = {phase.key: (phase.starts_on, phase.ends_on) for phase in campaign.phases.all()}
    season = running_season(campaign, phases)
    return owed(campaign.blueprint.data, season, calendar(), campaign.published_at or at)


def owed(data: Mapping[str, Any], season: Season, work: WorkCalendar, at: datetime) -> list[Owed]:
    """`at` is the publication, or the moment at which it would be published."""
    return [_owed(entry, season, work, at) for entry in entries_of(data) if not entry.every]


def previewed(data: Mapping[str, Any], season: Season, work: WorkCalendar, at: datetime) -> list[Owed]:
    """What a plan orders with its weekly report, whose days a campaign shows among its own."""
    return [*owed(data, season, work, at), *(_owed(entry, season, work, at) for entry in _weekly(data))]


def _weekly(data: Mapping[str, Any]) -> Iterator[Entry]:
    """The weekly report as an entry; of those that `dues` tell of as well, none."""
    report = data.get("report")
    if not report:
        return
    clock = {"kind": "weekly", **{name: report[name] for name in ("phase", "weekday", "time")}}
    if any(due["clock"].items() >= clock.items() for due in data.get("dues", [])):
        return
    said = {name: report[name] for name in ("source", "lines", "quote", "note") if name in report}
    yield Entry("report", PLAN, "周报", {**said, "clock": clock}, ("cities",))


WAITS = {"after": "从每件事的日期起算", "parameter": "选定参数后确定"}
NO_DAY = "适时，没有固定期限，不计迟报"
PLAN_WAITS = "原文没有规定日期；行动发布后可在“责任单位”页设定"


def _owed(entry: Entry, season: Season, work: WorkCalendar, at: datetime) -> Owed:
    said, found = entry.data, tuple(terms(entry.data, season, work))
    no_day = PLAN_WAITS if entry.key == PLANNING else NO_DAY
    return Owed(
        title=entry.title,
        owes=entry.owes,
        lead=tuple(said.get("lead", ())),
        joint=tuple(said.get("joint", ())),
        said=entry.said,
        source=entry.place,
        terms=found,
        number=entry.number,
        note=said.get("note", ""),
        contents=entry.contents,
        waits=WAITS.get(entry.clock["kind"], no_day),
        lapsed=tuple(term for term in found if entry.instant(term.day) <= at),
    )


def lapsed_count(owed: list[Owed]) -> int:
    return sum(len(one.lapsed) for one in owed)


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
