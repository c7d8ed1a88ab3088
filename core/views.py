"""The manual; and the public check of a printed paper, which whoever holds its token may open."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from core import guide as manual
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


@require_safe
@login_required
def guide(request: HttpRequest) -> HttpResponse:
    return guide_page(request, manual.FIRST)


@require_safe
@login_required
def guide_chapter(request: HttpRequest, name: str) -> HttpResponse:
    return redirect("core:guide") if name == manual.FIRST else guide_page(request, name)


def guide_page(request: HttpRequest, name: str) -> HttpResponse:
    chapters = manual.chapters()
    if name not in chapters:
        raise Http404("使用手册没有这一章。")
    names = list(chapters)
    place = names.index(name)
    around = {
        "before": chapters[names[place - 1]] if place else None,
        "after": chapters[names[place + 1]] if place + 1 < len(names) else None,
    }
    return render(request, "core/guide.html", {"chapter": chapters[name], "chapters": chapters.values(), **around})


@require_safe
@login_required
def guide_example(request: HttpRequest, name: str) -> HttpResponse:
    """The example as a file: a browser shows it, 【从文件读入】 takes it."""
    if name not in manual.examples():
        raise Http404("使用手册没有这份示例。")
    return HttpResponse(manual.examples()[name], content_type="text/plain; charset=utf-8")
