"""What people type about blueprints, and about campaigns that come from another."""

from datetime import date
from typing import Any

from django import forms

from accounts.models import Unit
from campaigns.forms.decisions import field_of
from campaigns.models import Campaign
from campaigns.rules import Window
from core import clock
from core.widgets import DateInput

# A plan with its whole text is some 60 KB.
LARGEST = 1_000_000
PASTED = "粘贴的内容"


class WriteForm(forms.Form):
    """A blueprint as YAML, pasted or as a file; a file goes before what is pasted."""

    file = forms.FileField(
        label="YAML 文件", required=False, help_text="选了文件，就检查文件；否则检查下面粘贴的内容。"
    )
    text = forms.CharField(
        label="模板内容（YAML）",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "class": "code", "spellcheck": "false"}),
    )
    year = forms.IntegerField(label="按哪一年预览日期", min_value=2018, max_value=2100)
    change = forms.CharField(
        label="这一版改了什么、依据什么文件", required=False, max_length=200, help_text="保存时必填，记入操作日志。"
    )

    def __init__(self, data: Any = None, files: Any = None, **options: Any) -> None:
        super().__init__(data, files, initial={"year": clock.today().year}, **options)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file and file.size > LARGEST:
            raise forms.ValidationError(f"文件超过 {LARGEST // 1_000_000} MB，模板不会这样大，请核对。")
        return file

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        given["name"] = PASTED
        if file := given.get("file"):
            given["name"] = file.name.replace(":", "：")
            try:
                given["text"] = file.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", "文件不是 UTF-8 编码，请另存为 UTF-8 后再选。")
        given["text"] = given.get("text", "").replace("\r\n", "\n").replace("\r", "\n")
        if not given["text"].strip() and not self.errors:
            self.add_error("text", "请粘贴模板内容，或选择文件。")
        return given


class DatesForm(forms.Form):
    """First and last day of every phase of a draft."""

    def __init__(self, data: Any, *, campaign: Campaign) -> None:
        super().__init__(data)
        self.phases = list(campaign.phases.all())
        for phase in self.phases:
            for end, label in (("starts_on", "开始"), ("ends_on", "结束")):
                self.fields[f"{phase.key}_{end}"] = forms.DateField(
                    label=f"{phase.name}{label}", initial=getattr(phase, end), widget=DateInput
                )

    def windows(self) -> dict[str, Window]:
        """The phases that were moved."""
        found: dict[str, Window] = {}
        for phase in self.phases:
            days: tuple[date, date] = (
                self.cleaned_data[f"{phase.key}_starts_on"],
                self.cleaned_data[f"{phase.key}_ends_on"],
            )
            if days != (phase.starts_on, phase.ends_on):
                found[phase.key] = days
        return found


class CopyForm(forms.Form):
    year = forms.IntegerField(label="复制到哪一年度", min_value=2018, max_value=2100)


class HandDownForm(forms.Form):
    unit = forms.ModelChoiceField(label="下达到", queryset=Unit.objects.none(), empty_label="请选择")

    def __init__(self, data: Any, *, units: Any) -> None:
        super().__init__(data)
        field_of(self, "unit", forms.ModelChoiceField).queryset = units
