"""The brief of a week: written over the facts of the platform, kept edition by edition, taken as PDF or table."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.gate import require
from accounts.models import User
from core import audit, clock, files
from core.refusals import Refused
from reporting.forms import BriefForm
from reporting.models import Brief, ReportPeriod
from reporting.services import briefs

RECEIVE = "report.receive"


def person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@login_required
@require_http_methods(["GET", "POST"])
def period_brief(request: HttpRequest, pk: int) -> HttpResponse:
    rows = ReportPeriod.objects.visible_to(person(request)).select_related("campaign__unit")
    period, at = get_object_or_404(rows, pk=pk), clock.now()
    require(person(request), RECEIVE, period)
    briefs.refuse_early(period, at)
    made = list(period.briefs.select_related("made_by", "paper", "workbook").order_by("-edition"))
    facts = briefs.facts_of(period, at)
    last = {"text": made[0].text, "closing": made[0].closing} if made else {"text": briefs.first_words(facts)}
    form = BriefForm(request.POST or None, initial=last)
    if request.method == "POST" and form.is_valid():
        try:
            row = briefs.make_brief(period, **form.cleaned_data, actor=person(request), at=at)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, f"{row}已生成。")
            return redirect("reporting:period_brief", pk)
    context = {
        "period": period,
        "form": form,
        "facts": facts,
        "week": briefs.city_row("", facts.counts),
        "briefs": made,
        "crumbs": [
            ("周报", reverse("reporting:report_list")),
            (str(period), reverse("reporting:period_detail", args=[period.pk])),
            ("简报", ""),
        ],
    }
    return render(request, "reporting/period_brief.html", context, status=422 if request.method == "POST" else 200)


def brief_taken(request: HttpRequest, pk: int, form: str) -> Brief:
    """The brief that leaves the platform as `form`; the trail keeps who took it."""
    rows = Brief.objects.visible_to(person(request)).select_related("period__campaign", "workbook", "paper__file")
    row = get_object_or_404(rows, pk=pk)
    audit.record("reporting.brief.export", row, actor=person(request), at=clock.now(), after={"form": form})
    return row


@login_required
@require_GET
def brief_paper(request: HttpRequest, pk: int) -> HttpResponseBase:
    row = brief_taken(request, pk, "pdf")
    return files.serve(request, row.paper.file, download_name=f"{row}.pdf", inline=True)


@login_required
@require_GET
def brief_workbook(request: HttpRequest, pk: int) -> HttpResponseBase:
    row = brief_taken(request, pk, "xlsx")
    return files.serve(request, row.workbook, download_name=f"{row}.xlsx")
