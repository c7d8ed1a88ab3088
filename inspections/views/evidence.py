"""Photos and signatures of visits, for those who may see the visit; each original can be held against its hash."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from core.files import serve, serve_thumbnail, verify
from core.refusals import Refused
from inspections.models import Evidence, Signature, Visit
from inspections.views.access import person, visit_for

THUMB = 160
LARGE = 1280


def evidence_for(request: HttpRequest, pk: int) -> Evidence:
    return get_object_or_404(Evidence.objects.visible_to(person(request)).select_related("file"), pk=pk)


@login_required
@require_GET
def evidence_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    row = evidence_for(request, pk)
    return serve(request, row.file, inline=True)


@login_required
@require_GET
def evidence_thumb(request: HttpRequest, pk: int) -> HttpResponseBase:
    edge = LARGE if request.GET.get("size") == "large" else THUMB
    return serve_thumbnail(request, evidence_for(request, pk).file, edge)


@login_required
@require_GET
def visit_evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """Every photo of a visit with its facts, each original hashed again now: a file that differs is flagged."""
    visit = visit_for(request, pk)
    rows = Evidence.objects.visible_to(person(request)).filter(visit=visit).select_related("file", "taken_by")
    shown = [{"row": row, "is_whole": verify(row.file), "place": place_of(visit, row)} for row in rows]
    altered = sum(not one["is_whole"] for one in shown)
    return render(request, "inspections/visit_evidence.html", {"visit": visit, "shown": shown, "altered": altered})


def place_of(visit: Visit, row: Evidence) -> str:
    """The item that the photo shows, in words."""
    if row.item_path.startswith("_"):
        return {"_findings": "问题照片", "_ending": "现场情况"}.get(row.item_path.split(".")[0], "")
    record = visit.records.select_related("submission__definition").order_by("-version").first()
    data = record.submission.definition.data if record and record.submission else {"sections": []}
    titles: dict[str, str] = {f"{s['key']}.{i['key']}": i["title"] for s in data["sections"] for i in s["items"]}
    return titles.get(row.item_path, "")


@login_required
@require_GET
def signature_image(request: HttpRequest, pk: int) -> HttpResponseBase:
    rows = Signature.objects.visible_to(person(request)).select_related("image", "record")
    row = get_object_or_404(rows, pk=pk)
    if row.image is None:
        raise Refused("没有手写签名：该人员拒绝签名，情况见记录。", status=404)
    return serve(request, row.image, inline=True)
