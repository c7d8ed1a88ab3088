"""A campaign is made from a blueprint, gets its readings and its lists, is approved and published."""

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any

from django.db import transaction

from accounts.gate import Person, holdings, may
from accounts.models import Unit, User
from campaigns import notices
from campaigns.blueprint_files import place_said
from campaigns.models import BlueprintVersion, Campaign, CampaignForm, ListItem, Phase, SharedList, WorkGroup
from campaigns.rules import campaign_day
from campaigns.services.due import end_dues, open_dues
from campaigns.services.duties import open_contact_duties, open_self_check_duties
from campaigns.services.groups import end_group_rights
from campaigns.services.locking import locked
from campaigns.services.reports import phase_of_reports
from campaigns.services.results import refuse_unentered
from campaigns.services.seasons import planned_policy
from campaigns.services.wording import named_by
from campaigns.states import CAMPAIGNS, CampaignState
from core import audit, locks
from core.models import FormDefinition
from core.refusals import Refused
from core.rules import OnHoliday
from core.states import advance

# A plan without a weekly report: the columns of the report clock stay as they are, and nobody reads them.
NO_REPORT: Mapping[str, Any] = {"weekday": 4, "time": "17:30"}
# Under which name a person's campaigns are kept with the grants by which they are seen, for one request.
PUBLISHED = "published"
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
    report = blueprint.data.get("report") or NO_REPORT
    return Campaign.objects.create(
        blueprint=blueprint,
        unit=unit,
        parent=above(blueprint, unit, year),
        title=titled(blueprint.data["campaign_title"], year),
        year=year,
        shift_weeks=shift_weeks,
        on_holiday=planned_policy(blueprint.data).value,
        report_weekday=report["weekday"],
        report_time=time.fromisoformat(report["time"]),
        created_by=actor,
        created_at=at,
    )


def titled(pattern: str, year: int) -> str:
    return pattern.replace("{year}", str(year)).replace("{next}", str(year + 1))


def above(blueprint: BlueprintVersion, unit: Unit, year: int) -> Campaign | None:
    """The superior's running campaign of the plan that this one inherits from; its leader approves this one too."""
    if not (name := blueprint.data.get("inherits")):
        return None
    superiors = [unit.path[: place + 1] for place, sign in enumerate(unit.path[:-1]) if sign == "/" and place]
    running = Campaign.objects.filter(blueprint__name=name, year=year, state=CampaignState.PUBLISHED)
    return running.filter(unit__path__in=superiors).order_by("-unit__path").first()


def _fill(campaign: Campaign, data: Mapping[str, Any]) -> None:
    Phase.objects.bulk_create(_phases(campaign, data["phases"]))
    WorkGroup.objects.bulk_create(
        WorkGroup(
            campaign=campaign,
            key=group["key"],
            name=named_by(data, group["name"], campaign.unit),
            duty=named_by(data, group.get("duty", ""), campaign.unit),
            rights=group.get("rights", ""),
            order=order,
        )
        for order, group in enumerate(data.get("groups", []), start=1)
    )
    annexes = {annex["number"]: annex for annex in data.get("annexes", [])}
    CampaignForm.objects.bulk_create(
        CampaignForm(
            campaign=campaign,
            purpose=form["purpose"],
            definition=FormDefinition.objects.get(key=form["key"], version=form["version"]),
            title=annexes[form["annex"]]["title"] if "annex" in form else form["title"],
            is_original="annex" in form and annexes[form["annex"]]["original"],
        )
        for form in data.get("forms", [])
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
            source=f"{phase.get('quote', '')[:150]}（{place_said(phase)}）"[:200],
            note=phase.get("note", ""),
        )


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
        _begin_look_back(row)
        after = {"parameters": row.parameters, "on_holiday": row.on_holiday}
        audit.record("campaigns.campaign.choose", row, actor=actor, at=at, before=before, after=after)
    return row


def _scope_self_check(campaign: Campaign) -> None:
    if scope := campaign.parameters.get("selfcheck_scope"):
        campaign.phases.filter(key="selfcheck").update(scope=scope)


def _begin_look_back(campaign: Campaign) -> None:
    if chosen := campaign.parameters.get("lookback_from"):
        day = campaign_day(chosen, campaign.year, campaign.shift_weeks)
        campaign.phases.filter(key="lookback").update(starts_on=day)


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
    if campaign.blueprint.data.get("report") and phase_of_reports(campaign) is None:
        found.append("没有执法检查阶段，无法排定周报。")
    return [*found, *dropped(campaign)]


def dropped(campaign: Campaign) -> list[str]:
    """What the superior's campaign requires and this one no longer has (HN-47)."""
    if campaign.parent is None:
        return []
    keys = set(campaign.phases.values_list("key", flat=True))
    optional = {p["key"] for p in campaign.parent.blueprint.data.get("phases", []) if not p.get("required", True)}
    phases = [phase for phase in campaign.parent.phases.exclude(key__in=optional) if phase.key not in keys]
    purposes = set(campaign.forms.values_list("purpose", flat=True))
    forms = [form for form in campaign.parent.forms.all() if form.purpose not in purposes]
    return [
        *(f"上级行动的“{phase.name}”阶段不能删去。" for phase in phases),
        *(f"上级行动的表单“{form.title}”不能删去。" for form in forms),
    ]


def approve(campaign: Campaign, *, actor: User, at: datetime) -> Campaign:
    """A leader of the authority approves the draft. The person who drew it up cannot."""
    if campaign.created_by_id == actor.pk:
        raise Refused("行动的拟定人不能批准自己拟定的行动。")
    if campaign.parent is not None and not may(actor, "campaign.approve", campaign.parent):
        raise Refused(f"本行动由上级行动下达，须由{campaign.parent.unit.short_name}领导批准。")
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
        open_dues(row, at=at)
        notices.published(row, at)
    return row


def close(campaign: Campaign, *, actor: User, at: datetime, reason: str) -> Campaign:
    """The campaign is over: nothing is planned in it any more, what its plan asks for later is not owed, and the
    rights of its work groups end. That closes its last phase, too, which waits for every result."""
    with transaction.atomic():
        refuse_unentered(locked(campaign), at)
        row = advance(Campaign, campaign.pk, "close", table=CAMPAIGNS, actor=actor, at=at, reason=reason)
        end_dues(row, at=at)
        end_group_rights(row, actor=actor, at=at)
    return row


def refuse_if(sentences: list[str]) -> None:
    if sentences:
        raise Refused("行动还不能批准或发布：" + "".join(sentences), errors={"": sentences})


def published_for(user: Person) -> list[Campaign]:
    """The published campaigns that a person sees, the latest first: read once with the person's grants."""
    kept = holdings(user).kept
    if PUBLISHED not in kept:
        rows = Campaign.objects.visible_to(user).published().select_related("unit")
        kept[PUBLISHED] = list(rows.order_by("-year", "-pk"))
    return list(kept[PUBLISHED])


def list_items(campaign: Campaign, kind: str) -> list[ListItem]:
    """The entries of the list a campaign adopted, in the plan's order; kind: industry, issue_type or handling."""
    adopted = getattr(campaign, f"{LISTS[kind]}_id")
    return list(ListItem.objects.filter(shared_list_id=adopted)) if adopted else []


def lists_of(campaign: Campaign) -> dict[str, list[ListItem]]:
    """The entries of all three lists by kind, each in the plan's order."""
    adopted = {kind: getattr(campaign, f"{name}_id") for kind, name in LISTS.items()}
    rows = list(ListItem.objects.filter(shared_list_id__in=[one for one in adopted.values() if one]))
    return {kind: [row for row in rows if row.shared_list_id == pk] for kind, pk in adopted.items()}
