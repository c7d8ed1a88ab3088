"""Evidence: what is accepted, how it is kept, how it is answered, when it goes."""

import hashlib
import io
import os
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import RequestFactory
from PIL import Image, ImageDraw, ImageFile

from core import files
from core.files import kinds, sweeping
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


@pytest.fixture
def lenient_pillow(monkeypatch: pytest.MonkeyPatch) -> None:
    """As WeasyPrint leaves it behind."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)


def refusal(content: bytes, name: str, kind: files.Kind = "photo") -> str:
    with pytest.raises(Refused) as caught:
        keep(content, name, kind)
    return caught.value.message


def body(response: HttpResponseBase) -> bytes:
    content = b"".join(response)  # type: ignore[call-overload]
    response.close()
    return content


@pytest.mark.django_db
def test_a_photo_is_kept_byte_for_byte_under_its_hash() -> None:
    content = picture()
    stored = keep(content)
    digest = hashlib.sha256(content).hexdigest()
    assert (stored.sha256, stored.size, stored.content_type) == (digest, len(content), "image/jpeg")
    assert (stored.width, stored.height, stored.created_at) == (64, 48, AT)
    assert stored.path == f"sha256/{digest[:2]}/{digest[2:4]}/{digest}"
    with stored.open() as kept:
        assert kept.read() == content
    assert files.verify(stored)


@pytest.mark.django_db
def test_the_same_content_twice_is_one_row_and_one_file() -> None:
    first, second = keep(picture(), "a.jpg"), keep(picture(), "b.jpg")
    assert first.pk == second.pk
    assert second.name == "a.jpg"
    assert StoredFile.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("upload", ["memory", "disk", "stream"])
def test_every_kind_of_upload_is_accepted(upload: str) -> None:
    content = picture(size=(80, 60))
    if upload == "stream":
        source: object = io.BytesIO(content)
    elif upload == "memory":
        source = SimpleUploadedFile("x.jpg", content)
    else:
        source = TemporaryUploadedFile("x.jpg", "image/jpeg", len(content), None)
        source.write(content)
    stored = files.store(source, name="x.jpg", by=None, at=AT, kind="photo")
    assert files.verify(stored)
    source.close()


@pytest.mark.django_db
@pytest.mark.parametrize("form, content_type", [("PNG", "image/png"), ("WEBP", "image/webp"), ("JPEG", "image/jpeg")])
def test_the_bytes_decide_the_type_and_not_the_name(form: str, content_type: str) -> None:
    assert keep(picture(form), "photo.html").content_type == content_type


@pytest.mark.django_db
def test_a_photo_of_thirty_megabytes_is_refused_with_its_size_the_limit_and_what_to_do(settings) -> None:
    content = picture() + b"\x00" * int(30.1 * 1024 * 1024)
    assert refusal(content, "IMG_01.jpg") == "照片“IMG_01.jpg”有 30.2 MB，超过 20 MB 的上限，请压缩后再传。"
    settings.EVIDENCE_MAX_BYTES = 40 * 1024 * 1024
    assert keep(content).size == len(content)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content, said",
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "“a.jpg”不是照片"),
        (b"GIF89a" + b"\x00" * 50, "“a.jpg”不是照片"),
        (b"%PDF-1.7\n%%EOF", "“a.jpg”不是照片"),
        (b"\x00\x00\x00\x18ftypheic" + b"\x00" * 50, "HEIC"),
        (b"", "是空的（0 字节）"),
        (b"\xff\xd8\xff\xe0" + b"not a picture at all", "打不开"),
        (picture(size=(640, 480))[:-600], "打不开"),
        (picture("PNG", size=(300, 200))[:-200], "打不开"),
    ],
)
@pytest.mark.usefixtures("lenient_pillow")
def test_what_is_not_a_whole_photo_is_refused_by_name(content: bytes, said: str) -> None:
    assert said in refusal(content, "a.jpg")
    assert not StoredFile.objects.exists()


@pytest.mark.django_db
def test_a_moving_picture_is_no_photo() -> None:
    out = io.BytesIO()
    first = Image.new("RGB", (20, 20), "red")
    first.save(out, "WEBP", save_all=True, append_images=[Image.new("RGB", (20, 20), "blue")])
    assert "动图" in refusal(out.getvalue(), "a.webp")


@pytest.mark.django_db
@pytest.mark.parametrize("size", [(9000, 7500), (10000, 9500), (20000, 10000)])
def test_a_pixel_bomb_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    out = io.BytesIO()
    Image.new("1", size).save(out, "PNG")
    before = time.monotonic()
    assert "6500 万像素的上限" in refusal(out.getvalue(), "bomb.png")
    assert time.monotonic() - before < 1


@pytest.mark.django_db
def test_a_signature_is_a_small_png_with_ink_on_it() -> None:
    blank, signed = io.BytesIO(), io.BytesIO()
    image = Image.new("RGBA", (300, 120), (0, 0, 0, 0))
    image.save(blank, "PNG")
    ImageDraw.Draw(image).line((10, 100, 280, 20), fill=(0, 0, 0, 255), width=4)
    image.save(signed, "PNG")
    assert keep(signed.getvalue(), "签名.png", "signature").width == 300
    assert refusal(blank.getvalue(), "签名.png", "signature") == "签名是空白的，请重新签名。"
    assert "不是 PNG" in refusal(picture(), "签名.png", "signature")
    assert "超过 512 KB" in refusal(signed.getvalue() + b"\x00" * 600_000, "签名.png", "signature")


@pytest.mark.django_db
def test_pdf_xlsx_and_csv_are_told_by_their_content() -> None:
    book = io.BytesIO()
    with zipfile.ZipFile(book, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    assert keep(book.getvalue(), "a.bin", "xlsx").content_type == kinds.XLSX
    assert keep(b"%PDF-1.7\n...\n%%EOF\n", "a.pdf", "pdf").content_type == "application/pdf"
    assert keep("企业,电话\n漯河示例纸业,1".encode("gb18030"), "a.csv", "csv").content_type == "text/csv"
    assert "不完整" in refusal(b"%PDF-1.7\n...", "a.pdf", "pdf")
    assert "不是 PDF" in refusal(picture(), "a.pdf", "pdf")
    assert "不是 Excel 工作簿" in refusal(picture(), "a.xlsx", "xlsx")
    assert "不是 CSV" in refusal(b"a,b\n\x00\x01", "a.csv", "csv")


@pytest.mark.parametrize(
    "name, kept",
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\fotos\\现场 1.jpg", "现场 1.jpg"),
        ("a\u202egpj.exe\x00", "agpj.exe"),
        ("...", "未命名文件"),
        ("长" * 300 + ".jpg", "长" * 146 + ".jpg"),
    ],
)
def test_a_name_is_only_a_name(name: str, kept: str) -> None:
    assert files.clean_name(name) == kept


@pytest.mark.parametrize("size, said", [(1, "1 KB"), (20 * 1024**2, "20 MB"), (20 * 1024**2 + 1, "20.1 MB")])
def test_a_size_over_the_limit_never_reads_like_the_limit(size: int, said: str) -> None:
    assert files.megabytes(size) == said


@pytest.mark.django_db(transaction=True)
def test_eight_uploads_of_one_content_at_once_are_one_row() -> None:
    content = picture(size=(36, 36))

    def upload(_: int) -> int:
        try:
            return keep(content).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as people:
        assert len(set(people.map(upload, range(8)))) == 1
    assert files.verify(StoredFile.objects.get())


@pytest.mark.django_db(transaction=True)
def test_an_upload_waits_for_the_sweep_of_the_same_content_and_keeps_it() -> None:
    """Without the lock the sweep would delete the content that the upload has just found in the store."""
    content = picture(size=(37, 37))
    stored = keep(content)

    def upload() -> StoredFile:
        try:
            return keep(content, at=AT + timedelta(days=3))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as person:
        with transaction.atomic():
            assert sweeping.sweep_one(stored.sha256, AT + timedelta(days=2)) == 1
            waiting = person.submit(upload)
            time.sleep(0.3)
            assert not waiting.done()
        again = waiting.result(timeout=5)
    assert again.pk != stored.pk
    assert files.verify(again)


@pytest.mark.django_db
def test_a_changed_or_lost_content_fails_verification() -> None:
    stored = keep(picture())
    path = Path(default_storage.path(stored.path))
    content = bytearray(path.read_bytes())
    content[40] ^= 1
    path.write_bytes(content)
    assert not files.verify(stored)
    path.unlink()
    assert not files.verify(stored)
    assert files.verify(keep(picture())), "storing the content again heals the store"


@pytest.mark.django_db
def test_serving_gives_the_original_privately_and_says_what_it_is(rf: RequestFactory) -> None:
    content = picture(quality=71)
    stored = keep(content)
    response = files.serve(rf.get("/"), stored, "现场照片 1.jpg", inline=True)
    assert body(response) == content
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Disposition"] == "inline; filename*=utf-8''%E7%8E%B0%E5%9C%BA%E7%85%A7%E7%89%87%201.jpg"
    assert (response["X-Content-Type-Options"], response["Cache-Control"]) == ("nosniff", "private, no-cache")
    again = files.serve(rf.get("/", headers={"If-None-Match": response["ETag"]}), stored)
    assert (again.status_code, body(again)) == (304, b"")


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
