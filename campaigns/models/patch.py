from django.db import models

from accounts.gate import ScopedQuerySet
from accounts.models import Unit, User
from campaigns.models.campaign import Campaign


class PatchQuerySet(ScopedQuerySet["Patch"]):
    view_capability = "visit.view"
    of_campaign = "campaign"
    path_lookup = "brigade__path"

    def standing(self) -> "PatchQuerySet":
        return self.filter(ended_at=None)


class Patch(models.Model):
    """One county that a brigade takes part in inspecting (包片分工)."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="patches")
    brigade = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    county = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = PatchQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "brigade", "county"], name="patch_once", condition=models.Q(ended_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.brigade.short_name}包{self.county.short_name}"

    @property
    def gate_path(self) -> str:
        return self.brigade.path

    @property
    def gate_enterprise_id(self) -> int | None:
        return None
