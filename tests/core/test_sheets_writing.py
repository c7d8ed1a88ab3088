"""Exports: what stands in the file, that it is no formula, that it is the same file twice."""

import io
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from lxml import etree
from openpyxl import load_workbook

from core.refusals import Refused
from core.sheets import Column, SheetSpec, read_table, workbook_response, write_workbook, writing
from tests.core.sheet_files import AT, SPEC, USCC


def company(number: int, **changes: object) -> dict[str, object]:
    return {
        "number": number,
        "name": f"漯河示例纸业有限公司{number}厂",
        "uscc": USCC,
        "contact": "王示例",
        "phone": "13800000000",
        "longitude": Decimal("114.017500"),
        "latitude": Decimal("33.575000"),
        "checked_on": date(2020, 4, 3),
        "fine": Decimal("28.5"),
        "is_key": "重点",
        **changes,
    }


def written(rows: list[dict[str, object]], spec: SheetSpec = SPEC, at: datetime = AT) -> bytes:
    out = io.BytesIO()
    write_workbook(out, [(spec, rows)], at=at, creator="漯河市生态环境局")
    return out.getvalue()


def plain(values: list[object], **options: Any) -> Any:
    """The cells of a one-column sheet without heading, as openpyxl sees them."""
    spec = SheetSpec("表", (Column("v", "值", read=lambda row: row, **options),), filters=False)
    sheet = load_workbook(io.BytesIO(written(values, spec)))["表"]
    return [row[0] for row in sheet.iter_rows(min_row=2)]


def test_the_sheet_has_title_head_rows_and_notes_where_they_belong() -> None:
    sheet = load_workbook(io.BytesIO(written([company(1), company(2)])))["企业名单"]
    rows = [[cell for cell in row if cell is not None] for row in sheet.iter_rows(values_only=True)]
    assert rows[0] == ["漯河市排污单位名单"]
    assert rows[1] == ["填报单位：漯河市生态环境局"]
    assert rows[2][:5] == ["序号", "企业名称", "统一社会信用代码", "联系人", "经度"]
    assert [title for title in rows[3] if title] == ["姓名", "电话"]
    assert rows[4][:4] == [1, "漯河示例纸业有限公司1厂", USCC, "王示例"]
    assert rows[6] == ["说明：日期按 2020-04-03 填写。"]


def test_the_sheet_prints_as_a_table_does() -> None:
    sheet = load_workbook(io.BytesIO(written([company(1), company(2)])))["企业名单"]
    assert {str(merged) for merged in sheet.merged_cells.ranges} >= {"A1:J1", "A2:J2", "A3:A4", "D3:E3", "A7:J7"}
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$1:$4"
    assert sheet.print_area == "'企业名单'!$A$1:$J$7"
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("C5", "A4:J6")
    assert sheet.column_dimensions["B"].width == 28
    assert (sheet["B5"].alignment.wrap_text, sheet["B5"].border.left.style) == (True, "thin")
    assert sheet.oddFooter.center.text == "第 &P 页，共 &N 页"


@pytest.mark.parametrize("text", ["=1+1", "=cmd|' /C calc'!A0", "+86 138", "-3 号井", "@示例", "\t=1", "\r=1", "＝1+1"])
def test_no_text_becomes_a_formula_and_none_is_changed(text: str) -> None:
    (cell,) = plain([text])
    assert (cell.data_type, cell.value) == ("s", text)
    assert cell.quotePrefix == (text[0] != "＝")
    with zipfile.ZipFile(io.BytesIO(written([text], SheetSpec("表", (Column("v", "值", read=str),))))) as archive:
        root = etree.fromstring(archive.read("xl/worksheets/sheet1.xml"))
    assert root.findall(".//{*}f") == []


def test_numbers_stay_numbers() -> None:
    cells = plain([3, -2.5, Decimal("28.50"), True, None, 10**17], kind="number")
    assert [cell.value for cell in cells] == [3, -2.5, 28.5, "是", None, "1" + "0" * 17]
    assert [cell.data_type for cell in cells] == ["n", "n", "n", "s", "n", "s"]


def test_days_and_moments_stay_what_they_are_on_the_shanghai_clock() -> None:
    moment = datetime(2020, 4, 24, 9, 30, tzinfo=UTC)
    (cell,) = plain([date(2020, 4, 3)], kind="date")
    assert (cell.value.isoformat(), cell.number_format) == ("2020-04-03T00:00:00", "yyyy-mm-dd")
    (cell,) = plain([moment], kind="datetime")
    assert (cell.value.isoformat(), cell.number_format) == ("2020-04-24T17:30:00", "yyyy-mm-dd hh:mm")
    assert [cell.value for cell in plain([date(2020, 4, 3), moment])] == ["2020-04-03", "2020-04-24 17:30:00"]


def test_characters_that_xml_forbids_are_dropped_and_a_cut_is_said() -> None:
    cells = plain(["a\x00b\x0bc\ud800\uffff", "长" * 40_000, float("nan")])
    assert cells[0].value == "abc"
    assert cells[1].value.endswith("长…（已截断）")
    assert len(cells[1].value) == 32_767
    assert cells[2].value == "nan"


def test_the_same_rows_at_the_same_moment_are_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [company(number) for number in range(20)]
    first = written(rows)
    monkeypatch.setattr("time.time", lambda: 4_000_000_000.0)
    monkeypatch.setattr("time.localtime", lambda *_: (2096, 10, 2, 7, 6, 40, 1, 276, 0))
    assert written(rows) == first
    assert written(rows, at=AT + timedelta(hours=1)) != first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(2020, 4, 24, 17, 30, 0)}


def test_what_is_written_is_read_back() -> None:
    rows = [company(1), company(2, name="=1+1", contact=None, fine=None)]
    reading = read_table(written(rows), SPEC, name="名单.xlsx")
    found = list(reading.rows)
    assert reading.errors == []
    assert [row.errors for row in found] == [(), ()]
    assert [row.number for row in found] == [5, 6]
    assert [row.values for row in found] == [{**row, "is_key": True} for row in rows]


def test_several_sheets_in_one_workbook() -> None:
    out = io.BytesIO()
    two = SheetSpec("第二张", (Column("v", "值", read=lambda row: row),))
    assert write_workbook(out, [(SPEC, [company(1)]), (two, [1, 2, 3])], at=AT, creator="平台") == 4
    assert load_workbook(out).sheetnames == ["企业名单", "第二张"]


def test_an_empty_form_offers_the_words_to_choose_from() -> None:
    sheet = load_workbook(io.BytesIO(written([])))["企业名单"]
    offers = {str(offer.sqref): offer.formula1 for offer in sheet.data_validations.dataValidation}
    assert offers == {"J5:J1004": '"重点,非重点"'}


def test_more_rows_than_excel_holds_are_refused_and_leave_no_temporary_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(writing, "MOST_ROWS", 8)
    with pytest.raises(Refused, match="行上限"):
        written([company(number) for number in range(20)])
    assert list(tmp_path.iterdir()) == []


def test_an_error_half_way_leaves_no_temporary_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def failing() -> Iterator[dict[str, object]]:
        yield company(1)
        raise RuntimeError("the database went away")

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with pytest.raises(RuntimeError):
        write_workbook(io.BytesIO(), [(SPEC, failing())], at=AT, creator="平台")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db
def test_a_download_is_named_in_chinese_and_kept_by_nobody() -> None:
    response = workbook_response("漯河市企业名单.xlsx", [(SPEC, [company(1)])], at=AT, creator="平台")
    assert "filename*=utf-8''%E6%BC%AF" in response["Content-Disposition"]
    assert response["Cache-Control"] == "private, no-store"
    assert load_workbook(io.BytesIO(b"".join(response))).sheetnames == ["企业名单"]
    response.close()


FLAT = """
import io, resource, sys
from datetime import UTC, datetime
from core.sheets.spec import Column, SheetSpec
from core.sheets.writing import write_workbook
columns = [Column(f"c{i}", f"第{i}列", read=lambda row: f"漯河示例纸业有限公司{row}") for i in range(10)]
spec = SheetSpec("大", tuple(columns))
def grow(rows):
    with open("/dev/null", "wb") as out:
        write_workbook(out, [(spec, iter(range(rows)))], at=datetime(2020, 4, 24, tzinfo=UTC), creator="x")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(grow(1000), grow(20000))
"""


def test_memory_does_not_grow_with_the_rows() -> None:
    run = subprocess.run(
        [sys.executable, "-c", "import django,os\ndjango.setup()\n" + FLAT],
        cwd=settings.BASE_DIR,
        env={"DJANGO_SETTINGS_MODULE": "config.settings", "TESTING": "1", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=True,
    )
    few, many = map(int, run.stdout.split()[-2:])
    assert many - few < 20 * 1024, "kilobytes"
