from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.gate import ScopedQuerySet
from accounts.models import User
from campaigns.models import Target


class SelfCheckNoticeQuerySet(ScopedQuerySet["SelfCheckNotice"]):
    view_capability = "selfcheck.view"
    path_lookup = "target__unit__path"
    enterprise_lookup = "target__enterprise_id"
    of_campaign = "target__campaign"


class SelfCheckNotice(models.Model):
    """That a listed enterprise was told to check itself (自查通知): how it was delivered, and its receipt (回执)."""

    class Way(models.TextChoices):
        PLATFORM = "platform", "平台送达"
        PAPER = "paper", "当面送达"

    target = models.OneToOneField(Target, on_delete=models.CASCADE, related_name="self_check_notice")
    way = models.CharField(max_length=10, choices=Way.choices)
    delivered_at = models.DateTimeField()
    delivered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Delivered by hand: to whom and how, in the words of who did.
    note = models.CharField(max_length=200, blank=True)
    receipted_at = models.DateTimeField(null=True)
    receipted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = SelfCheckNoticeQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="selfchecknotice_paper_says_how", condition=~Q(way="paper") | ~Q(note=""))
        ]

    def __str__(self) -> str:
        return f"{self.target.enterprise.name} 自查通知"

    @property
    def gate_path(self) -> str:
        return self.target.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return self.target.enterprise_id
