"""Papers of a record: looked at before they are issued, issued once, read by those who may see the record."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from core import clock
from core.files import serve
from core.models import PrintedDocument
from inspections import documents
from inspections.models import VisitRecord
from inspections.views.access import person, record_for

# Issuing binds the bureau: it takes an inspector of the unit. Whoever may see the record reads what was issued.
PRINT = "visit.record"


def known(kind: str) -> str:
    if kind not in documents.TITLES:
        raise Http404
    return kind


@login_required
@require_GET
def record_preview(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    record = record_for(request, pk)
    pdf = documents.preview(record, known(kind), clock.now())
    return HttpResponse(pdf, content_type="application/pdf")


@login_required
@require_POST
def record_print(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    record = record_for(request, pk, PRINT)
    document = documents.issue(record, known(kind), by=person(request), at=clock.now())
    return redirect("inspections:paper_file", document.pk)


@login_required
@require_GET
def paper_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """An issued paper of a visit, for those who may see its record."""
    document = get_object_or_404(
        PrintedDocument.objects.filter(subject_model=VisitRecord._meta.label_lower).select_related("file"), pk=pk
    )
    record_for(request, int(document.subject_pk))
    return serve(request, document.file, document.file_name, inline=True)
