"""Files that nobody should open: each is refused within time and space, in a sentence; only the child suffers."""

import hashlib
import io
import resource
import struct
import time
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import Workbook
from PIL import Image

from core.refusals import Refused
from core.sheet_child.opening import Limits
from core.sheets import Column, SheetSpec, read_table
from tests.core.sheet_files import HEAD, ROW, SPEC, USCC, repacked, saved, workbook

SHEET = "xl/worksheets/sheet1.xml"
GOOD = workbook([HEAD, ROW])
NS = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def ole(*streams: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 504 + b"".join(s.encode("utf-16-le") for s in streams)


def archive(*entries: tuple[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in entries:
            made.writestr(name, data)
    return out.getvalue()


def png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (5, 5)).save(out, "PNG")
    return out.getvalue()


def with_sheet(xml: bytes) -> bytes:
    return repacked(GOOD, SHEET, lambda _: xml)


def sheet_of(rows: bytes) -> bytes:
    return with_sheet(b"<worksheet " + NS + b"><sheetData>" + rows + b"</sheetData></worksheet>")


def lying_about_sizes() -> bytes:
    """The central directory says that the sheet is small."""
    content = bytearray(sheet_of(b"<row>" + b" " * 5_000_000 + b"</row>"))
    at = content.rfind(SHEET.encode()) - 46 + 24
    content[at : at + 4] = struct.pack("<I", 2000)
    return bytes(content)


def with_strings(rows: bytes, strings: bytes) -> bytes:
    """A workbook that keeps its texts in the table of shared strings, as Excel does."""
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    declared = b'<Override PartName="/xl/sharedStrings.xml" ContentType="' + kind + b'"/></Types>'
    book = repacked(sheet_of(rows), "[Content_Types].xml", lambda xml: xml.replace(b"</Types>", declared))
    return archive_with(book, "xl/sharedStrings.xml", b"<sst " + NS + b">" + strings + b"</sst>")


def shared_string_bomb() -> bytes:
    """One long shared string, named in every cell."""
    row = b"<row>" + b'<c t="s"><v>0</v></c>' * 250 + b"</row>"
    return with_strings(row * 20, b"<si><t>" + b"x" * 32_000 + b"</t></si>")


def random_cut(content: bytes) -> bytes:
    return content[: len(content) * 2 // 3]


ENTITIES = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "lollollollollol">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + i, b"&%c;" % (97 + i) * 10) for i in range(9))
    + b"]><worksheet "
    + NS
    + b'><sheetData><row><c t="inlineStr"><is><t>&j;</t></is></c></row></sheetData></worksheet>'
)
OUTSIDE = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet '
    + NS
    + b'><sheetData><row><c t="inlineStr"><is><t>&a;</t></is></c></row></sheetData></worksheet>'
)
BROKEN, HUGE = "打不开", "异常庞大"
FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "old xls": (lambda: ole("Workbook"), "旧版表格"),
    "password": (lambda: ole("EncryptionInfo", "EncryptedPackage"), "设有打开密码"),
    "old word": (lambda: ole("WordDocument"), "Word 文档"),
    "docx called xlsx": (lambda: archive(("[Content_Types].xml", b""), ("word/document.xml", b"")), "Word 文档"),
    "pptx": (lambda: archive(("[Content_Types].xml", b""), ("ppt/presentation.xml", b"")), "不是 Excel 工作簿"),
    "ods": (lambda: archive(("mimetype", b""), ("content.xml", b"")), ".ods"),
    "xlsb": (lambda: archive(("[Content_Types].xml", b""), ("xl/workbook.bin", b"")), ".xlsb"),
    "zip": (lambda: archive(("名单.xlsx", GOOD)), "压缩包"),
    "rar": (lambda: b"Rar!\x1a\x07\x00" + b"x" * 99, "压缩包"),
    "pdf": (lambda: b"%PDF-1.7 ...", "PDF 文件"),
    "png": (png, "是图片"),
    "html called xls": (lambda: b"<html><table><tr><td>a</td></tr></table></html>", "网页格式"),
    "xml 2003": (lambda: b'<?xml version="1.0"?><Workbook/>', "网页格式"),
    "noise": (lambda: bytes(range(256)) * 50, "不是表格文件"),
    "empty zip": (archive, "压缩包"),
    "cut": (lambda: random_cut(GOOD), BROKEN),
    "no sheets": (lambda: repacked(GOOD, "xl/workbook.xml", lambda _: b"<workbook/>"), "是空表"),
    "sheet is no xml": (lambda: with_sheet(b"\x00\x01\x02"), BROKEN),
    "sheet ends early": (lambda: with_sheet(b"<worksheet " + NS + b"><sheetData><row>"), BROKEN),
    "billion laughs": (lambda: with_sheet(ENTITIES), BROKEN),
    "external entity": (lambda: with_sheet(OUTSIDE), BROKEN),
    "string beyond the table": (lambda: sheet_of(b'<row><c t="s"><v>99999</v></c></row>'), BROKEN),
    "number that is none": (lambda: sheet_of(b"<row><c><v>NaN</v></c></row>"), BROKEN),
    "number beyond all": (lambda: sheet_of(b"<row><c><v>1E999</v></c></row>"), BROKEN),
    "date beyond the calendar": (lambda: sheet_of(b'<row><c t="d"><v>9999999</v></c></row>'), BROKEN),
    "cell reference that is none": (lambda: sheet_of(b'<row r="1"><c r="1A!"><v>1</v></c></row>'), BROKEN),
    "row that is none": (lambda: sheet_of(b'<row r="x"><c><v>1</v></c></row>'), BROKEN),
    "zip bomb": (lambda: with_sheet(b" " * 300_000_000), HUGE),
    "bomb in another entry": (lambda: archive_with(GOOD, "xl/media/image1.png", b"\x00" * 200_000_000), HUGE),
    "lying directory": (lying_about_sizes, BROKEN),
    "thousands of entries": (lambda: many_entries(6000), HUGE),
    "string bomb": (shared_string_bomb, HUGE),
    "row of a million characters": (
        lambda: (",".join(HEAD) + "\n" + "," * 9 + ("长" * 60_000 + ",") * 6).encode(),
        HUGE,
    ),
    "csv field without end": (lambda: b'a,"' + b"x" * 300_000, BROKEN),
    "far corner only": (lambda: far_corner([]), "没有找到表头"),
}


def archive_with(content: bytes, name: str, data: bytes) -> bytes:
    out = io.BytesIO(content)
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as made:
        made.writestr(name, data)
    return out.getvalue()


def many_entries(count: int) -> bytes:
    out = io.BytesIO(GOOD)
    with zipfile.ZipFile(out, "a") as made:
        for number in range(count):
            made.writestr(f"xl/media/{number}", b"")
    return out.getvalue()


def far_corner(rows: list[list[Any]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    book.active["XFD1048576"] = "远"
    book.active["A1048575"] = None if rows else "远"
    return saved(book)


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_refused_in_a_sentence_within_five_seconds(name: str) -> None:
    make, said = FILES[name]
    content = make()
    before = time.monotonic()
    try:
        reading = read_table(content, SPEC, name="上报.xlsx")
        sentences = [error.message for error in reading.errors]
        assert list(reading.rows) == []
    except Refused as refused:
        sentences = [refused.message]
    assert time.monotonic() - before < 5
    assert any(said in sentence for sentence in sentences), sentences


def test_a_cell_in_the_far_corner_costs_nothing_and_hides_nothing() -> None:
    before = time.monotonic()
    rows = list(read_table(far_corner([HEAD, ROW]), SPEC).rows)
    assert [row.number for row in rows] == [2]
    assert time.monotonic() - before < 3


def test_a_sheet_that_lies_about_its_size_is_read_whole() -> None:
    content = repacked(
        workbook([HEAD] + [ROW] * 30),
        SHEET,
        lambda xml: xml.replace(b'<dimension ref="A1:F31"', b'<dimension ref="A1"'),
    )
    assert len(list(read_table(content, SPEC).rows)) == 30


def test_a_reader_that_is_too_slow_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    content = workbook([HEAD] + [ROW] * 20_000)
    with pytest.raises(Refused, match=r"读了 0\.2 秒"):
        read_table(content, SPEC, name="a.xlsx", timeout=0.2)


def many_strings() -> bytes:
    """Some 150 MB of texts in a file of few; a table of two rows."""
    texts = (hashlib.sha256(b"%d" % n).hexdigest()[:20].encode() + b"x" * 980 for n in range(150_000))
    cells = [b'<row><c t="inlineStr"><is><t>%s</t></is></c>' % title.encode() for title in HEAD[1:3]]
    head = cells[0] + cells[1].removeprefix(b"<row>") + b"</row>"
    row = '<row><c t="inlineStr"><is><t>漯河示例纸业有限公司</t></is></c><c t="inlineStr"><is><t>' + USCC
    strings = b"".join(b"<si><t>" + text + b"</t></si>" for text in texts)
    return with_strings(head + row.encode() + b"</t></is></c></row>", strings)


def test_the_reader_cannot_take_more_memory_than_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same file is refused by a smaller limit and read within the usual one: the limit decides."""
    content = many_strings()
    monkeypatch.setattr("core.sheets.reading.Limits", lambda **given: Limits(**{**given, "memory": 160 * 1024**2}))
    with pytest.raises(Refused, match=HUGE):
        read_table(content, SPEC, name="a.xlsx")
    monkeypatch.undo()
    assert len(list(read_table(content, SPEC, name="a.xlsx").rows)) == 1


def test_fifty_thousand_rows_of_thirty_columns_are_read_within_a_minute() -> None:
    spec = SheetSpec("大", tuple(Column(f"c{i}", f"列{i}", required=i < 2) for i in range(30)))
    book = Workbook(write_only=True)
    sheet = book.create_sheet("大")
    sheet.append([column.title for column in spec.columns])
    for row in range(50_000):
        sheet.append([f"示例{row}" if i % 2 else row * i for i in range(30)])
    content = saved(book)
    before = processor_seconds()
    assert sum(not row.errors for row in read_table(content, spec).rows) == 50_000
    assert processor_seconds() - before < 60


def processor_seconds() -> float:
    """Of this process and its children: a machine busy with other work does not count. Memory is the child's limit."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
