"""Who was trained for a campaign: what the visit gate asks of the lead inspector (HN-48)."""

from collections.abc import Iterable

from django.db.models import Q

from campaigns.models import Campaign, RegisterEntry, RegisterPerson
from campaigns.registers.services.checks import VOID
from campaigns.registers.services.rights import ordered_by

TRAINING, TRAINEES = "training", "trainees"
PROVINCIAL = "省级统一培训"


def orders_training(campaign: Campaign) -> bool:
    return TRAINING in ordered_by(campaign)


def untrained(campaign: Campaign, people: Iterable[int]) -> set[int]:
    """Who of the people (keys of users) no training of the campaign names, where its plan orders training."""
    if not orders_training(campaign):
        return set()
    asked = set(people)
    rows = RegisterPerson.objects.filter(user__in=asked, field=TRAINEES, entry__register=TRAINING)
    of_campaign = Q(entry__campaign=campaign.pk) | Q(entry__campaign=campaign.parent_id)
    return asked - set(rows.filter(of_campaign).exclude(entry__state=VOID).values_list("user", flat=True))


def province_trained(campaign: Campaign) -> bool:
    """Whether the training that comes before the inspections is registered (HN-73): by the province itself or, where a
    city made a campaign of its own, by that city or a unit above it."""
    authority = (campaign.parent or campaign).unit
    above = [int(part) for part in authority.path.split("/") if part]
    rows = RegisterEntry.objects.filter(register=TRAINING, values__kind=PROVINCIAL, unit__in=above)
    of_campaign = Q(campaign=campaign.pk) | Q(campaign=campaign.parent_id)
    return rows.filter(of_campaign).exclude(state=VOID).exists()
