"""What a campaign makes its units and enterprises owe: a self-check each, a contact person each city."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import Unit
from campaigns.models import Campaign, Target
from campaigns.rules import campaign_day
from campaigns.services.due.entries import entries_of
from campaigns.services.windows import windows_of
from core import clock
from core.models import Obligation
from core.obligations import open_many

SELF_CHECK = "selfcheck"
CONTACT = "contact"


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
    """Every city below the authority names a contact person by the day that the campaign chose (HN-69)."""
    chosen = campaign.parameters.get("contacts_due")
    if not chosen:
        return
    due_at = clock.end_of_day(campaign_day(chosen, campaign.year, campaign.shift_weeks))
    source = sentence_of(campaign, {"kind": "parameter", "key": "contacts_due"})
    cities = Unit.objects.under(campaign.unit.path).at_level("city").filter(closed_on=None)
    open_many(
        (
            Obligation(
                campaign_id=campaign.pk,
                kind=CONTACT,
                subject=contact_subject(campaign, unit),
                unit_path=unit.path,
                title="报送一体化执法检查联络人员（附件7）",
                source=source,
                rule=f"联络人员报送期限 {chosen}",
                due_at=due_at,
                url=reverse("campaigns:campaign_people", args=[campaign.pk]),
            )
            for unit in cities
        ),
        at=at,
    )
