"""A campaign with the real forms of the Henan plan, one enterprise on its list, one visit, and filled sheets."""

import io
import itertools
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from accounts.models import User
from campaigns.models import Campaign, CampaignForm, Target
from core import files
from core.form_engine.conditions import put, slots
from core.form_engine.definitions import read_definition
from core.form_engine.rules import validate
from core.form_engine.services import Incoming, Outcome, publish_definition, put_submission
from core.models import Submission
from inspections.models import SelfCheck, Visit, VisitRecord
from inspections.services import selfchecks, sheets, signing, visits
from inspections.services.signing import Drawn
from tests import factories as make
from tests.cast import Cast

FORMS = Path(__file__).parents[2] / "campaigns/blueprints/henan-2020/forms"
DAY = date(2020, 5, 12)
MORNING = make.MORNING
NOON = datetime(2020, 5, 12, 4, 0, tzinfo=UTC)
APRIL = datetime(2020, 4, 13, 1, 0, tzinfo=UTC)
_inks = itertools.count()


@cache
def definition(name: str) -> dict[str, Any]:
    return read_definition(FORMS / f"{name}.yaml")


@dataclass
class Scene:
    cast: Cast
    campaign: Campaign
    target: Target


def scene(cast: Cast) -> Scene:
    campaign = make.campaign(cast.province)
    for purpose in ("selfcheck", "record"):
        form = publish_definition(definition(purpose), MORNING)
        CampaignForm.objects.create(campaign=campaign, purpose=purpose, definition=form, title=form.title)
    return Scene(cast, campaign, make.target(campaign, cast.site_a))


def png(width: int = 240) -> bytes:
    """A drawing unlike any other."""
    image = Image.new("RGB", (width, 80), "white")
    ImageDraw.Draw(image).line([(10, 40), (60 + next(_inks) % 150, 20), (200, 60)], fill="black", width=3)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def photo(color: str = "navy") -> bytes:
    image = Image.new("RGB", (640, 480), color)
    out = io.BytesIO()
    image.save(out, "JPEG")
    return out.getvalue()


def complete(form: dict[str, Any], answers: dict[str, Any] | None = None, day: date = DAY) -> dict[str, Any]:
    """Fill what is asked for with the first harmless answer, until nothing is missing."""
    filled: dict[str, Any] = {
        key: dict(value) if isinstance(value, dict) else value for key, value in (answers or {}).items()
    }
    fields = {slot.path: slot.field for slot in slots(form)}
    for _ in range(500):
        problems = validate(form, filled, day.isoformat())
        if not problems:
            return filled
        for problem in problems:
            put(filled, problem.path, harmless(fields[problem.path], day))
    raise AssertionError(problems[0].text)


def harmless(field: dict[str, Any], day: date) -> Any:
    kind = field["type"]
    if kind in {"choice", "yesno"}:
        good = [o for o in field["options"] if not o.get("finding") and not o.get("na")]
        return (good or field["options"])[0]["value"]
    if kind == "date":
        return day.isoformat()
    if kind == "number":
        return field.get("min", 1)
    if kind == "list":
        return [{column["key"]: harmless(column, day) for column in field["columns"]}]
    return {"ended_time": "11:40", "longitude": "114.0263", "latitude": "33.5678"}.get(field["key"], "已查阅")


# Self-check


def self_check_answers(*, bad: tuple[str, ...] = ()) -> dict[str, Any]:
    """Everything 符合 but the items named ("systems.funds"), which have their problem, measure, person and day."""
    answers: dict[str, Any] = {}
    for scope in bad:
        put(answers, f"{scope}.result", "bad")
        put(answers, f"{scope}.problem", "台账缺三月份记录")
        put(answers, f"{scope}.measure", "补齐台账并由专人管理")
        put(answers, f"{scope}.person", "秦厂长")
        put(answers, f"{scope}.due_on", "2020-05-10")
    return complete(definition("selfcheck"), answers, date(2020, 4, 13))


def fill_self_check(row: SelfCheck, answers: dict[str, Any], by: User, at: datetime = APRIL) -> Outcome:
    sheet = Submission.objects.select_related("definition").get(pk=row.client_id)
    incoming = Incoming(row.client_id, sheet.definition.name, selfchecks.KIND, row.pk, answers, revision=sheet.revision)
    return put_submission(incoming, user=by, at=at)


def handed_in(of: Scene, *, bad: tuple[str, ...] = (), at: datetime = APRIL, owner: User | None = None) -> SelfCheck:
    """The enterprise's self-check on the county's desk."""
    owner = owner or of.cast.enterprise_a
    row = selfchecks.begin(of.target, actor=owner, at=at)
    fill_self_check(row, self_check_answers(bad=bad), owner, at)
    row.refresh_from_db()
    outcome = selfchecks.declare(row, name="秦厂长", signature=png(), agreed=True, actor=owner, at=at)
    assert not outcome.problems, [one.text for one in outcome.problems]
    return SelfCheck.objects.select_related("enterprise", "unit", "campaign", "submission").get(pk=row.pk)


def filed(of: Scene, *, bad: tuple[str, ...] = (), at: datetime = APRIL) -> SelfCheck:
    return selfchecks.accept(handed_in(of, bad=bad, at=at), actor=of.cast.officer_a, at=at)


# Visit


def planned(of: Scene, *, expert: bool = False, planned_on: date = DAY, **fields: Any) -> Visit:
    person = of.cast.expert if expert else None
    row = make.assignment(of.target, of.cast.inspector_a, of.cast.second_a, planned_on=planned_on, expert=person)
    for name, value in fields.items():
        setattr(row, name, value)
    row.save()
    return make.visit(row)


def begun(of: Scene, *, at: datetime = MORNING, **fields: Any) -> VisitRecord:
    """Two certificates shown, the sheet open in the lead's hand."""
    visit = planned(of, **fields)
    for person in (of.cast.inspector_a, of.cast.second_a):
        visits.check_in(visit, actor=person, at=at)
    return fresh(visits.start(visit, actor=of.cast.inspector_a, at=at))


def fresh(record: VisitRecord) -> VisitRecord:
    rows = VisitRecord.objects.select_related(
        "visit__assignment__lead_inspector",
        "visit__assignment__second_inspector",
        "visit__assignment__expert",
        "visit__assignment__target",
        "visit__campaign",
        "visit__unit",
        "visit__enterprise",
        "writer",
        "submission",
    )
    return rows.get(pk=record.pk)


def sheet_of(record: VisitRecord) -> Submission:
    return Submission.objects.select_related("definition").get(pk=record.client_id)


FINDING = {
    "key": "f1",
    "nature": "offence",
    "gravity": "major",
    "elements": ["气"],
    "basis_kind": "law",
    "basis_text": "《大气污染防治法》第二十条第二款",
    "issue_type": 7,
    "is_producing": "yes",
    "pollution": "排口可见烟羽",
    "behaviour": "布袋除尘设施不正常运行",
    "handling": 4,
    "demand": "立即检修除尘设施",
    "deadline_on": "2020-05-22",
    "proposal": "建议立案",
}


def finding(**changes: Any) -> dict[str, Any]:
    return FINDING | changes


def record_answers(record: VisitRecord, *findings: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A sheet that lacks nothing but signatures."""
    sheet = sheet_of(record)
    answers = complete(sheet.definition.data, sheet.answers)
    return answers | {"_findings": list(findings)} | more


def save(record: VisitRecord, answers: dict[str, Any], *, by: User | None = None, at: datetime = NOON) -> Outcome:
    return put_submission(incoming(record, answers), user=by or record.writer, at=at)


def incoming(record: VisitRecord, answers: dict[str, Any], **more: Any) -> Incoming:
    sheet = sheet_of(record)
    more.setdefault("revision", sheet.revision)
    return Incoming(record.client_id, sheet.definition.name, sheets.KIND, record.visit_id, answers, **more)


def sign_all(
    record: VisitRecord, *, at: datetime = NOON, roles: tuple[str, ...] = ("lead", "second", "enterprise", "receipt")
) -> None:
    """Everybody signs on the lead's device."""
    lead = record.visit.assignment.lead_inspector
    for role in roles:
        signing.sign(record, Drawn(role, png(), name="赵班长", post="车间主任"), actor=lead, at=at)


def put_path(answers: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    put(answers, path, value)
    return answers


def ready(of: Scene, *findings: dict[str, Any], at: datetime = NOON, **fields: Any) -> VisitRecord:
    """A record filled and signed by everybody, waiting to be handed in."""
    record = begun(of, **fields)
    save(record, record_answers(record, *findings), at=at)
    sign_all(record, at=at)
    return record


__all__ = ["files"]
