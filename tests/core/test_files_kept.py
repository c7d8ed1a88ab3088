"""Evidence: what is accepted, how it is kept, how it is answered, when it goes."""

import hashlib
import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from django.http import HttpResponseBase
from django.test import RequestFactory
from PIL import Image, ImageDraw

from core import files
from core.files import sweeping
from core.files.storage import UNFINISHED
from core.models import AuditEvent, PrintedDocument, StoredFile
from core.refusals import Refused

AT = datetime(2020, 5, 9, 1, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def own_storage(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


def picture(form: str = "JPEG", size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    image = Image.new("RGB", size, "#446688")
    ImageDraw.Draw(image).line((0, 0, *size), fill="white", width=3)
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def keep(content: bytes, name: str = "现场.jpg", kind: files.Kind = "photo", at: datetime = AT) -> StoredFile:
    return files.store(content, name=name, by=None, at=at, kind=kind)


def refusal(content: bytes, name: str, kind: files.Kind = "photo") -> str:
    with pytest.raises(Refused) as caught:
        keep(content, name, kind)
    return caught.value.message


def body(response: HttpResponseBase) -> bytes:
    content = b"".join(response)  # type: ignore[call-overload]
    response.close()
    return content


def keep_path(content: bytes) -> str:
    digest = hashlib.sha256(content).hexdigest()
    return f"sha256/{digest[:2]}/{digest[2:4]}/{digest}"


def used_by_a_document(stored: StoredFile) -> PrintedDocument:
    return PrintedDocument.objects.create(
        token="0" * 32,
        kind="test",
        title="示例",
        subject_model="core.test",
        subject_pk="1",
        subject_label="示例",
        version=1,
        digest=stored.sha256,
        file=stored,
        issued_at=AT,
        issued_by_name="平台",
    )


@pytest.mark.django_db
@pytest.mark.parametrize("content", [b"<html><script>alert(1)</script>", b"X5O!P%@AP[4\\PZX54(P^)", b"MZ\x90"])
def test_what_a_browser_could_run_is_only_ever_downloaded_as_octets(rf: RequestFactory, content: bytes) -> None:
    stored = keep(content, 'a".html', "any")
    response = files.serve(rf.get("/"), stored, inline=True)
    assert body(response) == content
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"].startswith("attachment")


@pytest.mark.django_db
def test_a_lost_original_is_said_and_not_hidden(rf: RequestFactory) -> None:
    stored = keep(picture())
    default_storage.delete(stored.path)
    with pytest.raises(Refused, match="找不到"):
        files.serve(rf.get("/"), stored)


@pytest.mark.django_db
def test_a_thumbnail_is_upright_small_and_without_the_cameras_words(rf: RequestFactory) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Example"
    original = picture(size=(400, 300), exif=exif)
    stored = keep(original)
    response = files.serve_thumbnail(rf.get("/"), stored, 160)
    small = Image.open(io.BytesIO(body(response)))
    assert small.size == (120, 160)
    assert not small.getexif()
    with stored.open() as kept:
        assert kept.read() == original
    with pytest.raises(ValueError, match="no thumbnail"):
        files.thumbnail(stored, 9999)


@pytest.mark.django_db
def test_what_the_camera_claims_is_read_from_the_exif_block() -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "Example", "X1\x00"
    exif.get_ifd(0x8769)[0x9003] = "2020:05:09 10:11:12"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (33.0, 34.0, 30.0), "E", (114.0, 1.0, 3.0)
    claims = files.photo_claims(keep(picture(exif=exif)))
    assert claims.taken_at == datetime(2020, 5, 9, 2, 11, 12, tzinfo=UTC)
    assert (claims.latitude, claims.longitude, claims.device) == (33.575, 114.0175, "Example X1")


@pytest.mark.django_db
def test_a_malformed_exif_block_claims_nothing() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0x9003] = "yesterday"
    exif.get_ifd(0x8825)[2] = (400.0, 0.0, 0.0)
    assert files.photo_claims(keep(picture(exif=exif))) == files.PhotoClaims()
    assert files.photo_claims(keep(picture("PNG"))) == files.PhotoClaims()


@pytest.mark.django_db
def test_a_full_disk_refuses_in_chinese_and_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    content = picture(size=(35, 35))
    monkeypatch.setattr(os, "fsync", full)
    assert "存储空间已满" in refusal(content, "a.jpg")
    monkeypatch.undo()
    assert not StoredFile.objects.exists()
    assert not default_storage.exists(keep_path(content))
    assert default_storage.listdir(UNFINISHED)[1] == []


@pytest.mark.django_db
def test_the_sweep_takes_what_nothing_refers_to_after_a_day_and_only_that() -> None:
    orphan, used = keep(picture(size=(10, 10))), keep(picture(size=(11, 11)))
    young = keep(picture(size=(12, 12)), at=AT + timedelta(hours=20))
    used_by_a_document(used)
    thumb = files.thumbnail(orphan, 160)
    assert files.sweep_orphans(AT + timedelta(hours=23)) == 0
    assert files.sweep_orphans(AT + timedelta(hours=25)) == 1
    assert set(StoredFile.objects.all()) == {used, young}
    assert [default_storage.exists(path) for path in (orphan.path, thumb, used.path)] == [False, False, True]
    assert AuditEvent.objects.get(action="file.sweep").object_id == str(orphan.pk)


@pytest.mark.django_db
def test_a_file_that_is_uploaded_again_begins_its_day_anew() -> None:
    keep(picture())
    keep(picture(), at=AT + timedelta(hours=20))
    assert files.sweep_orphans(AT + timedelta(hours=25)) == 0


@pytest.mark.django_db
def test_the_sweep_looks_again_under_the_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    stored = keep(picture())
    found = sweeping.orphans(AT + timedelta(days=2))
    assert list(found) == [stored]
    used_by_a_document(stored)
    assert sweeping.sweep_one(stored.sha256, AT + timedelta(days=2)) == 0
    assert files.verify(stored)


@pytest.mark.django_db(transaction=True)
def test_the_content_of_an_upload_that_was_rolled_back_is_swept() -> None:
    content = picture(size=(33, 33))
    with transaction.atomic():
        keep(content)
        transaction.set_rollback(True)
    assert default_storage.exists(keep_path(content))
    assert files.sweep_orphans(datetime.now(UTC) + timedelta(hours=1)) == 0
    assert files.sweep_orphans(datetime.now(UTC) + timedelta(days=2)) == 1
    assert not default_storage.exists(keep_path(content))


@pytest.mark.django_db(transaction=True)
def test_a_committed_upload_leaves_no_marker_behind() -> None:
    stored = keep(picture(size=(34, 34)))
    assert not default_storage.exists(f"pending/{stored.sha256}")
    files.sweep_orphans(datetime.now(UTC) + timedelta(days=2))


@pytest.mark.django_db
def test_unfinished_writes_of_a_killed_process_are_swept_after_a_day() -> None:
    left = Path(default_storage.path(f"{UNFINISHED}/tmpabc"))
    left.parent.mkdir(parents=True, exist_ok=True)
    left.write_bytes(b"half")
    files.sweep_orphans(datetime.now(UTC))
    assert left.exists()
    files.sweep_orphans(datetime.now(UTC) + timedelta(days=2))
    assert not left.exists()
