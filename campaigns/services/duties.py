"""What a campaign makes its units and enterprises owe: a self-check each, a contact person each unit below."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import Unit
from campaigns.blueprint_files import place_said
from campaigns.models import Campaign, Target
from campaigns.rules import campaign_day
from campaigns.services.due.entries import Entry, entries_of
from campaigns.services.windows import units_below, windows_of
from core import clock
from core.models import Obligation
from core.obligations import open_many

SELF_CHECK = "selfcheck"
CONTACT = "contact"
# The parameter by which a campaign chooses the day for the contact persons.
CONTACTS_DUE = "contacts_due"
LEVELS = {"cities": Unit.Level.CITY, "counties": Unit.Level.COUNTY}


def self_check_subject(target_id: int) -> str:
    return f"target:{target_id}"


def open_self_check_duties(campaign: Campaign, targets: QuerySet[Target], at: datetime) -> None:
    """One obligation a listed site, due at the end of the self-check phase of its unit (HN-19). Set-wise.

    Sites outside the phase's scope owe none, nor do sites listed after the phase has ended.
    """
    windows = windows_of(campaign)
    phase = windows.phases.get(SELF_CHECK)
    if phase is None or campaign.published_at is None:
        return
    owing = targets.filter(self_checked_at=None).select_related("unit", "enterprise")
    owing = owing.only("pk", "enterprise__name", "unit__path")
    if phase.scope != "all":
        owing = owing.filter(is_key=phase.scope == "key")
    open_many(_self_checks(campaign, owing.iterator(chunk_size=2000), at), at=at)


def _self_checks(campaign: Campaign, targets: Iterable[Target], at: datetime) -> Iterable[Obligation]:
    windows = windows_of(campaign)
    phase = windows.phases[SELF_CHECK]
    source = sentence_of(campaign, {"kind": "phase_end", "phase": SELF_CHECK}) or phase.source
    # The page of the enterprise's people, which sends an office on to its list; known by its address alone.
    url = reverse("inspections:selfcheck_mine")
    for target in targets:
        due_at = clock.end_of_day(windows.of(SELF_CHECK, target.unit.path)[1])
        if due_at > at:
            yield Obligation(
                campaign_id=campaign.pk,
                kind=SELF_CHECK,
                subject=self_check_subject(target.pk),
                unit_path=target.unit.path,
                enterprise_id=target.enterprise_id,
                title=f"{target.enterprise.name}提交自查情况表"[:200],
                source=source[:200],
                rule=f"“{phase.name}”阶段结束日 24:00",
                due_at=due_at,
                url=f"{url}?target={target.pk}",
            )


def sentence_of(campaign: Campaign, clock: dict[str, str]) -> str:
    """The sentence of the plan that orders what falls due by this clock."""
    ordered = (entry for entry in entries_of(campaign.blueprint.data) if clock.items() <= entry.clock.items())
    return next((entry.source for entry in ordered), "")


def contact_subject(campaign: Campaign, unit: Unit) -> str:
    return f"contact:{campaign.pk}:{unit.pk}"


def open_contact_duties(campaign: Campaign, at: datetime) -> None:
    """Every unit that the plan names reports its contact person by the day that the campaign chose (HN-69).

    Titled and cited as the plan says. Whoever runs the campaign reports to nobody.
    """
    chosen = campaign.parameters.get(CONTACTS_DUE)
    if not chosen:
        return
    asked: dict[str, Any] = next(
        (one for one in campaign.blueprint.data.get("parameters", []) if one["key"] == CONTACTS_DUE), {}
    )
    entry = contact_entry(campaign)
    due_at = clock.end_of_day(campaign_day(chosen, campaign.year, campaign.shift_weeks))
    open_many(
        (
            Obligation(
                campaign_id=campaign.pk,
                kind=CONTACT,
                subject=contact_subject(campaign, unit),
                unit_path=unit.path,
                title=(entry.title if entry else "报送联络人员")[:200],
                source=entry.source if entry else place_said(asked)[:200],
                rule=f"{asked.get('title', '联络人员报送期限')}：{chosen}"[:200],
                due_at=due_at,
                url=reverse("campaigns:campaign_people", args=[campaign.pk]),
            )
            for unit in naming(campaign, entry)
        ),
        at=at,
    )


def contact_entry(campaign: Campaign) -> Entry | None:
    """The entry of the plan by which contact persons are reported, where it has one."""
    said = {"kind": "parameter", "key": CONTACTS_DUE}
    return next((one for one in entries_of(campaign.blueprint.data) if said.items() <= one.clock.items()), None)


def naming(campaign: Campaign, entry: Entry | None) -> QuerySet[Unit]:
    """Who reports a contact person: the cities or counties that the plan names, else who stands right below."""
    levels = [LEVELS[one] for one in entry.by if one in LEVELS] if entry else []
    if not levels:
        return units_below(campaign)
    below = Unit.objects.under(campaign.unit.path).filter(level__in=levels, closed_on=None)
    return below.exclude(pk=campaign.unit_id)
