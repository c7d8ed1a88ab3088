from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.gate import ScopedQuerySet
from accounts.models import Unit, User
from campaigns.models.campaign import Campaign
from campaigns.states import ReadinessState
from core.models import StoredFile


class ReadinessEntryQuerySet(ScopedQuerySet["ReadinessEntry"]):
    view_capability = "campaign.view"
    of_campaign = "campaign"


class ReadinessEntry(models.Model):
    """What one unit says of one item of the start checklist (启动清单); a change is the next version."""

    State = ReadinessState

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="readiness")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    # The item's key in the campaign's blueprint, and what kind of thing it is there.
    key = models.CharField(max_length=20)
    kind = models.CharField(max_length=12)
    version = models.IntegerField()
    data = models.JSONField(default=dict)
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.FILED)
    filed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.CharField(max_length=200, blank=True)

    objects = ReadinessEntryQuerySet.as_manager()

    class Meta:
        ordering = ["campaign", "unit", "key", "-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "unit", "key", "version"], name="readiness_version"),
            models.CheckConstraint(
                name="readiness_decided_has_its_date", condition=Q(state="filed") | Q(decided_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit.short_name} {self.key} 第{self.version}版"

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return None

    def said(self, name: str) -> Any:
        return self.data.get(name, "")


class ReadinessUrging(models.Model):
    """A unit was asked for what it lacks (催办): at most once a day in a campaign."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="urgings")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    urged_on = models.DateField()
    missing = models.JSONField(default=list)
    urged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    urged_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "unit", "urged_on"], name="readiness_urged_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.unit.short_name} {self.urged_on}"
