"""What a unit fills in for one item of the start checklist; which fields depends on the kind of the item."""

from collections.abc import Mapping
from typing import Any

from django import forms

from accounts.models import Unit


def line(label: str, *, required: bool = True, length: int = 80, help_text: str = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=length, required=required, help_text=help_text)


def lines(label: str, *, required: bool = False, help_text: str = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(label=label, max_length=2000, required=required, help_text=help_text, widget=widget)


def fields_of(kind: str) -> dict[str, forms.Field]:
    if kind == "leading":
        return {
            "head": line("组长姓名", length=40),
            "head_post": line("组长职务", help_text="如“党组书记、局长”；组长须由主要负责人担任。"),
            "members": lines("副组长和组员", help_text="一人一行：姓名、职务。"),
            "number": line("成立文件文号", required=False),
        }
    if kind == "office":
        return {
            "place": line("办公室设在"),
            "director": line("主任姓名", length=40),
            "director_post": line("主任职务"),
            "members": lines("组员", help_text="一人一行：姓名、职务。"),
            "phone": line("办公电话", required=False, length=40),
        }
    if kind == "document":
        return {
            "title": line("文件名称", length=120),
            "number": line("文号", required=False),
            "file": forms.FileField(
                label="文件",
                help_text="PDF、Word 文档或图片。",
                widget=forms.FileInput(attrs={"accept": ".pdf,.doc,.docx,.jpg,.png"}),
            ),
        }
    if kind == "channel":
        return {
            "name": line("群名"),
            "administrator": line("管理员", length=40),
            "members": lines("成员单位", required=True, help_text="一个单位一行。"),
        }
    return {
        "measure": lines("保障措施", required=True, help_text="怎样落实，安排了什么。"),
        "officer": line("责任人", length=40),
    }


class ReadinessForm(forms.Form):
    """The fields of one kind of item, filled with what was filed last."""

    def __init__(self, data: Any, files: Any, *, kind: str, initial: Mapping[str, Any]) -> None:
        super().__init__(data, files, initial=dict(initial))
        self.fields.update(fields_of(kind))

    @property
    def said(self) -> dict[str, str]:
        return {name: value for name, value in self.cleaned_data.items() if name != "file"}


LABELS = {
    name: str(field.label)
    for kind in ("leading", "office", "document", "channel", "guarantee")
    for name, field in fields_of(kind).items()
} | {"members": "成员", "number": "文号", "name": "群名"}


class ReadinessFilter(forms.Form):
    level = forms.ChoiceField(label="层级", required=False)
    city = forms.ModelChoiceField(label="所属市", queryset=Unit.objects.none(), required=False, empty_label="全部")
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), ("missing", "未齐备"), ("ready", "已齐备")]
    )

    def __init__(self, data: Any, *, levels: list[tuple[str, str]], cities: Any) -> None:
        super().__init__(data)
        level, city = self.fields["level"], self.fields["city"]
        assert isinstance(level, forms.ChoiceField)
        assert isinstance(city, forms.ModelChoiceField)
        level.choices = levels
        city.queryset = cities
