"""What published campaigns lack: those of before a version of the platform owe what it has learned to ask for."""

from datetime import datetime

from django.db import transaction

from campaigns.models import Campaign
from campaigns.services.due import of_campaign, open_dues
from campaigns.services.locking import locked
from campaigns.states import CampaignState


def open_lacking(*, at: datetime) -> int:
    """Lay upon units and open what is ahead in every published campaign. Returns how much; 0 the next time."""
    return sum(open_of(row, at) for row in Campaign.objects.filter(state=CampaignState.PUBLISHED).order_by("pk"))


def open_of(campaign: Campaign, at: datetime) -> int:
    with transaction.atomic():
        row = locked(campaign)
        if row.state != CampaignState.PUBLISHED:
            return 0
        before = of_campaign(row).count()
        open_dues(row, at=at)
        return of_campaign(row).count() - before
