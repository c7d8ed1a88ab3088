from datetime import date

from django.db import models
from django.db.models import Q

from accounts.models import User
from enterprises.models.site import Enterprise


class Permit(models.Model):
    """One approval a site holds or should hold: discharge permit, EIA, acceptance and the other three of the plan."""

    class Kind(models.TextChoices):
        EIA = "eia", "环境影响评价批准"
        ACCEPTANCE = "acceptance", "环保验收"
        DISCHARGE = "discharge", "排污许可"
        CLEANER = "cleaner", "强制性清洁生产"
        HAZARDOUS = "hazardous", "危废经营许可"
        RADIATION = "radiation", "辐射经营许可"

    class Management(models.TextChoices):
        KEY = "key", "重点管理"
        SIMPLIFIED = "simplified", "简化管理"
        REGISTRATION = "registration", "登记管理"

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="permits")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    number = models.CharField(max_length=60)
    authority = models.CharField(max_length=80, blank=True)
    management = models.CharField(max_length=12, choices=Management.choices, blank=True)
    issued_on = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "number"], name="permit_number")]
        indexes = [models.Index(fields=["enterprise"], name="permit_enterprise")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"

    def expired_on(self, day: date) -> bool:
        return self.valid_to is not None and self.valid_to < day


class PositiveListQuerySet(models.QuerySet["PositiveListEntry"]):
    def in_force(self, day: date) -> "PositiveListQuerySet":
        return self.filter(Q(valid_from__lte=day), Q(valid_to=None) | Q(valid_to__gte=day), removed_on=None)


class PositiveListEntry(models.Model):
    """One site's place on the supervision positive list (监督执法正面清单), with its days of validity."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="positive_entries")
    ground = models.CharField(max_length=120)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    removed_on = models.DateField(null=True)
    removed_reason = models.CharField(max_length=200, blank=True)
    entered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    objects = PositiveListQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["enterprise"], name="positive_enterprise")]
