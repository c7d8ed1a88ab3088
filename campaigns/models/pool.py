from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from accounts.gate import ScopedQuerySet
from accounts.models import Unit, User
from campaigns.states import RatesState
from enterprises.models import Enterprise


class PoolVersionQuerySet(ScopedQuerySet["PoolVersion"]):
    view_capability = "draw.view"


class PoolVersion(models.Model):
    """One version of one of the lists of a unit (一单两库); never changed, the next is the next version."""

    class Kind(models.TextChoices):
        ITEMS = "items", "抽查事项清单"
        ENTERPRISES = "enterprises", "检查对象名录库"
        INSPECTORS = "inspectors", "执法检查人员名录库"
        EXPERTS = "experts", "专家名录库"
        INSTITUTIONS = "institutions", "专业机构名录库"

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

    class Permit(models.TextChoices):
        KEPT = "kept", "按证排污"
        LATE = "late", "执行报告迟报"
        BREACHED = "breached", "未按证排污"

    class Management(models.TextChoices):
        GOOD = "good", "规范"
        FAIR = "fair", "一般"
        POOR = "poor", "较差"

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="ratings")
    size = models.CharField(max_length=8, choices=Size.choices, blank=True)
    credit = models.CharField(max_length=8, choices=Credit.choices, blank=True)
    risk = models.CharField(max_length=8, choices=Risk.choices, blank=True)
    offences = models.IntegerField(default=0)
    # 要素（污染物种类）, and what the enterprise is favoured with (环保优惠政策); each in one order.
    elements = ArrayField(models.CharField(max_length=10), default=list)
    policies = ArrayField(models.CharField(max_length=20), default=list)
    permit = models.CharField(max_length=8, choices=Permit.choices, blank=True)
    management = models.CharField(max_length=8, choices=Management.choices, blank=True)
    # Complaints of the last year; None is what nobody has looked up.
    petitions = models.IntegerField(null=True)
    basis = models.CharField(max_length=200)
    rated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    rated_at = models.DateTimeField()
    is_current = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["enterprise"], name="rating_current", condition=Q(is_current=True)),
            models.CheckConstraint(name="rating_offences", condition=Q(offences__gte=0)),
            models.CheckConstraint(name="rating_petitions", condition=Q(petitions=None) | Q(petitions__gte=0)),
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


class DrawRatesQuerySet(ScopedQuerySet["DrawRates"]):
    view_capability = "draw.view"

    def approved(self) -> "DrawRatesQuerySet":
        return self.filter(state=RatesState.APPROVED)


class DrawRates(models.Model):
    """The ratios and the frequency of a unit's draws from a quarter on (抽查参数), asked by one, approved by another.

    `changes` holds [{key, name, before, after, report}]: what differs from the rates before, and the number of the
    report of analysis (研判报告) that each change cites, or "".
    """

    State = RatesState

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    year = models.IntegerField()
    quarter = models.IntegerField()
    # By the keys of rates.PARAMETERS: ratios in ten-thousandths, the frequency in times a year.
    values = models.JSONField()
    source = models.CharField(max_length=200)
    changes = models.JSONField(default=list)
    reason = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_reason = models.CharField(max_length=200, blank=True)

    objects = DrawRatesQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "-quarter", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(name="rates_quarter", condition=Q(quarter__gte=1, quarter__lte=4)),
            models.UniqueConstraint(fields=["unit"], name="rates_one_asked", condition=Q(state="asked")),
            models.CheckConstraint(
                name="rates_by_two_people", condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by"))
            ),
            models.CheckConstraint(name="rates_change_with_reason", condition=Q(changes=[]) | ~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.unit.short_name} {self.year}年第{self.quarter}季度起抽查参数"

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return None

    @property
    def minimum(self) -> int:
        return int(self.values["minimum"])

    def of_layer(self, layer: str) -> int:
        return int(self.values[layer])
