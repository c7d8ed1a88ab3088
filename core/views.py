"""The public check of a printed paper: whoever holds its token sees what it names; nothing lists the tokens."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from core.documents import checked_upload
from core.models import PrintedDocument
from core.refusals import Refused


@require_http_methods(["GET", "HEAD", "POST"])
def document_check(request: HttpRequest, token: str) -> HttpResponse:
    document = PrintedDocument.objects.filter(token=token.lower()).first()
    if document is None:
        return render(request, "core/document_check.html", {"document": None}, status=404)
    answer: dict[str, object] = {"document": document, "newer": document.newer()}
    status = 200
    if request.method == "POST":
        try:
            answer["same"] = checked_upload(document, request.FILES.get("file"))
        except Refused as refused:
            answer["refusal"], status = refused.message, refused.status
    return render(request, "core/document_check.html", answer, status=status)
