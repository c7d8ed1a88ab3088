"""Filters of the target list, the plan of one visit, the week board."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from accounts.models import EnforcementCertificate, Grant, Region, Unit, User
from accounts.rules import Role
from campaigns.forms.decisions import field_of
from campaigns.models import Assignment, Campaign, Lead, ListItem, Pledge, Target
from campaigns.rules import EXCEPTIONS, VERIFY, Policy, policy_of
from campaigns.services.gate import held_by
from campaigns.services.plan_terms import terms_of
from core import clock
from core.widgets import DateInput, DayAsked
from enterprises.models import Enterprise

UNSIGNED = "未签承诺"
YES_NO = [("", "全部"), ("yes", "是"), ("no", "否")]


def regions_of(sites: QuerySet[Enterprise]) -> QuerySet[Region]:
    """Where there is any: a glance at the index a region, where the list of a province would be read whole."""
    return Region.objects.filter(Exists(sites.filter(region=OuterRef("pk"))))


def regions_listed(targets: QuerySet[Target]) -> QuerySet[Region]:
    return Region.objects.filter(pk__in=targets.order_by().values("enterprise__region"))


class TargetFilter(forms.Form):
    """What the address may ask of the target list; a value nobody offers asks nothing."""

    campaign = forms.ChoiceField(label="行动", required=False)
    q = forms.CharField(
        label="企业名称或代码", required=False, max_length=60, widget=forms.TextInput(attrs={"type": "search"})
    )
    unit = forms.ChoiceField(label="责任单位", required=False)
    region = forms.ChoiceField(label="县市区", required=False)
    industry = forms.ChoiceField(label="行业", required=False)
    key = forms.ChoiceField(label="重点单位", required=False, choices=YES_NO)
    checked = forms.ChoiceField(
        label="自查", required=False, choices=[("", "全部"), ("yes", "已提交"), ("no", "未提交")]
    )
    visited = forms.ChoiceField(
        label="检查", required=False, choices=[("", "全部"), ("yes", "已检查"), ("no", "未检查")]
    )
    planned = forms.ChoiceField(
        label="派单", required=False, choices=[("", "全部"), ("yes", "已派单"), ("no", "未派单")]
    )

    def __init__(
        self,
        data: Any,
        *,
        campaigns: Iterable[Campaign],
        campaign: Campaign,
        targets: QuerySet[Target],
        industries: Iterable[ListItem],
        units: Iterable[Unit],
    ) -> None:
        super().__init__({**data.dict(), "campaign": str(campaign.pk)})
        units = list(units)
        # Of the whole province every region has some; a city's list is short enough to be read.
        whole = any(unit.pk == campaign.unit_id and unit.parent_id is None for unit in units)
        regions = regions_of(Enterprise.objects.all()) if whole else regions_listed(targets)
        running = [(str(row.pk), row.title) for row in campaigns]
        self.offer("campaign", running)
        if len(running) == 1:
            self.fields["campaign"].widget = forms.HiddenInput()
        self.offer("unit", [("", "全部"), *((str(unit.pk), unit.short_name) for unit in units)])
        self.offer("region", [("", "全部"), *((region.code, region.name) for region in regions)])
        self.offer("industry", [("", "全部"), *((str(item.number), str(item)) for item in industries)])

    def offer(self, name: str, choices: list[tuple[str, str]]) -> None:
        field_of(self, name, forms.ChoiceField).choices = choices

    def asked(self) -> dict[str, str]:
        """The values that fit; the rest of the address is ignored."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


class ListForm(forms.Form):
    """Which sites to put on the list: of which unit, key ones or all."""

    campaign = forms.ModelChoiceField(queryset=Campaign.objects.none(), widget=forms.HiddenInput)
    unit = forms.ModelChoiceField(label="责任单位及下级", queryset=Unit.objects.none(), empty_label=None)
    scope = forms.ChoiceField(
        label="范围",
        choices=[("key", "只纳入重点排污单位"), ("all", "纳入全部排污单位")],
        initial="key",
        widget=forms.RadioSelect,
    )

    def __init__(self, data: Any, *, campaigns: QuerySet[Campaign], units: QuerySet[Unit], **options: Any) -> None:
        super().__init__(data, **options)
        field_of(self, "campaign", forms.ModelChoiceField).queryset = campaigns
        field_of(self, "unit", forms.ModelChoiceField).queryset = units


class PersonSelect(forms.Select):
    """Whoever may not be sent stands in the list with the reason beside the name, and cannot be chosen (HS-21)."""

    blocked: frozenset[int] = frozenset()

    def create_option(self, name: str, value: Any, *args: Any, **options: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **options)
        if getattr(value, "value", None) in self.blocked:
            option["attrs"]["disabled"] = True
        return option


class PersonChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """People with what the planner must know of them beside the name."""

    widget = PersonSelect
    said: dict[int, str]

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name}（{self.said.get(obj.pk, '')}）"


class LeadChoice(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """Registered leads by number and words."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.number} {obj}"[:80]


class PlanForm(forms.Form):
    """One visit: when, who, and what the gate asks for."""

    planned_on = forms.DateField(label="检查日期", widget=DateInput)
    lead_inspector = PersonChoice(label="主办人", queryset=User.objects.none(), empty_label="请选择")
    second_inspector = PersonChoice(label="协办人", queryset=User.objects.none(), empty_label="请选择")
    expert = PersonChoice(
        label="专家",
        queryset=User.objects.none(),
        required=False,
        empty_label="未配专家",
        help_text="专家没有执法权，不计入两名执法人员。",
    )
    kind = forms.ChoiceField(
        label="性质", choices=Assignment.Kind.choices, initial=Assignment.Kind.ENFORCE, required=False
    )
    items = forms.MultipleChoiceField(
        label="检查事项",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="不选即检查全部事项。上级当月已查过的事项不再重复检查。",
    )
    exception = forms.ChoiceField(label="例外理由", required=False)
    reason = forms.CharField(label="说明", required=False, max_length=300)
    source = forms.ChoiceField(
        label="任务来源", required=False, choices=[("", "按线索和行动确定"), *Assignment.Source.choices]
    )
    as_checkup = forms.BooleanField(
        label="计入体检", required=False, help_text="这次检查同时算作该企业的一次全面体检。"
    )
    lead = LeadChoice(
        label="引用线索",
        queryset=Lead.objects.none(),
        required=False,
        empty_label="不引用",
        help_text="已登记、属于该企业、尚未派查的线索。",
    )
    lead_kind = forms.ChoiceField(
        label="未登记的线索：来源", required=False, choices=[("", "没有线索"), *Lead.Kind.choices]
    )
    lead_detail = forms.CharField(
        label="未登记的线索：内容",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="派单时一并登记，须经单位领导批准。",
    )

    def __init__(self, data: Any, *, target: Target, **options: Any) -> None:
        super().__init__(data, **options)
        inspectors, experts = people_for(target, Role.INSPECTOR), people_for(target, Role.EXPERT)
        said = described(inspectors, target.campaign)
        unsigned = frozenset(pk for pk, words in said.items() if words.endswith(UNSIGNED))
        for name in ("lead_inspector", "second_inspector"):
            self.choose(name, inspectors, said)
            widget = self.fields[name].widget
            assert isinstance(widget, PersonSelect)
            widget.blocked = unsigned
        self.choose("expert", experts, {person.pk: unit_of(person) for person in experts})
        terms = terms_of(target.campaign)
        self.asks_reason = bool(target.visit_count) or (terms.outside == "approval" and not held_by(target)[0])
        if terms.task != Assignment.Source.CHECKUP:
            del self.fields["as_checkup"]
        self.offer(target, policy_of(target.campaign.blueprint.data.get("gate", {}), target.campaign.parameters))

    def offer(self, target: Target, policy: Policy) -> None:
        """Only what the campaign's rules ask about is asked here."""
        grounds = dict.fromkeys([*policy.repeat.grounds, *(policy.yearly_cap.free if policy.yearly_cap else ())])
        offered = [(ground, EXCEPTIONS[ground]) for ground in grounds if ground in EXCEPTIONS]
        field_of(self, "exception", forms.ChoiceField).choices = [("", "请选择"), *offered]
        field_of(self, "items", forms.MultipleChoiceField).choices = [
            (item, item) for item in (policy.same_month.items if policy.same_month else ())
        ]
        usable = Lead.objects.usable().filter(enterprise=target.enterprise_id).order_by("-entered_at", "-pk")
        field_of(self, "lead", LeadChoice).queryset = usable
        if not target.visit_count and policy.yearly_cap is None:
            del self.fields["exception"]
        speaks = policy.same_month is not None or policy.merge_days is not None or policy.positive_list.checked
        if not self.asks_reason and not speaks:
            del self.fields["reason"]
        self.offer_kinds(target, policy)
        if policy.same_month is None or not policy.same_month.items:
            del self.fields["items"]

    def offer_kinds(self, target: Target, policy: Policy) -> None:
        """Research where the plan knows it, a verification where it has a phase for that."""
        offered = [Assignment.Kind.ENFORCE]
        offered += [Assignment.Kind.RESEARCH] if policy.research else []
        offered += [Assignment.Kind.VERIFY] if target.campaign.phases.filter(key=VERIFY).exists() else []
        field_of(self, "kind", forms.ChoiceField).choices = [(kind.value, kind.label) for kind in offered]
        if len(offered) == 1:
            del self.fields["kind"]

    def offers(self, name: str, person: User) -> bool:
        """Whether a person may still be chosen: plans outlive grants."""
        return person in (field_of(self, name, PersonChoice).queryset or ())

    def choose(self, name: str, people: QuerySet[User], said: dict[int, str]) -> None:
        field = field_of(self, name, PersonChoice)
        field.queryset, field.said = people, said

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("lead_inspector") and given.get("lead_inspector") == given.get("second_inspector"):
            self.add_error("second_inspector", "主办人和协办人须是两个人。")
        if given.get("lead") and given.get("lead_kind"):
            self.add_error("lead_kind", "引用了已登记的线索，就不再另填线索。")
        if given.get("lead_kind") and not given.get("lead_detail"):
            self.add_error("lead_detail", "选了线索类型，请写明线索内容。")
        return given


def people_for(target: Target, role: Role) -> QuerySet[User]:
    """Who holds a role over the enterprise: at its unit, or at one above it."""
    path = target.unit.path
    above = [path[: place + 1] for place, sign in enumerate(path) if sign == "/" and place]
    grants = Grant.objects.in_force(clock.today()).filter(role=role, unit__path__in=above)
    return User.objects.filter(pk__in=grants.values("user"), is_active=True).select_related("unit").order_by("name")


def described(people: QuerySet[User], campaign: Campaign) -> dict[int, str]:
    """Unit, certificate and pledge of each, with two queries."""
    certificates = EnforcementCertificate.objects.filter(Q(user__in=people), withdrawn_on=None)
    until: dict[int, date] = dict(certificates.values_list("user").annotate(Max("valid_to")).order_by())
    signed = set(Pledge.objects.filter(campaign=campaign, user__in=people).values_list("user", flat=True))
    asked = bool(campaign.blueprint.data.get("pledge"))
    said = {}
    for person in people:
        parts = [unit_of(person)]
        parts.append(f"执法证至 {until[person.pk]}" if person.pk in until else "无执法证")
        if asked:
            parts.append("已签承诺" if person.pk in signed else UNSIGNED)
        said[person.pk] = "，".join(parts)
    return said


def unit_of(person: User) -> str:
    return person.unit.short_name if person.unit else "无单位"


class BoardForm(forms.Form):
    """Which week of which unit."""

    day = DayAsked(label="所在周", required=False)
    unit = forms.ModelChoiceField(label="单位及下级", queryset=Unit.objects.none(), required=False, empty_label=None)

    def __init__(self, data: Any, *, units: QuerySet[Unit], **options: Any) -> None:
        super().__init__(data, **options)
        field_of(self, "unit", forms.ModelChoiceField).queryset = units
