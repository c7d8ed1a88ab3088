"""What people type on the pages of the enterprises' history."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.models import Unit
from campaigns.models import Campaign
from inspections.models import PastProblem
from inspections.rules.past import CONCLUSIONS

ANY = ("", "全部")
OPEN, ANSWERED = "open", "answered"


class PastFilter(forms.Form):
    """What the address may ask; a value that nobody offers asks nothing."""

    q = forms.CharField(
        label="企业或内容", required=False, max_length=60, widget=forms.TextInput(attrs={"type": "search"})
    )
    kind = forms.ChoiceField(label="线索类别", required=False, choices=[ANY, *PastProblem.Kind.choices])
    answered = forms.ChoiceField(
        label="核销", required=False, choices=[ANY, (OPEN, "未核销"), (ANSWERED, "已核销"), *CONCLUSIONS.items()]
    )
    unit = forms.ModelChoiceField(label="单位及下级", required=False, queryset=Unit.objects.none(), empty_label="全部")

    def __init__(self, data: Any, *, units: QuerySet[Unit]) -> None:
        super().__init__(data)
        field = self.fields["unit"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = units

    def asked(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class PastSheetForm(forms.Form):
    """The history of enterprises as a table, for one campaign whose plan asks for it."""

    campaign = forms.ModelChoiceField(label="专项行动", queryset=Campaign.objects.none(), empty_label=None)
    file = forms.FileField(
        label="历史线索表（.xlsx 或 .csv）",
        help_text="一行一条线索，企业名称和统一社会信用代码至少填一项；线索类别照模板中的五类填写。",
    )

    def __init__(self, data: Any, files: Any, *, campaigns: QuerySet[Campaign]) -> None:
        super().__init__(data, files)
        field = self.fields["campaign"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = campaigns
