from datetime import datetime

from django.db import models
from django.db.models import Q

from accounts.gate import ScopedQuerySet
from accounts.models import Unit, User
from core.models import StoredFile
from enterprises.states import ImportState


class ImportBatchQuerySet(ScopedQuerySet["ImportBatch"]):
    view_capability = "enterprise.import"

    def at_work(self) -> "ImportBatchQuerySet":
        """Batches that wait for a worker or are in its hands."""
        return self.filter(state__in=[ImportState.READING, ImportState.WRITING])

    def unclaimed(self, at: datetime) -> "ImportBatchQuerySet":
        """Those that nobody holds: never taken up, or lost with their worker."""
        return self.at_work().filter(Q(claimed_until=None) | Q(claimed_until__lt=at))


class ImportBatch(models.Model):
    """One uploaded list: read, shown, and written only when a person confirms."""

    State = ImportState

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="imports")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=ImportState.choices, default=ImportState.READING)
    # {"header as written": "column key or empty to leave it out"}: what a person decided.
    mapping = models.JSONField(default=dict)
    # The sheets with their recognised and unrecognised headers: what the mapping page shows.
    headers = models.JSONField(default=list)
    # Rows by outcome, and of what was written: new, changed, renamed.
    summary = models.JSONField(default=dict)
    rows_read = models.IntegerField(default=0)
    refusal = models.TextField(blank=True)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    # Until when a worker holds this batch; a batch that waits without a holder is swept.
    claimed_until = models.DateTimeField(null=True)
    waiting_since = models.DateTimeField()
    attempts = models.IntegerField(default=0)
    confirmed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    written_at = models.DateTimeField(null=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="import_confirmed_by_someone",
                condition=~Q(state=ImportState.WRITING) | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
            )
        ]
        indexes = [
            models.Index(
                fields=["waiting_since"],
                name="import_at_work",
                condition=Q(state__in=[ImportState.READING, ImportState.WRITING]),
            )
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return None


class ImportRowQuerySet(ScopedQuerySet["ImportRow"]):
    view_capability = "enterprise.import"
    path_lookup = "batch__unit__path"

    def undecided(self) -> "ImportRowQuerySet":
        return self.filter(outcome=ImportRow.Outcome.DOUBTFUL, decision="")


class ImportRow(models.Model):
    """One line of an uploaded list: what it says, what would happen with it, and what is wrong with it."""

    class Outcome(models.TextChoices):
        NEW = "new", "新增"
        CHANGED = "changed", "更新"
        SAME = "same", "无变化"
        RENAMED = "renamed", "更名"
        DOUBTFUL = "doubtful", "待人工确认"
        ERROR = "error", "有误"

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="rows")
    sheet = models.CharField(max_length=60)
    number = models.IntegerField()
    values = models.JSONField(default=dict)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    # [{"column": title, "message": sentence}]: an error keeps the row out, a warning does not.
    errors = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    # {field: [before, after]} in the words of the page.
    changes = models.JSONField(default=dict)
    candidates = models.JSONField(default=list)
    reason = models.CharField(max_length=300, blank=True)
    matched_id = models.BigIntegerField(null=True)
    # "same:<pk>", "new" or "skip": what a person decided of a doubtful row.
    decision = models.CharField(max_length=30, blank=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    enterprise_id_written = models.BigIntegerField(null=True)

    objects = ImportRowQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "sheet", "number"], name="import_row_place")]
        indexes = [models.Index(fields=["batch", "outcome", "id"], name="import_row_outcome")]

    def __str__(self) -> str:
        return f"{self.sheet} 第 {self.number} 行"

    @property
    def gate_path(self) -> str:
        return self.batch.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return None
