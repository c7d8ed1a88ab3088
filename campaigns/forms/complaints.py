"""What the public types into the page of complaints."""

from typing import Any

from django import forms

from accounts.models import Unit
from campaigns.forms.decisions import field_of
from campaigns.models import Campaign, CampaignContact
from campaigns.services.complaints import ABOUT, places


class CampaignChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.unit.name}：{obj.title}"


class PlaceChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # as above
    def label_from_instance(self, obj: Any) -> str:
        if obj.level == "city" or obj.parent is None:
            return f"{obj.short_name}（不清楚县区）"
        return f"{obj.parent.short_name} {obj.short_name}"


class ComplaintForm(forms.Form):
    campaign = CampaignChoice(label="专项行动", queryset=Campaign.objects.none(), empty_label=None)
    about = forms.ChoiceField(label="反映什么", choices=list(ABOUT.items()), widget=forms.RadioSelect)
    enterprise = forms.CharField(label="涉及企业", max_length=80, required=False)
    unit = PlaceChoice(
        label="所在县区",
        queryset=Unit.objects.none(),
        required=False,
        empty_label="请选择",
        help_text="反映企业环境违法的必须选，由当地受理；不清楚县区的，选所在市。",
    )
    address = forms.CharField(label="地点", max_length=110, help_text="乡镇、路名或企业所在的位置。")
    detail = forms.CharField(
        label="情况", max_length=300, widget=forms.Textarea(attrs={"rows": 5}), help_text="什么时间、什么人、什么事。"
    )
    reporter = forms.CharField(
        label="您的姓名", max_length=40, required=False, help_text="可以不填。单独保密保存，办理人员看不到。"
    )
    contact = forms.CharField(label="联系电话", max_length=60, required=False, help_text="可以不填。")

    def __init__(self, data: Any, *, hotlines: list[CampaignContact]) -> None:
        super().__init__(data)
        rows = Campaign.objects.filter(pk__in=[one.campaign_id for one in hotlines]).select_related("unit")
        field_of(self, "campaign", forms.ModelChoiceField).queryset = rows.order_by("unit__path", "-pk")
        field_of(self, "unit", forms.ModelChoiceField).queryset = places()
