from datetime import date

from django.db import models
from django.db.models import Q

from accounts.models.person import User


class CertificateQuerySet(models.QuerySet["EnforcementCertificate"]):
    def valid_on(self, day: date) -> "CertificateQuerySet":
        return self.filter(Q(valid_from__lte=day), Q(valid_to__gte=day), withdrawn_on=None)


class EnforcementCertificate(models.Model):
    """One officer's certificate to enforce (执法证); two valid ones stand behind every visit."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="certificates")
    number = models.CharField(max_length=40, unique=True)
    issued_by = models.CharField(max_length=60, blank=True)
    valid_from = models.DateField()
    valid_to = models.DateField()
    withdrawn_on = models.DateField(null=True)

    objects = CertificateQuerySet.as_manager()

    def __str__(self) -> str:
        return self.number
