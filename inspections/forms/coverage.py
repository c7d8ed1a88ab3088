"""What people type on the pages of coverage."""

from typing import Any

from django import forms

from core import clock
from enterprises.rules.quarters import Quarter
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


class ProjectsForm(forms.Form):
    lines = forms.CharField(
        label="登记建设项目",
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=f"每行一个：{'｜'.join(PARTS)}。有一行不对，全部不登记。",
    )
