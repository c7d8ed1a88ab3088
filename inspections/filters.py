"""What the ledger can be asked for, in the address: one filter set for page, export and API."""

from datetime import date, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import QuerySet

from accounts.models import Unit
from core import clock
from core.widgets import DateInput
from enterprises.rules.searching import wanted
from inspections.models import Issue
from inspections.rules.findings import ELEMENTS
from inspections.states import Gravity, HandoverState, IssueState, Nature

DUE = [("late", "已逾期"), ("week", "7 天内到期")]
SORTS = {
    "": ("-recorded_at", "-id"),
    "number": ("number", "id"),
    "-number": ("-number", "-id"),
    "deadline": ("deadline_on", "id"),
    "-deadline": ("-deadline_on", "-id"),
    "enterprise": ("enterprise_name", "id"),
    "-enterprise": ("-enterprise_name", "-id"),
    "county": ("county", "id"),
    "-county": ("-county", "-id"),
}


class IssueFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Every filter is a plain address parameter; one that makes no sense is said at its field and does not filter."""

    q = django_filters.CharFilter(label="企业名称（至少两个字）", method="by_words")
    unit = django_filters.ModelChoiceFilter(
        label="单位及下级", queryset=Unit.objects.none(), empty_label="全部", method="by_unit"
    )
    county = django_filters.CharFilter(label="县市区", lookup_expr="exact")
    state = django_filters.MultipleChoiceFilter(
        label="状态",
        choices=IssueState.choices,
        distinct=False,  # no join behind it; DISTINCT would sort whole rows before the first page
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices choices-row"}),
    )
    industry = django_filters.ChoiceFilter(label="行业", choices=[], empty_label="全部")
    issue_type = django_filters.ChoiceFilter(label="问题类型", choices=[], empty_label="全部")
    handling = django_filters.ChoiceFilter(label="查处情况", choices=[], empty_label="全部")
    nature = django_filters.ChoiceFilter(label="性质", choices=Nature.choices, empty_label="全部")
    gravity = django_filters.ChoiceFilter(label="程度", choices=Gravity.choices, empty_label="全部")
    element = django_filters.ChoiceFilter(
        label="要素", choices=[(e, e) for e in ELEMENTS], empty_label="全部", method="by_element"
    )
    key = django_filters.ChoiceFilter(
        label="企业类别", choices=[("1", "重点"), ("0", "非重点")], empty_label="全部", method="by_key"
    )
    due = django_filters.ChoiceFilter(label="期限", choices=DUE, empty_label="全部", method="by_due")
    handover = django_filters.ChoiceFilter(
        label="移交属地", field_name="handover__state", choices=HandoverState.choices, empty_label="全部"
    )
    since = django_filters.DateFilter(label="录入日期起", method="by_since", widget=DateInput())
    until = django_filters.DateFilter(label="录入日期止", method="by_until", widget=DateInput())

    class Meta:
        model = Issue
        fields: list[str] = []

    def __init__(
        self, *args: Any, lists: dict[str, list[tuple[int, str]]], units: QuerySet[Unit], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in ("industry", "issue_type", "handling"):
            self.filters[name].extra["choices"] = lists[name]
        self.filters["unit"].queryset = units

    def by_words(self, rows: QuerySet[Issue], name: str, value: str) -> QuerySet[Issue]:
        grams = wanted(value)
        return rows.filter(search__contains=grams) if grams else rows

    def by_unit(self, rows: QuerySet[Issue], name: str, value: Unit) -> QuerySet[Issue]:
        return rows.filter(unit__path__startswith=value.path)

    def by_element(self, rows: QuerySet[Issue], name: str, value: str) -> QuerySet[Issue]:
        return rows.filter(elements__contains=[value])

    def by_key(self, rows: QuerySet[Issue], name: str, value: str) -> QuerySet[Issue]:
        return rows.filter(is_key=value == "1")

    def by_due(self, rows: QuerySet[Issue], name: str, value: str) -> QuerySet[Issue]:
        today = clock.today()
        waiting = rows.filter(state=IssueState.MENDING)
        if value == "late":
            return waiting.filter(deadline_on__lt=today)
        return waiting.filter(deadline_on__range=(today, today + timedelta(days=7)))

    def by_since(self, rows: QuerySet[Issue], name: str, value: date) -> QuerySet[Issue]:
        return rows.filter(recorded_at__gte=clock.at_local(value))

    def by_until(self, rows: QuerySet[Issue], name: str, value: date) -> QuerySet[Issue]:
        return rows.filter(recorded_at__lt=clock.at_local(value + timedelta(days=1)))
