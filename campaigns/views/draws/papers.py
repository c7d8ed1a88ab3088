"""What is taken away from a draw: the sealed lists, the proof, the paper, the script that performs it again."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from campaigns import documents
from campaigns.models import Draw
from campaigns.services import draws
from campaigns.views.draws.frame import PREPARE, draw_or_404
from campaigns.views.frame import person
from core import clock
from core.files import serve
from core.models import PrintedDocument
from core.refusals import Refused

SCRIPT = "verify_draw.py"


def download(text: str, name: str) -> HttpResponse:
    answer = HttpResponse(text, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


@login_required
@require_GET
def draw_frozen(request: HttpRequest, pk: int) -> HttpResponse:
    """The sealed lists, byte for byte what was hashed: sha256sum gives the published fingerprint."""
    draw = draw_or_404(request, pk)
    if not draw.published_at:
        raise Refused("名单还没有封存。")
    return download(draw.frozen.text, f"draw-{draw.pk}-pool.json")


@login_required
@require_GET
def draw_proof(request: HttpRequest, pk: int) -> HttpResponse:
    draw = draw_or_404(request, pk)
    return download(draws.proof_text(draw), f"draw-{draw.pk}-proof.json")


@require_GET
def draw_script(request: HttpRequest) -> FileResponse:
    """The script is no secret: whoever checks needs it, and trusts it by reading it."""
    source = (settings.BASE_DIR / "scripts" / SCRIPT).open("rb")
    return FileResponse(source, as_attachment=True, filename=SCRIPT, content_type="text/x-python; charset=utf-8")


@login_required
@require_POST
def draw_print(request: HttpRequest, pk: int) -> HttpResponse:
    draw = draw_or_404(request, pk, PREPARE)
    document = documents.draw_proof(draw, by=person(request), at=clock.now())
    return redirect("campaigns:draw_paper", document.pk)


@login_required
@require_GET
def draw_paper(request: HttpRequest, pk: int) -> HttpResponseBase:
    """An issued proof, for those who may see its draw."""
    rows = PrintedDocument.objects.filter(subject_model=Draw._meta.label_lower).select_related("file")
    document = get_object_or_404(rows, pk=pk)
    draw_or_404(request, int(document.subject_pk))
    return serve(request, document.file, document.file_name, inline=True)
