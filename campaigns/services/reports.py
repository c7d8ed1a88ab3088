"""The report clock of a campaign: when which report is due. `reporting` opens and freezes; here are only dates."""

from dataclasses import dataclass
from datetime import date, datetime

from accounts.models import Unit
from campaigns.models import Campaign, Phase
from campaigns.services.windows import Windows, windows_of
from core import clock
from core.calendar import calendar
from core.models import HolidayDay
from core.rules import OnHoliday, WorkCalendar, weekly_cutoffs

# Key enterprises are reported within the phase of this name (方案五（四）：执法检查阶段实行周报告制度).
REPORT_PHASE = "inspect"


@dataclass(frozen=True)
class ReportDate:
    """One weekly cut-off: the nominal day, the day it falls on, the instant, and what people should know of it."""

    number: int
    nominal: date
    day: date
    due_at: datetime
    provisional: bool
    holiday: str = ""

    @property
    def moved(self) -> bool:
        return self.day != self.nominal


def phase_of_reports(campaign: Campaign) -> Phase | None:
    """The phase of the weekly report; None where the plan orders no weekly report."""
    data = campaign.blueprint.data
    if data and not data.get("report"):
        return None
    key = data.get("report", {}).get("phase", REPORT_PHASE)
    return campaign.phases.filter(key=key).first()


def reported_above(campaign: Campaign) -> bool:
    """Whether the superior's campaign asks for the weekly report: then the city sends it there, once, and not here."""
    return campaign.parent is not None and phase_of_reports(campaign.parent) is not None


def phase_asked(campaign: Campaign) -> Phase | None:
    """The phase in which this campaign itself asks for weekly reports; None where nobody, or the superior, does."""
    return None if reported_above(campaign) else phase_of_reports(campaign)


def report_windows(campaign: Campaign, phase: Phase) -> Windows:
    """In which days units owe reports: a city whose campaign was handed down reports here, in the days of its own."""
    found = windows_of(campaign)
    below = Phase.objects.filter(campaign__parent=campaign, key=phase.key).exclude(campaign__published_at=None)
    days = below.order_by("campaign_id").values_list("campaign__unit__path", "starts_on", "ends_on")
    own = found.own.get(phase.key, {}) | {path: (starts_on, ends_on) for path, starts_on, ends_on in days}
    return Windows(found.phases, found.own | {phase.key: own})


def report_dates(campaign: Campaign, unit: Unit | None = None, work: WorkCalendar | None = None) -> list[ReportDate]:
    """Every weekly cut-off of the campaign, or of a unit with its own window (HN-70, HN-23)."""
    phase = phase_asked(campaign)
    if phase is None:
        return []
    starts_on, ends_on = report_windows(campaign, phase).of(phase.key, unit.path if unit else "")
    return dates_within(campaign, starts_on, ends_on, work or calendar())


def dates_within(campaign: Campaign, starts_on: date, ends_on: date, work: WorkCalendar) -> list[ReportDate]:
    """The cut-offs that a window would have: also what a city sees before it asks for one."""
    found = list(weekly_cutoffs(starts_on, ends_on, work, OnHoliday(campaign.on_holiday), campaign.report_weekday))
    moved = [cut.nominal for cut in found if not work.is_workday(cut.nominal)]
    names = dict(HolidayDay.objects.filter(day__in=moved).values_list("day", "name"))
    at = campaign.report_time
    return [
        ReportDate(
            cut.number,
            cut.nominal,
            cut.day,
            clock.at_local(cut.day, at.hour, at.minute),
            cut.provisional,
            names.get(cut.nominal, ""),
        )
        for cut in found
    ]
