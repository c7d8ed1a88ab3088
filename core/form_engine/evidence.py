"""Photos sent apart from their sheet, by their hash."""

import hashlib
import tempfile
from datetime import datetime, timedelta
from typing import IO, Any
from urllib.parse import unquote

from django.conf import settings
from django.core.files.base import File
from django.db import transaction

from core import audit
from core.files import megabytes, store
from core.models import EvidenceUpload, StoredFile
from core.refusals import Refused

CHUNK = 256 * 1024
SPOOL = 1024 * 1024
OWN_READING = timedelta(days=1)


def receive(source: Any, sha256: str, *, name: str, declared: int, user: Any, at: datetime) -> tuple[StoredFile, bool]:
    """Keep the bytes of a request body whose hash must be `sha256`; True when this person had not sent them before.

    Reads in chunks and stops at the limit. Raises Refused: 413 too large, 422 another hash or no photograph.
    """
    shown = unquote(name)[:150] or f"照片-{sha256[:8]}"
    if declared > settings.EVIDENCE_MAX_BYTES:
        raise _too_large(shown, declared)
    with tempfile.SpooledTemporaryFile(max_size=SPOOL) as spool:
        if _copy(source, spool, shown) != sha256:
            raise Refused(f"“{shown}”在传输中损坏或不完整（校验值不符），请重新上传；原照片还在本机。", status=422)
        with transaction.atomic():
            stored = store(spool, name=shown, by=user, at=at, kind="photo")
            new = _sent(sha256, user, at)
    return stored, new


def _sent(sha256: str, user: Any, at: datetime) -> bool:
    """Who sent it may read and use it for a day; True for the first time."""
    upload, new = EvidenceUpload.objects.update_or_create(sha256=sha256, user=user, defaults={"uploaded_at": at})
    if new:
        audit.record("core.evidence.upload", upload, actor=user, at=at, after={"sha256": sha256})
    return new


def receive_file(upload: File[bytes], *, user: Any, at: datetime) -> StoredFile:
    """A photo that came inside a form, kept for its sender like one sent by its hash. Refused as `store` refuses."""
    with transaction.atomic():
        stored = store(upload, name=upload.name or "照片", by=user, at=at, kind="photo")
        _sent(stored.sha256, user, at)
    return stored


def _copy(source: Any, target: IO[bytes], name: str) -> str:
    hasher, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        size += len(chunk)
        if size > settings.EVIDENCE_MAX_BYTES:
            raise _too_large(name, size)
        hasher.update(chunk)
        target.write(chunk)
    return hasher.hexdigest()


def _too_large(name: str, size: int) -> Refused:
    limit = megabytes(settings.EVIDENCE_MAX_BYTES)
    return Refused(
        f"照片“{name}”有 {megabytes(size)}，超过 {limit} 的上限，请调低相机分辨率后重拍；其他内容不受影响。", status=413
    )


def own_recent(user: Any, sha256: str, at: datetime) -> StoredFile | None:
    """What this person sent within the last day."""
    sent = EvidenceUpload.objects.filter(user=user, sha256=sha256, uploaded_at__gt=at - OWN_READING).exists()
    return StoredFile.objects.filter(sha256=sha256).first() if sent else None
