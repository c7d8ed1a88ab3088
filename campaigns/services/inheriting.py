"""A campaign handed down to a unit below, copied to another year, and its dates before it is approved."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import transaction

from accounts.models import Unit, User
from campaigns.models import Campaign, CampaignForm, Phase, WorkGroup
from campaigns.rules import Window
from campaigns.services.creating import draft, titled
from campaigns.services.windows import refuse_dates, windows_of
from campaigns.states import CampaignState
from core import audit, locks
from core.refusals import Refused

# What a campaign made from another has of it.
KEPT = (
    *("blueprint", "parameters", "on_holiday", "report_weekday", "report_time"),
    *("industries", "issue_types", "handlings", "adoption_statement", "adopted_by", "adopted_at"),
)


def hand_down(parent: Campaign, unit: Unit, *, actor: User, at: datetime) -> Campaign:
    """A draft for a unit below with everything of the superior's campaign, in the unit's own windows (HN-47)."""
    if parent.state != CampaignState.PUBLISHED:
        raise Refused("上级行动发布后才能下达。")
    if unit.pk == parent.unit_id or not unit.path.startswith(parent.unit.path):
        raise Refused(f"{unit.short_name}不是{parent.unit.short_name}的下级，不能下达。", field="unit", status=422)
    with transaction.atomic():
        locks.hold("campaign", parent.blueprint.name, str(unit.pk), str(parent.year))
        if parent.children.filter(unit=unit).exclude(state=CampaignState.CLOSED).exists():
            raise Refused(f"本行动已经下达{unit.short_name}。", field="unit")
        title = f"{unit.short_name}{parent.title}"[:120]
        row = _twin(parent, unit=unit, year=parent.year, title=title, actor=actor, at=at, parent=parent)
        windows = windows_of(parent)
        _copy_phases(parent, row, {key: windows.of(key, unit.path) for key in windows.phases})
        audit.record("campaigns.campaign.hand_down", row, actor=actor, at=at, after={"parent": parent.pk})
    return row


def copy_campaign(campaign: Campaign, *, year: int, actor: User, at: datetime) -> Campaign:
    """A draft of the same authority for another year: same version, readings and lists, every date moved by years."""
    if year == campaign.year:
        raise Refused("复制须换一个年度。", field="year", status=422)
    if campaign.parent_id:  # a copy would be approved without the superior who handed it down
        raise Refused("本行动由上级下达，不能自行复制；请由上级下达新年度的行动。", field="year")
    with transaction.atomic():
        locks.hold("campaign", campaign.blueprint.name, str(campaign.unit_id), str(year))
        taken = Campaign.objects.filter(blueprint__name=campaign.blueprint.name, unit=campaign.unit_id, year=year)
        if taken.exclude(state=CampaignState.CLOSED).exists():
            raise Refused(f"{campaign.unit.short_name}已有{year}年度由该方案生成的行动，不能重复创建。", field="year")
        title = titled(campaign.blueprint.data.get("campaign_title", campaign.title), year)
        row = _twin(campaign, unit=campaign.unit, year=year, title=title, actor=actor, at=at)
        windows = {phase.key: (phase.starts_on, phase.ends_on) for phase in campaign.phases.all()}
        by = year - campaign.year
        _copy_phases(campaign, row, {key: (moved(a, by), moved(b, by)) for key, (a, b) in windows.items()})
        audit.record("campaigns.campaign.copy", row, actor=actor, at=at, after={"copied_from": campaign.pk})
    return row


def moved(day: date, years: int) -> date:
    """The same day of another year; the 29th of February becomes the 28th where there is none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _twin(
    campaign: Campaign,
    *,
    unit: Unit,
    year: int,
    title: str,
    actor: User,
    at: datetime,
    parent: Campaign | None = None,
) -> Campaign:
    """A draft with the same version, readings, report clock, lists, groups and forms."""
    row = Campaign.objects.create(
        unit=unit,
        parent=parent,
        title=title,
        year=year,
        shift_weeks=campaign.shift_weeks if parent else 0,
        created_by=actor,
        created_at=at,
        **{name: getattr(campaign, name) for name in KEPT},
    )
    WorkGroup.objects.bulk_create(
        WorkGroup(campaign=row, key=group.key, name=group.name, duty=group.duty, rights=group.rights, order=group.order)
        for group in campaign.groups.all()
    )
    CampaignForm.objects.bulk_create(
        CampaignForm(
            campaign=row,
            purpose=form.purpose,
            definition_id=form.definition_id,
            title=form.title,
            is_original=form.is_original,
        )
        for form in campaign.forms.all()
    )
    return row


def _copy_phases(campaign: Campaign, row: Campaign, windows: Mapping[str, Window]) -> None:
    Phase.objects.bulk_create(
        Phase(
            campaign=row,
            key=phase.key,
            order=phase.order,
            name=phase.name,
            scope=phase.scope,
            starts_on=windows[phase.key][0],
            ends_on=windows[phase.key][1],
            adjustable=phase.adjustable,
            source=phase.source,
            note=phase.note,
        )
        for phase in campaign.phases.all()
    )


def set_dates(campaign: Campaign, windows: Mapping[str, Window], *, actor: User, at: datetime) -> Campaign:
    """Move phases of a draft. They hold once the draft is approved: for one handed down, by the superior's leader."""
    with transaction.atomic():
        row = draft(campaign)
        phases = {phase.key: phase for phase in row.phases.all()}
        before = {key: (phases[key].starts_on, phases[key].ends_on) for key in windows if key in phases}
        for key, (starts_on, ends_on) in windows.items():
            if key not in phases:
                raise Refused(f"本行动没有“{key}”阶段。", status=422)
            refuse_dates(phases[key], (starts_on, ends_on), row.year)
            phases[key].starts_on, phases[key].ends_on = starts_on, ends_on
        Phase.objects.bulk_update([phases[key] for key in windows], ["starts_on", "ends_on"])
        audit.record("campaigns.campaign.set_dates", row, actor=actor, at=at, before=before, after=dict(windows))
    return row
