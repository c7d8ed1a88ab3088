"""The record of a visit: written by the one with the pen, signed by all, handed in, read, corrected."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gate import may
from accounts.models import User
from campaigns import services as campaigns
from core import clock
from core.form_engine.rendering import open_sheet
from core.models import PrintedDocument, Submission
from core.refusals import Refused
from inspections.documents import NOTES, TITLES
from inspections.forms import SignForm
from inspections.models import Issue, Signature, Visit, VisitRecord
from inspections.rules import findings as rules
from inspections.rules import past as clues
from inspections.rules import selfcheck
from inspections.rules.told import notice_text
from inspections.services import checking, locking, past, sheets, signing, visits
from inspections.services.facts import handling_names
from inspections.services.own_problems import own_problems
from inspections.services.signing import Drawn
from inspections.states import RecordState
from inspections.views.access import person, record_for, visit_for
from inspections.views.papers import PRINT

Role = Signature.Role
OUTCOME_TONES = {"done": "amber", "no_problem": "green", "halted": "amber", "gone": "grey", "refused": "red"}
PANELS = [{"key": "findings", "title": "问题"}, {"key": "own", "title": "自查核对"}]
PAST_PANEL = {"key": "past", "title": "历史线索"}


def draft_of(visit: Visit) -> VisitRecord:
    """The record being written, with the visit it is about; 404 when there is none."""
    rows = VisitRecord.objects.select_related("writer").filter(state=RecordState.DRAFT)
    record = get_object_or_404(rows, visit=visit)
    record.visit = visit
    return record


@login_required
@never_cache
@require_GET
def record_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet in the hand of the one with the pen; for the colleague the same sheet to read, and the pen to take."""
    visit = visit_for(request, pk, "visit.record")
    visits.require_inspector(visit, person(request))
    if not visit.records.filter(state=RecordState.DRAFT).exists():
        return redirect("inspections:visit_view", pk)
    record = draft_of(visit)
    context: dict[str, Any] = {
        "visit": visit,
        "record": record,
        "check_ins": visit.check_ins.select_related("user"),
    }
    if record.writer_id != person(request).pk:
        context["submission"] = sheets.sheet_of(record.client_id)
        return render(request, "inspections/record_watch.html", context)
    sheet = open_sheet(sheets.KIND, visit.pk, user=person(request), at=clock.now())
    return render(request, "inspections/record_edit.html", context | {"sheet": sheet, **choices_of(visit)})


def choices_of(visit: Visit) -> dict[str, Any]:
    """What the editor of findings offers, and the self-check's problems to be looked at."""
    day = clock.day_of(visit.started_at) if visit.started_at else visit.assignment.planned_on
    listed = {kind: campaigns.list_items(visit.campaign, kind) for kind in ("issue_type", "handling")}
    history = past.of_visit(visit)
    return {
        "panels": [*PANELS, PAST_PANEL] if history else PANELS,
        "past": history,
        "conclusions": clues.CONCLUSIONS.items(),
        "explained": " ".join(clues.EXPLAINED),
        "own_problems": own_problems(visit),
        "ticks": selfcheck.TICKS.items(),
        "natures": rules.NATURES.items(),
        "gravities": rules.GRAVITIES.items(),
        "bases": rules.BASES.items(),
        "elements": rules.ELEMENTS,
        "issue_types": listed["issue_type"],
        "handlings": listed["handling"],
        "limits": rules.LIMITS,
        "visited_on": day,
    }


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def record_sign(request: HttpRequest, pk: int) -> HttpResponse:
    """What is still missing, what the enterprise is told, and the signatures one by one."""
    visit = visit_for(request, pk)
    if not visits.is_member(visit, person(request)):
        visits.require_inspector(visit, person(request))
    if not visit.records.filter(state=RecordState.DRAFT).exists():
        return redirect("inspections:visit_view", pk)
    record = draft_of(visit)
    form = SignForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        done = signed(request, record, form)
        if done:
            return done
    status = 422 if request.method == "POST" else 200
    return render(request, "inspections/record_sign.html", sign_page(record, form, request), status=status)


def signed(request: HttpRequest, record: VisitRecord, form: SignForm) -> HttpResponse | None:
    said = form.cleaned_data
    try:
        row = signing.sign(record, Drawn(**said), actor=person(request), at=clock.now())
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return None
    done = "已注明拒绝情况" if row.is_refusal else "已签名"
    messages.success(request, f"{row.get_role_display()}{done}。")
    return redirect("inspections:record_sign", record.visit_id)


def sign_page(record: VisitRecord, form: SignForm, request: HttpRequest) -> dict[str, Any]:
    sheet = sheets.sheet_of(record.client_id)
    answers = sheet.answers if sheet else {}
    at = clock.now()
    gaps = signing.gaps(record, sheet, at) if sheet else []
    found = checking.findings_of(answers)
    cards = [card(record, sheet, role, form, request) for role in checking.required_roles(record, answers)]
    return {
        "visit": record.visit,
        "record": record,
        "gaps": [{"text": one.text, "panel": panel_of(one.path)} for one in gaps],
        "cards": cards,
        "findings": found,
        "notice": notice_text(found, handling_names(record.visit)),
        "late": checking.lateness(record, answers, at) if sheet else [],
        "is_writer": record.writer_id == person(request).pk,
        "is_complete": not gaps and all(one["signature"] for one in cards),
        "form": form,
    }


def panel_of(path: str) -> str:
    """The part of the sheet on which a gap stands."""
    first = path.split(".")[0]
    return {"_findings": "findings", "_selfcheck": "own", clues.EXTRA: "past"}.get(first, first)


def card(
    record: VisitRecord, sheet: Submission | None, role: Signature.Role, form: SignForm, request: HttpRequest
) -> dict[str, Any]:
    """One signature of the page: given and holding, given but void since, or still to be given."""
    held = checking.standing(record, sheet.definition, sheet.answers) if sheet else {}
    last = record.signatures.filter(role=role).order_by("-pk").first()
    assignment, mine = record.visit.assignment, person(request)
    posted = form if form.is_bound and form.data.get("role") == role else None
    person_site = (sheet.answers.get("visit_procedure", {}) if sheet else {}).get("person", {})
    return {
        "role": role,
        "signature": held.get(role),
        "void": last if role not in held else None,
        "form": posted,
        "name": {
            Role.LEAD: assignment.lead_inspector.name,
            Role.SECOND: assignment.second_inspector.name,
            Role.EXPERT: assignment.expert.name if assignment.expert else "",
        }.get(role, posted.data.get("name", "") if posted else person_site.get("name", "")),
        "post": posted.data.get("post", "") if posted else person_site.get("post", ""),
        "is_outsider": role in (Role.ENTERPRISE, Role.RECEIPT),
        "may_refuse": role in signing.MAY_REFUSE,
        "takes": role != Role.LEAD or mine.pk == assignment.lead_inspector_id,
    }


@login_required
@require_POST
def record_submit(request: HttpRequest, pk: int) -> HttpResponse:
    visit = visit_for(request, pk, "visit.record")
    record = newest(visit)
    outcome = locking.submit(
        record, late_reason=request.POST.get("late_reason", ""), actor=person(request), at=clock.now()
    )
    if outcome.submission is not None and outcome.submission.locked:
        messages.success(request, f"已收讫，回执 {outcome.submission.receipt}。")
        return redirect("inspections:record_view", record.pk)
    for problem in outcome.problems[:5]:
        messages.error(request, problem.text)
    if not outcome.problems:
        messages.error(request, outcome.message)
    return redirect("inspections:record_sign", pk)


def newest(visit: Visit) -> VisitRecord:
    record = visit.records.order_by("-version").first()
    if record is None:
        raise Refused("本次检查还没有开始，没有可以提交的记录。")
    record.visit = visit
    return record


@login_required
@require_POST
def record_correct(request: HttpRequest, pk: int) -> HttpResponse:
    visit = visit_for(request, pk, "visit.record")
    locking.correct(visit, reason=request.POST.get("reason", ""), actor=person(request), at=clock.now())
    messages.success(request, "更正版已打开，内容同原记录；全部签名须重新签署，提交前原记录仍然有效。")
    gone = [f"{issue.number:04d}" for issue in visit.issues.voided().order_by("number")]
    if gone:
        said = f"台账问题 {'、'.join(gone)} 已作废，请在更正版中删除；情况确实存在的，请另行添加问题。"
        messages.warning(request, said)
    return redirect("inspections:record_edit", pk)


@login_required
@require_GET
def record_view(request: HttpRequest, pk: int) -> HttpResponse:
    """One locked version: what it says, who signed, what became of it."""
    record = record_for(request, pk)
    visit, sheet = record.visit, record.submission
    answers = sheet.answers if sheet else {}
    versions = VisitRecord.objects.visible_to(person(request)).filter(visit=visit).order_by("-version")
    context = {
        "record": record,
        "visit": visit,
        "sheet": sheet,
        "findings": list(zip_issues(record, checking.findings_of(answers), person(request))),
        "versions": versions,
        "signatures": record.signatures.standing().select_related("user", "taken_by", "image"),
        "outcome_tone": OUTCOME_TONES.get(record.outcome, "grey"),
        "paper_kinds": paper_kinds(record, request),
        "papers": PrintedDocument.objects.of(record),
        "own_ticks": ticked(visit, answers),
        "past": past.told(past.seen(visit, person(request)), answers),
        "is_correctable": record.state == RecordState.LOCKED
        and sheet is not None
        and visit.assignment.lead_inspector_id == person(request).pk,
        "draft": visit.records.filter(state=RecordState.DRAFT).first(),
        "elsewhere": list(visits.elsewhere(visit)) if may(person(request), "visit.view", visit) else [],
    }
    return render(request, "inspections/record_view.html", context)


def paper_kinds(record: VisitRecord, request: HttpRequest) -> list[tuple[str, str]]:
    """The papers that the person may have made; a visit that met a shut door has its notes only."""
    if not may(person(request), PRINT, record):
        return []
    return [(kind, title) for kind, title in TITLES.items() if record.submission_id or kind == NOTES]


def zip_issues(
    record: VisitRecord, findings: list[rules.Finding], user: User
) -> list[tuple[rules.Finding, Issue | None]]:
    """Each finding of the record with its row of the ledger, where the person may see that."""
    rows = {issue.finding_key: issue for issue in Issue.objects.visible_to(user).filter(visit=record.visit_id)}
    return [(finding, rows.get(finding.key)) for finding in findings]


def ticked(visit: Visit, answers: dict[str, Any]) -> list[dict[str, str]]:
    """The self-check's problems with what the inspectors saw of each."""
    kept = answers.get("_selfcheck")
    said = kept if isinstance(kept, dict) else {}
    return [
        {
            "item": problem.item,
            "problem": problem.problem,
            "tick": selfcheck.TICKS.get(selfcheck.tick_of(said.get(problem.key)), "未核对"),
        }
        for problem in own_problems(visit)
    ]
