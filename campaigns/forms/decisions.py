"""What people type about campaigns."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator

from accounts.models import Grant, Unit, User
from accounts.rules import Role
from campaigns.blueprint_files import place_said
from campaigns.models import BlueprintVersion, Campaign, Phase, SharedList, WorkGroup
from core import clock
from core.rules import OnHoliday
from core.widgets import DateInput

ON_HOLIDAY = [
    (OnHoliday.PREVIOUS.value, "提前到前一个工作日"),
    (OnHoliday.NEXT.value, "顺延到后一个工作日"),
    (OnHoliday.KEEP.value, "不变，仍按原日"),
]


class CreateForm(forms.Form):
    blueprint = forms.ChoiceField(label="方案模板")
    year = forms.IntegerField(label="年度", min_value=2018, max_value=2100)
    unit = forms.ModelChoiceField(label="组织单位", queryset=Unit.objects.none(), empty_label=None)

    def __init__(self, data: Any, *, units: Any) -> None:
        super().__init__(data, initial={"year": clock.today().year})
        newest: dict[str, str] = {}
        for row in BlueprintVersion.objects.order_by("name", "-version").only("name", "version", "title"):
            newest.setdefault(row.name, str(row))
        field_of(self, "blueprint", forms.ChoiceField).choices = list(newest.items())
        field_of(self, "unit", forms.ModelChoiceField).queryset = units


class ParametersForm(forms.Form):
    """One choice for everything the plan leaves open, and the policy for report days that are days off."""

    def __init__(self, data: Any, *, campaign: Campaign) -> None:
        super().__init__(data)
        for parameter in campaign.blueprint.data.get("parameters", []):
            self.fields[parameter["key"]] = forms.ChoiceField(
                label=parameter["title"],
                choices=[(option["value"], option["label"]) for option in parameter["options"]],
                initial=campaign.parameters.get(parameter["key"], parameter.get("default")),
                help_text=f"{parameter.get('question', '')}{parameter.get('note', '')}"
                f"{place_said(parameter)}：{parameter.get('quote', '')}",
                widget=forms.RadioSelect,
                error_messages={"required": "请选定一项，发布后不能更改。"},
            )
        self.fields["on_holiday"] = forms.ChoiceField(
            label="报送日逢节假日",
            choices=ON_HOLIDAY,
            initial=campaign.on_holiday,
            help_text=campaign.blueprint.data.get("report", {}).get("note", ""),
            widget=forms.RadioSelect,
        )

    def chosen(self) -> dict[str, str]:
        return {key: value for key, value in self.cleaned_data.items() if key != "on_holiday"}


class AdoptForm(forms.Form):
    key = forms.ChoiceField(label="共享台账选项")
    statement = forms.CharField(
        label="决定内容", max_length=2000, widget=forms.Textarea(attrs={"rows": 5}), help_text="将显示在行动页面上。"
    )

    def __init__(self, data: Any, *, campaign: Campaign) -> None:
        proposed: Mapping[str, str] = campaign.blueprint.data.get("lists", {})
        super().__init__(data, initial={"key": proposed.get("key"), "statement": proposed.get("statement")})
        field_of(self, "key", forms.ChoiceField).choices = shared_choices()


def shared_choices() -> list[tuple[str, str]]:
    """Every set of shared lists by what it holds and where it is from, as a person reads it."""
    titles: dict[str, list[str]] = {}
    sources: dict[str, str] = {}
    for row in SharedList.objects.order_by("key", "pk"):
        if row.title not in titles.setdefault(row.key, []):
            titles[row.key].append(row.title)
        sources[row.key] = row.source.split("“")[0]
    return [(key, f"{'、'.join(held)}（{sources[key]}）") for key, held in titles.items()]


class WindowForm(forms.Form):
    phase = forms.ModelChoiceField(label="阶段", queryset=Phase.objects.none(), empty_label=None)
    unit = forms.ModelChoiceField(label="单位", queryset=Unit.objects.none(), empty_label=None)
    starts_on = forms.DateField(label="开始日期", widget=DateInput)
    ends_on = forms.DateField(label="结束日期", widget=DateInput)
    reason = forms.CharField(label="理由", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, data: Any, *, campaign: Campaign, units: Any) -> None:
        super().__init__(data)
        field_of(self, "phase", forms.ModelChoiceField).queryset = campaign.phases.filter(adjustable=True)
        field_of(self, "unit", forms.ModelChoiceField).queryset = units


class MemberForm(forms.Form):
    group = forms.ModelChoiceField(label="工作组", queryset=WorkGroup.objects.none(), empty_label=None)
    user = forms.ModelChoiceField(
        label="人员", queryset=User.objects.none(), empty_label="没有账号，在下面填写姓名", required=False
    )
    name = forms.CharField(label="姓名（没有账号的）", max_length=40, required=False)
    post = forms.CharField(
        label="职务", max_length=80, required=False, help_text="如“党组书记、厅长”；留空的用账号登记的职务。"
    )
    role = forms.CharField(
        label="组内角色", max_length=20, initial="组员", help_text="组长、副组长、主任、负责人、组员"
    )

    def __init__(self, data: Any, *, campaign: Campaign) -> None:
        super().__init__(data)
        field_of(self, "group", forms.ModelChoiceField).queryset = campaign.groups.all()
        people = User.objects.filter(unit=campaign.unit_id, is_active=True) | User.objects.filter(
            pk__in=holders(Role.EXPERT, campaign.unit.path), is_active=True
        )
        field_of(self, "user", forms.ModelChoiceField).queryset = people.order_by("name")


class ContactForm(forms.Form):
    unit = forms.ModelChoiceField(label="单位", queryset=Unit.objects.none(), empty_label=None)
    user = forms.ModelChoiceField(label="联络员", queryset=User.objects.none(), empty_label="请选择")

    def __init__(self, data: Any, *, units: Any) -> None:
        super().__init__(data)
        field_of(self, "unit", forms.ModelChoiceField).queryset = units
        contacts = Grant.objects.in_force(clock.today()).filter(role=Role.CONTACT, unit__in=units)
        people = User.objects.filter(pk__in=contacts.values("user"), is_active=True).order_by("name")
        field_of(self, "user", forms.ModelChoiceField).queryset = people


class PledgeForm(forms.Form):
    read = forms.BooleanField(
        label="我已逐条阅读，并承诺遵守", error_messages={"required": "请逐条阅读后勾选，再签名。"}
    )
    name = forms.CharField(
        label="本人签名（输入姓名）", max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    year = forms.IntegerField(
        label="落款年份", min_value=2000, max_value=2100, help_text="原文预印的年份，跨年签署的请改为实际年份。"
    )

    def __init__(self, data: Any = None, *, printed: int | None = None) -> None:
        super().__init__(data)
        if printed is None:
            del self.fields["year"]
        else:
            self.fields["year"].initial = printed


def holders(role: str, path: str) -> Any:
    """The keys of those who hold a role somewhere under a path today."""
    grants = Grant.objects.in_force(clock.today()).filter(role=role, unit__path__startswith=path)
    return grants.values("user")


def most_words(limit: int) -> MaxLengthValidator:
    """Said on return; a `maxlength` in the browser would cut what is pasted, and say nothing."""
    return MaxLengthValidator(limit, f"最多 {limit:,} 字，现在有 %(show_value)s 字，请删减后再提交。")


def field_of(form: forms.Form, name: str, kind: type[Any]) -> Any:
    """A field of a form as the kind it is (a form's fields are only known as Field)."""
    found = form.fields[name]
    assert isinstance(found, kind)
    return found
