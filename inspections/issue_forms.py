"""What people type on a ledger row's page."""

from collections.abc import Mapping
from typing import Any

from django import forms

from core.widgets import DayField, PhotosField, SignatureField
from inspections.models import Issue
from inspections.states import Gravity, Nature


class ChangeForm(forms.Form):
    nature = forms.ChoiceField(label="性质", choices=Nature.choices)
    gravity = forms.ChoiceField(label="程度", choices=Gravity.choices)
    issue_type = forms.TypedChoiceField(label="问题类型", coerce=int)
    handling = forms.TypedChoiceField(label="查处情况", coerce=int)
    deadline_on = DayField(label="整改期限", required=False)
    demand = forms.CharField(label="整改要求", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    proposal = forms.CharField(label="拟处理建议", max_length=300, required=False)
    reason = forms.CharField(label="修改理由", max_length=200)

    def __init__(self, *args: Any, issue: Issue, names: Mapping[str, Mapping[int, str]], **kwargs: Any) -> None:
        fields = ("nature", "gravity", "issue_type", "handling", "deadline_on", "demand", "proposal")
        kwargs["initial"] = {name: getattr(issue, name) for name in fields}
        super().__init__(*args, **kwargs)
        for name in ("issue_type", "handling"):
            choice = self.fields[name]
            assert isinstance(choice, forms.TypedChoiceField)
            choice.choices = [(number, f"{number} {said}") for number, said in names[name].items()]


class RectificationForm(forms.Form):
    text = forms.CharField(label="整改了什么、怎样整改的", max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    photos = PhotosField(label="整改后的照片", error_messages={"required": "请至少上传一张整改后的照片。"})


class RewriteForm(forms.Form):
    text = forms.CharField(label="整改情况", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    reason = forms.CharField(label="修改理由", max_length=200)


class HandoverForm(forms.Form):
    handed_on = DayField(label="移交日期")
    receipt = forms.CharField(
        label="属地签收",
        max_length=100,
        required=False,
        help_text="接收人或回执文号；没有回执的可以不填，以移交日期为准。",
    )


class SignatureForm(forms.Form):
    image = SignatureField(label="责任人签字")
