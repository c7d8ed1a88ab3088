"""What people type about random draws: terms, recusals, commitments, adjustments, the three lists."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q, QuerySet

from accounts.models import Grant, Region, Unit, User
from accounts.rules import Role
from campaigns.draw_rules import percent
from campaigns.forms.decisions import field_of
from campaigns.models import Campaign, Draw, DrawAdjustment, DrawnTarget, PoolVersion, Rating, Recusal, Target
from campaigns.public_sources import choices
from campaigns.services.draws import (
    DIMENSIONS,
    ELEMENTS,
    HELPERS,
    POLICIES,
    SPECIALITIES,
    Settings,
    items_of,
    may_join,
    rows_of,
    witnesses,
)
from core import clock
from core.widgets import DateInput, DateTimeInput
from enterprises.models import Enterprise
from enterprises.rules.industries import NUMBERED
from enterprises.rules.quarters import Quarter

IN_A_ROW = {"class": "choices choices-row"}
TIMES = ("commit_by", "reveal_by")


class PercentField(forms.DecimalField):
    """A percentage with two decimals; cleaned to ten-thousandths."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=5, decimal_places=2, **options)

    def clean(self, value: Any) -> Any:
        found = super().clean(value)
        if found is None:
            return None
        if not 0 < found <= 100:
            raise forms.ValidationError("抽取比例须大于 0、不超过 100%。")
        return int(found * 100)


class DrawForm(forms.Form):
    """The terms of a draw."""

    title = forms.CharField(label="名称", max_length=80, help_text="如：五月涉气企业双随机抽查")
    campaign = forms.ModelChoiceField(label="行动", queryset=Campaign.objects.none(), empty_label=None)
    unit = forms.ModelChoiceField(label="组织单位", queryset=Unit.objects.none(), empty_label=None)
    regions = forms.MultipleChoiceField(
        label="县市区（不选为全部）", required=False, widget=forms.CheckboxSelectMultiple(attrs=IN_A_ROW)
    )
    industries = forms.TypedMultipleChoiceField(
        label="行业（不选为全部）",
        required=False,
        coerce=int,
        choices=[(number, name) for number, name in NUMBERED],
        widget=forms.CheckboxSelectMultiple(attrs=IN_A_ROW),
    )
    key = forms.ChoiceField(
        label="对象类别",
        required=False,
        choices=[("", "全部"), ("yes", "重点排污单位"), ("no", "非重点排污单位")],
    )
    listed = forms.BooleanField(
        label="只抽名录库内的企业", required=False, help_text="区域、行业、规模、要素四项分类不全的，排除并写明缺什么。"
    )
    new_permits = forms.ChoiceField(
        label="新领排污许可证",
        required=False,
        help_text="选季度则只抽该季度首次领证的单位，抽取数不低于其 10%（向上取整）。",
    )
    partners = forms.CharField(
        label="联合抽查的部门",
        max_length=200,
        required=False,
        help_text="联合双随机的其他部门，用顿号分开。",
    )
    checks = forms.MultipleChoiceField(
        label="检查事项（不选为清单全部）", required=False, widget=forms.CheckboxSelectMultiple(attrs=IN_A_ROW)
    )
    strata_by = forms.MultipleChoiceField(
        label="分层",
        required=False,
        choices=list(DIMENSIONS.items()),
        widget=forms.CheckboxSelectMultiple(attrs=IN_A_ROW),
        help_text="不选为不分层。每层按比例向上取整抽取，下一步可逐层改比例。",
    )
    ratio = PercentField(label="默认抽取比例（%）", initial=Decimal(10))
    team_size = forms.IntegerField(label="每组执法人员", min_value=2, max_value=4, initial=2)
    speciality = forms.ChoiceField(
        label="须有的业务专长", required=False, choices=[("", "不限"), *((name, name) for name in SPECIALITIES)]
    )
    inspect_on = forms.DateField(label="检查日期", widget=DateInput, help_text="执法证、正面清单按这一天判断。")
    cross_region = forms.BooleanField(
        label="异地交叉：不派往本人所在市", required=False, help_text="不勾选时，只派往本人有执法权限的辖区。"
    )
    avoid_previous = forms.BooleanField(label="回避曾检查过的企业", required=False, initial=True)
    witness = forms.ModelChoiceField(
        label="见证人",
        queryset=User.objects.none(),
        empty_label="请选择",
        help_text="巡查人员，或上级、同级其他单位的人员。",
    )
    commit_by = forms.DateTimeField(label="双方提交承诺值截止", widget=DateTimeInput)
    reveal_by = forms.DateTimeField(label="双方公开密值截止", widget=DateTimeInput)
    public_source = forms.ChoiceField(
        label="公共值取自",
        widget=forms.RadioSelect,
        help_text="公开截止一小时以后的第一期开奖号码。哪一期、哪一刻由来源定，不由人填。",
    )

    def __init__(self, data: Any, *, campaigns: QuerySet[Campaign], units: QuerySet[Unit], **options: Any) -> None:
        super().__init__(data, **options)
        field_of(self, "campaign", forms.ModelChoiceField).queryset = campaigns
        field_of(self, "unit", forms.ModelChoiceField).queryset = units
        field_of(self, "new_permits", forms.ChoiceField).choices = [("", "不限"), *recent_quarters()]
        field_of(self, "checks", forms.MultipleChoiceField).choices = item_names(units)
        sources = field_of(self, "public_source", forms.ChoiceField)
        sources.choices = listed = choices(clock.today())
        sources.initial = listed[0][0]
        below = Q(pk__in=[])
        people = User.objects.none()
        for unit in units:
            below |= Q(enterprises__unit__path__startswith=unit.path)
            people = people | witnesses(unit, clock.now())
        regions = Region.objects.filter(below).distinct().values_list("code", "name")
        field_of(self, "regions", forms.MultipleChoiceField).choices = list(regions)
        witness = field_of(self, "witness", forms.ModelChoiceField)
        witness.queryset = people.select_related("unit").order_by("name")
        witness.label_from_instance = named

    def settings(self) -> Settings:
        given = self.cleaned_data
        kept = {"regions": given["regions"], "industries": given["industries"], "key": given["key"]}
        kept |= {name: given[name] for name in ("listed", "new_permits") if given[name]}
        lists: dict[str, Any] = {"partners": tuple(parted(given["partners"])), "checks": tuple(given["checks"])}
        direct = ("title", "strata_by", "ratio", "inspect_on", *TIMES, "public_source", "team_size", "speciality")
        flags = {name: given[name] for name in ("cross_region", "avoid_previous")}
        return Settings(filters=kept, **{name: given[name] for name in direct}, **flags, **lists)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        commit_by, reveal_by = (given.get(name) for name in TIMES)
        if commit_by and reveal_by and commit_by >= reveal_by:
            self.add_error("reveal_by", "公开截止时间须晚于承诺截止时间。")
        return given


def parted(text: str) -> list[str]:
    """Names divided by 、 or a comma, each once."""
    return list(dict.fromkeys(name.strip() for name in re.split("[、，,;；]", text) if name.strip()))


def recent_quarters() -> list[tuple[str, str]]:
    """This quarter and the four before, in which permits were given."""
    found = [Quarter.of(clock.today())]
    for _ in range(4):
        found.append(found[-1].before)
    return [(one.key, one.label) for one in found]


def item_names(units: QuerySet[Unit]) -> list[tuple[str, str]]:
    """The items that may be checked: those of the lists in force for these units."""
    kept = [version for unit in units if (version := items_of(unit))]
    return list(dict.fromkeys((row[1], row[1]) for version in kept for row in rows_of(version)))


def beginning() -> dict[str, Any]:
    """What an empty form proposes: tomorrow's two deadlines, and a visit on the day after."""
    day = clock.today() + timedelta(days=1)
    hours = {"commit_by": (12, 0), "reveal_by": (17, 0)}
    times = {name: clock.local(clock.at_local(day, *at)) for name, at in hours.items()}
    return {**times, "inspect_on": day + timedelta(days=1)}


def as_typed(draw: Draw) -> dict[str, Any]:
    """A draft as its form shows it."""
    plain = ("title", "strata_by", "team_size", "speciality", "inspect_on", "cross_region", "avoid_previous")
    return {
        **{name: getattr(draw, name) for name in (*plain, "public_source", "campaign", "unit")},
        **{name: clock.local(getattr(draw, name)) for name in TIMES},
        **draw.filters,
        "partners": "、".join(draw.partners),
        "checks": draw.checks,
        "ratio": percent(draw.ratio),
        "witness": draw.participants.get(role="witness").user_id,
    }


def named(person: Any) -> str:
    return f"{person.name}（{person.unit.short_name if person.unit else '无单位'}）"


class DrawFilter(forms.Form):
    """What the address may ask of the list of draws."""

    q = forms.CharField(
        label="名称或文号", required=False, max_length=60, widget=forms.TextInput(attrs={"type": "search"})
    )
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *Draw.State.choices])
    campaign = forms.ModelChoiceField(
        label="行动", required=False, queryset=Campaign.objects.none(), empty_label="全部"
    )
    year = forms.IntegerField(label="检查年份", required=False, min_value=2000, max_value=2100)

    def __init__(self, data: Any, *, campaigns: QuerySet[Campaign]) -> None:
        super().__init__(data)
        field_of(self, "campaign", forms.ModelChoiceField).queryset = campaigns

    def asked(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class RecusalForm(forms.Form):
    user = forms.ModelChoiceField(label="执法人员", queryset=User.objects.none(), empty_label="请选择")
    enterprise = forms.CharField(
        label="回避的企业", max_length=120, required=False, help_text="填企业全称；不填则本次抽查整体回避。"
    )
    kind = forms.ChoiceField(label="方式", choices=Recusal.Kind.choices)
    reason = forms.CharField(label="事由", max_length=200)

    def __init__(self, data: Any, *, draw: Draw) -> None:
        super().__init__(data)
        self.draw = draw
        field = field_of(self, "user", forms.ModelChoiceField)
        field.queryset, field.label_from_instance = inspectors_under(draw.unit), named

    def clean_enterprise(self) -> Enterprise | None:
        name = self.cleaned_data["enterprise"].strip()
        if not name:
            return None
        rows = Target.objects.filter(campaign=self.draw.campaign_id, unit__path__startswith=self.draw.unit.path)
        found = list(rows.filter(enterprise__name=name).select_related("enterprise")[:2])
        if len(found) != 1:
            raise forms.ValidationError(f"检查对象中{'没有' if not found else '有多家'}“{name}”，请填全称。")
        return found[0].enterprise


def inspectors_under(unit: Unit) -> QuerySet[User]:
    grants = Grant.objects.in_force(clock.today()).filter(role=Role.INSPECTOR, unit__path__startswith=unit.path)
    return User.objects.filter(pk__in=grants.values("user")).select_related("unit").order_by("name")


class AdjustForm(forms.Form):
    kind = forms.ChoiceField(
        label="调整", choices=DrawAdjustment.Kind.choices, widget=forms.RadioSelect, initial="replace"
    )
    person_out = forms.ModelChoiceField(
        label="换下", queryset=User.objects.none(), required=False, empty_label="请选择"
    )
    person_in = forms.ModelChoiceField(label="换上", queryset=User.objects.none(), required=False, empty_label="请选择")
    reason = forms.CharField(label="理由", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, data: Any, *, drawn: DrawnTarget) -> None:
        super().__init__(data)
        people = User.objects.select_related("unit").order_by("name")
        for name, keys in (("person_out", drawn.team), ("person_in", [pk for pk, _ in may_join(drawn)])):
            field = field_of(self, name, forms.ModelChoiceField)
            field.queryset, field.label_from_instance = people.filter(pk__in=keys), named


class ItemsForm(forms.Form):
    lines = forms.CharField(
        label="抽查事项清单",
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="每行一项：事项｜依据。保存后成为新的一版，旧版保留。",
    )


class RatingForm(forms.Form):
    enterprise = forms.CharField(label="企业全称", max_length=120)
    credit = forms.ChoiceField(label="环境信用", required=False, choices=[("", "未评定"), *Rating.Credit.choices])
    risk = forms.ChoiceField(label="风险等级", required=False, choices=[("", "未评定"), *Rating.Risk.choices])
    size = forms.ChoiceField(
        label="规模", required=False, choices=[("", "请选择"), *Rating.Size.choices], help_text="入库必填。"
    )
    elements = forms.MultipleChoiceField(
        label="要素（污染物种类）",
        required=False,
        choices=[(name, name) for name in ELEMENTS],
        widget=forms.CheckboxSelectMultiple(attrs=IN_A_ROW),
        help_text="入库必填，可选几项。",
    )
    policies = forms.MultipleChoiceField(
        label="享受的环保优惠政策",
        required=False,
        choices=[(name, name) for name in POLICIES],
        widget=forms.CheckboxSelectMultiple(attrs=IN_A_ROW),
    )
    permit = forms.ChoiceField(label="许可执行", required=False, choices=[("", "没有资料"), *Rating.Permit.choices])
    management = forms.ChoiceField(
        label="管理水平", required=False, choices=[("", "没有资料"), *Rating.Management.choices]
    )
    offences = forms.IntegerField(label="近两年违法次数", min_value=0, max_value=999, initial=0)
    petitions = forms.IntegerField(
        label="近一年信访件数", min_value=0, max_value=999, required=False, help_text="没有资料的不填，不要填 0。"
    )
    basis = forms.CharField(label="评定依据", max_length=200, help_text="如环境信用评价结果、研判报告的文号。")

    def __init__(self, data: Any, *, sites: QuerySet[Enterprise]) -> None:
        super().__init__(data)
        self.sites = sites

    def clean_enterprise(self) -> Enterprise:
        found = list(self.sites.filter(name=self.cleaned_data["enterprise"].strip())[:2])
        if len(found) != 1:
            raise forms.ValidationError("企业库中没有（或不止一家）这个名称，请填本辖区企业的全称。")
        return found[0]


class RatingSheetForm(forms.Form):
    file = forms.FileField(
        label="分级评定表",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        help_text="xlsx 或 csv，第一行是栏名：排污单位、规模、要素、评定依据（必填），环境信用、风险等级、优惠政策、"
        "许可执行、管理水平、近两年违法次数、近一年信访件数。有一处错就都不导入，并逐行指出。",
    )


class SpecialityForm(forms.Form):
    user = forms.ModelChoiceField(label="执法人员", queryset=User.objects.none(), empty_label="请选择")
    specialities = forms.MultipleChoiceField(
        label="业务专长",
        required=False,
        choices=[(name, name) for name in SPECIALITIES],
        widget=forms.CheckboxSelectMultiple(attrs=IN_A_ROW),
    )

    def __init__(self, data: Any, *, people: QuerySet[User]) -> None:
        super().__init__(data)
        field = field_of(self, "user", forms.ModelChoiceField)
        field.queryset, field.label_from_instance = people, named


class HelpersForm(forms.Form):
    """The list of professional institutions; experts are written in their register."""

    lines = forms.CharField(widget=forms.Textarea(attrs={"rows": 8}), required=False)

    def __init__(self, data: Any, *, kind: PoolVersion.Kind, typed: str) -> None:
        super().__init__(data, prefix=kind.value, initial={"lines": typed})
        self.fields["lines"].label = kind.label
        self.fields["lines"].help_text = f"每行一名：{'｜'.join(HELPERS[kind])}。保存后成为新的一版，旧版保留。"
