"""Photographs: smaller pictures for pages, and what the camera claims about time and place."""

import io
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any, Final

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import ExifTags, Image, ImageOps

from core.clock import SHANGHAI
from core.models import StoredFile

EDGES: Final = (160, 480, 1280)


@dataclass(frozen=True)
class PhotoClaims:
    """What the EXIF block says. Anybody can write it, so it is a claim, never a fact.

    `taken_at` is aware; a camera that gives no offset is taken to stand in Shanghai time. Degrees are decimal, north
    and east positive, in the datum of the camera (WGS-84).
    """

    taken_at: datetime | None = None
    latitude: float | None = None
    longitude: float | None = None
    device: str = ""


def thumbnail_path(sha256: str, edge: int) -> str:
    return f"thumbs/{edge}/{sha256[:2]}/{sha256[2:4]}/{sha256}.jpg"


def thumbnail(stored: StoredFile, edge: int) -> str:
    """Where the storage keeps the picture whose longer side is at most `edge` (160, 480 or 1280); made on first use."""
    if edge not in EDGES:
        raise ValueError(f"no thumbnail of {edge} px; choose one of {EDGES}")
    path = thumbnail_path(stored.sha256, edge)
    if not default_storage.exists(path):
        default_storage.save(path, ContentFile(shrink(stored, edge)))
    return path


def shrink(stored: StoredFile, edge: int) -> bytes:
    """Upright, on white, without the camera's metadata."""
    with stored.open() as source, Image.open(source, formats=["JPEG", "PNG", "WEBP"]) as image:
        image.draft("RGB", (edge * 2, edge * 2))
        upright = ImageOps.exif_transpose(image)
        upright.thumbnail((edge, edge))
        flat = Image.new("RGB", upright.size, "white")
        seen = upright.convert("RGBA")
        flat.paste(seen, mask=seen)
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=82)
    return out.getvalue()


def photo_claims(stored: StoredFile) -> PhotoClaims:
    """Read time, place and device from the EXIF block; what is absent or malformed stays None."""
    if not stored.is_image:
        return PhotoClaims()
    with stored.open() as source, Image.open(source, formats=["JPEG", "PNG", "WEBP"]) as image:
        exif = image.getexif()
        details, place = exif.get_ifd(ExifTags.IFD.Exif), exif.get_ifd(ExifTags.IFD.GPSInfo)
    device = " ".join(text_of(exif.get(tag)) for tag in (ExifTags.Base.Make, ExifTags.Base.Model)).strip()
    return PhotoClaims(
        taken_at=taken_at(details),
        latitude=degrees(place, ExifTags.GPS.GPSLatitude, ExifTags.GPS.GPSLatitudeRef, 90),
        longitude=degrees(place, ExifTags.GPS.GPSLongitude, ExifTags.GPS.GPSLongitudeRef, 180),
        device=device[:100],
    )


def text_of(value: Any) -> str:
    return "".join(c for c in value if c.isprintable()).strip() if isinstance(value, str) else ""


def taken_at(details: dict[int, Any]) -> datetime | None:
    text = text_of(details.get(ExifTags.Base.DateTimeOriginal))
    offset = text_of(details.get(ExifTags.Base.OffsetTimeOriginal))
    try:
        if offset:
            return datetime.strptime(text + offset, "%Y:%m:%d %H:%M:%S%z")
        return datetime.strptime(text, "%Y:%m:%d %H:%M:%S").replace(tzinfo=SHANGHAI)
    except ValueError:
        return None


def degrees(place: dict[int, Any], value: int, reference: int, limit: int) -> float | None:
    """Degrees, minutes and seconds as signed decimal degrees (six digits)."""
    side = text_of(place.get(reference)).upper()
    try:
        whole, minutes, seconds = (Fraction(float(part)) for part in place[value])
        found = float(whole + minutes / 60 + seconds / 3600)
    except (KeyError, TypeError, ValueError, ZeroDivisionError, OverflowError):
        return None
    if not 0 <= found <= limit or side not in {"N", "S", "E", "W"}:
        return None
    return round(-found if side in {"S", "W"} else found, 6)
