"""What people type into cells."""

from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sheets.parsing import clean, letter, parse_cell, shown
from core.sheets.spec import Column, Kind


def parsed(kind: Kind, value: object, **options: object) -> object:
    return parse_cell(Column("k", "栏目", kind=kind, **options), value, shown(value))


def complaint(kind: Kind, value: object, **options: object) -> str:
    with pytest.raises(ValueError, match="栏目") as caught:
        parsed(kind, value, **options)
    return str(caught.value)


@pytest.mark.parametrize(
    "typed",
    [
        "2020.4.3",
        "2020年4月3日",
        "2020-04-03",
        "2020/4/3",
        "20200403",
        "２０２０．４．３",
        " 2020 年 4 月 3 日 ",
        "2020-04-03 09:30",
        "2020-04-03 00:00:00",
        "43924",
        43924,
        20200403,
        datetime.fromisoformat("2020-04-03T09:30"),
        date(2020, 4, 3),
    ],
)
def test_a_date_is_understood_however_it_is_typed(typed: object) -> None:
    assert parsed("date", typed) == date(2020, 4, 3)


@pytest.mark.parametrize(
    "typed", ["2020.4", "4/3/2020", "03-04-20", "2020年4月", "下周五", "2020-04-03 下午", 1.5, "12345"]
)
def test_half_a_date_is_refused_with_how_to_write_it(typed: object) -> None:
    assert "请写成 2020-04-03" in complaint("date", typed)


@pytest.mark.parametrize("typed", ["2020.2.30", "2020-13-01", "20200431"])
def test_a_day_that_does_not_exist_is_refused(typed: str) -> None:
    assert "不是存在的日期" in complaint("date", typed)


def test_a_moment_keeps_its_hours_and_minutes() -> None:
    assert parsed("datetime", "2020年4月3日 9时05分") == datetime.fromisoformat("2020-04-03T09:05")
    assert parsed("datetime", "2020-04-03 17:29:59") == datetime.fromisoformat("2020-04-03T17:29:59")
    assert parsed("datetime", "2020.4.3") == datetime.fromisoformat("2020-04-03")


@pytest.mark.parametrize(
    "typed, number",
    [
        ("1,234.50", "1234.50"),
        ("１２３４", "1234"),
        ("1，234", "1234"),
        (28.5, "28.5"),
        (0.1 + 0.2, "0.30000000000000004"),
        (1e-05, "0.00001"),
        ("-3", "-3"),
        (" 3 000 ", "3000"),
    ],
)
def test_a_number_keeps_its_figures(typed: object, number: str) -> None:
    assert parsed("number", typed) == Decimal(number)


@pytest.mark.parametrize("typed", ["约100", "100万元", "1,23,4", "12%", "1.2.3", True, float("inf")])
def test_a_number_with_words_is_refused_and_not_guessed(typed: object) -> None:
    assert "不是数字" in complaint("number", typed)


def test_a_whole_number_has_no_fraction() -> None:
    assert parsed("int", 3.0) == 3
    assert "带有小数" in complaint("int", "3.5")


@pytest.mark.parametrize(
    "typed",
    [
        "113.425",
        113.425,
        "113°25′30″",
        "113度25分30秒",
        "东经113°25'30\"",
        "E113°25’30”",
        "113-25-30",
        "１１３°２５．５′",
        "113°25′30″E",
        "113.25.30",
    ],
)
def test_a_longitude_is_understood_however_it_is_typed(typed: object) -> None:
    assert parsed("longitude", typed) == Decimal("113.425")


def test_a_latitude_in_the_longitude_column_is_called_swapped_and_never_swapped() -> None:
    assert "像是纬度，请核对经度和纬度是否填反了" in complaint("longitude", "33.575")
    assert "像是经度，请核对经度和纬度是否填反了" in complaint("latitude", "114°01′03″")


@pytest.mark.parametrize("typed", ["113°75′30″", "113.4,33.5", "一百一十三", "200.5", "0.5"])
def test_a_place_that_cannot_be_is_refused(typed: str) -> None:
    complaint("longitude", typed)


def test_a_credit_code_is_narrowed_and_raised() -> None:
    assert parsed("uscc", " ９１４１１１００ma00000660 ") == "91411100MA00000660"


@pytest.mark.parametrize(
    "typed, said",
    [
        ("9141110OMA0000066", "有 17 位"),
        ("91411100MAO0000660", "不会出现的字符：O"),
        (914111001234567890, "末几位已经丢失"),
        (9.1411100123456e17, "末几位已经丢失"),
    ],
)
def test_a_wrong_credit_code_is_told_what_is_wrong(typed: object, said: str) -> None:
    assert said in complaint("uscc", typed)


def test_a_choice_lists_what_may_be_written() -> None:
    choices = {"立行立改": 1, "限期整改": 2}
    assert parsed("choice", " 限期整改 ", choices=choices) == 2
    assert complaint("choice", "马上改", choices=choices).endswith("可填：立行立改、限期整改。")


def test_yes_and_no_in_their_common_spellings() -> None:
    assert [parsed("bool", typed) for typed in ("是", "√", "1", "否", "×", 0)] == [
        True,
        True,
        True,
        False,
        False,
        False,
    ]
    assert "请填“是”或“否”" in complaint("bool", "也许")


def test_text_is_trimmed_and_narrowed_but_keeps_its_chinese_brackets() -> None:
    assert parsed("text", "　漯河示例（集团）有限公司２号\u200b ") == "漯河示例（集团）有限公司2号"
    assert parsed("text", 13800000000.0) == "13800000000"
    assert "超过 4 个字" in complaint("text", "一二三四五", max_length=4)


def test_an_empty_cell_is_nothing_and_a_required_one_is_an_error() -> None:
    assert parsed("number", " / ") is None
    assert parsed("date", "无") is None
    assert parsed("text", "无") == "无"
    assert complaint("date", "—", required=True) == "“栏目”不能为空。"


def test_a_callers_rule_follows_the_kind() -> None:
    def positive(value: object) -> object:
        if value <= 0:
            raise ValueError("“栏目”应大于 0。")
        return value * 2

    assert parsed("int", "3", parse=positive) == 6
    assert complaint("int", "0", parse=positive) == "“栏目”应大于 0。"


def test_columns_are_lettered_like_excel() -> None:
    assert [letter(place) for place in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.dates(), st.none()))
def test_no_cell_breaks_a_parser(value: object) -> None:
    for kind in ("text", "phone", "int", "number", "date", "datetime", "bool", "uscc", "longitude", "latitude"):
        with suppress(ValueError):
            parsed(kind, value)


def test_a_whole_number_stays_within_its_column_and_the_database() -> None:
    assert parsed("int", "2147483647") == 2**31 - 1
    assert "“栏目”的“9999999999”超出范围" in complaint("int", "9999999999")
    assert "应在 0 至 999 之间" in complaint("int", -1, least=0, most=999)
