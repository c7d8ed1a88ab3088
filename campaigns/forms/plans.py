"""What people type about plans: for which unit, the elements, one row, a filing, a sheet."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.models import Unit, User
from campaigns.forms.decisions import field_of, most_words
from campaigns.models import Campaign, Plan, Target
from campaigns.services.plans.scope import Person, Scope
from core import clock
from core.widgets import DateInput, DayAsked

ELEMENT_WORDS = 1000


class PlanFilter(forms.Form):
    campaign = forms.ModelChoiceField(
        label="行动", queryset=Campaign.objects.none(), required=False, empty_label="全部行动"
    )
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部"), *Plan.State.choices])

    def __init__(self, data: Any, *, campaigns: QuerySet[Campaign]) -> None:
        super().__init__(data)
        field_of(self, "campaign", forms.ModelChoiceField).queryset = campaigns

    def asked(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class PlanCreateForm(forms.Form):
    campaign = forms.ModelChoiceField(label="行动", queryset=Campaign.objects.none(), empty_label=None)
    unit = forms.ModelChoiceField(label="编制单位", queryset=Unit.objects.none(), empty_label=None)

    def __init__(self, data: Any, *, campaigns: QuerySet[Campaign], units: QuerySet[Unit], **options: Any) -> None:
        super().__init__(data, **options)
        field_of(self, "campaign", forms.ModelChoiceField).queryset = campaigns
        field_of(self, "unit", forms.ModelChoiceField).queryset = units


class ElementsForm(forms.Form):
    """One text for each element that the blueprint asks for; half a plan may be kept."""

    def __init__(self, data: Any, *, names: tuple[str, ...], written: dict[str, str]) -> None:
        super().__init__(data)
        self.names = names
        for place, name in enumerate(names):
            self.fields[f"element_{place}"] = forms.CharField(
                label=name,
                required=False,
                validators=[most_words(ELEMENT_WORDS)],
                help_text=f"最多 {ELEMENT_WORDS:,} 字。",
                initial=written.get(name, ""),
                widget=forms.Textarea(attrs={"rows": 3}),
            )

    def elements(self) -> dict[str, str]:
        return {name: self.cleaned_data[f"element_{place}"] for place, name in enumerate(self.names)}


class RowForm(forms.Form):
    """Which week an object is visited in, by whom."""

    week_on = forms.TypedChoiceField(label="检查周", coerce=date.fromisoformat)
    lead = forms.ModelChoiceField(label="主办人（责任人）", queryset=User.objects.none(), empty_label="请选择")
    second = forms.ModelChoiceField(
        label="协办人", queryset=User.objects.none(), required=False, empty_label="派单时再定"
    )

    def __init__(self, data: Any, *, scope: Scope, target: Target, **options: Any) -> None:
        super().__init__(data, **options)
        held = self.initial.get("week_on")
        weeks = [
            week
            for week in scope.weeks(target).values()
            if week.workdays and (week.last >= scope.day or week.monday.isoformat() == held)
        ]
        field_of(self, "week_on", forms.TypedChoiceField).choices = [
            (week.monday.isoformat(), f"{week.first} 至 {week.last}（{week.workdays} 个工作日）") for week in weeks
        ]
        able = [person for person in scope.people.values() if person.covers(target.unit.path)]
        for name in ("lead", "second"):
            field = field_of(self, name, forms.ModelChoiceField)
            field.queryset = User.objects.filter(pk__in=[person.user.pk for person in able]).order_by("name", "pk")
            field.label_from_instance = labels(able)


def labels(people: list[Person]) -> Any:
    """A name with the last day of its certificate."""
    until = {person.user.pk: max((last for _, last in person.certificates), default=None) for person in people}

    def label(user: User) -> str:
        last = until.get(user.pk)
        return f"{user.name}（执法证至 {last}）" if last else f"{user.name}（无有效执法证）"

    return label


class FilingForm(forms.Form):
    number = forms.CharField(label="备案文号", max_length=60, help_text="如：漯环备〔2021〕3号")
    filed_on = forms.DateField(label="备案日期", widget=DateInput)

    def __init__(self, data: Any) -> None:
        super().__init__(data, initial={"filed_on": clock.today()})


class GovernmentForm(FilingForm):
    organ = forms.CharField(label="接收机关", max_length=80, help_text="如：示例市人民政府")
    field_order = ("organ", "number", "filed_on")


class SheetForm(forms.Form):
    file = forms.FileField(
        label="计划表",
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
        help_text="在导出的表上修改“检查周”“主办人”“协办人”后上传；表中没有的对象保持原安排。",
    )


class RowFilter(forms.Form):
    """Which rows of a plan to show."""

    q = forms.CharField(label="企业名称", required=False, max_length=60, widget=forms.TextInput({"type": "search"}))
    week = DayAsked(label="检查周", required=False)
    lead = forms.ModelChoiceField(
        label="主办人", queryset=User.objects.none(), required=False, empty_label="全部主办人"
    )
    show = forms.ChoiceField(
        label="安排", required=False, choices=[("", "已安排"), ("unplanned", "未安排"), ("visited", "已检查")]
    )

    def __init__(self, data: Any, *, plan: Plan) -> None:
        super().__init__(data)
        leads = User.objects.filter(pk__in=plan.rows.values("lead")).order_by("name", "pk")
        field_of(self, "lead", forms.ModelChoiceField).queryset = leads

    def asked(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class MonthFilter(forms.Form):
    """Any day of the month that is asked for."""

    day = DayAsked(label="所在月份", required=False)


class PatchForm(forms.Form):
    campaign = forms.ModelChoiceField(label="行动", queryset=Campaign.objects.none(), empty_label=None)
    brigade = forms.ModelChoiceField(label="大队", queryset=Unit.objects.none(), empty_label="请选择")
    county = forms.ModelChoiceField(label="县（市、区）", queryset=Unit.objects.none(), empty_label="请选择")

    def __init__(self, data: Any, *, campaigns: QuerySet[Campaign], units: QuerySet[Unit]) -> None:
        super().__init__(data)
        field_of(self, "campaign", forms.ModelChoiceField).queryset = campaigns
        field_of(self, "brigade", forms.ModelChoiceField).queryset = units.filter(level__in=["city", "team"])
        field_of(self, "county", forms.ModelChoiceField).queryset = units.filter(level="county")
