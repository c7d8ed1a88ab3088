"""A campaign is made from a blueprint, gets its readings and its lists, is approved and published."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any

from django.db import transaction

from accounts.models import Unit, User
from campaigns import notices
from campaigns.models import BlueprintVersion, Campaign, CampaignForm, ListItem, Phase, SharedList, WorkGroup
from campaigns.rules import campaign_day
from campaigns.services.duties import open_contact_duties, open_self_check_duties
from campaigns.services.reports import phase_of_reports
from campaigns.states import CAMPAIGNS, CampaignState
from core import audit, locks
from core.models import FormDefinition
from core.refusals import Refused
from core.rules import OnHoliday
from core.states import advance

LISTS = {"industry": "industries", "issue_type": "issue_types", "handling": "handlings"}


def create_from_blueprint(
    name: str, *, unit: Unit, year: int, actor: User | None, at: datetime, shift_weeks: int = 0
) -> Campaign:
    """A draft of the newest version of a blueprint for one authority and year.

    `shift_weeks` moves every date by whole weeks, once and for good (the demonstration). Refused (404) when there is no
    such blueprint, (409) when the authority already has this campaign.
    """
    blueprint = BlueprintVersion.objects.filter(name=name).order_by("-version").first()
    if blueprint is None:
        raise Refused(f"没有名为“{name}”的方案模板，请先载入（manage.py load_blueprints）。", status=404)
    with transaction.atomic():
        locks.hold("campaign", name, str(unit.pk), str(year))
        taken = Campaign.objects.filter(blueprint__name=name, unit=unit, year=year).exclude(state=CampaignState.CLOSED)
        if taken.exists():
            raise Refused(f"{unit.short_name}已有{year}年度由该方案生成的行动，不能重复创建。")
        campaign = _campaign(blueprint, unit, year, shift_weeks, actor, at)
        _fill(campaign, blueprint.data)
        audit.record("campaigns.campaign.create", campaign, actor=actor, at=at, after={"blueprint": str(blueprint)})
    return campaign


def _campaign(
    blueprint: BlueprintVersion, unit: Unit, year: int, shift_weeks: int, actor: User | None, at: datetime
) -> Campaign:
    report = blueprint.data["report"]
    return Campaign.objects.create(
        blueprint=blueprint,
        unit=unit,
        title=blueprint.data["campaign_title"].replace("{year}", str(year)),
        year=year,
        shift_weeks=shift_weeks,
        on_holiday=report["on_holiday"],
        report_weekday=report["weekday"],
        report_time=time.fromisoformat(report["time"]),
        created_by=actor,
        created_at=at,
    )


def _fill(campaign: Campaign, data: Mapping[str, Any]) -> None:
    Phase.objects.bulk_create(_phases(campaign, data["phases"]))
    WorkGroup.objects.bulk_create(
        WorkGroup(campaign=campaign, key=group["key"], name=group["name"], duty=group.get("duty", ""), order=order)
        for order, group in enumerate(data["groups"], start=1)
    )
    annexes = {annex["number"]: annex for annex in data["annexes"]}
    CampaignForm.objects.bulk_create(
        CampaignForm(
            campaign=campaign,
            purpose=form["purpose"],
            definition=FormDefinition.objects.get(key=form["key"], version=form["version"]),
            title=annexes[form["annex"]]["title"],
            is_original=annexes[form["annex"]]["original"],
        )
        for form in data["forms"]
    )


def _phases(campaign: Campaign, phases: Iterable[Mapping[str, Any]]) -> Iterable[Phase]:
    for order, phase in enumerate(phases, start=1):
        yield Phase(
            campaign=campaign,
            key=phase["key"],
            order=order,
            name=phase["name"],
            scope=phase["scope"],
            starts_on=campaign_day(phase["from"], campaign.year, campaign.shift_weeks),
            ends_on=campaign_day(phase["to"], campaign.year, campaign.shift_weeks),
            adjustable=phase.get("adjustable", False),
            source=f"{phase['quote'][:170]}（原文{phase['lines']}行）",
            note=phase.get("note", ""),
        )


def locked(campaign: Campaign) -> Campaign:
    """The row as it is now, under its lock. Call inside a transaction."""
    rows = Campaign.objects.select_for_update(of=("self",)).select_related("blueprint", "unit")
    return rows.get(pk=campaign.pk)


def draft(campaign: Campaign) -> Campaign:
    """The campaign, locked, if it may still be changed. Refused otherwise."""
    row = locked(campaign)
    if row.state != CampaignState.DRAFT:
        raise Refused(f"行动当前为“{row.get_state_display()}”，只有拟定中的行动可以修改；需要修改的，由批准人退回。")
    return row


def choose_parameters(
    campaign: Campaign, values: Mapping[str, str], *, actor: User | None, at: datetime, on_holiday: str = ""
) -> Campaign:
    """Fix readings of what the plan leaves open, and what happens to a report day that is a day off (OnHoliday)."""
    with transaction.atomic():
        row = draft(campaign)
        known = {p["key"]: {o["value"] for o in p["options"]} for p in row.blueprint.data.get("parameters", [])}
        for key, value in values.items():
            if value not in known.get(key, set()):
                raise Refused(f"参数“{key}”没有“{value}”这个选项。", field=key, status=422)
        if on_holiday and on_holiday not in list(OnHoliday):
            raise Refused("节假日政策只能是按原日、提前或顺延。", field="on_holiday", status=422)
        before = {"parameters": row.parameters, "on_holiday": row.on_holiday}
        row.parameters = {**row.parameters, **values}
        row.on_holiday = on_holiday or row.on_holiday
        row.save(update_fields=["parameters", "on_holiday"])
        _scope_self_check(row)
        after = {"parameters": row.parameters, "on_holiday": row.on_holiday}
        audit.record("campaigns.campaign.choose", row, actor=actor, at=at, before=before, after=after)
    return row


def _scope_self_check(campaign: Campaign) -> None:
    if scope := campaign.parameters.get("selfcheck_scope"):
        campaign.phases.filter(key="selfcheck").update(scope=scope)


def adopt_lists(
    campaign: Campaign, *, actor: User | None, at: datetime, key: str = "", statement: str = ""
) -> Campaign:
    """Adopt one set of shared lists by a decision with a statement; without arguments, what the blueprint proposes."""
    with transaction.atomic():
        row = draft(campaign)
        proposed = row.blueprint.data.get("lists", {})
        key, statement = key or proposed.get("key", ""), statement.strip() or proposed.get("statement", "")
        if not statement:
            raise Refused("采用共享台账选项须写明决定内容。", field="statement", status=422)
        for kind, name in LISTS.items():
            found = SharedList.objects.filter(key=key, kind=kind).order_by("-version").first()
            if found is None:
                raise Refused(f"没有名为“{key}”的共享台账选项，请先载入。", field="key", status=422)
            setattr(row, name, found)
        row.adoption_statement, row.adopted_by, row.adopted_at = statement, actor, at
        row.save(update_fields=[*LISTS.values(), "adoption_statement", "adopted_by", "adopted_at"])
        audit.record("campaigns.campaign.adopt", row, actor=actor, at=at, reason=statement[:500], after={"lists": key})
    return row


def unchosen(campaign: Campaign) -> list[str]:
    """Titles of the parameters that are not chosen yet: publication asks for all of them (HN-69, HN-80)."""
    asked = campaign.blueprint.data.get("parameters", [])
    return [p["title"] for p in asked if not campaign.parameters.get(p["key"])]


def obstacles(campaign: Campaign) -> list[str]:
    """What must still be done before the campaign can be approved and published, in sentences."""
    found = [f"参数“{title}”尚未选定。" for title in unchosen(campaign)]
    if campaign.issue_types_id is None:
        found.append("尚未采用台账选项（行业类别、问题类型、查处情况）。")
    if phase_of_reports(campaign) is None:
        found.append("没有执法检查阶段，无法排定周报。")
    return found


def approve(campaign: Campaign, *, actor: User, at: datetime) -> Campaign:
    """A leader of the authority approves the draft. The person who drew it up cannot."""
    if campaign.created_by_id == actor.pk:
        raise Refused("行动的拟定人不能批准自己拟定的行动。")
    stamps = {"approved_by": actor, "approved_at": at}
    with transaction.atomic():
        refuse_if(obstacles(locked(campaign)))
        return advance(Campaign, campaign.pk, "approve", table=CAMPAIGNS, actor=actor, at=at, stamps=stamps)


def return_to_draft(campaign: Campaign, *, actor: User, at: datetime, reason: str) -> Campaign:
    """The leader hands an approved campaign back to be changed."""
    stamps = {"approved_by": None, "approved_at": None}
    return advance(Campaign, campaign.pk, "return", table=CAMPAIGNS, actor=actor, at=at, reason=reason, stamps=stamps)


def publish(campaign: Campaign, *, actor: User | None, at: datetime) -> Campaign:
    """Publish: units below see it, cities owe their contact person, listed sites their self-check."""
    stamps = {"published_at": at}
    with transaction.atomic():
        refuse_if(obstacles(locked(campaign)))
        row = advance(Campaign, campaign.pk, "publish", table=CAMPAIGNS, actor=actor, at=at, stamps=stamps)
        open_contact_duties(row, at)
        open_self_check_duties(row, row.targets.all(), at)
        notices.published(row, at)
    return row


def close(campaign: Campaign, *, actor: User, at: datetime, reason: str) -> Campaign:
    """The campaign is over: nothing is planned in it any more."""
    return advance(Campaign, campaign.pk, "close", table=CAMPAIGNS, actor=actor, at=at, reason=reason)


def refuse_if(sentences: list[str]) -> None:
    if sentences:
        raise Refused("行动还不能批准或发布：" + "".join(sentences), errors={"": sentences})


def list_items(campaign: Campaign, kind: str) -> list[ListItem]:
    """The entries of the list a campaign adopted, in the plan's order; kind: industry, issue_type or handling."""
    adopted = getattr(campaign, f"{LISTS[kind]}_id")
    return list(ListItem.objects.filter(shared_list_id=adopted)) if adopted else []
