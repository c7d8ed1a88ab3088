"""What people type into notices, contacts, annexes and the library of legal bases."""

from typing import Any

from django import forms

from accounts.models import Unit
from core.widgets import DateInput


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files, each checked like one."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        return [super(FilesField, self).clean(one, initial) for one in data or []]


class BulletinForm(forms.Form):
    title = forms.CharField(label="标题", max_length=120)
    body = forms.CharField(label="正文", max_length=8000, widget=forms.Textarea(attrs={"rows": 10}))
    units = forms.ModelMultipleChoiceField(
        label="接收单位", queryset=Unit.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    below = forms.BooleanField(label="同时发给所选单位的下级", required=False)
    asks_confirmation = forms.BooleanField(label="要求各单位确认办理", required=False)
    attachments = FilesField(
        label="附件",
        required=False,
        help_text="可选多个文件，最多 10 个。",
        widget=FilesInput(attrs={"multiple": True}),
    )

    def __init__(self, data: Any, files: Any, *, units: Any, initial: Any = None) -> None:
        super().__init__(data, files, initial=initial)
        choice = self.fields["units"]
        assert isinstance(choice, forms.ModelMultipleChoiceField)
        choice.queryset = units


class CampaignContactForm(forms.Form):
    name = forms.CharField(label="联系人", max_length=40)
    phone = forms.CharField(label="联系电话（传真）", max_length=80)
    email = forms.EmailField(label="邮箱", max_length=80, required=False)
    hotline = forms.CharField(
        label="公开举报电话", max_length=40, required=False, help_text="填写后显示在公开举报页上，任何人可以查看。"
    )


class AnnexForm(forms.Form):
    file = forms.FileField(
        label="原件", help_text="PDF 或 Word 文件。", widget=forms.FileInput(attrs={"accept": ".pdf,.doc,.docx"})
    )
    valid_from = forms.DateField(label="生效日期", widget=DateInput, help_text="此后派单的任务用这一版。")
    matches = forms.BooleanField(
        label="平台表单已按原件逐项核对一致", required=False, help_text="核对一致的，新任务的打印件不再标“非原件”。"
    )
    note = forms.CharField(label="说明", max_length=200, required=False)


class BasisForm(forms.Form):
    number = forms.CharField(label="文号", max_length=60)
    title = forms.CharField(label="名称", max_length=200)
    valid_from = forms.DateField(label="生效日期", required=False, widget=DateInput)
    valid_to = forms.DateField(label="失效日期", required=False, widget=DateInput)


class ReasonForm(forms.Form):
    reason = forms.CharField(label="停用依据", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))
