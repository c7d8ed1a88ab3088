"""Construction projects: which are not checked yet, entering them, correcting one, ending one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gate import able_somewhere, deny, holdings, may, require
from accounts.models import User
from core import clock
from core.paging import KeysetPage
from core.refusals import Refused
from enterprises.forms import under
from enterprises.models import Enterprise
from inspections.forms.coverage import ProjectEndForm, ProjectFilter, ProjectForm, ProjectsForm
from inspections.models import Project
from inspections.rules.coverage import least
from inspections.services import coverage as figures
from inspections.services import projects
from inspections.views.access import person
from inspections.views.coverage import PLAN, opened, tabs

LIST, DETAIL = "inspections:coverage_projects", "inspections:coverage_project"


@login_required
@require_http_methods(["GET", "POST"])
def coverage_projects(request: HttpRequest) -> HttpResponse:
    """Projects with a report or table are all checked, of the registered ones one in ten; the others are named."""
    user = opened(request)
    enters = able_somewhere(user, PLAN)
    if request.method == "POST" and not enters:
        deny(user, PLAN, None)
    form = ProjectsForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and entered(request, form, user):
        return redirect(LIST)
    asked = ProjectFilter(request.GET)
    rows = figures.projects(user, asked.asked)
    context = {
        "tabs": tabs(request),
        "form": asked,
        "lines_form": form if enters else None,
        "year": asked.asked,
        "which": asked.chosen,
        "approved": counted(rows.filter(kind__in=Project.APPROVED), 100),
        "registered": counted(rows.filter(kind=Project.Kind.REGISTRATION), figures.TEN),
        "page": KeysetPage(shown(rows, asked, user), ("approved_on", "id")).for_request(request),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "inspections/coverage_projects.html", context, status=status)


def shown(rows: QuerySet[Any], asked: ProjectFilter, user: User) -> QuerySet[Any]:
    """The lines that the filter asks for; those that were ended stand in no year's count."""
    if asked.chosen == ProjectFilter.ENDED:
        rows = figures.named(Project.objects.visible_to(user).ended(asked.asked), asked.asked)
    elif asked.chosen == ProjectFilter.CHECKED:
        rows = rows.filter(is_checked=True)
    elif asked.chosen != ProjectFilter.ALL:
        rows = rows.filter(is_checked=False, kind__in=Project.APPROVED)
    return rows.select_related("enterprise")


def counted(rows: Any, percent: int) -> dict[str, int]:
    total, checked = rows.count(), rows.filter(is_checked=True).count()
    wanted = least(total, percent)
    return {"total": total, "checked": checked, "least": wanted, "short": max(wanted - checked, 0)}


def entered(request: HttpRequest, form: ProjectsForm, user: User) -> bool:
    sites = Enterprise.objects.filter(under("unit__path", holdings(user).scope(PLAN).paths))
    try:
        made = projects.keep_projects(sites, form.cleaned_data["lines"], actor=user, at=clock.now())
    except Refused as refusal:
        form.add_error("lines", refusal.message)
        return False
    messages.success(request, f"已登记 {len(made)} 个建设项目。")
    return True


def project_for(request: HttpRequest, pk: int, capability: str = "") -> Project:
    rows = Project.objects.visible_to(person(request)).select_related("enterprise__unit", "entered_by", "ended_by")
    row = get_object_or_404(rows, pk=pk)
    if capability:
        require(person(request), capability, row)
    return row


@login_required
@require_GET
def coverage_project(request: HttpRequest, pk: int) -> HttpResponse:
    return page(request, project_for(request, pk), ProjectEndForm())


def page(request: HttpRequest, row: Project, form: ProjectEndForm) -> HttpResponse:
    context = {
        "row": row,
        "versions": list(row.versions.select_related("corrected_by")),
        "form": form,
        "changes": row.ended_on is None and may(person(request), PLAN, row),
        "crumbs": [("建设项目检查覆盖", reverse(LIST)), (row.name, "")],
    }
    status = 422 if form.is_bound else 200
    return render(request, "inspections/coverage_project.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def coverage_project_correct(request: HttpRequest, pk: int) -> HttpResponse:
    row = project_for(request, pk, PLAN)
    if row.ended_on is not None:
        raise Refused("该项目已经销项，不能再更正。")
    form = ProjectForm(request.POST if request.method == "POST" else None, initial=row.said)
    if request.method == "POST" and form.is_valid() and corrected(request, form, row):
        return redirect(DETAIL, pk)
    crumbs = [("建设项目检查覆盖", reverse(LIST)), (row.name, reverse(DETAIL, args=[pk])), ("更正", "")]
    context = {"row": row, "form": form, "crumbs": crumbs}
    status = 422 if request.method == "POST" else 200
    return render(request, "inspections/coverage_project_correct.html", context, status=status)


def corrected(request: HttpRequest, form: ProjectForm, row: Project) -> bool:
    said = dict(form.cleaned_data)
    try:
        projects.correct(row, said, reason=said.pop("reason"), actor=person(request), at=clock.now())
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return False
    messages.success(request, "已更正，原内容保留在历史中。")
    return True


@login_required
@require_POST
def coverage_project_end(request: HttpRequest, pk: int) -> HttpResponse:
    row = project_for(request, pk, PLAN)
    form = ProjectEndForm(request.POST)
    if not form.is_valid():
        return page(request, row, form)
    try:
        projects.end(row, **form.cleaned_data, actor=person(request), at=clock.now())
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return page(request, row, form)
    messages.success(request, "已销项，记录和历史保留。")
    return redirect(DETAIL, pk)
