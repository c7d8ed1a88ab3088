"""The lock that every change of a campaign takes first."""

from campaigns.models import Campaign


def locked(campaign: Campaign) -> Campaign:
    """The row as it is now, under its lock. Call inside a transaction."""
    rows = Campaign.objects.select_for_update(of=("self",)).select_related("blueprint", "unit")
    return rows.get(pk=campaign.pk)
