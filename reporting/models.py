from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.gate import ScopedQuerySet
from accounts.models import Unit, User
from campaigns.models import Campaign
from core.models import PrintedDocument, StoredFile
from reporting.states import ReportState


class ReportPeriodQuerySet(ScopedQuerySet["ReportPeriod"]):
    """A period as a whole is for who oversees the whole campaign; a city sees its UnitReport."""

    view_capability = "report.view"
    of_campaign = "campaign"
    path_lookup = "campaign__unit__path"

    def unfrozen(self) -> "ReportPeriodQuerySet":
        return self.filter(frozen_at=None)

    def frozen(self) -> "ReportPeriodQuerySet":
        return self.exclude(frozen_at=None)


class ReportPeriod(models.Model):
    """One reporting week of a campaign: (previous cut-off, cut-off]. Frozen once, whatever ran or not at 17:30."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="periods")
    kind = models.CharField(max_length=10, default="weekly")
    number = models.IntegerField()
    # The reporting day before a holiday moved it: what makes the period the same one when the calendar is amended.
    nominal_on = models.DateField()
    starts_at = models.DateTimeField()
    cutoff_at = models.DateTimeField()
    is_provisional = models.BooleanField(default=False)
    # A lease, not a state: who is at work on it now, and until when nobody else tries.
    leased_until = models.DateTimeField(null=True)
    frozen_at = models.DateTimeField(null=True)
    # Set when a late or corrected report asks for a new edition of the summary; cleared by the edition.
    summary_due_at = models.DateTimeField(null=True)

    objects = ReportPeriodQuerySet.as_manager()

    class Meta:
        ordering = ["campaign", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "kind", "nominal_on"], name="period_once"),
            models.UniqueConstraint(fields=["campaign", "kind", "number"], name="period_number"),
            models.CheckConstraint(name="period_forward", condition=Q(cutoff_at__gt=F("starts_at"))),
            models.CheckConstraint(
                name="period_frozen_after_cutoff", condition=Q(frozen_at=None) | Q(frozen_at__gte=F("cutoff_at"))
            ),
        ]
        indexes = [
            models.Index(fields=["cutoff_at"], name="period_due", condition=Q(frozen_at=None)),
            models.Index(
                fields=["summary_due_at"], name="period_summary_due", condition=Q(summary_due_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 周"

    @property
    def gate_path(self) -> str:
        return self.campaign.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return None


class UnitReportQuerySet(ScopedQuerySet["UnitReport"]):
    view_capability = "report.view"
    of_campaign = "period__campaign"


class UnitReport(models.Model):
    """One city's report of one week: its text, when it was sent, and the figures frozen at the cut-off."""

    period = models.ForeignKey(ReportPeriod, on_delete=models.PROTECT, related_name="reports")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="reports")
    state = models.CharField(max_length=10, choices=ReportState.choices, default=ReportState.OPEN)
    text = models.TextField(blank=True)
    is_nothing = models.BooleanField(default=False)
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    # What the sender saw, kept although the frozen figures may differ.
    figures_seen = models.JSONField(null=True)
    seen_at = models.DateTimeField(null=True)
    figures = models.JSONField(null=True)
    figures_digest = models.CharField(max_length=64, blank=True)
    # {unit: part} as the organisation was at the cut-off: a county that moves later takes no past figure along.
    places = models.JSONField(null=True)
    # {unit: short name} of the same units and of the campaign's own: what was renamed since keeps its name here.
    names = models.JSONField(null=True)
    rows_file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    # SHA-256 of the rows before compression: the proof does not hang on a version of zlib.
    rows_digest = models.CharField(max_length=64, blank=True)
    frozen_at = models.DateTimeField(null=True)
    is_missing = models.BooleanField(default=False)
    return_reason = models.CharField(max_length=300, blank=True)
    returned_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    returned_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField(null=True)

    objects = UnitReportQuerySet.as_manager()

    class Meta:
        ordering = ["period", "unit"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["period", "unit"], name="unit_report_once"),
            models.CheckConstraint(
                name="unit_report_frozen_has_figures",
                condition=Q(frozen_at=None)
                | (
                    Q(figures__isnull=False, places__isnull=False, names__isnull=False, rows_file__isnull=False)
                    & ~Q(figures_digest="")
                    & ~Q(rows_digest="")
                ),
            ),
            models.CheckConstraint(
                name="unit_report_sent_has_figures_seen",
                condition=Q(state="open") | Q(sent_at__isnull=False, figures_seen__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["unit", "-id"], name="unit_report_unit")]

    def __str__(self) -> str:
        return f"{self.called} {self.period}周报"

    @property
    def called(self) -> str:
        """The city as it was called when the week froze; before that as it is."""
        return self.name_then(self.unit)

    def name_then(self, unit: Unit) -> str:
        return str((self.names or {}).get(str(unit.pk), unit.short_name))

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return None


class ReportVersion(models.Model):
    """One version of a unit's report as it was sent: the first, and each correction with what it changes."""

    report = models.ForeignKey(UnitReport, on_delete=models.PROTECT, related_name="versions")
    number = models.IntegerField()
    text = models.TextField(blank=True)
    is_nothing = models.BooleanField(default=False)
    figures = models.JSONField()
    figures_digest = models.CharField(max_length=64)
    as_of = models.DateTimeField()
    differences = models.JSONField(default=list)
    reason = models.CharField(max_length=300, blank=True)
    sent_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()
    recalled_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["report", "number", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["report", "number"], name="report_version_once", condition=Q(recalled_at=None)
            ),
            models.CheckConstraint(name="report_correction_has_reason", condition=Q(number=1) | ~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.report} 第 {self.number} 版"


class CountyConfirmationQuerySet(ScopedQuerySet["CountyConfirmation"]):
    view_capability = "report.view"
    of_campaign = "report__period__campaign"

    def given(self) -> "CountyConfirmationQuerySet":
        return self.exclude(confirmed_at=None)


class CountyConfirmation(models.Model):
    """One county's word, in one week, that its figures are right; with the figures it saw. Empty until it is given."""

    report = models.ForeignKey(UnitReport, on_delete=models.CASCADE, related_name="confirmations")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    figures = models.JSONField(null=True)
    note = models.CharField(max_length=300, blank=True)
    confirmed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    objects = CountyConfirmationQuerySet.as_manager()

    class Meta:
        ordering = ["report", "unit"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["report", "unit"], name="confirmation_once"),
            models.CheckConstraint(
                name="confirmation_given_whole",
                condition=Q(confirmed_at=None) | Q(confirmed_by__isnull=False, figures__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["unit", "-id"], name="confirmation_unit")]

    def __str__(self) -> str:
        return f"{self.called} {self.report.period}数字确认"

    @property
    def called(self) -> str:
        """The county as it was called when the week froze; before that as it is."""
        return self.report.name_then(self.unit)

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return None


class SummaryQuerySet(ScopedQuerySet["Summary"]):
    view_capability = "report.view"
    of_campaign = "period__campaign"
    path_lookup = "period__campaign__unit__path"


class Summary(models.Model):
    """One edition of the summary of a week: one workbook, one paper, and what changed since the last edition."""

    period = models.ForeignKey(ReportPeriod, on_delete=models.PROTECT, related_name="summaries")
    edition = models.IntegerField()
    figures = models.JSONField()
    figures_digest = models.CharField(max_length=64)
    workbook = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    paper = models.ForeignKey(PrintedDocument, on_delete=models.PROTECT, related_name="+")
    # [{"unit": "漯河市", "items": [{"path","label","from","to"}], "note": "补报文字说明"}, …]
    differences = models.JSONField(default=list)
    made_at = models.DateTimeField()

    objects = SummaryQuerySet.as_manager()

    class Meta:
        ordering = ["period", "edition"]
        constraints = [models.UniqueConstraint(fields=["period", "edition"], name="summary_edition")]

    def __str__(self) -> str:
        return f"{self.period}汇总 第 {self.edition} 版"

    @property
    def gate_path(self) -> str:
        return self.period.campaign.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return None


class BriefQuerySet(ScopedQuerySet["Brief"]):
    view_capability = "report.view"
    of_campaign = "period__campaign"
    path_lookup = "period__campaign__unit__path"


class Brief(models.Model):
    """One issue of the brief of a week (简报): the words of who wrote it, the figures of that moment, both files."""

    period = models.ForeignKey(ReportPeriod, on_delete=models.PROTECT, related_name="briefs")
    edition = models.IntegerField()
    text = models.TextField()
    closing = models.TextField(blank=True)
    figures = models.JSONField()
    workbook = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    paper = models.ForeignKey(PrintedDocument, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = BriefQuerySet.as_manager()

    class Meta:
        ordering = ["period", "edition"]
        constraints = [models.UniqueConstraint(fields=["period", "edition"], name="brief_edition")]

    def __str__(self) -> str:
        return f"{self.period}简报 第 {self.edition} 版"

    @property
    def gate_path(self) -> str:
        return self.period.campaign.unit.path
