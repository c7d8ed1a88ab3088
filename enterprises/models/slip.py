from datetime import datetime

from django.db import models
from django.db.models import Q

from accounts.gate import ScopedQuerySet
from accounts.models import User
from enterprises.models.site import Enterprise


class SlipQuerySet(ScopedQuerySet["ActivationSlip"]):
    view_capability = "slip.print"
    path_lookup = "enterprise__unit__path"

    def open(self, at: datetime) -> "SlipQuerySet":
        return self.filter(used_at=None, cancelled_at=None, expires_at__gt=at)


class ActivationSlip(models.Model):
    """One printed slip by which a person of an enterprise opens (or regains) an account, once."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="slips")
    code_hash = models.CharField(max_length=64, unique=True)
    printed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    printed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    used_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    cancelled_at = models.DateTimeField(null=True)

    objects = SlipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise"], name="slip_one_open", condition=Q(used_at=None, cancelled_at=None)
            ),
            models.CheckConstraint(name="slip_used_by_someone", condition=Q(used_at=None) | Q(used_by__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise.name} 激活单"

    @property
    def gate_path(self) -> str:
        return self.enterprise.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return None


class SlipFailure(models.Model):
    """Wrong slip codes typed from one address within one window of time."""

    address = models.CharField(max_length=64, unique=True)
    count = models.IntegerField(default=0)
    first_at = models.DateTimeField()
