"""A lead as people enter it, and the filters of the register."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.models import Unit, User
from campaigns.forms.decisions import field_of, most_words
from campaigns.models import Lead
from core.widgets import DateTimeInput, DayAsked
from enterprises.models import Enterprise
from enterprises.models.site import EnterpriseQuerySet

ANY = ("", "全部")


def enterprise_named(text: str, sites: EnterpriseQuerySet) -> Enterprise:
    """The site of a name or a code; forms.ValidationError names what else it could be."""
    wanted = text.strip()
    exact = list(sites.filter(name=wanted)[:2]) or list(sites.filter(entity__uscc=wanted.upper())[:2])
    found = exact or list(sites.searched(wanted)[:6])
    if len(found) == 1:
        return found[0]
    if not found:
        raise forms.ValidationError(f"没有找到“{wanted}”，请核对名称或代码；企业不明的，此处留空，填写地址或坐标。")
    named = "、".join(row.name for row in found[:5])
    raise forms.ValidationError(f"“{wanted}”可能是：{named}。请写全名称。")


class LeadForm(forms.Form):
    """What came in: from where, about whom or which place, what and when."""

    kind = forms.ChoiceField(label="来源", choices=[("", "请选择"), *Lead.Kind.choices])
    enterprise = forms.CharField(
        label="企业名称或统一社会信用代码", required=False, max_length=120, help_text="企业不明的留空，填写地址或坐标。"
    )
    unit = forms.ModelChoiceField(label="办理单位", queryset=Unit.objects.none(), empty_label=None)
    address = forms.CharField(label="地址", required=False, max_length=200)
    longitude = forms.DecimalField(label="经度", required=False, min_value=73, max_value=136, decimal_places=7)
    latitude = forms.DecimalField(label="纬度", required=False, min_value=3, max_value=54, decimal_places=7)
    occurred_at = forms.DateTimeField(label="发生时间", widget=DateTimeInput)
    detail = forms.CharField(
        label="线索内容",
        validators=[most_words(300)],
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="最多 300 字。",
    )
    factor = forms.CharField(label="超标因子", required=False, max_length=40, help_text="超标线索填写，如：二氧化硫。")
    value = forms.DecimalField(label="监测数值", required=False, max_digits=14, decimal_places=4)
    limit = forms.DecimalField(label="排放限值", required=False, max_digits=14, decimal_places=4)
    reporter = forms.CharField(
        label="举报人",
        required=False,
        max_length=40,
        help_text="单独保存；只有单位领导写明理由后才能查看，查看有记录。",
    )
    contact = forms.CharField(label="举报人联系方式", required=False, max_length=60)
    is_integrity = forms.BooleanField(
        label="反映执法人员违纪违规", required=False, help_text="勾选后只有巡查组可见，本单位人员看不到。"
    )

    def __init__(self, data: Any, *, user: User, units: QuerySet[Unit], **options: Any) -> None:
        super().__init__(data, **options)
        self.user = user
        field_of(self, "unit", forms.ModelChoiceField).queryset = units

    def clean_enterprise(self) -> Enterprise | None:
        text = self.cleaned_data["enterprise"]
        sites = Enterprise.objects.visible_to(self.user).select_related("unit", "entity")
        return enterprise_named(text, sites) if text.strip() else None


class IdentifyForm(forms.Form):
    """Whose the place turned out to be."""

    enterprise = forms.CharField(label="企业名称或统一社会信用代码", max_length=120)

    def __init__(self, data: Any, *, user: User) -> None:
        super().__init__(data)
        self.user = user

    def clean_enterprise(self) -> Enterprise:
        sites = Enterprise.objects.visible_to(self.user).select_related("unit", "entity")
        return enterprise_named(self.cleaned_data["enterprise"], sites)


class LeadFilter(forms.Form):
    """What the address may ask of the register; a value that nobody offers asks nothing."""

    q = forms.CharField(
        label="企业、地址或内容", required=False, max_length=60, widget=forms.TextInput(attrs={"type": "search"})
    )
    kind = forms.ChoiceField(label="来源", required=False, choices=[ANY, *Lead.Kind.choices])
    state = forms.ChoiceField(label="状态", required=False, choices=[ANY, *Lead.State.choices])
    since = DayAsked(label="登记自", required=False)
    until = DayAsked(label="登记至", required=False)

    def asked(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class LeadSheetForm(forms.Form):
    """A list of leads as a table."""

    unit = forms.ModelChoiceField(label="办理单位", queryset=Unit.objects.none(), empty_label=None)
    file = forms.FileField(label="线索表（.xlsx 或 .csv）")

    def __init__(self, data: Any, files: Any, *, units: QuerySet[Unit]) -> None:
        super().__init__(data, files)
        field_of(self, "unit", forms.ModelChoiceField).queryset = units
