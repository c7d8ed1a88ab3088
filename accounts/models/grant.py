from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.models.person import User
from accounts.models.unit import Unit
from accounts.rules import ROLE_LABELS


def in_force(day: date, way: str = "") -> Q:
    """What a grant is on a day, also for a condition on the way to grants: "grants__"."""
    ends = Q(**{f"{way}valid_to": None}) | Q(**{f"{way}valid_to__gte": day})
    return ends & Q(**{f"{way}revoked_at": None, f"{way}valid_from__lte": day})


class GrantQuerySet(models.QuerySet["Grant"]):
    def in_force(self, day: date) -> "GrantQuerySet":
        return self.filter(in_force(day))

    def not_ended(self, day: date) -> "GrantQuerySet":
        """In force on a day or beginning later."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), revoked_at=None)


class Grant(models.Model):
    """One right of one person: a role over a unit and its subtree, or one enterprise, campaign or case, for a time."""

    class Kind(models.TextChoices):
        UNIT = "unit", "机构及下级"
        ENTERPRISE = "enterprise", "排污单位"
        CAMPAIGN = "campaign", "专项行动工作组"
        CASE = "case", "指定案件"
        PLATFORM = "platform", "平台管理"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=20, choices=[(str(role), label) for role, label in ROLE_LABELS.items()])
    kind = models.CharField(max_length=12, choices=Kind.choices)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="grants")
    subject_id = models.BigIntegerField(null=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    granted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="grant_names_its_object",
                condition=Q(kind="unit", unit__isnull=False)
                | Q(kind="platform", unit=None, subject_id=None)
                | Q(kind__in=["enterprise", "campaign", "case"], subject_id__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["user"], name="grant_open", condition=Q(revoked_at=None)),
            models.Index(fields=["kind", "subject_id"], name="grant_subject", condition=Q(revoked_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.user.name} {self.get_role_display()}"

    def holds_on(self, day: date) -> bool:
        """What `in_force` asks of the database, of a grant that was read."""
        begun, over = self.valid_from <= day, self.valid_to is not None and self.valid_to < day
        return self.revoked_at is None and begun and not over
