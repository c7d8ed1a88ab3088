"""Imports as people make them: titles above, merged heads, other words, other order, other programs."""

import io
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from core.refusals import Refused
from core.sheets import Column, SheetSpec, TableReading, read_table
from tests.core.sheet_files import HEAD, ROW, SPEC, USCC, saved, workbook


def read(content: bytes, name: str = "名单.xlsx", **options: Any) -> TableReading:
    return read_table(content, SPEC, name=name, **options)


def only_row(content: bytes, **options: Any) -> dict[str, Any]:
    rows = list(read(content, **options).rows)
    assert [row.errors for row in rows] == [()]
    return rows[0].values


def refusal(content: bytes, name: str = "名单.xlsx") -> str:
    with pytest.raises(Refused) as caught:
        read(content, name)
    assert name in caught.value.message
    return caught.value.message


def test_a_plain_table_is_read() -> None:
    reading = read(workbook([HEAD, ROW]))
    assert reading.headers == dict(zip("ABCDEF", HEAD, strict=True))
    assert reading.mapping["uscc"] == "C"
    (row,) = reading.rows
    assert (row.sheet, row.number, row.errors) == ("Sheet1", 2, ())
    assert row.values["longitude"] == Decimal("114.0175")
    assert row.values["checked_on"].isoformat() == "2020-04-03"


@pytest.mark.parametrize("source", ["upload", "path", "stream"])
def test_a_table_comes_from_anywhere(source: str, tmp_path: Any) -> None:
    content = workbook([HEAD, ROW])
    if source == "upload":
        given: Any = SimpleUploadedFile("名单.xlsx", content)
    elif source == "stream":
        given = io.BytesIO(content)
    else:
        given = tmp_path / "名单.xlsx"
        given.write_bytes(content)
    assert len(list(read_table(given, SPEC).rows)) == 1


def test_title_rows_other_words_other_order_and_extra_columns_are_accepted() -> None:
    content = workbook(
        [
            ["漯河市 2020 年排污单位名单"],
            [],
            ["填报单位：召陵区分局", None, None, "填报日期：2020.4.3"],
            ["备注", "信用代码（18 位）", "  单位 名称 *", "所属乡镇", "联系电话"],
            ["无", USCC, "漯河示例纸业有限公司", "示例镇", 13800000000],
        ]
    )
    values = only_row(content)
    assert (values["name"], values["uscc"], values["phone"]) == ("漯河示例纸业有限公司", USCC, "13800000000")
    assert values["checked_on"] is None


def test_a_head_of_two_rows_with_merged_cells_is_understood() -> None:
    book = Workbook()
    sheet = book.active
    for row in (
        ["序号", "企业名称", "统一社会信用代码", "联系人", None, "地理坐标", None],
        [None, None, None, "姓名", "电话", "经度", "纬度"],
        [1, "漯河示例纸业有限公司", USCC, "王示例", "13800000000", "114°1′3″", "33°34′30″"],
    ):
        sheet.append(row)
    for merged in ("A1:A2", "B1:B2", "C1:C2", "D1:E1", "F1:G1"):
        sheet.merge_cells(merged)
    values = only_row(saved(book))
    assert (values["contact"], values["phone"]) == ("王示例", "13800000000")
    assert (values["longitude"], values["latitude"]) == (Decimal("114.0175"), Decimal("33.575"))


def test_missing_columns_are_named_and_nothing_is_read() -> None:
    reading = read(workbook([["序号", "企业名称", "经度"], [1, "漯河示例纸业有限公司", 114]]))
    assert [column.title for column in reading.missing] == ["统一社会信用代码"]
    assert [str(error) for error in reading.errors] == [
        "工作表“Sheet1”第 1 行：表头缺少“统一社会信用代码”列，请补上或手工指定对应的列。"
    ]
    assert list(reading.rows) == []
    assert not reading.is_complete


def test_a_column_that_is_missing_may_be_mapped_by_hand() -> None:
    content = workbook([["序号", "企业名称", "代号"], [1, "漯河示例纸业有限公司", USCC]])
    assert only_row(content, mapping={"uscc": "C"})["uscc"] == USCC


def test_a_table_without_any_known_title_is_shown_for_mapping() -> None:
    content = workbook([["甲", "乙", "丙"], ["漯河示例纸业有限公司", USCC, "x"]])
    reading = read(content)
    assert reading.headers == {"A": "甲", "B": "乙", "C": "丙"}
    assert "没有找到表头。表头应有：企业名称、统一社会信用代码" in reading.errors[0].message
    assert list(reading.rows) == []
    assert only_row(content, mapping={"name": "A", "uscc": "B"})["name"] == "漯河示例纸业有限公司"


def test_a_title_that_stands_twice_is_reported() -> None:
    reading = read(workbook([[*HEAD, "企业名称"], [*ROW, "另一个"]]))
    assert "第 1 行 G 列：表头“企业名称”重复出现" in str(reading.errors[0])
    assert next(iter(reading.rows)).values["name"] == "漯河示例纸业有限公司"


def test_every_error_says_sheet_row_column_and_what() -> None:
    bad = [2, "", "9141110", "33.575", "114.0175", "2020.4"]
    good, wrong = read(workbook([HEAD, ROW, [], bad], titles=["三月"])).rows
    assert good.errors == ()
    assert [(e.sheet, e.row, e.column, e.title) for e in wrong.errors] == [
        ("三月", 4, "B", "企业名称"),
        ("三月", 4, "C", "统一社会信用代码"),
        ("三月", 4, "D", "经度"),
        ("三月", 4, "E", "纬度"),
        ("三月", 4, "F", "检查日期"),
    ]
    assert str(wrong.errors[1]) == ("工作表“三月”第 4 行 C 列：“统一社会信用代码”应为 18 位，“9141110”有 7 位。")
    assert "取消合并" in wrong.errors[0].message
    assert wrong.errors[2].value == "33.575"


def test_a_failed_formula_is_an_error_of_its_cell() -> None:
    book = Workbook()
    book.active.append(HEAD)
    book.active.append([1, "#N/A", USCC])
    book.active["B2"].data_type = "e"
    (row,) = read(saved(book)).rows
    assert row.errors[0].message == "“企业名称”是公式错误 #N/A，请在表格中改正后再上传。"


def test_lines_that_are_no_rows_are_left_out() -> None:
    content = workbook([HEAD, ROW, HEAD, ["合计", 1], ["填表人：王示例", None, "审核人：李示例"], ["说明：略"]])
    assert len(list(read(content).rows)) == 1


@pytest.mark.parametrize("first", ["合计", "合 计", "小　计", "总计：", "合计（3 家）", "共计3家"])
def test_a_total_is_passed_over_and_named_wherever_its_word_stands(first: str) -> None:
    numbered = [first, "3", None, None, None, None]
    reading = read(workbook([HEAD, ROW, numbered]))
    assert len(list(reading.rows)) == 1
    assert reading.passed_rows == [("Sheet1", 3)]


@pytest.mark.parametrize(
    "foot",
    [["注：本表一式两份"], ["备 注：略", "第二句"], [None, "填表人：王示例", "电话", "13800000000"], ["说明：一、略"]],
)
def test_a_note_or_signature_under_the_table_is_passed_over(foot: list[Any]) -> None:
    reading = read(workbook([HEAD, ROW, foot]))
    assert len(list(reading.rows)) == 1
    assert reading.passed_rows == [("Sheet1", 3)]


def test_a_note_of_several_lines_is_one_note() -> None:
    reading = read(workbook([HEAD, ROW, ["说明：1.代码按营业执照填写。"], ["2.经纬度用十进制。"], ROW]))
    assert len(list(reading.rows)) == 2
    assert reading.passed_rows == [("Sheet1", 3), ("Sheet1", 4)]


def test_a_whole_row_is_a_row_whatever_its_first_cell_says() -> None:
    reading = read(workbook([HEAD, ["备注：新增", *ROW[1:]], ["合计示例纸业有限公司", *ROW[1:]]]))
    assert len(list(reading.rows)) == 2
    assert reading.passed_rows == []


def test_a_sheet_of_instructions_is_never_offered_for_mapping() -> None:
    notes = [["2020 年排污单位名单填报说明"], ["一、请各县区按要求填报"], ["二、代码为 18 位"]]
    table = [["甲", "乙", "丙"], ["漯河示例纸业有限公司", USCC, "x"]]
    content = workbook(notes, table, titles=["说明", "名单"])
    reading = read(content)
    assert (reading.heads[0].sheet, reading.headers) == ("名单", {"A": "甲", "B": "乙", "C": "丙"})
    assert reading.passed_sheets == {"说明": "没有表头"}
    by_hand = read(content, mapping={"name": "A", "uscc": "B"})
    assert [(row.sheet, row.errors) for row in by_hand.rows] == [("名单", ())]
    assert by_hand.passed_sheets == {"说明": "没有表头"}


def test_a_sheet_that_lacks_a_column_is_named_when_another_is_read() -> None:
    content = workbook(
        [HEAD, ROW], [["序号", "企业名称", "经度"], [1, "漯河示例纸业有限公司", 114]], titles=["甲", "乙"]
    )
    reading = read(content)
    assert [row.sheet for row in reading.rows] == ["甲"]
    assert reading.passed_sheets == {"乙": "表头缺少“统一社会信用代码”列"}


def test_a_mapping_by_hand_counts_for_sheets_of_the_same_titles_only() -> None:
    head = ["序号", "企业名称", "代号"]
    other = [["企业名称", "统一社会信用代码", "联系人"], ["召陵示例化工厂", USCC, "王示例"]]
    rows = [head, [1, "漯河示例纸业有限公司", USCC]]
    content = workbook(rows, other, rows, titles=["甲", "乙", "丙"])
    reading = read(content, mapping={"name": "B", "uscc": "C"})
    assert [(row.sheet, row.values["name"], row.errors) for row in reading.rows] == [
        ("甲", "漯河示例纸业有限公司", ()),
        ("乙", "召陵示例化工厂", ()),
        ("丙", "漯河示例纸业有限公司", ()),
    ]


def test_a_file_without_any_table_is_refused_with_the_titles_it_should_have() -> None:
    assert "没有找到表头。表头应有：企业名称" in refusal(workbook([["会议通知"], ["请各单位参加"]]))


def test_every_visible_sheet_with_the_table_is_read_and_others_are_not() -> None:
    book = Workbook()
    book.active.title = "填写说明"
    book.active.append(["请先阅读本说明"])
    for title in ("源汇区", "召陵区", "字典"):
        sheet = book.create_sheet(title)
        sheet.append(HEAD)
        sheet.append(ROW)
    book["字典"].sheet_state = "hidden"
    reading = read(saved(book))
    assert [row.sheet for row in reading.rows] == ["源汇区", "召陵区"]
    assert reading.errors == []


def test_a_reading_that_is_given_up_closes_its_file() -> None:
    reading = read(workbook([HEAD, ROW, ROW]))
    next(iter(reading.rows))
    del reading


TEXT = "企业名称,统一社会信用代码,联系电话\n漯河示例纸业有限公司,91411100MA00000660,13800000000\n"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        b"\xef\xbb\xbf" + TEXT.encode(),
        TEXT.encode("gb18030"),
        TEXT.encode("utf-16"),
        TEXT.replace(",", "\t").encode("gb18030"),
        TEXT.replace(",", ";").replace("\n", "\r\n").encode(),
    ],
    ids=["utf8", "utf8-bom", "gb18030", "utf16", "gb18030-tabs", "semicolons"],
)
def test_text_is_right_in_every_encoding_that_offices_use(content: bytes) -> None:
    values = only_row(content, name="名单.csv")
    assert (values["name"], values["phone"]) == ("漯河示例纸业有限公司", "13800000000")


def test_rare_characters_survive_gb18030() -> None:
    text = "企业名称,统一社会信用代码\n洛阳瀍河㙍口𬭎厂有限公司示例企业名称,91411100MA00000660\n"
    assert only_row(text.encode("gb18030"), name="a.csv")["name"] == "洛阳瀍河㙍口𬭎厂有限公司示例企业名称"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode()[:-70] + b"\xe6\xbc",
        "排汙單位,統一社會信用代碼\n漯河示例紙業有限公司,1\n".encode("big5"),
        "会社名,住所\nサンプル株式会社,東京都\n".encode("shift-jis"),
        "société,adresse\nété à Nîmes,où\n".encode("latin-1"),
    ],
    ids=["cut utf8", "big5", "shift-jis", "latin-1"],
)
def test_text_in_another_encoding_is_refused_and_never_garbled(content: bytes) -> None:
    assert "文字编码无法识别" in refusal(content, "名单.csv")


def test_a_cell_of_several_lines_and_quotes_keeps_them() -> None:
    text = '企业名称,统一社会信用代码,姓名\n"漯河示例\n""纸业""有限公司",91411100MA00000660,王\n'
    assert only_row(text.encode(), name="a.csv")["name"] == '漯河示例\n"纸业"有限公司'


def test_a_sheet_of_one_column() -> None:
    spec = SheetSpec("代码", (Column("uscc", "统一社会信用代码", kind="uscc", required=True),))
    rows = list(read_table(workbook([["统一社会信用代码"], [USCC]]), spec).rows)
    assert [row.values for row in rows] == [{"uscc": USCC}]


def test_empty_files_sheets_and_heads_are_refused_each_in_its_words() -> None:
    assert "是空文件（0 字节）" in refusal(b"")
    assert "是空表" in refusal(workbook([]))
    assert "只有表头，没有数据行" in refusal(workbook([HEAD]))
    assert "只有表头，没有数据行" in refusal((",".join(HEAD) + "\n\n").encode(), "a.csv")


def test_more_rows_or_bytes_than_allowed_are_refused_with_the_limit(settings: Any) -> None:
    settings.SHEET_MAX_ROWS = 10
    assert "超过 10 行的上限" in refusal(workbook([HEAD] + [ROW] * 11))
    assert len(list(read(workbook([["名单"], HEAD] + [ROW] * 10)).rows)) == 10
    assert "超过 10 行的上限" in refusal(workbook([HEAD] + [ROW] * 40))
    settings.SHEET_MAX_BYTES = 1024
    assert "超过 1 KB 的上限" in refusal(workbook([HEAD, ROW]))
