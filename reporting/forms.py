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
