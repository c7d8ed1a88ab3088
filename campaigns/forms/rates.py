"""What people type about the parameters of draws: ratios by layer, the floor, the frequency, the reports cited."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.models import Unit
from campaigns.draw_rules import percent
from campaigns.forms.decisions import field_of
from campaigns.forms.draws import PercentField
from campaigns.models import DrawRates
from campaigns.services.draws import PARAMETERS, RATIOS
from core import clock
from enterprises.rules.quarters import Quarter

AHEAD = 5


class RatesForm(forms.Form):
    """Rates from a quarter on; beside each parameter the number of the report that its change cites."""

    unit = forms.ModelChoiceField(label="单位", queryset=Unit.objects.none(), empty_label=None)
    quarter = forms.ChoiceField(label="自哪个季度起")
    source = forms.CharField(label="来源", max_length=200, help_text="方案或文件的名称、文号和条款。")
    reason = forms.CharField(
        label="变更理由",
        max_length=200,
        required=False,
        help_text="改变任何一项都须写明；没有引用研判报告的，凭理由审批。",
    )

    def __init__(self, data: Any, *, units: QuerySet[Unit], current: DrawRates | None) -> None:
        super().__init__(data)
        field_of(self, "unit", forms.ModelChoiceField).queryset = units
        field_of(self, "quarter", forms.ChoiceField).choices = list(quarters())
        for key, name in PARAMETERS.items():
            before = current.values[key] if current else None
            self.fields[key] = value_field(key, name, before)
            self.fields[f"report-{key}"] = forms.CharField(
                label=f"{name}变更引用的研判报告号", max_length=60, required=False
            )

    @property
    def lines(self) -> list[tuple[Any, Any]]:
        """Each parameter with the field of its report."""
        return [(self[key], self[f"report-{key}"]) for key in PARAMETERS]

    @property
    def values(self) -> dict[str, int]:
        return {key: self.cleaned_data[key] for key in PARAMETERS}

    @property
    def reports(self) -> dict[str, str]:
        return {key: self.cleaned_data[f"report-{key}"] for key in PARAMETERS}


def value_field(key: str, name: str, before: int | None) -> forms.Field:
    if key in RATIOS:
        return PercentField(label=f"{name}（%）", initial=percent(before) if before else None)
    return forms.IntegerField(label=f"{name}（次）", min_value=1, max_value=366, initial=before)


def quarters() -> Iterator[tuple[str, str]]:
    """This quarter and the next ones."""
    one = Quarter.of(clock.today())
    for _ in range(AHEAD):
        yield one.key, one.label
        one = one.next
