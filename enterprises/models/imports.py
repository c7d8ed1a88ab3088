from django.db import models

from accounts.gate import ScopedQuerySet
from accounts.models import Unit, User
from core.models import StoredFile


class ImportBatchQuerySet(ScopedQuerySet["ImportBatch"]):
    view_capability = "enterprise.import"


class ImportBatch(models.Model):
    """One uploaded list: read, shown, and written only when a person confirms."""

    class State(models.TextChoices):
        READING = "reading", "正在读取"
        PREVIEW = "preview", "待确认"
        WRITTEN = "written", "已写入"
        REFUSED = "refused", "不能读取"
        DROPPED = "dropped", "已放弃"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="imports")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.READING)
    mapping = models.JSONField(default=dict)
    summary = models.JSONField(default=dict)
    refusal = models.TextField(blank=True)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    written_at = models.DateTimeField(null=True)

    objects = ImportBatchQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return None


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
    errors = models.JSONField(default=list)
    changes = models.JSONField(default=dict)
    candidates = models.JSONField(default=list)
    decision = models.CharField(max_length=20, blank=True)
    enterprise_id_written = models.BigIntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "sheet", "number"], name="import_row_place")]
        indexes = [models.Index(fields=["batch", "outcome"], name="import_row_outcome")]
