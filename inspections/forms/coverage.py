"""What people type on the pages of coverage."""

from typing import Any

from django import forms

from core import clock
from core.widgets import DateInput
from enterprises.rules.quarters import Quarter
from inspections.models import Project
from inspections.services.projects import PARTS

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


class ProjectFilter(YearFilter):
    """A year, and which of its projects."""

    LEFT, CHECKED, ALL, ENDED = "", "checked", "all", "ended"
    which = forms.ChoiceField(
        label="显示",
        required=False,
        choices=[(LEFT, "未查的报告书（表）项目"), (CHECKED, "已查的项目"), (ALL, "全部项目"), (ENDED, "已销项的项目")],
    )

    @property
    def chosen(self) -> str:
        self.is_valid()
        return str(self.cleaned_data.get("which", ""))


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


class ProjectsForm(forms.Form):
    lines = forms.CharField(
        label="登记建设项目",
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=f"每行一个：{'｜'.join(PARTS)}。有一行不对，全部不登记。",
    )


class ProjectForm(forms.Form):
    """A project as it should have been entered, and why it is corrected."""

    name = forms.CharField(label="项目名称", max_length=120)
    kind = forms.ChoiceField(label="类别", choices=Project.Kind.choices)
    number = forms.CharField(label="批准或备案文号", max_length=60)
    approved_on = forms.DateField(label="批准日期", widget=DateInput)
    reason = forms.CharField(label="更正理由", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))


class ProjectEndForm(forms.Form):
    ground = forms.ChoiceField(label="销项原因", choices=Project.Ground.choices, widget=forms.RadioSelect)
    reason = forms.CharField(label="理由", max_length=200, widget=forms.Textarea(attrs={"rows": 2}))
