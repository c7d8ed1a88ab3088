from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.gate import ScopedQuerySet
from accounts.models import Unit, User
from enterprises.models import Enterprise


class PoolVersionQuerySet(ScopedQuerySet["PoolVersion"]):
    view_capability = "draw.view"


class PoolVersion(models.Model):
    """One version of one of the three lists of a unit (一单两库); never changed, the next is the next version."""

    class Kind(models.TextChoices):
        ITEMS = "items", "抽查事项清单"
        ENTERPRISES = "enterprises", "检查对象名录库"
        INSPECTORS = "inspectors", "执法检查人员名录库"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    # What a list is about beside its unit: the campaign of the enterprises, "" for the others.
    scope = models.CharField(max_length=40, blank=True)
    number = models.IntegerField()
    # Canonical JSON, whose SHA-256 is the digest.
    text = models.TextField()
    size = models.IntegerField()
    digest = models.CharField(max_length=64)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = PoolVersionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "kind", "scope", "number"], name="pool_version_number")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}第{self.number}版"

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return None


class Rating(models.Model):
    """What draws weigh of an enterprise (分级评定); the newest row holds, the older ones stay."""

    class Size(models.TextChoices):
        LARGE = "large", "大型"
        MEDIUM = "medium", "中型"
        SMALL = "small", "小型"
        MICRO = "micro", "微型"

    class Credit(models.TextChoices):
        HONEST = "honest", "环保诚信"
        GOOD = "good", "环保良好"
        WARNED = "warned", "环保警示"
        BAD = "bad", "环保不良"

    class Risk(models.TextChoices):
        HIGH = "high", "高风险"
        MEDIUM = "medium", "中风险"
        LOW = "low", "低风险"

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="ratings")
    size = models.CharField(max_length=8, choices=Size.choices, blank=True)
    credit = models.CharField(max_length=8, choices=Credit.choices, blank=True)
    risk = models.CharField(max_length=8, choices=Risk.choices, blank=True)
    offences = models.IntegerField(default=0)
    basis = models.CharField(max_length=200)
    rated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    rated_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["enterprise"], name="rating_current", condition=Q(is_current=True)),
            models.CheckConstraint(name="rating_offences", condition=Q(offences__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise.name} 分级评定"


class InspectorProfile(models.Model):
    """What an inspector is good at (业务专长), as the inspectors' list keeps it."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="inspector_profile")
    specialities = ArrayField(models.CharField(max_length=20), default=list)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.user.name} 业务专长"
