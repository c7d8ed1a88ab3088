"""The frame in which a plan's clocks run: of a blueprint in some year, and of a campaign as it stands."""

from collections.abc import Mapping
from typing import Any

from campaigns.clocks import Season
from campaigns.models import Campaign
from campaigns.rules import Window, campaign_day
from core.rules import OnHoliday


def running_season(campaign: Campaign, phases: Mapping[str, Window]) -> Season:
    """The campaign's own frame, with the phases as given."""
    chosen = defaults(campaign.blueprint.data) | {key: value for key, value in campaign.parameters.items() if value}
    return Season(campaign.year, phases, chosen, OnHoliday(campaign.on_holiday), campaign.shift_weeks)


def season_of(data: Mapping[str, Any], year: int) -> Season:
    """A blueprint in some year, as its own defaults have it."""
    return Season(year, phase_windows(data, year), defaults(data), planned_policy(data))


def planned_policy(data: Mapping[str, Any]) -> OnHoliday:
    """What a plan says of days off: for everything, else where it orders the weekly report, else 提前."""
    said = data.get("on_holiday") or (data.get("report") or {}).get("on_holiday")
    return OnHoliday(said or OnHoliday.PREVIOUS)


def phase_windows(data: Mapping[str, Any], year: int) -> dict[str, Window]:
    return {p["key"]: (campaign_day(p["from"], year), campaign_day(p["to"], year)) for p in data["phases"]}


def defaults(data: Mapping[str, Any]) -> dict[str, str]:
    return {p["key"]: p["default"] for p in data.get("parameters", []) if "default" in p}
