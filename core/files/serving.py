"""Answering with a stored file. The caller has checked that the person may see it."""

from __future__ import annotations

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.utils.cache import get_conditional_response

from core.files.kinds import clean_name
from core.files.photos import thumbnail
from core.models import StoredFile
from core.models.files import IMAGE_TYPES
from core.refusals import Refused

# What a browser may show in its own frame. Everything else is only ever downloaded.
INLINE = IMAGE_TYPES | {"application/pdf"}
DOWNLOAD_TYPES = INLINE | {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/zip",
    "text/csv",
    "video/mp4",
    "audio/mpeg",
    "audio/wav",
}


def serve(
    request: HttpRequest, stored: StoredFile, download_name: str = "", *, inline: bool = False
) -> HttpResponseBase:
    """The original, byte for byte. `inline` lets a browser show pictures and PDF; other types are downloaded anyway."""
    content_type = stored.content_type if stored.content_type in DOWNLOAD_TYPES else "application/octet-stream"
    return respond(
        request,
        stored.path,
        etag=f'"{stored.sha256}"',
        content_type=content_type,
        name=clean_name(download_name or stored.name),
        attachment=not (inline and content_type in INLINE),
    )


def serve_thumbnail(request: HttpRequest, stored: StoredFile, edge: int) -> HttpResponseBase:
    """A smaller JPEG of a stored photograph (edge 160, 480 or 1280)."""
    try:
        path = thumbnail(stored, edge)
    except FileNotFoundError as error:
        raise lost(stored.name) from error
    etag = f'"{stored.sha256}-{edge}"'
    return respond(request, path, etag=etag, content_type="image/jpeg", name=f"{edge}.jpg", attachment=False)


def respond(
    request: HttpRequest, path: str, *, etag: str, content_type: str, name: str, attachment: bool
) -> HttpResponseBase:
    response: HttpResponseBase | None = get_conditional_response(request, etag=etag)
    if response is None or response.status_code != 304:
        content = opened(path, name)
        try:
            response = FileResponse(content, as_attachment=attachment, filename=name, content_type=content_type)
        except BaseException:
            content.close()
            raise
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def opened(path: str, name: str) -> File[bytes]:
    try:
        return default_storage.open(path, "rb")
    except FileNotFoundError as error:
        raise lost(name) from error


def lost(name: str) -> Refused:
    return Refused(f"文件“{name}”的原件在存储中找不到，请联系系统管理员核查。", status=404)
