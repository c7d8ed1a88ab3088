from typing import ClassVar

from django.db import models

from accounts.models import User
from campaigns.models.campaign import Campaign
from core.models import StoredFile


class AnnexVersion(models.Model):
    """One version of one annex of a campaign's plan as an original file; never changed, never taken away."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="annex_versions")
    number = models.IntegerField()
    version = models.IntegerField()
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    valid_from = models.DateField()
    # That somebody compared the platform's form with this original and found them alike: its prints are no 非原件 then.
    matches = models.BooleanField(default=False)
    note = models.CharField(max_length=200, blank=True)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        ordering = ["campaign", "number", "-version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign", "number", "version"], name="annex_version")
        ]

    def __str__(self) -> str:
        return f"附件{self.number} 第{self.version}版"


class LegalBasis(models.Model):
    """One document that plans stand on (法规依据), known by its number; ended when it is repealed or replaced."""

    number = models.CharField(max_length=60, unique=True)
    title = models.CharField(max_length=200)
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    added_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"{self.title}（{self.number}）"
