from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.gate import Person, ScopedQuerySet, holdings
from accounts.models import Unit, User
from campaigns.models.campaign import Campaign
from core.models import StoredFile


class CampaignContact(models.Model):
    """Whom one asks about a campaign (联系人、联系电话、邮箱); a change ends the row and begins another."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="desks")
    name = models.CharField(max_length=40)
    phone = models.CharField(max_length=80)
    email = models.CharField(max_length=80, blank=True)
    # The telephone of the inspection group that the public page shows (公开举报电话); "" shows none.
    hotline = models.CharField(max_length=40, blank=True)
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["campaign"], name="campaign_contact_one", condition=Q(ended_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.phone}"


class BulletinQuerySet(ScopedQuerySet["Bulletin"]):
    view_capability = "campaign.view"
    of_campaign = "campaign"
    path_lookup = "campaign__unit__path"
    campaign_lookup = "campaign_id"

    def visible_to(self, user: Person) -> "BulletinQuerySet":
        """The authority sees its own; a unit, and whoever stands above it, what was sent to it."""
        sent = Q(pk__in=[])
        for path in holdings(user).scope(self.view_capability).paths:
            sent |= Q(receipts__unit__path__startswith=path)
        found = super().visible_to(user).values("pk")
        return self.filter(Q(pk__in=found) | Q(pk__in=self.filter(sent).values("pk")))


class Bulletin(models.Model):
    """One official notice of a campaign to units (行动通知); never changed, a correction is the next version."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="bulletins")
    title = models.CharField(max_length=120)
    body = models.TextField()
    version = models.IntegerField(default=1)
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    asks_confirmation = models.BooleanField(default=False)
    # Whom to ask, as it was when the notice went out.
    contact = models.JSONField(default=dict)
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField()

    objects = BulletinQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "-pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_current(self) -> bool:
        return not hasattr(self, "replaced_by")


class BulletinFile(models.Model):
    """One file that goes with a notice."""

    bulletin = models.ForeignKey(Bulletin, on_delete=models.CASCADE, related_name="files")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.name


class BulletinReceipt(models.Model):
    """A unit that a notice was sent to: when it was read there (签收), and when confirmed (确认)."""

    bulletin = models.ForeignKey(Bulletin, on_delete=models.CASCADE, related_name="receipts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    read_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    read_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bulletin", "unit"], name="bulletin_receipt_once"),
            models.CheckConstraint(
                name="bulletin_confirmed_after_read", condition=Q(confirmed_at=None) | Q(read_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bulletin} {self.unit.short_name}"
