from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django import forms
from django.template import engines
from django.test import RequestFactory

from core import clock
from core.gantt import Window

# 2020-05-15 09:00 in Shanghai.
AT = datetime(2020, 5, 15, 1, 0, tzinfo=UTC)


def render(source: str, query: str = "", **context: object) -> str:
    template = engines["django"].from_string("{% load ui %}" + source)
    return template.render(context, RequestFactory().get(f"/list?{query}"))


@pytest.mark.parametrize(
    "source,text",
    [
        ("{{ value|shanghai }}", "2020-05-15 09:00"),
        ('{{ value|day:"%m-%d" }}', "05-15"),
        ("{{ none|shanghai }}{{ none|day }}{{ none|moment }}", ""),
        ("{{ '13800008000'|phone }}", "138****8000"),
        ("{{ '12345'|phone }}", "*****"),
        ("{{ figure|grouped }}", "12,345"),
        ("{{ none|grouped }}", "—"),
        ("{{ fine|yuan }}", "280,000 元"),
        ("{{ '0.50'|yuan }}", "0.50 元"),
        ("{{ table|get:'a' }}", "1"),
    ],
)
def test_filters_write_as_people_here_read(source, text):
    context = {"value": AT, "figure": 12345, "fine": Decimal("280000"), "table": {"a": 1}, "none": None}
    assert render(source, **context) == text


def test_a_badge_escapes_its_word_and_knows_five_tones():
    assert render('{% badge word "red" %}', word="<b>") == '<span class="badge-tone badge-red">&lt;b&gt;</span>'
    assert "badge-grey" in render('{% badge "词" "purple" %}')


def test_a_deadline_is_judged_by_the_platforms_clock():
    with clock.travel(AT):
        assert "逾期 2 天" in render("{% deadline due %}", due=date(2020, 5, 13))
    assert render("{% deadline due %}", due=None) == ""


def test_a_countdown_carries_its_instant_and_its_words():
    with clock.travel(AT):
        said = render('{% countdown due "距周报截止" %}', due=datetime(2020, 5, 15, 9, 30, tzinfo=UTC))
    assert 'data-countdown="2020-05-15T09:30:00+00:00"' in said
    assert "距周报截止 8 小时 29 分" in said


def test_a_chip_takes_away_one_value_and_the_cursor():
    said = render('{% chip "县区" "源汇区" param="unit" only=3 %}', "unit=3&unit=4&state=open&cursor=abc")
    assert 'href="?unit=4&amp;state=open"' in said
    assert 'href="?state=open"' in render('{% chip "县区" "源汇区" param="unit" %}', "unit=3&unit=4&state=open")


@pytest.mark.parametrize(
    "query,link,order",
    [
        ("state=a&cursor=x", "?state=a&amp;sort=due_on", "none"),
        ("sort=due_on", "?sort=-due_on", "ascending"),
        ("sort=-due_on", "?sort=due_on", "descending"),
    ],
)
def test_a_head_sorts_and_turns_round(query, link, order):
    said = render('{% sort_th "期限" "due_on" %}', query)
    assert f'href="{link}"' in said
    assert f'aria-sort="{order}"' in said


def test_the_phase_bar_needs_no_inline_style():
    windows = [Window("企业自查", date(2020, 4, 1), date(2020, 4, 30), 40)]
    said = render("{% phase_bar windows day %}", windows=windows, day=date(2020, 4, 16))
    assert "进行中 40%" in said
    assert "style=" not in said


class Sample(forms.Form):
    name = forms.CharField(label="名称", help_text="与营业执照一致。", max_length=4)
    way = forms.ChoiceField(label="方式", choices=[("a", "甲")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="已告知")


def test_a_form_tells_what_is_wrong_beside_the_field_and_above_with_links():
    said = str(Sample({"name": "漯河示例纸业有限公司"}))
    assert 'aria-describedby="id_name_helptext id_name_error"' in said
    assert 'value="漯河示例纸业有限公司"' in said
    assert 'id="id_name_error"' in said
    assert 'href="#id_name"' in said
    assert said.count('id="id_way"') == 1
    assert "有 3 处需要修改" in said


def test_a_forms_faults_are_summed_up_once():
    said = render('{% include "components/form_errors.html" %}{{ form }}', form=Sample({}))
    assert said.count("data-error-summary") == 1


def test_a_form_without_faults_has_no_summary():
    assert "error-summary" not in str(Sample())
    assert "（必填）" in str(Sample())
