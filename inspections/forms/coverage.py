"""What people type on the pages of coverage and of off-site checks."""

from typing import Any

from django import forms

from accounts.models import User
from accounts.rules import Role
from campaigns.forms.planning import PersonChoice, described, people_for
from campaigns.models import Target
from campaigns.services import draws
from core import clock
from core.widgets import DateInput
from enterprises.rules.quarters import Quarter
from inspections.models import OffsiteCheck
from inspections.services.coverage import PARTS

FIRST_YEAR = 2018


def years() -> list[tuple[str, str]]:
    return [(str(year), f"{year} 年") for year in range(clock.today().year, FIRST_YEAR - 1, -1)]


class YearFilter(forms.Form):
    year = forms.ChoiceField(label="年份", required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        field = self.fields["year"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = years()

    @property
    def asked(self) -> int:
        """The year of the address; this year where it names none that exists."""
        self.is_valid()
        return int(self.cleaned_data.get("year") or clock.today().year)


class QuarterFilter(forms.Form):
    quarter = forms.ChoiceField(label="季度", required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        field = self.fields["quarter"]
        assert isinstance(field, forms.ChoiceField)
        one, listed = Quarter.of(clock.today()), []
        while one.year >= FIRST_YEAR:
            listed.append((one.key, one.label))
            one = one.before
        field.choices = listed

    @property
    def asked(self) -> Quarter:
        self.is_valid()
        chosen = self.cleaned_data.get("quarter")
        return Quarter.read(chosen) if chosen else Quarter.of(clock.today())


class OffsitePlanForm(forms.Form):
    means = forms.ChoiceField(label="方式", choices=OffsiteCheck.Means.choices)
    planned_on = forms.DateField(label="完成期限", widget=DateInput)
    inspector = PersonChoice(label="执法人员", queryset=User.objects.none(), empty_label="请选择")
    checks = forms.MultipleChoiceField(
        label="检查事项（不选为清单全部）",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices"}),
    )

    def __init__(self, data: Any, *, target: Target) -> None:
        super().__init__(data, initial={"planned_on": clock.today()})
        people, items = self.fields["inspector"], self.fields["checks"]
        assert isinstance(people, PersonChoice)
        assert isinstance(items, forms.MultipleChoiceField)
        people.queryset = people_for(target, Role.INSPECTOR)
        people.said = described(people.queryset, target.campaign)
        version = draws.items_of(target.unit)
        items.choices = [(row[1], row[1]) for row in draws.rows_of(version)] if version else []


class OffsiteDoneForm(forms.Form):
    finding = forms.ChoiceField(label="结果", choices=OffsiteCheck.Finding.choices, widget=forms.RadioSelect)
    conclusion = forms.CharField(
        label="检查情况和结论", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    evidence = forms.FileField(
        label="证据",
        required=False,
        help_text="监控曲线、用电曲线、影像或数据文件，一个文件（PDF、Excel、CSV、JPG、PNG、MP4）；"
        "多个的先打成 ZIP 压缩包。",
    )


class ProjectsForm(forms.Form):
    lines = forms.CharField(
        label="登记建设项目",
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=f"每行一个：{'｜'.join(PARTS)}。有一行不对，全部不登记。",
    )
