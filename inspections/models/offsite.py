from typing import ClassVar

from django.db import models

from accounts.gate import ScopedQuerySet
from accounts.models import Unit, User
from campaigns.models import Campaign, Lead
from campaigns.rules.onsite import MEANS_LABELS, Reading
from campaigns.rules.onsite import Means as By
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
        MONITOR = By.MONITOR.value, MEANS_LABELS[By.MONITOR]
        VIDEO = By.VIDEO.value, MEANS_LABELS[By.VIDEO]
        POWER = By.POWER.value, MEANS_LABELS[By.POWER]
        WATER = By.WATER.value, MEANS_LABELS[By.WATER]
        DRONE = By.DRONE.value, MEANS_LABELS[By.DRONE]
        MOBILE = By.MOBILE.value, MEANS_LABELS[By.MOBILE]
        REMOTE = By.REMOTE.value, MEANS_LABELS[By.REMOTE]
        DATA = By.DATA.value, MEANS_LABELS[By.DATA]

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
    # What was read, by which rules of the plan are judged: of an indicator, how much, against which limit.
    indicator = models.CharField(max_length=60, blank=True)
    value = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    value_unit = models.CharField(max_length=20, blank=True)
    limit = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    # The rules that it hit, in the plan's words, and what they raised; both stay empty below every threshold.
    rule_said = models.CharField(max_length=1000, blank=True)
    lead = models.OneToOneField(Lead, null=True, on_delete=models.PROTECT, related_name="offsite_check")
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
            models.CheckConstraint(
                name="offsite_reading_whole",
                condition=models.Q(value__isnull=True, limit__isnull=True, value_unit="", indicator="")
                | models.Q(value__isnull=False) & ~models.Q(value_unit="") & ~models.Q(indicator=""),
            ),
            models.CheckConstraint(
                name="offsite_lead_quotes_its_rule",
                condition=models.Q(lead__isnull=True, rule_said="")
                | models.Q(lead__isnull=False, state="done", value__isnull=False) & ~models.Q(rule_said=""),
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
    def reading(self) -> Reading | None:
        if self.value is None:
            return None
        return Reading(self.indicator, self.value, self.value_unit, self.limit)

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return None

    @property
    def tone(self) -> str:
        return TONES[OffsiteState(self.state)]
