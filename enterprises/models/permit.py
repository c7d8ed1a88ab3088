from datetime import date

from django.db import models
from django.db.models import Exists, OuterRef, Q

from accounts.gate import ScopedQuerySet
from accounts.models import User
from enterprises.models.site import Enterprise
from enterprises.rules.quarters import Quarter


class PermitQuerySet(ScopedQuerySet["Permit"]):
    view_capability = "enterprise.view"
    path_lookup = "enterprise__unit__path"
    enterprise_lookup = "enterprise_id"

    def first_issued(self, quarter: Quarter, path: str) -> "PermitQuerySet":
        """The discharge permits of a quarter with which a site below a unit holds one for the first time (新领证)."""
        before = Permit.objects.filter(
            enterprise=OuterRef("enterprise"), kind=Permit.Kind.DISCHARGE, issued_on__lt=OuterRef("issued_on")
        )
        days = Q(issued_on__gte=quarter.first, issued_on__lte=quarter.last, enterprise__unit__path__startswith=path)
        return self.filter(days, ~Exists(before), kind=Permit.Kind.DISCHARGE)


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
    number = models.CharField(max_length=60, blank=True)
    authority = models.CharField(max_length=80, blank=True)
    management = models.CharField(max_length=12, choices=Management.choices, blank=True)
    issued_on = models.DateField(null=True)
    valid_to = models.DateField(null=True)

    objects = PermitQuerySet.as_manager()

    class Meta:
        constraints = [
            # A number is one permit; an approval that a site only should hold has none yet.
            models.UniqueConstraint(fields=["kind", "number"], name="permit_number", condition=~Q(number=""))
        ]
        indexes = [models.Index(fields=["enterprise"], name="permit_enterprise")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}".strip()

    @property
    def gate_path(self) -> str:
        return self.enterprise.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return self.enterprise_id

    @property
    def runs_until(self) -> tuple[date, int]:
        """The order of permits of a kind: the one in use comes last."""
        return self.valid_to or date.max, self.pk

    def expired_on(self, day: date) -> bool:
        return self.valid_to is not None and self.valid_to < day


class PositiveListQuerySet(ScopedQuerySet["PositiveListEntry"]):
    view_capability = "enterprise.view"
    path_lookup = "enterprise__unit__path"
    enterprise_lookup = "enterprise_id"

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
    removed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    entered_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    objects = PositiveListQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="positive_forward", condition=Q(valid_to=None) | Q(valid_to__gte=models.F("valid_from"))
            ),
            models.CheckConstraint(
                name="positive_removed_with_reason", condition=Q(removed_on=None) | ~Q(removed_reason="")
            ),
        ]
        indexes = [models.Index(fields=["enterprise"], name="positive_enterprise")]

    def __str__(self) -> str:
        return self.ground

    def in_force_on(self, day: date) -> bool:
        return self.removed_on is None and self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @property
    def gate_path(self) -> str:
        return self.enterprise.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return self.enterprise_id
