"""Photos, recordings and signatures of visits, for who may see the visit; originals are held against their hashes."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from core import clock
from core.files import serve, serve_thumbnail, verify
from core.refusals import Refused
from inspections.forms import RecordingForm
from inspections.models import Evidence, Signature, Visit
from inspections.services.evidence import add_recording
from inspections.services.visits import is_inspector
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
    """Every photo of a visit with its facts, each original hashed again now: a file that differs is flagged.

    Films are large: they are hashed only where the address asks for it.
    """
    return shown_evidence(request, visit_for(request, pk), RecordingForm())


def shown_evidence(request: HttpRequest, visit: Visit, form: RecordingForm) -> HttpResponse:
    rows = Evidence.objects.visible_to(person(request)).filter(visit=visit).select_related("file", "taken_by")
    every, titles = request.GET.get("check") == "recordings", titles_of(visit)
    shown: list[dict[str, Any]] = [
        {
            "row": row,
            "is_whole": verify(row.file) if every or not row.is_recording else None,
            "place": place_of(row, titles),
        }
        for row in rows
    ]
    context = {
        "visit": visit,
        "photos": [one for one in shown if not one["row"].is_recording],
        "recordings": [one for one in shown if one["row"].is_recording],
        "altered": sum(one["is_whole"] is False for one in shown),
        "checked": sum(one["is_whole"] is not None for one in shown),
        "form": form,
        "records": is_inspector(visit, person(request)) and visit.state not in {"planned", "cancelled"},
    }
    return render(request, "inspections/visit_evidence.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def visit_recording(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a film or sound of the whole visit (全过程记录)."""
    visit = visit_for(request, pk, "visit.record")
    form = RecordingForm(request.POST, request.FILES)
    if not form.is_valid():
        return shown_evidence(request, visit, form)
    said = form.cleaned_data
    try:
        add_recording(
            visit,
            said["file"],
            caption=said["caption"],
            late_reason=said["late_reason"],
            actor=person(request),
            at=clock.now(),
        )
    except Refused as refusal:
        if refusal.status == 403:
            raise
        form.add_error(refusal.field if refusal.field in form.fields else "file", refusal.message)
        return shown_evidence(request, visit, form)
    messages.success(request, "全过程音像记录已上传。")
    return redirect("inspections:visit_evidence", pk)


def place_of(row: Evidence, titles: Mapping[str, str]) -> str:
    """The item that the photo shows, in words."""
    if row.item_path.startswith("_"):
        return {"_findings": "问题照片", "_ending": "现场情况", Evidence.RECORDING: "全过程记录"}.get(
            row.item_path.split(".")[0], ""
        )
    return titles.get(row.item_path, "")


def titles_of(visit: Visit) -> dict[str, str]:
    """What the newest sheet of the visit calls its items."""
    record = visit.records.select_related("submission__definition").order_by("-version").first()
    data = record.submission.definition.data if record and record.submission else {"sections": []}
    return {f"{s['key']}.{i['key']}": i["title"] for s in data["sections"] for i in s["items"]}


@login_required
@require_GET
def signature_image(request: HttpRequest, pk: int) -> HttpResponseBase:
    rows = Signature.objects.visible_to(person(request)).select_related("image", "record")
    row = get_object_or_404(rows, pk=pk)
    if row.image is None:
        raise Refused("没有手写签名：该人员拒绝签名，情况见记录。", status=404)
    return serve(request, row.image, inline=True)
