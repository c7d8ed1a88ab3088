"""The ledger: the grid, its workbook, one row's page and what may be done with it."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.forms import Form
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gate import may, require, require_somewhere
from accounts.models import User
from core import audit, clock
from core.files import serve, store
from core.kept_photos import hold_photos
from core.paging import KeysetPage
from core.refusals import Refused
from core.sheets import workbook_response
from inspections.exports import ledger_rows, ledger_spec, with_signature
from inspections.forms import ReasonForm
from inspections.issue_forms import ChangeForm, HandoverForm, RectificationForm, RewriteForm, SignatureForm
from inspections.ledger import LISTED, Ledger
from inspections.models import Handover, Issue, IssueVersion, Rectification
from inspections.services import handing, issues
from inspections.states import ISSUES, IssueState
from inspections.views.access import available, person

TONES = {
    IssueState.MENDING: "blue",
    IssueState.REPORTED: "amber",
    IssueState.CLOSED: "green",
    IssueState.VOID: "grey",
}
RELATED = ("unit", "campaign", "visit", "record", "found_by", "verified_by", "enterprise")


@login_required
@require_GET
def issue_list(request: HttpRequest) -> HttpResponse:
    ledger, own = Ledger(person(request), request.GET), may_only_own(person(request))
    all_columns = request.GET.get("columns") == "all" and not own
    rows = with_signature(ledger.rows) if all_columns else ledger.rows.only(*LISTED)
    page = KeysetPage(rows, ledger.order, homes=ledger.homes).for_request(request)
    columns = ledger_spec(ledger.names).columns if all_columns else ()
    context = {
        "ledger": ledger,
        "page": page,
        "form": ledger.filter.form,
        "names": ledger.short_names,
        "tones": TONES,
        "is_enterprise": own,
        "columns": columns,
        "lines": [(row, [(column.key, shown(column.value(row))) for column in columns]) for row in page],
    }
    return render(request, "inspections/issue_list.html", context)


def shown(value: object) -> object:
    """A cell of the sheet on the page."""
    return value.isoformat() if isinstance(value, date) else "" if value is None else value


@login_required
@require_GET
def issue_filters(request: HttpRequest) -> HttpResponse:
    """The panel of conditions, which the page asks for when it is opened."""
    form = Ledger(person(request), request.GET).filter.form
    return render(request, "inspections/issue_list.html#filters", {"form": form})


@login_required
@require_GET
def issue_figures(request: HttpRequest) -> HttpResponse:
    """The line above the grid, which the page asks for once it stands."""
    figures = Ledger(person(request), request.GET).figures
    return render(request, "inspections/issue_list.html#figures", {"figures": figures})


def may_only_own(user: User) -> bool:
    return user.unit_id is None


@login_required
@require_GET
def issue_export(request: HttpRequest) -> FileResponse:
    user = person(request)
    require_somewhere(user, "issue.view")
    ledger, at = Ledger(user, request.GET), clock.now()
    spec = ledger_spec(ledger.names)
    rows = ledger_rows(ledger.rows.order_by(*ledger.order))
    audit.record(
        "inspections.issue.export", ledger.campaign, actor=user, at=at, after={"asked": request.GET.urlencode()}
    )
    return workbook_response(f"问题台账{clock.today():%Y%m%d}.xlsx", [(spec, rows)], at=at, creator=user.name)


def issue_for(request: HttpRequest, pk: int, capability: str = "") -> Issue:
    issue = get_object_or_404(Issue.objects.visible_to(person(request)).select_related(*RELATED), pk=pk)
    if capability:
        require(person(request), capability, issue)
    return issue


@login_required
@require_GET
def issue_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return page(request, issue_for(request, pk))


def page(request: HttpRequest, issue: Issue, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The page of one row; `forms` are bound forms that were refused, so that nothing typed is lost."""
    user, ledger = person(request), Ledger(person(request), request.GET)
    ledger.campaign = issue.campaign
    allowed, own_part = available(ISSUES, issue, user), issues.own_part(issue, user)
    on_case = "void" in allowed and issue.case_number
    if own_part:
        allowed -= {"close", "return"}
    if on_case:
        allowed -= {"void"}
    context = {
        "issue": issue,
        "page_address": reverse("inspections:issue_detail", args=[issue.pk]),
        "names": ledger.names,
        "allowed": allowed,
        "own_part": own_part if issue.state == IssueState.REPORTED else "",
        "on_case": on_case,
        "may_edit": may(user, "issue.edit", issue) and issue.state in {IssueState.MENDING, IssueState.REPORTED},
        "may_see_cases": may(user, "case.view", issue),
        "signature": issue.signatures.filter(voided_at=None).select_related("user", "image").first(),
        "reports": issue.rectifications.select_related("reported_by", "decided_by")
        .prefetch_related("photos")
        .order_by("-pk"),
        "versions": told(issue, user),
        "today": clock.today(),
        "change_form": forms.get("change_form") or ChangeForm(issue=issue, names=ledger.names),
        "report_form": forms.get("report_form") or RectificationForm(),
        "rewrite_form": forms.get("rewrite_form") or RewriteForm(initial={"text": issue.rectification_text}),
        "sign_form": forms.get("sign_form") or SignatureForm(),
        "refusal": forms.get("refusal"),
        **handing_over(issue, user, forms.get("handover_form")),
    }
    return render(request, "inspections/issue_detail.html", context, status=status)


def handing_over(issue: Issue, user: User, form: HandoverForm | None) -> dict[str, Any]:
    """Where the row was handed over, and the form where this person may do so; the enterprise is not told."""
    if may_only_own(user):
        return {}
    row = Handover.objects.filter(issue=issue).select_related("locality", "team").first()
    open_to = row is None and issue.state in IssueState.open() and may(user, "issue.edit", issue)
    shown = open_to and not handing.objection(issue, user)
    blank = HandoverForm(initial={"handed_on": clock.today()}) if shown else None
    return {"handover": row, "handover_form": form or blank}


def told(issue: Issue, user: User) -> QuerySet[IssueVersion]:
    """The row's history; its own people learn of a case by the notice and of a decision by its service, not here."""
    rows = issue.versions.select_related("recorded_by").order_by("-recorded_at", "-pk")
    return rows.exclude(action="penalty") if may_only_own(user) else rows


def written(
    request: HttpRequest, issue: Issue, name: str, form: Form, command: Callable[[dict[str, Any]], object], done: str
) -> HttpResponse:
    """Carry out what the form says; refused, the page comes again with what was typed and why not."""
    status = 422
    if form.is_valid():
        try:
            command(form.cleaned_data)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
            status = refusal.status
        else:
            messages.success(request, done)
            return redirect("inspections:issue_detail", pk=issue.pk)
    return page(request, issue, status=status, **{name: form})


@login_required
@require_POST
def issue_change(request: HttpRequest, pk: int) -> HttpResponse:
    issue, user = issue_for(request, pk, "issue.edit"), person(request)
    ledger = Ledger(user, request.GET)
    ledger.campaign = issue.campaign

    def change(said: dict[str, Any]) -> None:
        changes = {name: value for name, value in said.items() if name != "reason"}
        issues.change_issue(issue, changes, actor=user, at=clock.now(), reason=said["reason"])

    form = ChangeForm(request.POST, issue=issue, names=ledger.names)
    return written(request, issue, "change_form", form, change, "台账已修改，原内容保留在历史记录中。")


@login_required
@require_POST
def issue_report(request: HttpRequest, pk: int) -> HttpResponse:
    issue, user = issue_for(request, pk, "rectification.report"), person(request)

    form = RectificationForm(request.POST, request.FILES)
    photos = hold_photos(form, "photos", by=user, at=clock.now())

    def report(said: dict[str, Any]) -> None:
        # The moment is taken after the photos: who freezes a week waits for open transactions, not for uploads.
        issues.report_rectification(issue, said["text"], photos, actor=user, at=clock.now())

    return written(request, issue, "report_form", form, report, "已报告整改完成，等待复核。")


@login_required
@require_POST
def issue_hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    issue, user = issue_for(request, pk, "issue.edit"), person(request)

    def hand_over(said: dict[str, Any]) -> None:
        handing.hand_over(issue, **said, actor=user, at=clock.now())

    done = "已移交属地查处，属地已收到通知。"
    return written(request, issue, "handover_form", HandoverForm(request.POST), hand_over, done)


@login_required
@require_POST
def issue_rewrite(request: HttpRequest, pk: int) -> HttpResponse:
    issue, user = issue_for(request, pk, "issue.edit"), person(request)

    def rewrite(said: dict[str, Any]) -> None:
        issues.edit_rectification(issue, said["text"], actor=user, at=clock.now(), reason=said["reason"])

    done = "整改情况已修改；原有责任人签字失效，须重签。"
    return written(request, issue, "rewrite_form", RewriteForm(request.POST), rewrite, done)


@login_required
@require_POST
def issue_sign(request: HttpRequest, pk: int) -> HttpResponse:
    issue, user, at = issue_for(request, pk, "issue.edit"), person(request), clock.now()

    def sign(said: dict[str, Any]) -> None:
        image = store(said["image"], name=f"{user.name}签字.png", by=user, at=at, kind="signature")
        issues.sign_issue(issue, image, actor=user, at=at)

    return written(request, issue, "sign_form", SignatureForm(request.POST), sign, "责任人签字已保存。")


VERBS = {
    "return": ("issue.verify", issues.return_rectification, "已退回企业继续整改。"),
    "close": ("issue.verify", issues.close_issue, "复核通过，问题已销号。"),
    "reopen": ("issue.verify", issues.reopen_issue, "已要求重新整改。"),
    "void": ("issue.void", issues.void_issue, "问题已作废，仍留在台账中备查。"),
}


@login_required
@require_http_methods(["POST"])
def issue_decide(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """复核通过、退回、重新整改、作废: one door, each with its own capability."""
    if action not in VERBS:
        return page(request, issue_for(request, pk), status=404)
    capability, verb, done = VERBS[action]
    issue = issue_for(request, pk, capability)
    form = ReasonForm(request.POST)
    form.is_valid()
    try:
        verb(issue, actor=person(request), at=clock.now(), reason=form.cleaned_data.get("reason", ""))
    except Refused as refusal:
        return page(request, issue, status=refusal.status, refusal=refusal)
    messages.success(request, done)
    return redirect("inspections:issue_detail", pk=pk)


@login_required
@require_GET
def rectification_photo(request: HttpRequest, pk: int, report_pk: int, file_pk: int) -> HttpResponseBase:
    issue = issue_for(request, pk)
    report = get_object_or_404(Rectification, pk=report_pk, issue=issue)
    photo = get_object_or_404(report.photos, pk=file_pk)
    return serve(request, photo, photo.name, inline=True)
