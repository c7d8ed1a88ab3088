"""The lines of a week: one a city, with its status and the figures that count now, for pages, sheets and papers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, Q

from accounts.models import Unit
from core.models import HolidayDay
from reporting.figures import Span, compute, places_of
from reporting.models import ReportPeriod, ReportVersion, UnitReport
from reporting.rules.metrics import Vocabulary
from reporting.rules.status import Status, status_of
from reporting.rules.tallies import Counts, Figures, read, together
from reporting.rules.weeks import Timeliness, shift_text, span_text

UNSAID = "系统按封账数生成，缺文字说明"


@dataclass(frozen=True)
class Line:
    """One city in the summary of a week."""

    report: UnitReport
    status: Status
    figures: Figures
    # What the city sent and did not recall; never a draft.
    sent: ReportVersion | None

    @property
    def version(self) -> int:
        return self.sent.number if self.sent else 1

    @property
    def counts(self) -> Counts:
        return self.figures.own

    @property
    def own_text(self) -> str:
        return self.sent.text if self.sent else ""

    @property
    def is_nothing(self) -> bool:
        return self.sent is not None and self.sent.is_nothing

    @property
    def text(self) -> str:
        """What pages, sheets and papers say of the week: the city's words, or that there are none."""
        if self.own_text:
            return self.own_text
        if self.is_nothing:
            return "本周无新增情况（零报告）。"
        return UNSAID if self.status.timeliness is Timeliness.MISSING else ""


def lines_of(period: ReportPeriod, reports: list[UnitReport], at: datetime) -> list[Line]:
    """The cities' lines in the order of the tree: frozen or corrected figures, before the cut-off the live ones."""
    sent = standing_versions([report.pk for report in reports])
    live = live_figures(period, reports, at) if period.frozen_at is None and reports else {}
    return [line_of(report, period, sent.get(report.pk), live.get(report.unit_id), at) for report in reports]


def line_of(
    report: UnitReport, period: ReportPeriod, sent: ReportVersion | None, live: Figures | None, at: datetime
) -> Line:
    version = sent.number if sent else 1
    status = status_of(state=report.state, sent_at=report.sent_at, cutoff_at=period.cutoff_at, version=version, at=at)
    figures = read(sent.figures) if sent and version > 1 else live or read(report.figures or {})
    return Line(report, status, figures, sent)


def latest_corrections(report_ids: list[int]) -> dict[int, ReportVersion]:
    """The last version after the first of each report, where there is one: its figures replace the frozen ones."""
    return {report: version for report, version in standing_versions(report_ids).items() if version.number > 1}


def standing_versions(report_ids: list[int]) -> dict[int, ReportVersion]:
    """The last version of each report that was sent and not recalled."""
    numbers = ReportVersion.objects.filter(report__in=report_ids, recalled_at=None)
    last = numbers.values("report").annotate(last=Max("number")).values_list("report", "last")
    wanted = Q(pk__in=[])
    for report_id, number in last:
        wanted |= Q(report=report_id, number=number)
    return {version.report_id: version for version in ReportVersion.objects.filter(wanted, recalled_at=None)}


def live_figures(period: ReportPeriod, reports: list[UnitReport], at: datetime) -> dict[int, Figures]:
    """The week as it stands at `at`, or at the cut-off once that has passed."""
    until = min(at, period.cutoff_at)
    places = places_of(report.unit for report in reports)
    return compute(period.campaign_id, places, Span(period.starts_at, until, until))


@dataclass(frozen=True)
class SummarySheet:
    """Everything that one edition of a summary prints."""

    period: ReportPeriod
    edition: int
    lines: list[Line]
    words: Vocabulary
    # The short names of the parts of every city.
    names: Mapping[int, str]
    moved: str
    changes: Sequence[Mapping[str, Any]] = ()

    @property
    def title(self) -> str:
        return f"一体化专项执法行动{self.period}情况汇总"

    @property
    def scope(self) -> str:
        """What all lines together are called: 全省, or the campaign's own unit in short."""
        return scope_name(self.period, self.names)

    @property
    def own(self) -> Counts:
        return together(line.counts for line in self.lines)

    @property
    def span(self) -> str:
        return span_text(self.period.starts_at, self.period.cutoff_at)

    @property
    def sent(self) -> list[Line]:
        return [line for line in self.lines if line.status.sent]


def scope_name(period: ReportPeriod, names: Mapping[int, str]) -> str:
    unit = period.campaign.unit
    return "全省" if unit.level == Unit.Level.PROVINCE else names.get(unit.pk, unit.short_name)


def names_of(lines: Iterable[Line]) -> dict[int, str]:
    """The short names of everything under these lines: kept with a frozen week, before that the present ones."""
    names: dict[int, str] = {}
    unnamed: set[int] = set()
    for line in lines:
        names |= {int(unit): name for unit, name in (line.report.names or {}).items()}
        unnamed |= set(line.figures.parts)
    return names | dict(Unit.objects.filter(pk__in=unnamed - set(names)).values_list("pk", "short_name"))


def part_names(report: UnitReport) -> dict[int, str]:
    """The short names of everything under one city."""
    if report.names is not None:
        return {int(unit): name for unit, name in report.names.items()}
    return dict(Unit.objects.under(report.unit.path).values_list("pk", "short_name"))


def moved_by(period: ReportPeriod) -> str:
    """Why the cut-off is not on its usual day, or ""."""
    return moved_texts([period])[period.pk]


def moved_texts(periods: Iterable[ReportPeriod]) -> dict[int, str]:
    """The same for many periods, in one statement."""
    rows = list(periods)
    days = HolidayDay.objects.filter(day__in=[period.nominal_on for period in rows], is_off=True)
    names = dict(days.values_list("day", "name"))
    return {row.pk: shift_text(row.nominal_on, row.cutoff_at, names.get(row.nominal_on, "")) for row in rows}
