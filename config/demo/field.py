"""Self-checks and visits of the demonstration, written by the people in whose name they stand."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from campaigns.models import Target
from config.demo.sheets import complete, photograph, stroke
from core import clock
from core.files import store
from core.form_engine.conditions import put
from core.form_engine.services import Incoming, put_submission
from core.models import Submission
from inspections.models import Issue, SelfCheck, Visit, VisitRecord
from inspections.services import issues, locking, selfchecks, sheets, signing, visits
from inspections.services.ending import Ending, end
from inspections.services.own_problems import own_problems
from inspections.services.planning import plan
from inspections.services.signing import Drawn


class Unfinished(RuntimeError):
    """A sheet of the demonstration that the platform would not take: a defect of the demonstration."""


def check_oneself(target: Target, owner: User, at: datetime, *, bad: tuple[str, ...], seed: int) -> SelfCheck:
    """The enterprise fills its self-check and hands it in."""
    row = selfchecks.begin(target, actor=owner, at=at)
    sheet = Submission.objects.select_related("definition").get(pk=row.client_id)
    day = clock.day_of(at)
    answers: dict[str, Any] = {}
    for scope in bad:
        said = {
            "result": "bad",
            "problem": "台账缺上月记录",
            "measure": "补齐台账并由专人管理",
            "person": owner.name,
            "due_on": (day + timedelta(days=20)).isoformat(),
        }
        for key, value in said.items():
            put(answers, f"{scope}.{key}", value)
    answers = complete(sheet.definition.data, answers, day, seed)
    name = sheet.definition.name
    put_submission(
        Incoming(row.client_id, name, selfchecks.KIND, row.pk, answers, revision=sheet.revision), user=owner, at=at
    )
    row.refresh_from_db()
    outcome = selfchecks.declare(row, name=owner.name, signature=stroke(seed), agreed=True, actor=owner, at=at)
    refuse_problems(outcome.problems)
    return row


def refuse_problems(problems: Any) -> None:
    if problems:
        raise Unfinished("；".join(one.text for one in problems))


@dataclass(frozen=True)
class Team:
    lead: User
    second: User
    officer: User


def send_out(target: Target, team: Team, at: datetime) -> Visit:
    """The county plans a visit for today; the gate is asked as always."""
    row = plan(
        target,
        planned_on=clock.day_of(at),
        lead_inspector=team.lead,
        second_inspector=team.second,
        expert=None,
        actor=team.officer,
        at=at - timedelta(hours=18),
    )
    return Visit.objects.get(assignment=row)


def begin(visit: Visit, team: Team, at: datetime) -> VisitRecord:
    for person in (team.lead, team.second):
        visits.check_in(visit, actor=person, at=at)
    record = visits.start(visit, actor=team.lead, at=at)
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


def inspect(
    visit: Visit, team: Team, at: datetime, findings: list[dict[str, Any]], seed: int, *, late_hours: int = 0
) -> VisitRecord:
    """The whole visit: certificates, sheet, findings, signatures, submission two hours later (or the next day)."""
    record = begin(visit, team, at)
    ended, handed_in = at + timedelta(hours=2), at + timedelta(hours=2 + late_hours)
    sheet = Submission.objects.select_related("definition").get(pk=record.client_id)
    answers = complete(sheet.definition.data, prepared(sheet, ended, seed), clock.day_of(at), seed)
    answers["_findings"] = findings
    tick_own_problems(visit, answers)
    incoming = Incoming(
        record.client_id, sheet.definition.name, sheets.KIND, visit.pk, answers, revision=sheet.revision
    )
    refuse_problems(put_submission(incoming, user=team.lead, at=ended).problems)
    sign(record, team, ended, seed, told=bool(findings))
    outcome = locking.submit(
        record, late_reason="厂区无信号，返回驻地后上传" if late_hours else "", actor=team.lead, at=handed_in
    )
    refuse_problems(outcome.problems)
    return record


def prepared(sheet: Submission, ended: datetime, seed: int) -> dict[str, Any]:
    answers = dict(sheet.answers)
    said = {
        "visit_procedure.person.name": "现场负责人",
        "visit_procedure.person.post": "生产厂长",
        "visit_procedure.person.identity": "site",
        "visit_closing.production.text": "两条生产线均在生产，工况稳定",
        "visit_closing.permits.text": "环评、验收、排污许可证齐全并在有效期内",
        "visit_closing.facilities.text": "配套污染防治设施与主体工程同步运行",
        "visit_closing.recording.companions": "生产厂长、环保专员",
        "visit_closing.advice.text": "建议完善设施运行台账，落实专人记录",
        "visit_closing.opinion.text": "无意见",
        "visit_closing.ended.ended_time": f"{clock.local(ended):%H:%M}",
    }
    for path, value in said.items():
        put(answers, path, value)
    return answers


def tick_own_problems(visit: Visit, answers: dict[str, Any]) -> None:
    """Each problem that the enterprise itself had reported was looked at."""
    ticks = {one.key: {"state": "mended", "note": "现场核对，已整改"} for one in own_problems(visit)}
    if ticks:
        answers["_selfcheck"] = ticks


def sign(record: VisitRecord, team: Team, at: datetime, seed: int, *, told: bool) -> None:
    roles = ["lead", "second", "enterprise", *(["receipt"] if told else [])]
    for number, role in enumerate(roles):
        drawn = Drawn(role, stroke(seed * 7 + number), name="现场负责人", post="生产厂长")
        signing.sign(record, drawn, actor=team.lead, at=at)


def find_halted(visit: Visit, team: Team, at: datetime, seed: int) -> VisitRecord:
    """The works stand still: a new day, never "done"."""
    begin(visit, team, at)
    new_date = clock.day_of(at) + timedelta(days=9)
    ending = Ending(
        outcome="halted",
        note="企业因设备检修临时停产，改期检查",
        new_date=new_date,
        lead_signature=stroke(seed),
        second_signature=stroke(seed + 1),
    )
    return end(visit, ending, actor=team.lead, at=at)


def mend(issue: Issue, owner: User, at: datetime, seed: int) -> None:
    """The enterprise reports what it mended, with a picture."""
    picture = store(photograph(seed), name=f"整改照片{seed}.jpg", by=owner, at=at, kind="photo")
    text = "已按整改要求检修设施、补齐台账，并明确专人负责"
    issues.report_rectification(issue, text, [picture], actor=owner, at=at)


def verify(issue: Issue, team: Team, at: datetime, seed: int) -> None:
    """Signed by who found it, closed by the county's officer."""
    image = store(stroke(seed), name="责任人签字.png", by=team.lead, at=at, kind="signature")
    issues.sign_issue(issue, image, actor=team.lead, at=at)
    issues.close_issue(issue, actor=team.officer, at=at)
