"""The sweeper behind the weekly cut-off: asks the database what is due and does it once, whenever it is asked.

The schedule only wakes it. A period is claimed by a lease that a killed sweeper leaves to run out; everything that
makes it frozen is written in one transaction under the period's lock, so there is one report or none, and what a killed
sweeper stored without committing is an orphan file that core.files sweeps.
"""

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from accounts.models import Unit
from campaigns.models import Campaign
from campaigns.states import CampaignState
from core import audit
from core.audit import digest_of
from core.files import store
from core.transactions import wait_for_open
from reporting import notices
from reporting.figures import Places, RowFile, Span, compute, places_of, written_rows
from reporting.models import ReportPeriod, UnitReport
from reporting.rules.tallies import Figures
from reporting.rules.weeks import Timeliness, timeliness
from reporting.services import periods
from reporting.services.summaries import write_summary

logger = logging.getLogger(__name__)
# Longer than a freeze takes; with the next sweep it is over a minute after a kill at the latest (config/celery.py). Who
# outlives it does nothing twice, the lock sees to that.
LEASE = timedelta(seconds=35)
# A command takes its moment first and opens its transaction a little later.
SETTLING = timedelta(seconds=3)
STAMPED = ("figures", "figures_digest", "places", "names", "rows_digest", "rows_file", "frozen_at", "is_missing")


def sweep(at: datetime) -> int:
    """Everything that is due at `at`: periods to make, to freeze, to sum up again. Returns how many were worked on.

    What fails is logged, keeps its lease and does not stand in the way of the rest; the first failure is raised last.
    """
    failures: list[Exception] = []
    for campaign in Campaign.objects.filter(state=CampaignState.PUBLISHED).select_related("unit"):
        attempt(lambda due=campaign: periods.ensure(due, at), failures)  # type: ignore[misc]
    worked = 0
    while (period := claim(at)) is not None:
        attempt(lambda due=period: work_on(due, at), failures)  # type: ignore[misc]
        worked += 1
    if failures:
        raise failures[0]
    return worked


def attempt(work: Callable[[], None], failures: list[Exception]) -> None:
    try:
        work()
    except Exception as error:
        logger.exception("a sweep of the weekly reports failed")
        failures.append(error)


def due(at: datetime) -> Q:
    return Q(frozen_at=None, cutoff_at__lte=at) | Q(summary_due_at__lte=at)


def claim(at: datetime) -> ReportPeriod | None:
    """Lease the oldest due period that nobody works on, or None."""
    free = Q(leased_until=None) | Q(leased_until__lte=at)
    with transaction.atomic():
        period = (
            ReportPeriod.objects.filter(due(at), free)
            .select_related("campaign__unit")
            .select_for_update(of=("self",), skip_locked=True)
            .order_by("cutoff_at", "pk")
            .first()
        )
        if period is not None:
            period.leased_until = at + LEASE
            period.save(update_fields=["leased_until"])
        return period


def work_on(period: ReportPeriod, at: datetime) -> None:
    if period.frozen_at is None:
        freeze(period, at)
    else:
        sum_up_again(period, at)


def freeze(period: ReportPeriod, at: datetime) -> None:
    """Figures as of the cut-off for every report, the first summary, the notices. Does nothing when it was done."""
    settle(period, at)
    with transaction.atomic():
        locked = ReportPeriod.objects.select_for_update(of=("self",)).select_related("campaign__unit").get(pk=period.pk)
        if locked.frozen_at is not None:
            return
        reports = list(
            locked.reports.select_related("unit", "sent_by")
            .select_for_update(of=("self",))
            .order_by("unit__order", "unit_id")
        )
        fill(locked, reports, at)
        locked.frozen_at, locked.leased_until = max(at, locked.cutoff_at), None
        locked.save(update_fields=["frozen_at", "leased_until"])
        if reports:
            write_summary(locked, reports, at)
        missing = [report for report in reports if report.is_missing]
        notices.frozen(locked, missing, len(reports) - len(missing), at)
        audit.record(
            "reporting.reportperiod.freeze",
            locked,
            actor=None,
            at=at,
            unit_path=locked.campaign.unit.path,
            after={"digests": {report.unit.path: report.figures_digest for report in reports}},
        )


def settle(period: ReportPeriod, at: datetime) -> None:
    """Let every command that began before the cut-off end: what it recorded belongs to this week."""
    time.sleep(max(0.0, (period.cutoff_at + SETTLING - at).total_seconds()))
    if not wait_for_open():
        raise TimeoutError(f"{period} ({period.cutoff_at:%Y-%m-%d}): transactions begun before the cut-off stay open")


def fill(period: ReportPeriod, reports: list[UnitReport], at: datetime) -> None:
    """Count once for all reports and put figures and rows where they stay."""
    places = places_of(report.unit for report in reports)
    span = Span(period.starts_at, period.cutoff_at, period.cutoff_at)
    counted = compute(period.campaign_id, places, span)
    names = names_in([*places.units, period.campaign.unit_id])
    with written_rows(period.campaign_id, places, span) as files:
        for report in reports:
            stamp(report, counted[report.unit_id], places, files[report.unit_id], at)
            report.names = {unit: names[unit] for unit in [*places.under(report.unit_id), str(period.campaign.unit_id)]}
            report.save(update_fields=STAMPED)


def names_in(units: list[int]) -> dict[str, str]:
    """What the units are called now, keyed as JSON keys are."""
    found = Unit.objects.filter(pk__in=units).values_list("pk", "short_name")
    return {str(unit): name for unit, name in found}


def stamp(report: UnitReport, figures: Figures, places: Places, rows: RowFile, at: datetime) -> None:
    """Set the columns of a frozen report. The caller saves STAMPED."""
    period = report.period
    data = figures.data()
    report.figures, report.figures_digest = data, digest_of(data)
    report.places = places.under(report.unit_id)
    report.rows_digest = rows.digest
    report.rows_file = store(rows.file, name=f"{report.unit.short_name}{period}明细.jsonl.gz", by=None, at=at)
    report.frozen_at = max(at, period.cutoff_at)
    report.is_missing = timeliness(report.sent_at, period.cutoff_at, report.frozen_at) is not Timeliness.ON_TIME


def sum_up_again(period: ReportPeriod, at: datetime) -> None:
    """A new edition for the late and corrected reports since the last one."""
    with transaction.atomic():
        locked = ReportPeriod.objects.select_for_update(of=("self",)).select_related("campaign__unit").get(pk=period.pk)
        if locked.summary_due_at is None or locked.summary_due_at > at:
            return
        reports = list(locked.reports.select_related("unit", "sent_by").order_by("unit__order", "unit_id"))
        summary = write_summary(locked, reports, at)
        notices.edition(summary, at)
        locked.summary_due_at = locked.leased_until = None
        locked.save(update_fields=["summary_due_at", "leased_until"])
