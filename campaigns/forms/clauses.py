"""A version of a text of discipline as people write it."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.models import Unit
from campaigns.forms.decisions import field_of
from core.widgets import DateInput


class ClauseForm(forms.Form):
    unit = forms.ModelChoiceField(
        label="维护单位", queryset=Unit.objects.none(), empty_label=None, help_text="本单位及下级执法人员都须签收。"
    )
    name = forms.CharField(label="名称", max_length=60, help_text="与已有条文同名的，登记为它的新版本。")
    source = forms.CharField(label="依据", max_length=120, help_text="文件名称、文号或条款。")
    valid_from = forms.DateField(label="施行日期", widget=DateInput)
    text = forms.CharField(label="正文", max_length=20000, widget=forms.Textarea(attrs={"rows": 12}))
    change = forms.CharField(label="换版说明", max_length=200, required=False, help_text="第一版不用填写。")

    def __init__(self, data: Any, *, units: QuerySet[Unit], initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        field_of(self, "unit", forms.ModelChoiceField).queryset = units
