"""The sheet of a visit: the campaign's checklist inside the frame that every record carries, and how it begins."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from campaigns import services as campaigns
from campaigns.models import Campaign, CampaignForm
from core import audit, clock, locks
from core.form_engine.conditions import Answers, put, slots
from core.form_engine.definitions import digest, read_definition
from core.form_engine.rules import prune
from core.form_engine.services import publish_definition
from core.models import FormDefinition, Submission
from core.refusals import Refused
from core.wording import degrees
from enterprises.models import Enterprise, Permit, PositiveListEntry
from inspections.models import Visit

KIND: Final = "visit_record"
PURPOSE: Final = "record"
MATERIALS: Final = "materials"
FRAME: Final = Path(__file__).parent.parent / "data" / "visit_frame.yaml"
BEFORE: Final = ("visit_basic", "visit_procedure")
# Said after the signatures, about the upload and not about the visit.
UNSIGNED: Final = ("_late_reason",)
YES_NO: Final = {True: "yes", False: "no"}


@cache
def frame() -> dict[str, Any]:
    return read_definition(FRAME)


def record_definition(campaign: Campaign, at: datetime) -> FormDefinition:
    """The form of this campaign's records; a new version whenever its checklist or its list of industries changes."""
    form = CampaignForm.objects.select_related("definition").filter(campaign=campaign, purpose=PURPOSE).first()
    if form is None:
        raise Refused("本次行动没有现场检查记录表，请联系组织单位。")
    key = f"visit_record_{campaign.pk}"
    locks.hold("record-definition", key)
    newest = FormDefinition.objects.filter(key=key).order_by("-version").first()
    data = compose(campaign, form.definition.data) | {"key": key, "version": newest.version if newest else 1}
    if newest is not None and newest.digest != digest(data):
        data["version"] = newest.version + 1
    return publish_definition(data, at)


def compose(campaign: Campaign, checklist: Mapping[str, Any]) -> dict[str, Any]:
    """Frame before, checklist, frame after; the industries are the list that the campaign adopted."""
    items = campaigns.list_items(campaign, "industry")
    options = [{"value": str(one.number), "label": f"{one.number} {one.name}"} for one in items]
    away = set() if campaign.blueprint.data.get("leaflet") else {MATERIALS}
    around = [with_industries(section, options, away) for section in frame()["sections"]]
    before = [section for section in around if section["key"] in BEFORE]
    after = [section for section in around if section["key"] not in BEFORE]
    return {**checklist, "sections": [*before, *checklist["sections"], *after]}


def with_industries(section: Mapping[str, Any], options: list[dict[str, str]], away: set[str]) -> dict[str, Any]:
    """A section of the frame for one campaign; only where the plan has a leaflet is its handing out asked for."""
    items = [
        {**item, "fields": [{**f, "options": options} if f["key"] == "industry" else f for f in item["fields"]]}
        for item in section["items"]
        if item["key"] not in away
    ]
    return {**section, "items": items}


def sheet_of(client_id: UUID) -> Submission | None:
    return Submission.objects.select_related("definition", "updated_by").filter(pk=client_id).first()


def content_digest(visit: Visit, form: FormDefinition, answers: Mapping[str, Any]) -> str:
    """What a signature covers: visit, form and every answer that is seen. Judged on the day the visit began."""
    day = clock.day_of(visit.started_at).isoformat() if visit.started_at else ""
    seen = {key: value for key, value in prune(form.data, answers, day).items() if key not in UNSIGNED}
    return audit.digest_of({"visit": visit.pk, "form": form.digest, "answers": seen})


def first_answers(visit: Visit, form: FormDefinition) -> dict[str, Any]:
    """What the register knows already, so that nobody types it in the rain."""
    site = visit.enterprise
    return permit_answers(site, form) | {
        "visit_basic": {
            "unit": unit_answers(site, visit),
            "industry": {"industry": str(site.industry or ""), "industry_text": site.industry_text},
            "place": place_answers(site),
            "level": level_answers(site),
        },
        "visit_closing": {"permits": {"text": permits_text(site)}},
    }


def unit_answers(site: Enterprise, visit: Visit) -> dict[str, str]:
    day = clock.day_of(visit.started_at) if visit.started_at else visit.assignment.planned_on
    listed = PositiveListEntry.objects.in_force(day).filter(enterprise=site).exists()
    return {
        "name": site.name,
        "uscc": site.entity.uscc or "",
        "representative": site.entity.representative,
        "address": site.address,
        "enterprise_type": site.enterprise_type,
        "is_positive": YES_NO[listed],
    }


def place_answers(site: Enterprise) -> dict[str, str]:
    located = site.longitude is not None and site.latitude is not None
    return {
        "longitude": degrees(site.longitude),
        "latitude": degrees(site.latitude),
        "coordinate_source": "register" if located else "",
        "county": site.region.name,
        "town": site.town,
    }


def level_answers(site: Enterprise) -> dict[str, str]:
    answers = {"performance_grade": site.performance_grade}
    if site.is_ultra_low is not None:
        answers["is_ultra_low"] = YES_NO[site.is_ultra_low]
    if site.self_accepted_since_2019 is not None:
        answers["self_accepted"] = YES_NO[site.self_accepted_since_2019]
    return answers


def permit_answers(site: Enterprise, form: FormDefinition) -> dict[str, Any]:
    """Number, authority and dates of each permit, where the checklist asks for that kind of permit."""
    known = {slot.path for slot in slots(form.data)}
    answers: Answers = {}
    for permit in site.permits.all():
        for name in ("number", "authority", "issued_on", "valid_to"):
            path, value = f"permits.{permit.kind}.{name}", getattr(permit, name)
            if path in known and value:
                put(answers, path, str(value))
    return answers


def permits_text(site: Enterprise) -> str:
    return "；".join(permit_text(permit) for permit in site.permits.order_by("kind", "pk"))


def permit_text(permit: Permit) -> str:
    until = f"，有效期至 {permit.valid_to}" if permit.valid_to else ""
    return f"{permit.get_kind_display()} {permit.number}{until}"
