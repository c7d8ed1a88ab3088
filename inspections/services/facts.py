"""What a record keeps of its day: the enterprise as the sheet says it, the people, the place. Read from the answers."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from campaigns import services as campaigns
from core.form_engine.conditions import lookup
from core.sheets.parsing import parse_latitude, parse_longitude
from core.sheets.spec import Column
from inspections.models import Visit, VisitRecord
from inspections.rules.team import expert_label
from inspections.services.own_problems import self_check_for

Answers = Mapping[str, Any]


def said(answers: Answers, path: str) -> str:
    return str(lookup(answers, path) or "")


def snapshot_of(visit: Visit, answers: Answers) -> dict[str, Any]:
    """Plain JSON under fixed names; ledger, papers and reports read this and never the register of a later day."""
    unit = {name: said(answers, f"visit_basic.unit.{name}") for name in ("uscc", "representative", "address")}
    place = {name: said(answers, f"visit_basic.place.{name}") for name in ("county", "town", "coordinate_source")}
    own = self_check_for(visit)
    return {
        **unit,
        **place,
        **coordinates(answers),
        "regions": regions_of(visit),
        **people_of(visit),
        "enterprise_type": said(answers, "visit_basic.unit.enterprise_type"),
        "is_positive": said(answers, "visit_basic.unit.is_positive") == "yes",
        "industry_name": industry_name(visit, answers),
        "industry_text": said(answers, "visit_basic.industry.industry_text"),
        "is_ultra_low": said(answers, "visit_basic.level.is_ultra_low") == "yes",
        "performance_grade": said(answers, "visit_basic.level.performance_grade") or "否",
        "self_accepted_since_2019": said(answers, "visit_basic.level.self_accepted") == "yes",
        "unit": visit.unit.name,
        "campaign": visit.campaign.title,
        "self_check": {"id": own.pk, "number": own.number} if own else None,
    }


def regions_of(visit: Visit) -> list[str]:
    """Province and city above the county that the sheet names: 河南省, 漯河市."""
    names, above = [], visit.enterprise.region.parent
    while above is not None:
        names.append(above.name)
        above = above.parent
    return names[::-1]


def coordinates(answers: Answers) -> dict[str, str]:
    """Decimal degrees as text: JSON numbers would lose their last digits. "" where there is nothing readable."""
    read = {axis: read_axis(axis, said(answers, f"visit_basic.place.{axis}"))[0] for axis in AXES}
    return {axis: f"{value:f}" if value is not None else "" for axis, value in read.items()}


AXES = {
    "longitude": (Column("longitude", "经度", kind="longitude"), parse_longitude),
    "latitude": (Column("latitude", "纬度", kind="latitude"), parse_latitude),
}


def read_axis(axis: str, typed: str) -> tuple[Decimal | None, str]:
    """Decimal degrees, or the sentence that says what is wrong; swapped ones are named and never swapped."""
    column, parse = AXES[axis]
    if not typed.strip():
        return None, ""
    try:
        return parse(column, typed, typed), ""
    except ValueError as error:
        return None, str(error)


def people_of(visit: Visit) -> dict[str, Any]:
    """Lead first, each with the certificate shown that day; the expert, or that there was none (HN-52)."""
    shown = {row.user_id: row for row in visit.check_ins.select_related("user")}
    inspectors = [
        {
            "name": person.name,
            "certificate": shown[person.pk].certificate_number if person.pk in shown else "",
            "shown_at": shown[person.pk].shown_at.isoformat() if person.pk in shown else "",
        }
        for person in (visit.assignment.lead_inspector, visit.assignment.second_inspector)
    ]
    expert = next((row.user.name for row in shown.values() if row.is_expert), None)
    return {"inspectors": inspectors, "expert": expert_label(expert)}


def industry_of(answers: Answers) -> int | None:
    text = said(answers, "visit_basic.industry.industry")
    return int(text) if text.isdecimal() else None


def industry_name(visit: Visit, answers: Answers) -> str:
    number = industry_of(answers)
    return next((one.name for one in campaigns.list_items(visit.campaign, "industry") if one.number == number), "")


def handling_names(visit: Visit) -> dict[int, str]:
    return {one.number: one.name for one in campaigns.list_items(visit.campaign, "handling")}


def record_facts(record: VisitRecord, answers: Answers) -> dict[str, Any]:
    """The columns of a record that any outcome has."""
    visit = record.visit
    return {
        "occurred_at": visit.started_at,
        "production_state": said(answers, "visit_closing.production.state"),
        "guidance_text": said(answers, "visit_closing.advice.text"),
        "enterprise_opinion": said(answers, "visit_closing.opinion.text"),
        "snapshot": snapshot_of(visit, answers),
        "enterprise_name": said(answers, "visit_basic.unit.name") or visit.enterprise.name,
        "is_key": visit.assignment.target.is_key,
        "industry": industry_of(answers),
    }


def moment(text: object) -> datetime | None:
    """The instant a phone claims a photo was taken at; without an offset it is no instant."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else None
