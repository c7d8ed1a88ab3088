"""A signal as people enter it."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.models import Unit
from campaigns.forms.decisions import field_of
from campaigns.models import Campaign, Signal
from enterprises.rules.industries import NUMBERED


class SignalForm(forms.Form):
    campaign = forms.ModelChoiceField(label="专项行动", queryset=Campaign.objects.none(), empty_label=None)
    unit = forms.ModelChoiceField(label="影响范围", queryset=Unit.objects.none(), empty_label=None)
    kind = forms.ChoiceField(label="信号", choices=[("", "请选择"), *Signal.Kind.choices])
    level = forms.ChoiceField(
        label="预警级别",
        choices=Signal.Level.choices,
        required=False,
        help_text="橙色、红色预警推送清单和应急减排核查任务。",
    )
    detail = forms.CharField(label="内容", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    industries = forms.TypedMultipleChoiceField(
        label="涉及行业",
        choices=NUMBERED,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices choices-row"}),
        help_text="不选为全部行业；重污染天气预警不选为全部涉气行业。",
    )
    longitude = forms.DecimalField(
        label="网格或站点经度", required=False, min_value=73, max_value=136, decimal_places=7
    )
    latitude = forms.DecimalField(label="网格或站点纬度", required=False, min_value=3, max_value=54, decimal_places=7)
    metres = forms.IntegerField(
        label="半径（米）", required=False, min_value=100, max_value=50000, help_text="只影响圈内企业的，三项同时填写。"
    )

    def __init__(self, data: Any, *, campaigns: QuerySet[Campaign], units: QuerySet[Unit]) -> None:
        super().__init__(data)
        field_of(self, "campaign", forms.ModelChoiceField).queryset = campaigns
        field_of(self, "unit", forms.ModelChoiceField).queryset = units
