from typing import Any

from django import forms

from accounts.forms import PeopleChoice, PersonChoice
from accounts.models import User
from core.widgets import DayField, MoneyField
from penalties.models import PenaltyCase

METHODS = [(m, m) for m in ("直接送达", "留置送达", "委托送达", "邮寄送达", "转交送达", "电子送达", "公告送达")]


def long_field(label: str, help_text: str = "", rows: int = 3) -> forms.CharField:
    return forms.CharField(
        label=label, help_text=help_text, widget=forms.Textarea(attrs={"rows": rows}), max_length=4000
    )


def offer(form: forms.Form, name: str, path: str) -> None:
    """Let a field choose among the active people of a unit's subtree."""
    choice = form.fields[name]
    assert isinstance(choice, forms.ModelChoiceField)
    people = User.objects.filter(unit__path__startswith=path, is_active=True)
    choice.queryset = people.select_related("unit").order_by("name")


class FilingForm(forms.Form):
    cause = forms.CharField(label="案由", max_length=200, help_text="如：大气污染防治设施不正常运行案")
    facts = long_field("案情简介及立案理由", rows=4)
    violated_article = forms.CharField(label="违反的条款", max_length=200)
    penalty_article = forms.CharField(label="处罚依据条款", max_length=200)
    investigators = PeopleChoice(
        label="调查人员（至少两人，均须持有效执法证）",
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )
    filed_on = DayField(label="立案日期")

    def __init__(self, *args: Any, path: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "investigators", path)


class ExplanationForm(forms.Form):
    text = long_field("没有音像记录的原因", "写明为什么没有录像或录音，以及以什么方式作了文字记录。")


class NoticeForm(forms.Form):
    occurred_on = DayField(label="告知书送达日期")
    fine = MoneyField(label="拟处罚款（元）")
    text = long_field("告知的事实、理由、依据和裁量")


class DecisionForm(forms.Form):
    occurred_on = DayField(label="决定日期")
    fine = MoneyField(label="罚款（元）", help_text="不能高于事先告知的数额。")
    evidence = long_field("证据清单", "如：现场检查笔录、照片 3 张、监测报告。")
    defence = long_field("陈述申辩、听证情况及采纳理由", "当事人放弃的也要写明。")
    waived = forms.BooleanField(label="当事人已书面放弃陈述申辩和听证", required=False)
    discretion = long_field("裁量基准、因素和等级")
    payment = long_field("履行方式和期限", "如：自收到本决定书之日起 15 日内缴至……", rows=2)


class ServiceForm(forms.Form):
    occurred_on = DayField(label="送达日期")
    method = forms.ChoiceField(label="送达方式", choices=METHODS)
    receiver = forms.CharField(label="签收人（受送达人）", max_length=40)
    place = forms.CharField(label="送达地点", max_length=120)
    second = PersonChoice(label="另一名送达人", queryset=User.objects.none(), empty_label="请选择")

    def __init__(self, *args: Any, path: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer(self, "second", path)


class ClosingForm(forms.Form):
    occurred_on = DayField(label="结案日期")
    fine = MoneyField(label="已缴罚款（元）")
    text = long_field("执行情况", "缴款日期、票据号；未全部缴纳的写明原因。")


class WithdrawalForm(forms.Form):
    occurred_on = DayField(label="撤案日期")
    reason = long_field("撤案理由")


def form_for(action: str, case: PenaltyCase, data: Any = None, initial: dict[str, Any] | None = None) -> forms.Form:
    """The form of one step. Raises KeyError for an action that is none."""
    if action == "serve":
        return ServiceForm(data, path=case.authority.path, initial=initial)
    kinds: dict[str, type[forms.Form]] = {
        "notice": NoticeForm,
        "decide": DecisionForm,
        "close": ClosingForm,
        "withdraw": WithdrawalForm,
    }
    return kinds[action](data, initial=initial)
