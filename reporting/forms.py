from typing import Any

from django import forms

from accounts.forms import PersonChoice
from accounts.models import User


class HandoverForm(forms.Form):
    leaver = PersonChoice(label="移交人", queryset=User.objects.none(), empty_label="请选择")
    successor = PersonChoice(label="接收人", queryset=User.objects.none(), empty_label="请选择")
    reason = forms.CharField(label="移交理由", max_length=200, help_text="如调离、退休、岗位轮换。")

    def __init__(self, *args: Any, paths: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.none()
        for path in paths:
            people = people | User.objects.filter(unit__path__startswith=path)
        people = people.select_related("unit").order_by("name", "pk")
        for name, rows in (("leaver", people), ("successor", people.filter(is_active=True))):
            choice = self.fields[name]
            assert isinstance(choice, PersonChoice)
            choice.queryset = rows


class ReportForm(forms.Form):
    """What a city adds to its figures. `seen` is the platform's proof of the moment whose figures the page showed."""

    text = forms.CharField(
        label="情况说明",
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="说明本周进展、突出问题和下周安排；数字由平台生成，不必重复填写。",
    )
    is_nothing = forms.BooleanField(label="零报告：本周没有开展检查，也没有新增情况", required=False)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class CorrectionForm(ReportForm):
    reason = forms.CharField(
        label="更正理由", max_length=300, help_text="说明更正了什么、为什么，将随更正版一并报省厅。"
    )


class ConfirmationForm(forms.Form):
    note = forms.CharField(
        label="备注", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text="没有可不填。"
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)
