from typing import ClassVar

from django.db import models

from accounts.gate import ScopedQuerySet
from accounts.models import Unit, User
from campaigns.models import Campaign
from core.models import StoredFile
from enterprises.models import Enterprise
from inspections.states import OffsiteState

TONES = {OffsiteState.PLANNED: "amber", OffsiteState.DONE: "green", OffsiteState.CANCELLED: "grey"}


class OffsiteCheckQuerySet(ScopedQuerySet["OffsiteCheck"]):
    view_capability = "visit.view"
    of_campaign = "campaign"
    campaign_lookup = "campaign_id"

    def finished(self) -> "OffsiteCheckQuerySet":
        return self.filter(state=OffsiteState.DONE)


class OffsiteCheck(models.Model):
    """One check without entering an enterprise (非现场检查): by meters, pictures or data, with what shows it.

    It counts among the checks of an enterprise and never as an entry: the visit gate does not know it.
    """

    State = OffsiteState

    class Means(models.TextChoices):
        MONITOR = "monitor", "在线监控"
        POWER = "power", "用电监控"
        REMOTE = "remote", "遥感"
        DRONE = "drone", "无人机"
        DATA = "data", "大数据"

    class Finding(models.TextChoices):
        NORMAL = "normal", "未发现异常"
        DOUBTFUL = "doubtful", "发现异常，须进一步核查"

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="offsite_checks")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="offsite_checks")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    means = models.CharField(max_length=8, choices=Means.choices)
    # What is looked at: names of the list of items in force (抽查事项清单).
    checks = models.JSONField(default=list)
    planned_on = models.DateField()
    inspector = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    planned_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()
    finding = models.CharField(max_length=10, choices=Finding.choices, blank=True)
    conclusion = models.CharField(max_length=500, blank=True)
    evidence = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=200, blank=True)

    objects = OffsiteCheckQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-planned_on", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="offsite_done_with_evidence",
                condition=~models.Q(state="done")
                | models.Q(done_at__isnull=False, evidence__isnull=False)
                & ~models.Q(finding="")
                & ~models.Q(conclusion=""),
            ),
            models.UniqueConstraint(
                fields=["campaign", "enterprise", "means"],
                name="offsite_one_planned",
                condition=models.Q(state="planned"),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["unit", "-id"], name="offsite_unit"),
            models.Index(fields=["unit", "done_at"], name="offsite_done"),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise.name} {self.get_means_display()}非现场检查"

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return None

    @property
    def tone(self) -> str:
        return TONES[OffsiteState(self.state)]
