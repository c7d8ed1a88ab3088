"""Whether every site with a new permit was visited in its quarter: the light of a county, and what it owes by it."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import User
from campaigns.models import Campaign, DueAnswer
from campaigns.services import due
from campaigns.services.due import looking
from campaigns.services.plans.owed import owing
from campaigns.states import CampaignState
from core import clock, locks
from core.calendar import LOCK
from core.models import Obligation
from core.obligations import meet_rows, reopen_rows
from enterprises.models import Permit
from enterprises.rules.quarters import Quarter
from inspections.services.coverage import visited

Site = tuple[str, bool, bool]


def settle(at: datetime) -> int:
    """Once its quarter is over, what a county owes is met if nobody was left, and owed while somebody is.

    Safe any number of times, anywhere. Returns how many rows changed.
    """
    running = Campaign.objects.filter(state=CampaignState.PUBLISHED).select_related("blueprint", "unit").order_by("pk")
    return sum(settle_campaign(campaign, at) for campaign in running)


def settle_campaign(campaign: Campaign, at: datetime) -> int:
    over = owing(campaign, due.PERMITS).filter(due_at__lt=at, waived_at=None)
    if not over.exists():
        return 0
    with transaction.atomic():
        locks.hold(LOCK)  # before any row: whoever works terms out takes them in this order
        rows = list(over.order_by("due_at", "pk"))
        standing = DueAnswer.objects.filter(obligation__in=rows, returned_at=None)
        answered = set(standing.values_list("obligation", flat=True))
        by_quarter: dict[Quarter, list[Obligation]] = defaultdict(list)
        for row in rows:
            if row.pk not in answered:
                by_quarter[quarter_of(row)].append(row)
        return sum(
            judged(row, sites, at)
            for quarter, owed in by_quarter.items()
            for sites in [sites_of(quarter, campaign, at)]
            for row in owed
        )


def quarter_of(row: Obligation) -> Quarter:
    return Quarter.of(row.nominal_on or clock.day_of(row.due_at))


def sites_of(quarter: Quarter, campaign: Campaign, at: datetime) -> list[Site]:
    """The path of each new permit's unit, whether its site was visited within the quarter, and by now. One query."""
    end = clock.at_local(quarter.next.first)
    rows: QuerySet[Any] = Permit.objects.first_issued(quarter, campaign.unit.path)
    rows = rows.annotate(in_time=visited("issued_on", end), by_now=visited("issued_on", at))
    return list(rows.values_list("enterprise__unit__path", "in_time", "by_now"))


def judged(row: Obligation, sites: Iterable[Site], at: datetime) -> int:
    mine = [site for site in sites if site[0].startswith(row.unit_path)]
    whole, same = all(by_now for _, _, by_now in mine), Obligation.objects.filter(pk=row.pk)
    if whole and row.met_at is None:
        return meet_rows(same, at=row.due_at if all(in_time for _, in_time, _ in mine) else at)
    return reopen_rows(same) if not whole and row.met_at is not None else 0


def owed_by_unit(user: User, quarter: Quarter) -> dict[str, Obligation]:
    """What stands behind the lights of a quarter, by the unit's path, of what the person may see."""
    found: dict[str, Obligation] = {}
    for campaign in Campaign.objects.visible_to(user).filter(state=CampaignState.PUBLISHED).select_related("blueprint"):
        keys = owing(campaign, due.PERMITS).filter(nominal_on=quarter.last).values("pk")
        found |= {row.unit_path: row for row in looking.visible_to(user).filter(pk__in=keys)}
    return found
