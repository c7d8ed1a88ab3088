"""What does not fit into a form is said in our words: one sentence each, that says what to do."""

import datetime
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile

from core.sentences import FIELDS, VALIDATORS


class Everything(forms.Form):
    number = forms.IntegerField(min_value=1, max_value=9)
    amount = forms.DecimalField(max_digits=5, decimal_places=2, min_value=0)
    day = forms.DateField()
    word = forms.CharField(min_length=2, max_length=4)
    mail = forms.EmailField()
    kind = forms.ChoiceField(choices=[("a", "甲")])
    kinds = forms.MultipleChoiceField(choices=[("a", "甲")])
    paper = forms.FileField()
    code = forms.RegexField(r"^\d$")


GOOD: dict[str, Any] = {
    "number": "3",
    "amount": "1.5",
    "day": "2020-04-03",
    "word": "三个字",
    "mail": "a@example.com",
    "kind": "a",
    "kinds": ["a"],
    "code": "1",
}


def said(name: str, value: Any) -> str:
    files = {"paper": SimpleUploadedFile("a.txt", b"" if name == "paper" and value else b"x")}
    if name == "paper" and not value:
        files = {}
    form = Everything(GOOD | {name: value}, files)
    assert list(form.errors) == [name], form.errors
    return "".join(form.errors[name])


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("number", "", "请填写这一项。"),
        ("number", "0", "不能小于 1。"),
        ("number", "10", "不能大于 9。"),
        ("number", "三", "请填写整数。"),
        ("amount", "-1", "不能小于 0。"),
        ("amount", "1.234", "小数点后最多 2 位。"),
        ("day", "四月", "日期不对，请按 2020-04-03 的样子填写。"),
        ("word", "一", "至少 2 个字，现有 1 个字。"),
        ("word", "一二三四五", "最多 4 个字，现有 5 个字，请删减。"),
        ("mail", "a@", "邮箱不对，请按 name@example.com 的样子填写。"),
        ("kind", "", "请选择。"),
        ("kind", "b", "“b”不在可选范围内，请从列出的选项中选择。"),
        ("kinds", ["b"], "“b”不在可选范围内，请从列出的选项中选择。"),
        ("paper", "", "请选择文件。"),
        ("paper", "empty", "所选文件是空的（0 字节），请重新选择。"),
        ("code", "x", "格式不对，请核对后重新填写。"),
    ],
)
def test_every_refusal_of_a_field_is_in_our_words(name: str, value: Any, sentence: str) -> None:
    assert said(name, value) == sentence


def test_a_field_that_has_its_own_sentence_keeps_it() -> None:
    field = forms.DateField(error_messages={"required": "请填写检查日期。"})
    with pytest.raises(forms.ValidationError, match="请填写检查日期"):
        field.clean("")
    assert field.clean("2020-04-03") == datetime.date(2020, 4, 3)


def test_none_of_djangos_own_sentences_is_left() -> None:
    fields = [one for one in vars(forms).values() if isinstance(one, type) and issubclass(one, forms.Field)]
    left = {
        (field.__name__, key)
        for field in fields
        for key in vars(field).get("default_error_messages", {})
        if key not in FIELDS.get(field, {}) and field is not forms.DurationField
    }
    assert left == set()
    assert all("。" in sentence for sentence in VALIDATORS.values())
