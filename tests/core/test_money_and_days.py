"""Days and amounts as people type them: understood where there is one reading, else said why and handed back."""

from datetime import date
from decimal import Decimal

import pytest
from django import forms

from core.widgets import DateInput, DayField, MoneyField


class Form(forms.Form):
    day = DayField(label="日期")
    fine = MoneyField(label="罚款（元）")


def form(day: str = "2020-05-14", fine: str = "1") -> Form:
    return Form({"day": day, "fine": fine})


SPELLINGS = (
    "2020-05-14|2020-5-14|2020/5/14|2020.05.14|2020年5月14日|２０２０-０５-１４|２０２０年５月１４日| 2020-05-14 "
)


@pytest.mark.parametrize("typed", SPELLINGS.split("|"))
def test_a_day_has_many_spellings(typed):
    asked = form(day=typed)
    assert asked.is_valid(), asked.errors
    assert asked.cleaned_data["day"] == date(2020, 5, 14)


@pytest.mark.parametrize("typed", ["昨天", "2020-13-01", "2020-02-30", "05-14", "20200514x"])
def test_what_is_no_day_is_said_and_handed_back_in_sight(typed):
    asked = form(day=typed)
    assert asked.errors["day"] == ["看不出是哪一天，请按 2020-05-14 的样式填写。"]
    control = str(asked["day"])
    assert f'value="{typed}"' in control
    assert 'type="text"' in control, "a date control shows nothing that is no day"


def test_a_day_is_shown_in_the_browsers_own_control():
    assert 'type="date"' in DateInput().render("day", date(2020, 5, 14))
    assert 'type="date"' in str(form()["day"])


@pytest.mark.parametrize(
    "typed,amount",
    [
        ("280000", "280000"),
        ("280,000.50", "280000.50"),
        ("２８００００", "280000"),
        ("２８０，０００", "280000"),
        (" 280 000 元", "280000"),
        ("￥1000", "1000"),
        ("¥1000", "1000"),
    ],
)
def test_an_amount_has_many_spellings(typed, amount):
    asked = form(fine=typed)
    assert asked.is_valid(), asked.errors
    assert asked.cleaned_data["fine"] == Decimal(amount)


@pytest.mark.parametrize(
    "typed,sentence",
    [
        ("28 万", "看不出是多少钱"),
        ("二十八万", "看不出是多少钱"),
        ("NaN", "看不出是多少钱"),
        ("1e400", "数字"),
        ("-1", "不能为负数"),
        ("1.005", "精确到分"),
        ("", "请填写"),
    ],
)
def test_what_is_no_amount_is_said_and_handed_back(typed, sentence):
    asked = form(fine=typed)
    assert sentence in asked.errors["fine"][0]
    assert not typed or f'value="{typed}"' in str(asked["fine"])
