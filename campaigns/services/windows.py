"""When a phase runs, for the campaign and for a unit that was granted its own time."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from accounts.models import Unit
from campaigns.models import Campaign, Phase, PhaseWindow
from campaigns.rules import Window, fault, own_window
from core.refusals import Refused


def window(campaign: Campaign, phase_key: str, unit: Unit) -> tuple[date, date]:
    """First and last day of a phase for a unit: its own approved window, that of a unit above, or the campaign's.

    Refused (404) when the campaign has no such phase.
    """
    return windows_of(campaign).of(phase_key, unit.path)


def units_below(campaign: Campaign) -> QuerySet[Unit]:
    """Who stands right below the campaign's authority: a province's cities, a city's counties."""
    level = Unit.Level.CITY if campaign.unit.level == Unit.Level.PROVINCE else Unit.Level.COUNTY
    below = Unit.objects.under(campaign.unit.path).at_level(level).filter(closed_on=None)
    return below.exclude(pk=campaign.unit_id).order_by("order", "path")


@dataclass(frozen=True)
class Windows:
    """All windows of one campaign, read with two queries: for pages and sweeps that ask for many units."""

    phases: dict[str, Phase]
    own: dict[str, dict[str, Window]]

    def of(self, phase_key: str, path: str) -> Window:
        phase = self.phases.get(phase_key)
        if phase is None:
            raise Refused(f"本行动没有“{phase_key}”阶段。", status=404)
        return own_window((phase.starts_on, phase.ends_on), self.own.get(phase_key, {}), path)

    def open_on(self, day: date, path: str = "") -> list[Phase]:
        """The phases that run on a day, in the plan's order; for one unit or (path "") for the campaign."""
        return [phase for key, phase in self.phases.items() if within(day, self.of(key, path))]


def within(day: date, window: Window) -> bool:
    return window[0] <= day <= window[1]


def refuse_dates(phase: Phase, window: Window, year: int) -> None:
    """Says why a phase's dates cannot be. The campaign has no span of its own: its phases make it."""
    end, said = fault(window, year)
    if said:
        raise Refused(f"“{phase.name}”的{said}。", field=f"{phase.key}_{end}", status=422)


def windows_of(campaign: Campaign) -> Windows:
    phases = {phase.key: phase for phase in campaign.phases.all()}
    own: dict[str, dict[str, Window]] = {}
    granted = PhaseWindow.objects.in_force().filter(phase__campaign=campaign)
    for key, path, starts_on, ends_on in granted.values_list("phase__key", "unit__path", "starts_on", "ends_on"):
        own.setdefault(key, {})[path] = (starts_on, ends_on)
    return Windows(phases, own)
