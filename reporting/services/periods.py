"""Which periods and reports exist: made from the campaign's window and calendar, each once, whoever asks how often."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from accounts.models import Unit
from campaigns.models import Campaign
from campaigns.services.reports import phase_asked, report_windows, reported_above
from campaigns.services.windows import Windows
from core.calendar import calendar
from core.models import Obligation
from core.obligations import open_obligation, reschedule
from core.rules import OnHoliday
from reporting.models import CountyConfirmation, ReportPeriod, UnitReport
from reporting.rules.weeks import WEEKDAYS, ReportClock, Week, Window, owes, spanning, weeks

OBLIGATION = "weekly_report"


def clock_of(campaign: Campaign) -> ReportClock:
    return ReportClock(campaign.report_weekday, campaign.report_time, OnHoliday(campaign.on_holiday))


def ensure(campaign: Campaign, at: datetime) -> None:
    """Make the periods that are missing, move those that the calendar or a window moved, open the reports due."""
    phase = phase_asked(campaign)
    if phase is None:
        leave_to_superior(campaign, at)
        return
    windows = report_windows(campaign, phase)
    granted = [Window(*own) for own in windows.own.get(phase.key, {}).values()]
    keep_periods(campaign, expected_weeks(campaign, Window(phase.starts_on, phase.ends_on), granted), at)
    cities = list(Unit.objects.under(campaign.unit.path).at_level(Unit.Level.CITY).filter(closed_on=None))
    for period in campaign.periods.unfrozen().filter(starts_at__lte=at).order_by("number"):
        owing = [city for city in cities if owes_period(window_of(windows, phase.key, city), period)]
        keep_reports(period, owing, at)


def window_of(windows: Windows, phase_key: str, city: Unit) -> Window:
    """The city's days of reporting, prolonged to the latest end that one of its counties was granted."""
    granted = [Window(*own) for path, own in windows.own.get(phase_key, {}).items() if path.startswith(city.path)]
    return spanning(Window(*windows.of(phase_key, city.path)), granted)


def leave_to_superior(campaign: Campaign, at: datetime) -> None:
    """What a campaign handed down once asked for although the superior's asks for it too, and nobody wrote, goes."""
    if not reported_above(campaign):
        return
    for period in campaign.periods.unfrozen():
        keep_reports(period, [], at)
    campaign.periods.unfrozen().filter(reports=None).delete()


def owes_period(window: Window, period: ReportPeriod) -> bool:
    """A city owes the periods that its window, own or the campaign's, falls into (HN-23)."""
    return owes(window, period.nominal_on, period.cutoff_at)


def expected_weeks(campaign: Campaign, own: Window, granted: list[Window]) -> list[Week]:
    """Every week of the campaign's window, prolonged to the latest granted end, that ends after publication."""
    published = campaign.published_at
    found = weeks(spanning(own, granted), clock_of(campaign), calendar())
    return [week for week in found if published is None or week.cutoff_at > published]


def keep_periods(campaign: Campaign, expected: list[Week], at: datetime) -> None:
    """Insert under the unique key; what is frozen never moves; what has not begun and is not expected goes."""
    standing = {period.nominal_on: period for period in campaign.periods.all()}
    missing, ends_at = [], None
    for week in expected:
        period = standing.pop(week.nominal_on, None)
        starts_at = ends_at or week.starts_at
        if period is None:
            missing.append(period_of(campaign, week, starts_at))
        elif period.frozen_at is None:
            move(period, week, starts_at)
        ends_at = period.cutoff_at if period else week.cutoff_at
    ReportPeriod.objects.bulk_create(missing, ignore_conflicts=True)
    unbegun = [period.pk for period in standing.values() if period.starts_at > at]
    ReportPeriod.objects.unfrozen().filter(pk__in=unbegun, reports=None).delete()


def period_of(campaign: Campaign, week: Week, starts_at: datetime) -> ReportPeriod:
    return ReportPeriod(
        campaign=campaign,
        number=week.number,
        nominal_on=week.nominal_on,
        starts_at=starts_at,
        cutoff_at=week.cutoff_at,
        is_provisional=week.provisional,
    )


def move(period: ReportPeriod, week: Week, starts_at: datetime) -> None:
    """A calendar amended, a policy changed: only what is not frozen yet follows, its obligations with it."""
    wanted = {"starts_at": starts_at, "cutoff_at": week.cutoff_at, "is_provisional": week.provisional}
    if all(getattr(period, name) == value for name, value in wanted.items()):
        return
    with transaction.atomic():
        for name, value in wanted.items():
            setattr(period, name, value)
        if ReportPeriod.objects.unfrozen().filter(pk=period.pk).update(**wanted):
            owed = Obligation.objects.filter(kind=OBLIGATION, subject__in=subjects(period))
            reschedule(owed, week.cutoff_at)


def subjects(period: ReportPeriod) -> list[str]:
    return [subject(pk) for pk in period.reports.values_list("pk", flat=True)]


def subject(report_id: int) -> str:
    """How obligations name a report."""
    return f"unit_report:{report_id}"


def keep_reports(period: ReportPeriod, owing: list[Unit], at: datetime) -> None:
    """One report a city that owes one. An unsent report of a city that no longer owes it goes with its obligation."""
    reported = set(period.reports.values_list("unit_id", flat=True))
    for unit in owing:
        if unit.pk not in reported:
            open_report(period, unit, at)
    idle = period.reports.filter(state="open", text="", versions=None, frozen_at=None)
    for report in idle.exclude(unit__in=owing):
        drop_report(report)


def open_report(period: ReportPeriod, unit: Unit, at: datetime) -> None:
    """The report, a place for each county's word, and what the city owes: in one transaction, once."""
    with transaction.atomic():
        if not still_open(period):
            return
        report, created = UnitReport.objects.get_or_create(period=period, unit=unit)
        if created:
            counties = Unit.objects.under(unit.path).at_level(Unit.Level.COUNTY).filter(closed_on=None)
            CountyConfirmation.objects.bulk_create(
                CountyConfirmation(report=report, unit=county) for county in counties
            )
            owe_report(report, at)


def still_open(period: ReportPeriod) -> bool:
    """Lock the period against its freezing; False when that has happened."""
    return ReportPeriod.objects.unfrozen().select_for_update(of=("self",)).filter(pk=period.pk).exists()


def owe_report(report: UnitReport, at: datetime) -> None:
    period = report.period
    campaign = period.campaign
    open_obligation(
        kind=OBLIGATION,
        subject=subject(report.pk),
        period=str(period),
        campaign_id=campaign.pk,
        unit_path=report.unit.path,
        due_at=period.cutoff_at,
        at=max(period.starts_at, campaign.published_at or period.starts_at),
        title=f"报送{period}周报",
        source=campaign.title,
        rule=f"执法检查阶段每周{WEEKDAYS[campaign.report_weekday]} {campaign.report_time:%H:%M} 前报送执法检查情况",
        url=reverse("reporting:report_detail", args=[report.pk]),
    )


def drop_report(report: UnitReport) -> None:
    with transaction.atomic():
        if not still_open(report.period):
            return
        Obligation.objects.filter(kind=OBLIGATION, subject=subject(report.pk)).delete()
        report.delete()
