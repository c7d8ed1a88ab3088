"""What a plan orders and a register shows: its obligations are met by the entries, not by a report that says so."""

from collections import Counter
from datetime import datetime

from django.db.models import Q

from accounts.models import Unit
from campaigns.models import Campaign, RegisterEntry
from campaigns.registers.rules import period_of
from campaigns.registers.services.indicators import Asked, Figure, entries, figure_of, office_of
from campaigns.registers.services.loading import version_of
from campaigns.registers.services.rights import ordered_by
from campaigns.services.due.entries import Entry, entries_of
from campaigns.services.due.opening import of_campaign
from campaigns.states import CampaignState
from core import clock, locks
from core.calendar import LOCK
from core.models import Obligation
from core.obligations import meet_rows, reopen_rows


def settle(entry: RegisterEntry, at: datetime) -> None:
    """After an entry was filed, moved or corrected: what is whole is met, what is no more so is owed again.

    The entry counts for its campaign, for the one above it and for those below.
    """
    if entry.campaign is None:
        return
    key, above = entry.campaign.pk, entry.campaign.parent_id or 0
    family = Campaign.objects.filter(Q(pk__in=[key, above]) | Q(parent=key))
    for campaign in family.filter(state=CampaignState.PUBLISHED).select_related("blueprint", "unit"):
        for ordered in entries_of(campaign.blueprint.data):
            if ordered.register == entry.register and entry.register in ordered_by(campaign):
                judge(campaign, ordered, at)


def judge(campaign: Campaign, ordered: Entry, at: datetime) -> None:
    locks.hold(LOCK)  # before any row: whoever works terms out takes them in this order
    for row in of_campaign(campaign).filter(subject=ordered.key, waived_at=None):
        figures = figures_of(campaign, ordered, row, at)
        if figures is None:
            continue
        is_whole = not any(figure.missing for figure in figures)
        same = Obligation.objects.filter(pk=row.pk)
        if is_whole and row.met_at is None and not ordered.reported:
            meet_rows(same, at=at)
        elif not is_whole and row.met_at is not None:
            reopen_rows(same)


def statement(campaign: Campaign, ordered: Entry, row: Obligation, at: datetime) -> str:
    """How many entries the register has of the period, by state, and what its indicators say."""
    version, owner = version_of(ordered.register), Unit.objects.filter(path=row.unit_path).first()
    if version is None or owner is None:
        return ""
    figures = figures_of(campaign, ordered, row, at) or []
    asked = Asked(version, {}, None, campaign, office_of(owner, []))
    found = entries(asked, *period_of(row.nominal_on or clock.day_of(row.due_at), "year"), clock.day_of(at))
    states = Counter(found.values_list("state", flat=True))
    measure, labels = version.data["measure"], {one["key"]: one["label"] for one in version.data["states"]}
    said = "、".join(f"{label} {states[key]} {measure}" for key, label in labels.items() if states[key])
    head = f"{version.title}登记 {states.total()} {measure}{f'：{said}' if said else ''}。"
    return head + "".join(f"{one.title}：{lacking(one) or '无'}。" for one in figures)


def lacking(figure: Figure) -> str:
    """Whom an indicator misses, by name."""
    return "、".join(line.name for line in figure.lines if line.missing)


def figures_of(campaign: Campaign, ordered: Entry, row: Obligation, at: datetime) -> list[Figure] | None:
    """The indicators by which the register tells of an obligation, of its period and the unit that owes it; None where
    the platform knows no such register or unit: what nothing tells of stays as it is."""
    version, owner = version_of(ordered.register), Unit.objects.filter(path=row.unit_path).first()
    if version is None or owner is None:
        return None
    day, office = row.nominal_on or clock.day_of(row.due_at), office_of(owner, [])
    rules = [one for one in version.data["indicators"] if one["key"] in ordered.indicators]
    return [figure_of(version, rule, campaign, office, day, clock.day_of(at)) for rule in rules]
