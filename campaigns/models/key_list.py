from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.gate import ScopedQuerySet
from accounts.models import Unit, User
from campaigns.models.campaign import Campaign
from enterprises.models import Enterprise


class KeyListExplanationQuerySet(ScopedQuerySet["KeyListExplanation"]):
    view_capability = "visit.view"
    of_campaign = "campaign"

    def standing(self) -> "KeyListExplanationQuerySet":
        return self.filter(ended_at=None)


class KeyListExplanation(models.Model):
    """Why an enterprise of which a rule speaks is not on the year's key list (GS-70: 须说明). Ended, never changed."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="key_list_explanations")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    # The rules that spoke: [{"key", "name", "of", "source", "lines"}]. One that speaks later is not explained by this.
    rules = models.JSONField(default=list)
    text = models.CharField(max_length=300)
    explained_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    explained_at = models.DateTimeField()
    # Explained anew, or put on the list after all.
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = KeyListExplanationQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["campaign", "enterprise"], name="key_list_one_explanation", condition=Q(ended_at=None)
            ),
            models.CheckConstraint(name="key_list_explained_in_words", condition=~Q(text="")),
        ]

    def __str__(self) -> str:
        return self.enterprise.name

    @property
    def gate_path(self) -> str:
        return self.unit.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return None
