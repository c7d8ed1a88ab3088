"""What the address may ask of the differences of the key list."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.models import Unit
from campaigns.forms.decisions import field_of
from campaigns.rules.key_list import KeyRule
from campaigns.services.key_list import STATES


class KeyListFilter(forms.Form):
    unit = forms.ChoiceField(label="责任单位", required=False)
    rule = forms.ChoiceField(label="规则", required=False)
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部未纳入"), *STATES.items()])

    def __init__(self, data: Any, *, units: QuerySet[Unit], rules: Iterable[KeyRule]) -> None:
        super().__init__(data)
        field_of(self, "unit", forms.ChoiceField).choices = [("", "全部"), *((str(u.pk), u.short_name) for u in units)]
        field_of(self, "rule", forms.ChoiceField).choices = [("", "全部"), *((one.key, one.name) for one in rules)]

    def asked(self) -> dict[str, str]:
        """The values that fit; the rest of the address is ignored."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
