"""Resistance to a visit (检查受阻): reported in the register of obstacles, which says of which visit."""

from campaigns.models import Campaign, RegisterLink
from campaigns.registers.services.checks import VOID
from campaigns.registers.services.rights import ordered_by
from inspections.models import Visit
from inspections.models.visit import OBSTACLES as REGISTER
from inspections.rules import timing


def reported_in_time(visit: Visit) -> bool:
    """Whether resistance was reported before the record was due; what is reported afterwards excuses nobody."""
    rows = RegisterLink.objects.filter(kind="visit", key=str(visit.pk), entry__register=REGISTER)
    rows = rows.exclude(entry__state=VOID)
    if visit.started_at is not None:
        rows = rows.filter(entry__created_at__lt=timing.upload_due(visit.started_at))
    return rows.exists()


def may_report(campaign: Campaign) -> bool:
    """Whether the plan of the campaign orders the register."""
    return REGISTER in ordered_by(campaign)
