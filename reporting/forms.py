from django import forms

from accounts.models import User


class HandoverForm(forms.Form):
    leaver = forms.ModelChoiceField(label="移交人", queryset=User.objects.none(), empty_label="请选择")
    successor = forms.ModelChoiceField(label="接收人", queryset=User.objects.none(), empty_label="请选择")
    reason = forms.CharField(label="移交理由", max_length=200, help_text="如调离、退休、岗位轮换。")

    def __init__(self, *args: object, paths: tuple[str, ...], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        people = User.objects.filter(unit__path__in=[]).none()
        for path in paths:
            people = people | User.objects.filter(unit__path__startswith=path)
        for name, rows in (("leaver", people), ("successor", people.filter(is_active=True))):
            choice = self.fields[name]
            assert isinstance(choice, forms.ModelChoiceField)
            choice.queryset = rows.select_related("unit").order_by("name", "pk")
            choice.label_from_instance = self.label_of  # type: ignore[method-assign]

    @staticmethod
    def label_of(person: User) -> str:
        closed = "" if person.is_active else "（已停用）"
        return f"{person.name} · {person.unit.short_name if person.unit else ''} {person.post}{closed}".strip()
