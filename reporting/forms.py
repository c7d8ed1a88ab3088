from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.forms import PersonChoice, person_label
from accounts.models import User
from campaigns.forms.decisions import most_words


class LeaverForm(forms.Form):
    leaver = PersonChoice(label="移交人", queryset=User.objects.none(), empty_label="请选择")

    def __init__(self, *args: Any, paths: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["leaver"]
        assert isinstance(choice, PersonChoice)
        choice.queryset = people_under(paths)


class HandoverForm(forms.Form):
    """Who takes up a leaver's work. `fit` are offered; whoever else of the units is named is refused with reasons."""

    leaver = PersonChoice(queryset=User.objects.none(), widget=forms.HiddenInput)
    successor = PersonChoice(label="接收人", queryset=User.objects.none(), empty_label="请选择")
    reason = forms.CharField(label="移交理由", max_length=200, help_text="如调离、退休、岗位轮换。")

    def __init__(self, *args: Any, paths: tuple[str, ...], fit: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = people_under(paths)
        for name, rows in (("leaver", people), ("successor", people.filter(is_active=True))):
            choice = self.fields[name]
            assert isinstance(choice, PersonChoice)
            choice.queryset = rows
        self.fields["successor"].widget.choices = [
            ("", "请选择"),
            *((one.pk, person_label(one)) for one in fit),
        ]


def people_under(paths: Iterable[str]) -> QuerySet[User]:
    """Everybody of the units under some paths, by name."""
    people = User.objects.none()
    for path in paths:
        people = people | User.objects.filter(unit__path__startswith=path)
    return people.select_related("unit").order_by("name", "pk")


class ReportForm(forms.Form):
    """What a city adds to its figures. `seen` is the platform's proof of the moment whose figures the page showed."""

    text = forms.CharField(
        label="情况说明",
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="说明本周进展、突出问题和下周安排；数字由平台生成，不必重复填写。",
    )
    is_nothing = forms.BooleanField(label="零报告：本周没有开展检查，也没有新增情况", required=False)
    without = forms.BooleanField(required=False)
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, waiting: Sequence[str] = (), **kwargs: Any) -> None:
        """`waiting` are the counties whose word is still missing: who sends without it says so."""
        super().__init__(*args, **kwargs)
        self.waiting = list(waiting)
        if waiting:
            self.fields["without"].label = f"已知悉上述 {len(waiting)} 个单位尚未确认，仍然报送"
        else:
            del self.fields["without"]


class CorrectionForm(ReportForm):
    reason = forms.CharField(label="更正理由", max_length=300, help_text="说明更正了什么、为什么，将随更正版一并报送。")


class ConfirmationForm(forms.Form):
    note = forms.CharField(
        label="备注", max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 3}), help_text="没有可不填。"
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class BriefForm(forms.Form):
    """The words of a brief; figures and films are the platform's."""

    text = forms.CharField(
        label="正文",
        validators=[most_words(8000)],
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="最多 8,000 字；本周数字由平台列在正文之后，不必重复。",
    )
    closing = forms.CharField(
        label="下一步工作",
        validators=[most_words(4000)],
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="最多 4,000 字。",
    )
