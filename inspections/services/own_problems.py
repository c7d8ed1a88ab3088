"""What an enterprise's self-check says it found, as the county and the inspectors read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.form_engine import reading
from core.form_engine.conditions import lookup
from core.form_engine.rules import display
from core.models import Submission
from inspections.models import SelfCheck, Visit


def self_check_for(visit: Visit) -> SelfCheck | None:
    """The self-check that the inspectors have before them: the filed one, else the one that waits."""
    rows = SelfCheck.objects.handed_in().filter(campaign_id=visit.campaign_id, enterprise_id=visit.enterprise_id)
    return rows.select_related("submission__definition", "enterprise").order_by("state", "-version").first()


def own_problems(visit: Visit) -> list["OwnProblem"]:
    row = self_check_for(visit)
    return problems_of(row.submission) if row and row.submission else []


@dataclass(frozen=True)
class OwnProblem:
    """One problem that the enterprise found itself: what, how and by whom and when it is mended."""

    key: str
    section: str
    item: str
    problem: str
    measure: str
    person: str
    due_on: str
    progress: str
    photos: tuple[Mapping[str, Any], ...] = ()


def problems_of(sheet: Submission) -> list[OwnProblem]:
    """The answers of a received self-check that call for mending."""
    data = sheet.definition.data
    fields = {
        f"{section['key']}.{item['key']}": {field["key"]: field for field in item["fields"]}
        for section in data["sections"]
        for item in section["items"]
    }
    return [_problem(negative, fields, sheet.answers) for negative in reading.negatives(data, sheet.answers)]


def _problem(
    negative: reading.Negative, fields: Mapping[str, Mapping[str, Any]], answers: Mapping[str, Any]
) -> OwnProblem:
    scope = negative.path.rsplit(".", 1)[0]
    known = fields[scope]

    def said(name: str) -> str:
        return display(known[name], lookup(answers, f"{scope}.{name}")) if name in known else ""

    return OwnProblem(
        key=scope,
        section=negative.section,
        item=negative.item,
        problem=said("problem") or negative.sentence,
        measure=said("measure"),
        person=said("person"),
        due_on=said("due_on"),
        progress=said("progress"),
        photos=negative.photos,
    )
