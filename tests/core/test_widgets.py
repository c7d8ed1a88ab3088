import base64
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.datastructures import MultiValueDict
from PIL import Image

from core.widgets import PNG_PREFIX, DateInput, DateTimeInput, PhotosField, SignatureField


class Sheet(forms.Form):
    found_on = forms.DateField(label="发现日期", widget=DateInput)
    told_at = forms.DateTimeField(label="告知时间", widget=DateTimeInput, required=False)
    photos = PhotosField(label="照片", required=False)
    signature = SignatureField(label="签名", required=False)


def png(size: tuple[int, int] = (40, 20), kind: str = "PNG") -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "white").save(out, kind)
    return out.getvalue()


def url(image: bytes) -> str:
    return PNG_PREFIX + base64.b64encode(image).decode()


def sheet(files: list[SimpleUploadedFile] | None = None, **data: str) -> Sheet:
    return Sheet({"found_on": "2020-05-15"} | data, MultiValueDict({"photos": files or []}))


def test_dates_are_written_as_the_browsers_control_reads_them():
    said = str(Sheet(initial={"found_on": date(2020, 5, 9), "told_at": datetime(2020, 5, 9, 1, 5, tzinfo=UTC)}))
    assert 'type="date" name="found_on" value="2020-05-09"' in said
    assert 'type="datetime-local" name="told_at" value="2020-05-09T09:05"' in said


def test_a_wall_clock_time_becomes_its_instant():
    filled = sheet(told_at="2020-05-09T09:05")
    assert filled.is_valid()
    assert filled.cleaned_data["told_at"] == datetime(2020, 5, 9, 1, 5, tzinfo=UTC)


def test_several_photos_arrive():
    filled = sheet([SimpleUploadedFile("烟羽.jpg", b"1"), SimpleUploadedFile("压差.jpg", b"2")])
    assert filled.is_valid()
    assert [file.name for file in filled.cleaned_data["photos"]] == ["烟羽.jpg", "压差.jpg"]


def test_a_photo_too_large_is_refused_by_name_and_size(settings):
    settings.EVIDENCE_MAX_BYTES = 1024 * 1024
    filled = sheet([SimpleUploadedFile("烟羽.jpg", b"0" * 1_600_000)])
    assert filled.errors["photos"] == ["“烟羽.jpg”有 1.5 MB，超过 1 MB 的上限，没有加入。请压缩或重新拍摄。"]


def test_an_empty_photo_is_refused():
    assert "空文件" in sheet([SimpleUploadedFile("烟羽.jpg", b"")]).errors["photos"][0]


def test_a_signature_is_its_png():
    filled = sheet(signature=url(png()))
    assert filled.is_valid()
    assert filled.cleaned_data["signature"] == png()


def test_a_signature_may_be_left_open_only_where_it_is_not_required():
    assert sheet().is_valid()
    with pytest.raises(forms.ValidationError, match="请先手写签名"):
        SignatureField().clean("")


@pytest.mark.parametrize(
    "value",
    [
        "张三",
        PNG_PREFIX + "%%%",
        url(b"\x89PNG\r\n\x1a\nbroken"),
        url(png(kind="GIF")),
        url(png(size=(6001, 1))),
        "data:image/svg+xml;base64,PHN2Zy8+",
    ],
)
def test_what_is_not_a_png_is_no_signature(value):
    assert sheet(signature=value).errors["signature"] == ["签名没有读出来，请点“重签”再签一次。"]


def test_a_signature_comes_back_when_another_field_is_wrong():
    assert url(png()) in str(sheet(found_on="", signature=url(png())))
