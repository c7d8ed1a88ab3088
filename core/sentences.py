"""What a form says when an entry does not fit: our own words in place of Django's, set once when the project starts."""

from typing import Final

from django import forms
from django.core import validators
from django.db import models

EMPTY: Final = "请填写这一项。"
NOT_LISTED: Final = "请从列出的选项中选择。"
NOT_LISTED_VALUE: Final = "“%(value)s”不在可选范围内，请从列出的选项中选择。"
DAY: Final = "日期不对，请按 2020-04-03 的样子填写。"
CLOCK: Final = "时间不对，请按 17:30 的样子填写。"
NO_FILE: Final = "请选择文件。"
FIELDS: Final[dict[type[forms.Field] | type["models.Field[object, object]"], dict[str, str]]] = {
    forms.Field: {"required": EMPTY},
    forms.IntegerField: {"invalid": "请填写整数。"},
    forms.FloatField: {"invalid": "请填写数字。"},
    forms.DecimalField: {"invalid": "请填写数字。"},
    forms.DateField: {"invalid": DAY},
    forms.TimeField: {"invalid": CLOCK},
    forms.DateTimeField: {"invalid": "日期和时间不对，请按 2020-04-03 17:30 的样子填写。"},
    forms.URLField: {"invalid": "网址不对，请填写以 http:// 或 https:// 开头的完整网址。"},
    forms.UUIDField: {"invalid": "编号不对，请核对后重新填写。"},
    forms.JSONField: {"invalid": "内容的格式不对，请核对后重新填写。"},
    forms.FileField: {
        "required": NO_FILE,
        "invalid": NO_FILE,
        "missing": NO_FILE,
        "empty": "所选文件是空的（0 字节），请重新选择。",
        "max_length": "文件名最多 %(max)d 个字，现有 %(length)d 个字，请改短文件名再上传。",
        "contradiction": "请选择文件或勾选清除，不要两样都选。",
    },
    forms.ImageField: {"invalid_image": "所选文件不是图片，或图片已损坏，请重新选择。"},
    forms.ChoiceField: {"required": "请选择。", "invalid_choice": NOT_LISTED_VALUE},
    forms.MultipleChoiceField: {"invalid_choice": NOT_LISTED_VALUE, "invalid_list": NOT_LISTED},
    forms.ModelChoiceField: {"required": "请选择。", "invalid_choice": NOT_LISTED},
    forms.ModelMultipleChoiceField: {
        "required": "请选择。",
        "invalid_choice": NOT_LISTED,
        "invalid_list": NOT_LISTED,
        "invalid_pk_value": NOT_LISTED,
    },
    forms.MultiValueField: {"invalid": EMPTY, "incomplete": "请填写完整。"},
    forms.SplitDateTimeField: {"invalid_date": DAY, "invalid_time": CLOCK},
    models.Field: {
        "null": EMPTY,
        "blank": EMPTY,
        "invalid_choice": NOT_LISTED,
        "unique": "已有相同的登记，请核对或换一个。",
    },
}
VALIDATORS: Final[dict[type[object], str]] = {
    validators.MinValueValidator: "不能小于 %(limit_value)s。",
    validators.MaxValueValidator: "不能大于 %(limit_value)s。",
    validators.StepValueValidator: "应为 %(limit_value)s 的整数倍。",
    validators.MinLengthValidator: "至少 %(limit_value)d 个字，现有 %(show_value)d 个字。",
    validators.MaxLengthValidator: "最多 %(limit_value)d 个字，现有 %(show_value)d 个字，请删减。",
    validators.EmailValidator: "邮箱不对，请按 name@example.com 的样子填写。",
    validators.RegexValidator: "格式不对，请核对后重新填写。",
    validators.URLValidator: "网址不对，请填写以 http:// 或 https:// 开头的完整网址。",
    validators.ProhibitNullCharactersValidator: "含有看不见的控制字符，请删去后重新填写。",
    validators.FileExtensionValidator: "不能上传“%(extension)s”文件，可以上传：%(allowed_extensions)s。",
}
DECIMALS: Final = {
    "invalid": "请填写数字。",
    "max_digits": "最多 %(max)s 位数字。",
    "max_decimal_places": "小数点后最多 %(max)s 位。",
    "max_whole_digits": "整数部分最多 %(max)s 位。",
}


def speak() -> None:
    """Put our sentences where Django keeps its own. A field that has its own sentence keeps it."""
    for field, sentences in FIELDS.items():
        field.default_error_messages = {**vars(field).get("default_error_messages", {}), **sentences}
    for validator, sentence in VALIDATORS.items():
        setattr(validator, "message", sentence)  # noqa: B010 - one place for all of them
    validators.DecimalValidator.messages = DECIMALS
