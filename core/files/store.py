"""Keeping a content once, under the name of its hash."""

from __future__ import annotations

import errno
import hashlib
import io
from datetime import datetime
from typing import IO, Any, Final

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import transaction

from core import locks
from core.files.kinds import ADVICE, NOUNS, SIGNATURE_MAX_BYTES, Kind, Looked, clean_name, look, megabytes
from core.models import StoredFile
from core.refusals import Refused

CHUNK: Final = 256 * 1024
PENDING: Final = "pending"


def store(
    upload: bytes | IO[bytes] | File[bytes],
    *,
    name: str,
    by: object,
    at: datetime,
    kind: Kind = "any",
) -> StoredFile:
    """Keep an upload (bytes, a Django upload or any seekable binary file) and return its row.

    The same content again returns the same row. Call it in the transaction that writes the row which refers to the
    file; a file that nothing refers to is swept after a day. `by` is a user or None (the platform itself). Refused
    (413, 422 or 507) when the file is empty, too large, not of its kind, or cannot be kept.
    """
    shown = clean_name(name)
    source: Any = io.BytesIO(upload) if isinstance(upload, bytes) else upload
    sha256, size = measure(source, shown, kind)
    looked = look(source, shown, kind)
    with transaction.atomic():
        return keep(File(source), shown, sha256, size, looked, by=by, at=at)


def limit_of(kind: Kind) -> int:
    if kind == "signature":
        return SIGNATURE_MAX_BYTES
    return int(settings.SHEET_MAX_BYTES if kind in {"xlsx", "csv"} else settings.EVIDENCE_MAX_BYTES)


def measure(source: IO[bytes], name: str, kind: Kind) -> tuple[str, int]:
    """SHA-256 (hex) and size in bytes; stops reading a file that cannot be accepted anyway."""
    limit, declared = limit_of(kind), getattr(source, "size", None)
    source.seek(0, io.SEEK_END)
    size = source.tell()
    if size > limit or (isinstance(declared, int) and declared > limit):
        raise Refused(
            f"{NOUNS[kind]}“{name}”有 {megabytes(max(size, declared or 0))}，超过 {megabytes(limit)} 的上限，"
            f"{ADVICE[kind]}。",
            status=413,
        )
    if size == 0:
        raise Refused(f"{NOUNS[kind]}“{name}”是空的（0 字节），请重新选择文件。", status=422)
    source.seek(0)
    return hash_of(source), size


def hash_of(source: IO[bytes] | File[bytes]) -> str:
    """SHA-256 (hex) of what is left to read."""
    hasher = hashlib.sha256()
    while chunk := source.read(CHUNK):
        hasher.update(chunk)
    return hasher.hexdigest()


def keep(
    source: File[bytes], name: str, sha256: str, size: int, looked: Looked, *, by: object, at: datetime
) -> StoredFile:
    """Row and content under the lock that the sweeper takes too: neither is ever seen without the other."""
    locks.hold("file", sha256)
    stored, created = StoredFile.objects.get_or_create(
        sha256=sha256,
        defaults={
            "size": size,
            "content_type": looked.content_type,
            "name": name,
            "width": looked.width,
            "height": looked.height,
            "created_at": at,
            "created_by_id": getattr(by, "pk", None),
            "stored_at": at,
        },
    )
    if not created and stored.stored_at < at:
        stored.stored_at = at
        stored.save(update_fields=["stored_at"])
    if not default_storage.exists(stored.path):
        write(stored, source, name)
    return stored


def write(stored: StoredFile, source: File[bytes], name: str) -> None:
    """A marker stands while the content has no committed row, so that a rolled back upload can be found and swept."""
    source.seek(0)
    marker = f"{PENDING}/{stored.sha256}"
    try:
        default_storage.save(marker, ContentFile(b""))
        default_storage.save(stored.path, source)
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT}:
            raise
        raise Refused(
            f"服务器存储空间已满，“{name}”没有保存。您填写的内容未丢失，请联系系统管理员后重试。", status=507
        ) from error
    transaction.on_commit(lambda: default_storage.delete(marker))


def verify(stored: StoredFile) -> bool:
    """Whether the content in the storage still has the hash and the size of its row."""
    try:
        with stored.open() as source:
            return source.size == stored.size and hash_of(source) == stored.sha256
    except FileNotFoundError:
        return False
