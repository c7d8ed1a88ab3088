from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Window
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gate import may, require
from accounts.models import User
from core import clock
from core.commands import carried_out
from core.files import serve as serve_file
from core.paging import KeysetPage
from core.refusals import Refused
from core.states import Transition
from enterprises.views.frame import shown_site
from inspections.models import Evidence, Issue, VisitRecord
from penalties import materials
from penalties.forms import ExplanationForm, FilingForm, form_for
from penalties.models import CaseStep, PenaltyCase
from penalties.services import Filing, file_case
from penalties.states import CASES, CaseState, Step
from penalties.steps import take_step

PANEL_SHOWN = 10
OFFERED = 60


def person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@login_required
@require_GET
def case_list(request: HttpRequest) -> HttpResponse:
    rows = filtered(PenaltyCase.objects.visible_to(request.user), request).select_related("unit", "authority")
    page = KeysetPage(rows, ("-filed_on", "-id")).for_request(request)
    return render(request, "penalties/case_list.html", {"page": page, "states": CaseState.choices})


def filtered(rows: QuerySet[PenaltyCase], request: HttpRequest) -> QuerySet[PenaltyCase]:
    words, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    if words:
        rows = rows.filter(Q(number__contains=words) | Q(party_name__contains=words) | Q(cause__contains=words))
    if state in CaseState.values:
        rows = rows.filter(Q(told=state))  # the state as the person is told it
    return rows


@login_required
@require_http_methods(["GET", "POST"])
def case_file(request: HttpRequest, issue_pk: int) -> HttpResponse:
    issue = get_object_or_404(Issue.objects.visible_to(request.user).select_related("unit__parent"), pk=issue_pk)
    require(request.user, "case.handle", issue)
    form = FilingForm(request.POST or None, path=issue.unit.path, initial=first_words(issue))
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            case = file_case(issue, Filing(**said), actor=person(request), at=clock.now())
        except Refused as refusal:
            form.add_error(place_of(refusal, form, "filed_on"), refusal.message)
        else:
            messages.success(request, f"已立案，案号 {case.number}。")
            return redirect("penalties:case_detail", pk=case.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "penalties/case_form.html", {"form": form, "issue": issue}, status=status)


def first_words(issue: Issue) -> dict[str, object]:
    return {
        "cause": f"{issue.behaviour}案"[:200],
        "facts": issue.description,
        "violated_article": issue.basis_text[:200],
        "filed_on": clock.today(),
    }


def place_of(refusal: Refused, form: FilingForm, day_name: str) -> str | None:
    """The field a refusal belongs to; a service says occurred_on where the filing form says filed_on."""
    name = day_name if refusal.field == "occurred_on" else refusal.field
    return name if name in form.fields else None


@login_required
@require_GET
def case_detail(request: HttpRequest, pk: int) -> HttpResponse:
    case = get_object_or_404(seen_cases(request), pk=pk)
    return render(request, "penalties/case_detail.html", page_of(request, case))


def seen_cases(request: HttpRequest) -> QuerySet[PenaltyCase]:
    rows = PenaltyCase.objects.visible_to(request.user)
    return rows.select_related("unit", "authority", "issue", "enterprise", "campaign")


def page_of(request: HttpRequest, case: PenaltyCase) -> dict[str, object]:
    steps = list(case.steps.visible_to(request.user).select_related("actor", "second", "document"))
    return {
        "case": case,
        "steps": steps,
        "stepper": stepper(case, steps),
        "actions": [
            a for a in CASES.actions(case.state) if may(request.user, a.capability, case.row_for(a.capability))
        ],
        "blocked": [
            a for a in CASES.actions(case.state) if not may(request.user, a.capability, case.row_for(a.capability))
        ],
        "investigators": case.investigators.all(),
        "handles": may(request.user, "case.handle", case),
        "materials": list(case.materials.select_related("evidence__file", "record__visit__enterprise"))
        if may(request.user, "case.view", case)
        else [],
        "missing": materials.missing_process(case) if case.state in materials.OPEN else "",
    }


@dataclass(frozen=True)
class Stage:
    """One place of the stepper, as templates/components/stepper.html reads it."""

    name: str
    state: str
    note: str = ""


def stepper(case: PenaltyCase, steps: list[CaseStep]) -> list[Stage]:
    done = {step.kind: step for step in steps}
    order = [Step.FILE, Step.NOTICE, Step.DECIDE, Step.SERVE, Step.CLOSE]
    if case.state == CaseState.WITHDRAWN:
        order = [kind for kind in order if kind in done] + [Step.WITHDRAW]
    waiting = next((kind for kind in order if kind not in done), None)
    return [
        Stage(
            name=kind.label,
            state="done" if kind in done else ("current" if kind == waiting else "todo"),
            note=f"{done[kind].occurred_on:%m-%d}" if kind in done else "",
        )
        for kind in order
    ]


@login_required
@require_http_methods(["GET", "POST"])
def case_step(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    case = get_object_or_404(seen_cases(request), pk=pk)
    arrow = next((t for t in CASES.transitions if t.action == action), None)
    if arrow is None:
        raise Http404
    require(request.user, arrow.capability, case.row_for(arrow.capability))
    CASES.arrow(case.state, action)
    form = form_for(action, case, request.POST or None, {"occurred_on": clock.today(), "fine": noticed_fine(case)})
    if request.method == "POST" and form.is_valid():
        try:
            take_step(case, action, form.cleaned_data, actor=person(request), at=clock.now())
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, f"已办理“{arrow.label}”。")
            return redirect("penalties:case_detail", pk=pk)
    return render(
        request, "penalties/case_step.html", step_context(case, arrow, form), status=422 if form.is_bound else 200
    )


def step_context(case: PenaltyCase, arrow: Transition, form: object) -> dict[str, object]:
    notice = case.steps.filter(kind=Step.NOTICE).first()
    return {"case": case, "arrow": arrow, "form": form, "notice": notice}


def noticed_fine(case: PenaltyCase) -> object:
    return case.steps.filter(kind__in=[Step.NOTICE, Step.DECIDE]).order_by("-pk").values_list("fine", flat=True).first()


def case_for(request: HttpRequest, pk: int) -> PenaltyCase:
    """A case that the person handles."""
    case = get_object_or_404(seen_cases(request), pk=pk)
    require(request.user, "case.handle", case)
    return case


@login_required
@require_GET
def case_materials(request: HttpRequest, pk: int) -> HttpResponse:
    """What the case rests on, and what of the visits to its party it may still cite."""
    return shown_materials(request, case_for(request, pk), ExplanationForm())


def shown_materials(request: HttpRequest, case: PenaltyCase, form: ExplanationForm) -> HttpResponse:
    held = list(case.materials.select_related("evidence__file", "record__visit__enterprise", "added_by"))
    user, site = person(request), case.enterprise_id
    photos = Evidence.objects.visible_to(user).filter(visit__enterprise=site)
    records = VisitRecord.objects.visible_to(user).locked().filter(visit__enterprise=site)
    around = ("visit__assignment", "visit__enterprise")
    context = {
        "case": case,
        "materials": held,
        "photos": photos.exclude(pk__in=[one.evidence_id for one in held if one.evidence_id])
        .select_related("file", *around)
        .order_by("-pk")[:OFFERED],
        "records": records.exclude(pk__in=[one.record_id for one in held if one.record_id])
        .select_related(*around)
        .order_by("-pk")[:OFFERED],
        "open": case.state in materials.OPEN,
        "ordered": materials.orders_process_record(case),
        "missing": materials.missing_process(case),
        "form": form,
    }
    return render(request, "penalties/case_materials.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def case_cite(request: HttpRequest, pk: int) -> HttpResponse:
    """The case cites one photo, recording or record of a visit to its party."""
    case, user, at = case_for(request, pk), person(request), clock.now()
    wish = request.POST.get("pk", "")
    number = int(wish) if wish.isdecimal() and len(wish) < 10 else 0
    thing: Evidence | VisitRecord
    if request.POST.get("what") == "record":
        thing = get_object_or_404(VisitRecord.objects.visible_to(user).locked(), pk=number)
    else:
        thing = get_object_or_404(Evidence.objects.visible_to(user), pk=number)
    command: Callable[[], object] = lambda: materials.cite(case, thing, actor=user, at=at)  # noqa: E731
    return carried_out(request, command, "已引用到本案。", "penalties:case_materials", pk)


@login_required
@require_POST
def case_explain(request: HttpRequest, pk: int) -> HttpResponse:
    """Why there is no sound or picture of the whole process."""
    case, form = case_for(request, pk), ExplanationForm(request.POST)
    if form.is_valid():
        try:
            materials.explain(case, form.cleaned_data["text"], actor=person(request), at=clock.now())
        except Refused as refusal:
            form.add_error("text", refusal.message)
        else:
            messages.success(request, "已写明没有音像记录的原因。")
            return redirect("penalties:case_materials", pk)
    return shown_materials(request, case, form)


@login_required
@require_GET
def case_paper(request: HttpRequest, pk: int, document_pk: int) -> HttpResponseBase:
    case = get_object_or_404(PenaltyCase.objects.visible_to(request.user), pk=pk)
    steps = case.steps.visible_to(request.user).exclude(document=None).select_related("document__file")
    document = get_object_or_404(steps, document=document_pk).document
    assert document is not None
    return serve_file(request, document.file, document.file_name)


@login_required
@require_GET
def enterprise_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """The cases against one site with the fine decided or intended, newest first; its people: from the notice on."""
    site = shown_site(request, pk, "case.view")
    fines = CaseStep.objects.visible_to(request.user).filter(case=OuterRef("pk"))
    rows = PenaltyCase.objects.visible_to(request.user).filter(enterprise=site)
    cases = rows.annotate(
        fine=Subquery(fines.filter(kind=Step.DECIDE).values("fine")[:1]),
        intended=Subquery(fines.filter(kind=Step.NOTICE).values("fine")[:1]),
        counted=Window(Count("pk")),
    )
    context = {"site": site, "cases": list(cases.order_by("-filed_on", "-pk")[:PANEL_SHOWN])}
    return render(request, "penalties/_enterprise_panel.html", context)


@login_required
@require_GET
def issue_panel(request: HttpRequest, issue_pk: int) -> HttpResponse:
    """The cases of one issue, as a fragment of the issue's page."""
    issue = get_object_or_404(Issue.objects.visible_to(request.user).select_related("unit"), pk=issue_pk)
    cases = PenaltyCase.objects.visible_to(request.user).filter(issue=issue)
    can_file = may(request.user, "case.handle", issue) and not cases.exclude(state=CaseState.WITHDRAWN).exists()
    return render(request, "penalties/_issue_panel.html", {"issue": issue, "cases": cases, "can_file": can_file})
