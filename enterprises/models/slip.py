from django.db import models
from django.db.models import Q

from accounts.models import User
from enterprises.models.site import Enterprise


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

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise"], name="slip_one_open", condition=Q(used_at=None, cancelled_at=None)
            )
        ]
