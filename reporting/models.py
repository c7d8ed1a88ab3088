from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from accounts.gate import ScopedQuerySet
from accounts.models import Unit, User
from campaigns.models import Campaign
from core.models import PrintedDocument, StoredFile
from reporting.states import ReportState


class ReportPeriod(models.Model):
    """One reporting week of a campaign: (previous cut-off, cut-off]. Frozen once, whatever ran or did not run at 17:30."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="periods")
    kind = models.CharField(max_length=10, default="weekly")
    number = models.IntegerField()
    nominal_on = models.DateField()
    starts_at = models.DateTimeField()
    cutoff_at = models.DateTimeField()
    is_provisional = models.BooleanField(default=False)
    # A lease, not a state: who is freezing now, and until when nobody else tries.
    leased_until = models.DateTimeField(null=True)
    frozen_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["campaign", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "kind", "number"], name="period_once"),
            models.CheckConstraint(name="period_forward", condition=Q(cutoff_at__gt=F("starts_at"))),
        ]
        indexes = [models.Index(fields=["cutoff_at"], name="period_due", condition=Q(frozen_at=None))]

    def __str__(self) -> str:
        return f"第 {self.number} 周"


class UnitReportQuerySet(ScopedQuerySet["UnitReport"]):
    view_capability = "report.view"


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
    rows_file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
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
                condition=Q(frozen_at=None) | (Q(figures__isnull=False) & ~Q(figures_digest="")),
            ),
        ]

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return None


class ReportVersion(models.Model):
    """One version of a unit's report as it was sent: the first, and each correction with its differences to the last."""

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
        ordering = ["report", "number"]
        constraints = [models.UniqueConstraint(fields=["report", "number"], name="report_version_once")]


class CountyConfirmation(models.Model):
    """One county's word, in one week, that its figures are right; kept with the figures it saw."""

    report = models.ForeignKey(UnitReport, on_delete=models.CASCADE, related_name="confirmations")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    figures = models.JSONField()
    note = models.CharField(max_length=300, blank=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "unit"], name="confirmation_once")]


class Summary(models.Model):
    """One edition of the province's summary of a week: one workbook, one paper, and what changed since the last edition."""

    period = models.ForeignKey(ReportPeriod, on_delete=models.PROTECT, related_name="summaries")
    edition = models.IntegerField()
    figures = models.JSONField()
    figures_digest = models.CharField(max_length=64)
    workbook = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    paper = models.ForeignKey(PrintedDocument, on_delete=models.PROTECT, related_name="+")
    differences = models.JSONField(default=list)
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["period", "edition"]
        constraints = [models.UniqueConstraint(fields=["period", "edition"], name="summary_edition")]
