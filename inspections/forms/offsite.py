"""What people type on the pages of off-site checks."""

from typing import Any

from django import forms

from accounts.models import User
from accounts.rules import Role
from campaigns.forms.planning import PersonChoice, described, people_for
from campaigns.models import Target
from campaigns.rules.onsite import OnsiteRule, Reading, indicators_for, units_for
from campaigns.services import draws
from core import clock
from core.widgets import DateInput, DayAsked, FigureField
from inspections.models import OffsiteCheck

# No indicator, or one that is in no list: the conclusion says what was seen, and no rule is asked.
NONE = ("", "没有数值指标")
ANY = ("", "全部")


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
    """The result: what was read, as far as there is something to read, what that means, and what shows it."""

    indicator = forms.ChoiceField(label="指标", required=False)
    value = FigureField(label="数值", required=False)
    value_unit = forms.ChoiceField(label="单位", required=False)
    limit = FigureField(label="限值", required=False, help_text="有排放限值的填写，与数值同一单位。")
    finding = forms.ChoiceField(label="结果", choices=OffsiteCheck.Finding.choices, widget=forms.RadioSelect)
    conclusion = forms.CharField(
        label="检查情况和结论", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    evidence = forms.FileField(
        label="证据",
        required=False,
        help_text="监控曲线、用电曲线、影像或数据文件，一个文件（PDF、Excel、CSV、JPG、PNG、MP4）；"
        "多个的先打成 ZIP 压缩包。退回改正时须重新选择文件。",
    )

    def __init__(self, data: Any = None, files: Any = None, *, means: str, rules: list[OnsiteRule]) -> None:
        super().__init__(data, files)
        names, units = indicators_for(rules, means), units_for(rules)
        named, counted = self.fields["indicator"], self.fields["value_unit"]
        assert isinstance(named, forms.ChoiceField)
        assert isinstance(counted, forms.ChoiceField)
        named.choices = [NONE, *((one, one) for one in names)]
        counted.choices = [("", "请选择"), *((one, one) for one in units)]
        self.initial = {"indicator": names[0] if rules else "", "value_unit": rules[0].unit if rules else ""}

    def clean(self) -> dict[str, Any] | None:
        """The figure and its unit belong together; a figure without an indicator says nothing."""
        given = self.cleaned_data
        value, known = given.get("value"), "value" not in self.errors
        if known and value is None and given.get("limit") is not None:
            self.add_error("value", "填写了限值的，须填写数值。")
        if value is not None and not given.get("indicator"):
            self.add_error("indicator", "填写了数值的，须选指标。")
        if value is not None and not given.get("value_unit"):
            self.add_error("value_unit", "填写了数值的，须选单位。")
        return given

    @property
    def reading(self) -> Reading | None:
        """What was read, of a form that is valid."""
        given = self.cleaned_data
        if given["value"] is None:
            return None
        return Reading(given["indicator"], given["value"], given["value_unit"], given["limit"])


class OffsiteFilter(forms.Form):
    """What the address may ask of the list; a value that nobody offers asks nothing."""

    state = forms.CharField(required=False, widget=forms.HiddenInput)
    q = forms.CharField(
        label="企业、执法人员或结论", required=False, max_length=60, widget=forms.TextInput(attrs={"type": "search"})
    )
    means = forms.ChoiceField(label="方式", required=False, choices=[ANY, *OffsiteCheck.Means.choices])
    finding = forms.ChoiceField(label="结果", required=False, choices=[ANY, *OffsiteCheck.Finding.choices])
    onsite = forms.ChoiceField(label="转现场", required=False, choices=[ANY, ("yes", "已转现场"), ("no", "未转现场")])
    since = DayAsked(label="期限自", required=False)
    until = DayAsked(label="期限至", required=False)

    def asked(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}
