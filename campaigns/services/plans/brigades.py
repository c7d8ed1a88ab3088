"""Brigades and the counties that they take part in (包片), and how many enterprises a month."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from accounts.models import Unit, User
from campaigns.models import Assignment, Campaign, Patch
from campaigns.services.plan_terms import Terms, terms_of
from campaigns.states import AssignmentState
from core import audit, locks
from core.refusals import Refused

LEAST = 5


def give_patch(campaign: Campaign, brigade: Unit, county: Unit, *, actor: User, at: datetime) -> Patch:
    """A brigade takes a county. A county has one brigade, unless the blueprint lets several share it (HS-19)."""
    if brigade == county:
        raise Refused("大队和县区须是两个单位。", field="county", status=422)
    for field, unit in (("brigade", brigade), ("county", county)):
        if not unit.path.startswith(campaign.unit.path):
            raise Refused(f"{unit.short_name}不在本行动的范围内。", field=field, status=422)
    try:
        with transaction.atomic():
            locks.hold("patches", str(campaign.pk))
            held = Patch.objects.standing().filter(campaign=campaign, county=county).select_related("brigade").first()
            if held is not None and not terms_of(campaign).shared:
                said = f"{county.short_name}已由{held.brigade.short_name}包片，一个县区只能有一个包片大队。"
                raise Refused(said, field="county")
            row = Patch.objects.create(
                campaign=campaign, brigade=brigade, county=county, entered_by=actor, entered_at=at
            )
            after = {"brigade": brigade.path, "county": county.path}
            audit.record("campaigns.patch.give", row, actor=actor, at=at, after=after)
    except IntegrityError as error:
        raise Refused("这项包片分工已经登记。", field="county") from error
    return row


def end_patch(patch: Patch, *, actor: User, at: datetime) -> None:
    with transaction.atomic():
        row = Patch.objects.select_for_update().get(pk=patch.pk)
        if row.ended_at is not None:
            raise Refused("这项包片分工已经解除，请刷新后查看。")
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        audit.record("campaigns.patch.end", row, actor=actor, at=at)


def least_of(campaign: Campaign) -> int:
    """What the blueprint's quota of brigades says, else five (HS-17)."""
    quotas: list[dict[str, Any]] = campaign.blueprint.data.get("quotas", [])
    return next((int(quota.get("at_least", LEAST)) for quota in quotas if quota["key"] == "brigade"), LEAST)


@dataclass(frozen=True)
class Share:
    """One brigade in one county and month: enterprises in whose inspection its people took part, each once."""

    patch: Patch
    count: int
    least: int
    month: str

    @property
    def is_short(self) -> bool:
        return self.count < self.least

    @property
    def word(self) -> str:
        return "未达标" if self.is_short else "达标"


def month_of(day: date) -> tuple[date, date]:
    """First and last day of the natural month."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def shares(campaign: Campaign, patches: QuerySet[Patch], day: date) -> list[Share]:
    """Each patch with its count of the month of `day`; two queries whatever the patches."""
    found = list(patches.filter(campaign=campaign).select_related("brigade", "county").order_by("brigade", "county"))
    taken = visits(campaign, day, terms_of(campaign))
    least = least_of(campaign)
    return [Share(patch, len(enterprises_of(patch, taken)), least, f"{day:%Y-%m}") for patch in found]


def visits(campaign: Campaign, day: date, terms: Terms) -> list[tuple[str, tuple[str, ...], int]]:
    """Visits that were done on days of the month: place, units of the two who went, enterprise."""
    rows = Assignment.objects.filter(
        target__campaign=campaign, state=AssignmentState.DONE, planned_on__range=month_of(day)
    )
    if terms.task == Assignment.Source.CHECKUP:
        rows = rows.filter(Q(source=Assignment.Source.CHECKUP) | Q(as_checkup=True))
    fields = ("target__unit__path", "lead_inspector__unit__path", "second_inspector__unit__path")
    found: Any = rows.values_list(*fields, "target__enterprise")
    return [(place, tuple(path or "" for path in team), site) for place, *team, site in found]


def enterprises_of(patch: Patch, taken: list[tuple[str, tuple[str, ...], int]]) -> set[int]:
    brigade, county = patch.brigade.path, patch.county.path
    return {
        site
        for place, team, site in taken
        if place.startswith(county) and any(path.startswith(brigade) for path in team)
    }
