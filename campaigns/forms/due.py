"""What people ask and type about things due."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.models import Unit
from campaigns.forms.decisions import ON_HOLIDAY, most_words
from campaigns.forms.library import DatesForm
from campaigns.models import Campaign
from campaigns.services.due.answering import TEXT_LIMIT
from campaigns.services.due.entries import Entry
from campaigns.services.due.looking import ALL_KINDS, STATES
from core.widgets import DateInput, DayAsked

ALL = ("", "全部")


class DueFilter(forms.Form):
    """The list's filters, from its address; what cannot be read is not asked."""

    whose = forms.ChoiceField(label="范围", required=False, choices=[("", "我和本单位"), ("below", "含下级单位")])
    campaign = forms.ModelChoiceField(
        label="行动", required=False, queryset=Campaign.objects.none(), empty_label="全部"
    )
    unit = forms.ModelChoiceField(label="单位", required=False, queryset=Unit.objects.none(), empty_label="全部")
    kind = forms.ChoiceField(label="类别", required=False, choices=[ALL, *ALL_KINDS.items()])
    state = forms.ChoiceField(label="状态", required=False, choices=list(STATES.items()))
    since = DayAsked(label="自", required=False)
    until = DayAsked(label="至", required=False)

    def __init__(self, *args: Any, campaigns: QuerySet[Campaign], units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["campaign"].queryset = campaigns  # type: ignore[attr-defined]
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["unit"].label_from_instance = lambda unit: unit.short_name  # type: ignore[attr-defined]

    def asked(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class AnswerForm(forms.Form):
    """One box for every part that the plan asks for, and what is attached."""

    def __init__(self, *args: Any, parts: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts = parts
        for index, part in enumerate(parts):
            self.fields[f"part_{index}"] = forms.CharField(
                label=part,
                validators=[most_words(TEXT_LIMIT)],
                widget=forms.Textarea(attrs={"rows": 6}),
                help_text=f"最多 {TEXT_LIMIT:,} 字；更长的请作为附件上传。",
            )

    def texts(self) -> dict[str, str]:
        return {part: self.cleaned_data[f"part_{index}"] for index, part in enumerate(self.parts)}

    def field_named(self, part: str) -> str | None:
        return f"part_{self.parts.index(part)}" if part in self.parts else None


class DayForm(forms.Form):
    """A day for what the plan leaves open."""

    day = forms.DateField(label="期限", widget=DateInput(), help_text="当日 24:00 到期；各责任单位会收到消息。")
    reason = forms.CharField(label="依据", max_length=200, help_text="如：市局通知的名称、文号。")


class UnitsForm(forms.Form):
    """Who leads and who helps with one entry of the plan."""

    lead = forms.ModelMultipleChoiceField(
        label="牵头单位", queryset=Unit.objects.none(), widget=forms.CheckboxSelectMultiple(attrs={"class": "choices"})
    )
    joint = forms.ModelMultipleChoiceField(
        label="配合单位",
        queryset=Unit.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices"}),
        help_text="配合单位也可以报送。",
    )

    def __init__(self, *args: Any, entry: Entry, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        words = (("lead", entry.data.get("lead")), ("joint", entry.data.get("joint")))
        for name, said in words:
            self.fields[name].queryset = units  # type: ignore[attr-defined]
            if said:
                self.fields[name].help_text = f"原文：{'、'.join(said)}"


class RedateForm(DatesForm):
    """Dates and holiday policy of a running campaign, with what the change rests on."""

    on_holiday = forms.ChoiceField(label="期限逢休息日", choices=ON_HOLIDAY)
    reason = forms.CharField(label="依据", max_length=200, help_text="写明通知名称、文号；各单位会收到消息。")

    field_order = ("on_holiday", "reason")

    def __init__(self, data: Any, *, campaign: Campaign) -> None:
        super().__init__(data, campaign=campaign)
        self.fields["on_holiday"].initial = campaign.on_holiday


def month_of(text: str, today: date) -> date:
    """A day as the address names it, today where it cannot be read."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return today
