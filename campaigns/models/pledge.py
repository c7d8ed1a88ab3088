from django.db import models

from accounts.gate import ScopedQuerySet
from accounts.models import User
from campaigns.models.campaign import Campaign


class PledgeQuerySet(ScopedQuerySet["Pledge"]):
    view_capability = "visit.view"
    of_campaign = "campaign"
    path_lookup = "user__unit__path"


class Pledge(models.Model):
    """One officer's integrity pledge in one campaign (廉洁自律承诺书), with the digest of the text that was signed."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="pledges")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="pledges")
    name = models.CharField(max_length=40)
    text_digest = models.CharField(max_length=64)
    # The year that the plan printed beside the signature, and the one that the signer left or wrote there.
    printed_year = models.IntegerField(null=True)
    signed_year = models.IntegerField(null=True)
    signed_at = models.DateTimeField()

    objects = PledgeQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "user"], name="pledge_once")]

    def __str__(self) -> str:
        return f"{self.name} 廉洁自律承诺书"

    @property
    def year_was_changed(self) -> bool:
        return self.printed_year is not None and self.printed_year != self.signed_year
