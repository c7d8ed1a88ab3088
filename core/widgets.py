"""Form fields and controls that Django lacks: native dates, several photos, a hand-written signature."""

import base64
import binascii
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.datastructures import MultiValueDict
from PIL import Image

PNG_PREFIX = "data:image/png;base64,"
MEGABYTE = 1024 * 1024
SIGNATURE_MAX_BYTES = MEGABYTE
SIGNATURE_MAX_SIDE = 6000


class DateInput(forms.DateInput):
    """The browser's own date control: typed by keyboard, picked on a phone; always ISO on the wire."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DateTimeInput(forms.DateTimeInput):
    """Wall-clock minutes of Shanghai; the form field turns them into an instant."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class PhotosInput(forms.FileInput):
    """Several pictures with preview and a size check before sending (js/photo-input.js)."""

    template_name = "django/forms/widgets/photos.html"
    allow_multiple_selected = True

    def value_from_datadict(
        self, data: Mapping[str, Any], files: "MultiValueDict[str, UploadedFile[Any]]", name: str
    ) -> "list[UploadedFile[Any]]":
        return files.getlist(name)

    def value_omitted_from_data(
        self, data: Mapping[str, Any], files: "MultiValueDict[str, UploadedFile[Any]]", name: str
    ) -> bool:
        return name not in files


class PhotosField(forms.FileField):
    """A list of uploaded files, each within EVIDENCE_MAX_BYTES; what they really contain is judged by core.files."""

    widget = PhotosInput

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        files = [file for file in (data or []) if file]
        if self.required and not files:
            raise ValidationError(self.error_messages["required"], code="required")
        problems = [said for file in files if (said := size_problem(file.name or "", file.size or 0))]
        if problems:
            raise ValidationError(problems)
        return files


def size_problem(name: str, size: int) -> str:
    """The sentence that refuses a file of this size, or ""; the same words as js/photo-input.js."""
    if size == 0:
        return f"“{name}”是空文件，没有加入。请重新拍摄。"
    if size > settings.EVIDENCE_MAX_BYTES:
        limit = settings.EVIDENCE_MAX_BYTES // MEGABYTE
        return f"“{name}”有 {size / MEGABYTE:.1f} MB，超过 {limit} MB 的上限，没有加入。请压缩或重新拍摄。"
    return ""


class SignatureInput(forms.Widget):
    """A canvas whose strokes travel as a PNG data URL in a hidden field (js/signature.js)."""

    template_name = "django/forms/widgets/signature.html"


class SignatureField(forms.Field):
    """The PNG bytes of a hand-written signature, b"" when left open and not required."""

    widget = SignatureInput
    default_error_messages = {
        "required": "请先手写签名再提交。",
        "unreadable": "签名没有读出来，请点“重签”再签一次。",
    }

    def clean(self, value: Any) -> bytes:
        super().validate(value)
        if not value:
            return b""
        image = signature_bytes(str(value))
        if not image:
            raise ValidationError(self.error_messages["unreadable"], code="unreadable")
        return image


def signature_bytes(url: str) -> bytes:
    """The PNG inside a data URL, or b"" for anything that is not a PNG of sensible size."""
    if not url.startswith(PNG_PREFIX) or len(url) > SIGNATURE_MAX_BYTES * 4 // 3:
        return b""
    try:
        image = base64.b64decode(url.removeprefix(PNG_PREFIX), validate=True)
        with Image.open(BytesIO(image), formats=["PNG"]) as opened:
            fits = max(opened.size) <= SIGNATURE_MAX_SIDE
            opened.verify()
    except (binascii.Error, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        return b""
    return image if fits else b""
