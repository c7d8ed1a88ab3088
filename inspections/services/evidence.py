"""Photos of a sheet become rows of evidence: what each shows, where and when it was taken, who sent it."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.core.files.base import File
from django.db import transaction

from accounts.models import User
from core import audit, files
from core.form_engine.reading import photos
from core.models import EvidenceUpload, StoredFile
from core.refusals import Refused
from inspections.models import Evidence, Visit
from inspections.services.facts import moment
from inspections.services.visits import locked, require_inspector
from inspections.states import RecordState, VisitState

STEP: Final = Decimal("0.0000001")
RECORDINGS: Final = ("video/", "audio/")


def add_recording(
    visit: Visit, upload: File[bytes], *, caption: str, actor: User, at: datetime, late_reason: str = ""
) -> Evidence:
    """One film or sound of the whole visit (全过程记录), kept by one of the two who were there.

    Once the record is locked it is a supplement (补传), which says why it comes only then.
    """
    require_inspector(visit, actor)
    with transaction.atomic():
        late = require_recordable(visit, late_reason)
        stored = files.store(upload, name=upload.name or "录像.mp4", by=actor, at=at, kind="attachment")
        if not stored.content_type.startswith(RECORDINGS):
            raise Refused(f"“{stored.name}”不是录像或录音，请上传 MP4、MP3 或 WAV。", field="file", status=422)
        row, created = Evidence.objects.get_or_create(
            visit=visit,
            file=stored,
            item_path=Evidence.RECORDING,
            defaults={"caption": titled(caption, late), "taken_by": actor, "recorded_at": at},
        )
        if created:
            after, path = {"visit": visit.pk, "file": stored.sha256}, visit.unit.path
            audit.record(
                "inspections.evidence.record", row, actor=actor, at=at, after=after, unit_path=path, reason=late
            )
    return row


def require_recordable(visit: Visit, late_reason: str) -> str:
    """Hold the visit, so that its record is not locked meanwhile; the reason where the recording comes after that."""
    row = locked(visit)
    if row.state in {VisitState.PLANNED, VisitState.CANCELLED}:
        raise Refused("检查开始后才能上传全过程音像记录。")
    if not row.records.exclude(state=RecordState.DRAFT).exists():
        return ""
    if len(late_reason.strip()) < 5:
        raise Refused("检查记录已提交，补传须写明原因（不少于 5 个字）。", field="late_reason", status=422)
    return late_reason.strip()


def titled(caption: str, late: str) -> str:
    """What is shown says that it is a supplement, and why."""
    said = f"（补传：{late[:60]}）" if late else ""
    return caption.strip()[: 200 - len(said)] + said


def keep_photos(visit: Visit, answers: Mapping[str, Any], *, by: User, at: datetime) -> None:
    """One row a photo and place; rows of an earlier version stay, so that nothing once shown disappears."""
    shown = list(photos(answers))
    stored = {row.sha256: row for row in StoredFile.objects.filter(sha256__in={one["sha256"] for _, one in shown})}
    senders = senders_of(visit, set(stored))
    rows = [
        evidence_of(visit, path, photo, stored[photo["sha256"]], senders.get(photo["sha256"], by), at)
        for path, photo in shown
        if photo["sha256"] in stored
    ]
    Evidence.objects.bulk_create(rows, ignore_conflicts=True)


def senders_of(visit: Visit, hashes: set[str]) -> dict[str, User]:
    """Which of the two sent a photo first."""
    team = (visit.assignment.lead_inspector_id, visit.assignment.second_inspector_id)
    sent = EvidenceUpload.objects.filter(sha256__in=hashes, user__in=team).select_related("user").order_by("-pk")
    return {row.sha256: row.user for row in sent}


def evidence_of(
    visit: Visit, path: str, photo: Mapping[str, Any], stored: StoredFile, by: User, at: datetime
) -> Evidence:
    claims = files.photo_claims(stored)
    east, north = photo.get("lon", claims.longitude), photo.get("lat", claims.latitude)
    located = east is not None and north is not None
    return Evidence(
        visit=visit,
        file=stored,
        item_path=path[:80],
        caption=str(photo.get("caption") or "")[:200],
        taken_at=moment(photo.get("taken_at")) or claims.taken_at,
        taken_by=by,
        longitude=Decimal(str(east)).quantize(STEP) if located else None,
        latitude=Decimal(str(north)).quantize(STEP) if located else None,
        coordinate_source=("device" if "lon" in photo else "photo") if located else "",
        device=claims.device,
        recorded_at=at,
    )
