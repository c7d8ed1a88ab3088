"""Evidence: what is accepted, how it is kept, how it is answered, when it goes."""

import hashlib
import io
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
from core.models import StoredFile
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
@pytest.mark.parametrize("kind", ["paper", "attachment"])
@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("strange.exe", b"MZ" + bytes(64), "“strange.exe”不是可以上传的文件"),
        ("bad.pdf", bytes(range(1, 200)), "“bad.pdf”的内容不是 PDF 文件"),
        ("bad.docx", b"%PDF-1.4 x %%EOF", "“bad.docx”的内容不是 DOCX 文件"),
        ("cut.pdf", b"%PDF-1.4 x", "不完整"),
    ],
)
def test_what_is_handed_in_is_what_its_name_says(kind: files.Kind, name: str, content: bytes, said: str) -> None:
    assert said in refusal(content, name, kind)
    assert keep(b"%PDF-1.4 x %%EOF", "好.pdf", kind).content_type == "application/pdf"
    assert keep(picture("PNG"), "图.PNG", kind).content_type == "image/png"


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
