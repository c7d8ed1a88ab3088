from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.gate import ScopedQuerySet
from accounts.models import Unit, User
from campaigns.models import Campaign
from core.models import Submission
from enterprises.models import Enterprise
from inspections.states import SelfCheckState


class SelfCheckQuerySet(ScopedQuerySet["SelfCheck"]):
    view_capability = "selfcheck.view"
    enterprise_lookup = "enterprise_id"

    def current(self) -> "SelfCheckQuerySet":
        return self.exclude(state=SelfCheckState.SUPERSEDED)


class SelfCheck(models.Model):
    """One version of the self-check sheet that an enterprise files in a campaign (排污单位自查情况表)."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="self_checks")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="self_checks")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    version = models.IntegerField(default=1)
    state = models.CharField(max_length=12, choices=SelfCheckState.choices, default=SelfCheckState.DRAFT)
    # The client-made id of the sheet; the Submission row exists from the first saved draft.
    client_id = models.UUIDField(unique=True)
    submission = models.OneToOneField(Submission, null=True, on_delete=models.PROTECT, related_name="+")
    problem_count = models.IntegerField(default=0)
    declared_by = models.CharField(max_length=40, blank=True)
    correction_reason = models.CharField(max_length=200, blank=True)
    submitted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    number = models.CharField(max_length=40, blank=True)
    accepted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField(null=True)
    return_reason = models.CharField(max_length=300, blank=True)
    returned_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    objects = SelfCheckQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "enterprise", "version"], name="selfcheck_version"),
            models.UniqueConstraint(fields=["number"], name="selfcheck_number", condition=~Q(number="")),
            models.CheckConstraint(
                name="selfcheck_filed_has_number",
                condition=~Q(state="accepted") | (Q(filed_at__isnull=False) & ~Q(number="")),
            ),
        ]
        indexes = [models.Index(fields=["unit", "-id"], name="selfcheck_unit")]

    def __str__(self) -> str:
        return f"{self.enterprise.name} 自查情况表 第{self.version}版"

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return self.enterprise_id
