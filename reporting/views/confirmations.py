"""A county looks at its own figures of the week and says that they are right."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.gate import may, require
from core import clock
from core.refusals import Refused
from reporting.figures import vocabulary
from reporting.forms import ConfirmationForm
from reporting.models import CountyConfirmation
from reporting.rules.tallies import Counts
from reporting.services import reports
from reporting.views.desk import person
from reporting.views.figures import stats, tables

CONFIRM = "report.confirm"


def confirmation_or_404(request: HttpRequest, pk: int) -> CountyConfirmation:
    rows = CountyConfirmation.objects.visible_to(person(request)).select_related(
        "unit", "confirmed_by", "report__unit", "report__period__campaign__unit", "report__rows_file"
    )
    return get_object_or_404(rows, pk=pk)


@login_required
@require_http_methods(["GET", "POST"])
def report_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    confirmation = confirmation_or_404(request, pk)
    if request.method == "POST":
        return confirm(request, confirmation)
    return page(request, confirmation, None)


def confirm(request: HttpRequest, confirmation: CountyConfirmation) -> HttpResponse:
    require(person(request), CONFIRM, confirmation)
    form = ConfirmationForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            reports.confirm(confirmation, said["note"], seen=said["seen"], actor=person(request), at=clock.now())
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, f"已确认{confirmation.called}{confirmation.report.period}数字。")
            return redirect("reporting:report_confirm", confirmation.pk)
    return page(request, confirmation, form)


def page(request: HttpRequest, confirmation: CountyConfirmation, form: ConfirmationForm | None) -> HttpResponse:
    at, report = clock.now(), confirmation.report
    figures = reports.standing_figures(report) or reports.figures_at(report, at)
    counts = figures.parts.get(confirmation.unit_id, Counts())
    words = vocabulary(report.period.campaign)
    open_now = at <= report.period.cutoff_at and may(person(request), CONFIRM, confirmation)
    initial = {"note": confirmation.note, "seen": reports.seen_token(report, at)}
    url = reverse("reporting:confirmation_rows", args=[confirmation.pk])
    context = {
        "confirmation": confirmation,
        "report": report,
        "period": report.period,
        "stats": stats(counts, url),
        "tables": tables(words, counts, url),
        "form": (form or ConfirmationForm(initial=initial)) if open_now else form,
        "changed": changed(confirmation, counts),
        "past": at > report.period.cutoff_at,
        "crumbs": [("周报", reverse("reporting:report_list")), (f"{report.period}数字确认", "")],
    }
    return render(request, "reporting/report_confirm.html", context, status=422 if form else 200)


def changed(confirmation: CountyConfirmation, counts: Counts) -> bool:
    """Whether the figures moved since the county gave its word."""
    return confirmation.figures is not None and confirmation.figures != counts.data()
