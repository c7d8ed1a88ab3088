"""What one may narrow a register's list by; every value stands in the address."""

from typing import Any

from django import forms
from django.db.models import Q

from accounts.gate import holdings
from accounts.models import Unit, User
from campaigns.models import Campaign, RegisterVersion
from core import clock
from enterprises.rules.industries import INDUSTRIES

FIRST_YEAR = 2018


class FilterForm(forms.Form):
    q = forms.CharField(label="名称", required=False, max_length=60)

    def __init__(self, data: Any, *, version: RegisterVersion, user: User) -> None:
        super().__init__(data)
        definition = version.data
        if not version.is_standing:
            rows = Campaign.objects.visible_to(user).published().values_list("pk", "title")
            self.put("campaign", "专项行动", [(str(pk), title) for pk, title in rows])
        if len(definition["states"]) > 1:
            self.put("state", "状态", [(state["key"], state["label"]) for state in definition["states"]])
        units = units_of(user)
        if len(units) > 1:
            self.put("unit", "单位", units)
        years = range(clock.today().year, FIRST_YEAR - 1, -1)
        self.put("year", "年度", [(str(year), f"{year} 年") for year in years])
        for field in definition["fields"]:
            if field.get("filter") and "secret" not in field:
                names = [(one["value"], one["label"]) for one in field.get("options", [])]
                self.put(field["key"], field["label"], names or [(name, name) for name in INDUSTRIES])

    def put(self, name: str, label: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name] = forms.ChoiceField(label=label, required=False, choices=[("", "不限"), *choices])


def units_of(user: User) -> list[tuple[str, str]]:
    """The units below which the person works, by path."""
    mine = Q(pk__in=[])
    for row in holdings(user).rows:
        if row.path:
            mine |= Q(path__startswith=row.path)
    rows = Unit.objects.filter(mine, closed_on=None).order_by("path").values_list("path", "short_name")
    return list(rows)
