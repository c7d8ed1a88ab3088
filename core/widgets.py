"""Form fields and controls that Django lacks: native dates, several photos, a hand-written signature."""

import base64
import binascii
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.datastructures import MultiValueDict
from PIL import Image

DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
PNG_PREFIX = "data:image/png;base64,"
MEGABYTE = 1024 * 1024
SIGNATURE_MAX_BYTES = MEGABYTE
SIGNATURE_MAX_SIDE = 6000


def is_iso_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


class DateInput(forms.DateInput):
    """The browser's own date control: typed by keyboard, picked on a phone; always ISO on the wire."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """What is no day comes back as text: a date control would show nothing and lose what was typed."""
        context = super().get_context(name, value, attrs)
        if isinstance(value, str) and not is_iso_day(value):
            context["widget"]["type"] = "text"
        return context


class DayField(forms.DateField):
    """A day as people write it: 2020-05-14, 2020/5/14, 2020.5.14, 2020年5月14日, in digits of either width."""

    widget = DateInput
    default_error_messages: ClassVar = {"invalid": "看不出是哪一天，请按 2020-05-14 的样式填写。"}

    def to_python(self, value: Any) -> date | None:
        plain = unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else value
        if isinstance(plain, str) and (said := DAY.fullmatch(plain)):
            plain = "-".join(said.groups())
        return super().to_python(plain)


class DayAsked(forms.DateField):
    """A day that the address of a list asks for; the days and zones beside one at the world's ends do not exist."""

    widget = DateInput

    def __init__(self, **kwargs: Any) -> None:
        within = [MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2100, 12, 31))]
        super().__init__(validators=within, **kwargs)


def narrow(value: Any) -> Any:
    """A number as it is typed: digits of either width, blanks and commas left out."""
    return re.sub(r"[\s,]", "", unicodedata.normalize("NFKC", value)) if isinstance(value, str) else value


class MoneyField(forms.DecimalField):
    """An amount in 元: digits of either width, with or without commas, to the 分."""

    default_error_messages: ClassVar = {
        "invalid": "看不出是多少钱，请只填数字，单位为元，如 280000 或 280,000.50。",
        "min_value": "金额不能为负数。",
        "max_decimal_places": "金额最多精确到分（两位小数）。",
    }

    def __init__(self, **kwargs: Any) -> None:
        amount = forms.TextInput(attrs={"inputmode": "decimal"})
        super().__init__(max_digits=12, decimal_places=2, min_value=Decimal(0), widget=amount, **kwargs)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # the stubs take it for an integer
        plain = narrow(value)
        if isinstance(plain, str):
            plain = plain.replace("、", "").removeprefix("¥").removesuffix("元")
        return super().to_python(plain)


class FigureField(forms.DecimalField):
    """Something measured: a number alone, in digits of either width; its unit is chosen beside it."""

    default_error_messages: ClassVar = {
        "invalid": "只填数字，如 85.6；单位在“单位”栏选择。",
        "min_value": "不能为负数。",
        "max_digits": "数字过长，请核对小数点和单位。",
        "max_whole_digits": "数字过大，请核对小数点和单位。",
        "max_decimal_places": "最多四位小数。",
    }

    def __init__(self, **kwargs: Any) -> None:
        box = forms.TextInput(attrs={"inputmode": "decimal"})
        super().__init__(max_digits=14, decimal_places=4, min_value=Decimal(0), widget=box, **kwargs)

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # the stubs take it for an integer
        return super().to_python(narrow(value))


class DateTimeInput(forms.DateTimeInput):
    """Wall-clock minutes of Shanghai; the form field turns them into an instant."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


@dataclass(frozen=True)
class HeldPhoto:
    """A photo that an earlier sending of the form left on the server (core.kept_photos)."""

    sha256: str
    name: str
    url: str


class PhotosInput(forms.FileInput):
    """Several pictures with preview and a size check before sending (js/photo-input.js)."""

    template_name = "django/forms/widgets/photos.html"
    allow_multiple_selected = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.held: list[HeldPhoto] = []

    def kept(self, data: Mapping[str, Any], name: str) -> list[str]:
        """The hashes that the page sends back for photos it need not send again."""
        getlist = getattr(data, "getlist", None)
        return list(getlist(f"{name}-kept")) if getlist else []

    def use_required_attribute(self, initial: Any) -> bool:
        return super().use_required_attribute(initial) and not self.held

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["held"] = self.held
        return context

    def value_from_datadict(
        self, data: Mapping[str, Any], files: "MultiValueDict[str, UploadedFile[Any]]", name: str
    ) -> "list[UploadedFile[Any]]":
        return files.getlist(name)

    def value_omitted_from_data(
        self, data: Mapping[str, Any], files: "MultiValueDict[str, UploadedFile[Any]]", name: str
    ) -> bool:
        return name not in files


class PhotosField(forms.FileField):
    """A list of uploaded files, each within EVIDENCE_MAX_BYTES; what they really contain is judged by core.files.

    What core.kept_photos holds counts as given, and what it refused is said here.
    """

    widget: PhotosInput = PhotosInput  # type: ignore[assignment]  # Django makes an instance of it

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.refused: list[str] = []

    def __deepcopy__(self, memo: dict[int, Any]) -> "PhotosField":
        """Each form has its own field, and so its own refusals and its own photos."""
        copied: PhotosField = super().__deepcopy__(memo)
        copied.refused, copied.widget.held = [], []
        return copied

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        files = [file for file in (data or []) if file]
        if self.required and not files and not self.widget.held:
            raise ValidationError(self.error_messages["required"], code="required")
        problems = [said for file in files if (said := size_problem(file.name or "", file.size or 0))]
        problems += self.refused
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
