"""Who was trained for a campaign: what the visit gate asks of the lead inspector (HN-48)."""

from django.db.models import Q

from accounts.models import User
from campaigns.models import Campaign, RegisterPerson
from campaigns.registers.services.checks import VOID
from campaigns.registers.services.rights import ordered_by

TRAINING, TRAINEES = "training", "trainees"


def untrained(campaign: Campaign, person: User | None) -> str:
    """The person's name where the plan orders training and no training of the campaign names the person; else ""."""
    if person is None or TRAINING not in ordered_by(campaign):
        return ""
    rows = RegisterPerson.objects.filter(user=person, field=TRAINEES, entry__register=TRAINING)
    of_campaign = Q(entry__campaign=campaign.pk) | Q(entry__campaign=campaign.parent_id)
    return "" if rows.filter(of_campaign).exclude(entry__state=VOID).exists() else person.name
