"""Opening a file that nobody vouches for. Runs in the child process only."""

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import IO, Any, Final

from lxml import etree
from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import DATA_TAG, INLINE_STRING, ROW_TAG, VALUE_TAG, WorkSheetParser
from openpyxl.xml.constants import SHEET_MAIN_NS

MEBIBYTE: Final = 1024 * 1024
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# What other programs put first; `{name}` is the file's name.
STRANGERS: Final[tuple[tuple[bytes, str], ...]] = (
    (b"%PDF-", "“{name}”是 PDF 文件，不是表格。请上传 .xlsx 或 .csv 文件。"),
    (b"\xff\xd8\xff", "“{name}”是图片，不是表格。请上传 .xlsx 或 .csv 文件。"),
    (b"\x89PNG", "“{name}”是图片，不是表格。请上传 .xlsx 或 .csv 文件。"),
    (b"GIF8", "“{name}”是图片，不是表格。请上传 .xlsx 或 .csv 文件。"),
    (b"Rar!", "“{name}”是压缩包，请解压后上传其中的 .xlsx 文件。"),
    (b"7z\xbc\xaf", "“{name}”是压缩包，请解压后上传其中的 .xlsx 文件。"),
    (b"\x1f\x8b", "“{name}”是压缩包，请解压后上传其中的 .xlsx 文件。"),
)
BROKEN: Final = "“{name}”打不开：文件已损坏、没有传完整，或结构不合规范。请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"
TOO_BIG_INSIDE: Final = "“{name}”解开后异常庞大，已停止读取。请把需要的内容复制到一个新的工作簿再上传。"
TOO_LONG: Final = "“{name}”超过 {rows:,} 行的上限，请分成几个文件上传。"
# defusedxml does the same in Python, at six times the time.
HARMLESS: Final = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
PLAIN_TEXT: Final = f"{{{SHEET_MAIN_NS}}}t"
GARBLED: Final = "“{name}”的文字编码无法识别。请在 Excel 中另存为“CSV UTF-8”或 .xlsx 后上传。"
UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


class Unreadable(Exception):
    """The file is refused; the argument is the sentence, with `{name}` for the file's name."""


@dataclass(frozen=True)
class Limits:
    """Of one reading: rows of all sheets, columns and characters of a row, bytes unzipped, held, written; seconds.

    `titles` are rows that are let through beyond: what stands above a table is not counted as its rows.
    """

    rows: int
    titles: int = 0
    columns: int = 256
    row_length: int = 256 * 1024
    unzipped: int = 600 * MEBIBYTE
    ratio: int = 120
    memory: int = 512 * MEBIBYTE
    written: int = 400 * MEBIBYTE
    seconds: int = 110


@dataclass(frozen=True)
class RawRow:
    sheet: str
    number: int
    cells: list[Any]


def rows_of(source: IO[bytes], limits: Limits) -> Iterator[RawRow]:
    """Rows with content, sheet by sheet, hidden sheets left out. Raises Unreadable."""
    head = source.read(8)
    source.seek(0)
    for magic, sentence in STRANGERS:
        if head.startswith(magic):
            raise Unreadable(sentence)
    if head == OLE:
        raise Unreadable(ole_sentence(source.read()))
    found = workbook_rows(source, limits) if head.startswith(b"PK") else csv_rows(source.read(), limits)
    for count, row in enumerate(found, start=1):
        if count > limits.rows + limits.titles:
            raise Unreadable(TOO_LONG.format(name="{name}", rows=limits.rows))
        if sum(len(cell) for cell in row.cells if isinstance(cell, str)) > limits.row_length:
            raise Unreadable(TOO_BIG_INSIDE)
        yield row


def ole_sentence(content: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in content:
        return "“{name}”设有打开密码，平台无法读取。请在 Excel 中取消密码后重新上传。"
    if "WordDocument".encode("utf-16-le") in content:
        return "“{name}”是 Word 文档，不是表格。请把表格复制到 Excel 后另存为 .xlsx 上传。"
    return "“{name}”是旧版表格（.xls 或 .et）。请在 Excel 或 WPS 中另存为 .xlsx 后上传。"


def workbook_rows(source: IO[bytes], limits: Limits) -> Iterator[RawRow]:
    check_archive(source, limits)
    source.seek(0)
    # A sheet without a dimension would be read to its end only to learn its size, which is not believed anyway.
    ReadOnlyWorksheet._get_size = lambda sheet: None  # type: ignore[attr-defined]
    try:
        book = load_workbook(source, read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            if sheet.sheet_state == "visible":
                yield from sheet_rows(book, sheet, limits)
    except (Unreadable, MemoryError):
        raise
    except Exception as error:
        raise Unreadable(BROKEN) from error


def check_archive(source: IO[bytes], limits: Limits) -> None:
    """Sizes before opening. The declared size binds: zipfile never unpacks more than it."""
    try:
        with zipfile.ZipFile(source) as archive:
            entries = archive.infolist()
    except Exception as error:
        raise Unreadable(BROKEN) from error
    names = {entry.filename for entry in entries}
    if "xl/workbook.xml" not in names:
        raise Unreadable(archive_sentence(names))
    swollen = any(e.file_size > MEBIBYTE and e.file_size > limits.ratio * max(e.compress_size, 1) for e in entries)
    if swollen or len(entries) > 5000 or sum(entry.file_size for entry in entries) > limits.unzipped:
        raise Unreadable(TOO_BIG_INSIDE)


def archive_sentence(names: set[str]) -> str:
    if "word/document.xml" in names:
        return "“{name}”是 Word 文档，不是表格。请把表格复制到 Excel 后另存为 .xlsx 上传。"
    if "xl/workbook.bin" in names:
        return "“{name}”是二进制工作簿（.xlsb）。请在 Excel 中另存为 .xlsx 后上传。"
    if "content.xml" in names:
        return "“{name}”是 OpenDocument 表格（.ods）。请另存为 .xlsx 后上传。"
    if "[Content_Types].xml" in names:
        return "“{name}”不是 Excel 工作簿。请另存为 .xlsx 后上传。"
    return "“{name}”是压缩包，请解压后上传其中的 .xlsx 文件。"


def sheet_rows(book: Any, sheet: Any, limits: Limits) -> Iterator[RawRow]:
    """Only cells that are there: what a sheet claims about its size is never believed, nor looped over."""
    with sheet._get_source() as source:
        parser = TextFirstParser(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for element in rows_in(source):
            number, cells = parser.parse_row(element)
            parser.row_dimensions.clear()
            values = dense(cells, limits.columns)
            if values:
                yield RawRow(sheet.title, number, values)


def rows_in(source: IO[bytes]) -> Iterator[Any]:
    """The row elements of a sheet; each is forgotten when the next is asked for. A document type is nobody's sheet."""
    found = etree.iterparse(source, tag=(ROW_TAG, DATA_TAG), remove_comments=True, remove_pis=True, **HARMLESS)
    for _, element in found:
        if element.getroottree().docinfo.doctype:
            raise Unreadable(BROKEN)
        if element.tag == DATA_TAG:
            return
        yield element
        element.clear()
        while element.getprevious() is not None:
            del element.getparent()[0]


class TextFirstParser(WorkSheetParser):
    """openpyxl's parser with a short way for what most cells are, text without formatting: a third of the time."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        place, text = element.get("r"), text_of(element, self.shared_strings)
        if not place or not text:
            found: dict[str, Any] = super().parse_cell(element)
            return found
        self.col_counter = column_of(place.rstrip("0123456789"))
        return {"row": self.row_counter, "column": self.col_counter, "value": text, "data_type": "s"}


def text_of(element: Any, shared: Any) -> str | None:
    kind = element.get("t")
    if kind == "s":
        value = element.findtext(VALUE_TAG)
        return shared[int(value)] if value else None
    if kind == "inlineStr" and len(element) == 1 and element[0].tag == INLINE_STRING and len(element[0]) == 1:
        return element[0][0].text if element[0][0].tag == PLAIN_TEXT else None
    return None


column_of = cache(column_index_from_string)


def dense(cells: list[dict[str, Any]], width: int) -> list[Any]:
    """Values by position up to the last one that is not empty; columns beyond `width` are nobody's."""
    found = {cell["column"]: plain(cell) for cell in cells if cell["column"] <= width}
    last = max((column for column, value in found.items() if value is not None), default=0)
    return [found.get(column) for column in range(1, last + 1)]


def plain(cell: dict[str, Any]) -> Any:
    """A cell as JSON: text, number, truth; dates, times and Excel's errors as a small object."""
    value = cell["value"]
    if cell["data_type"] == "e":
        return {"error": str(value)}
    if isinstance(value, datetime):
        return {"date": value.isoformat(timespec="seconds")}
    if isinstance(value, (date, time)):
        return {"date": value.isoformat()} if isinstance(value, date) else str(value)
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, str):
        return value if value.strip() else None
    return value


def csv_rows(content: bytes, limits: Limits) -> Iterator[RawRow]:
    text = decoded(content)
    if text.lstrip()[:200].lower().startswith(("<html", "<!doctype", "<?xml", "<table", "mime-version")):
        raise Unreadable("“{name}”是网页格式的表格，不是真正的 Excel 文件。请用 Excel 打开后另存为 .xlsx 再上传。")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=False)
    try:
        for number, record in enumerate(reader, start=1):
            cells = [cell if cell.strip() else None for cell in record[: limits.columns]]
            if any(cell is not None for cell in cells):
                yield RawRow("CSV", number, cells)
    except csv.Error as error:
        raise Unreadable(BROKEN) from error


def decoded(content: bytes) -> str:
    """A byte order mark, else strict UTF-8, else strict GB18030, else refused: right or not at all, never garbled."""
    if content.startswith(UTF16):
        return strictly(content, "utf-16")
    if b"\x00" in content:
        raise Unreadable("“{name}”不是表格文件。请上传 .xlsx 或 .csv 文件。")
    try:
        return strictly(content, "utf-8-sig")
    except Unreadable:
        if is_damaged_utf8(content):
            raise
    text = strictly(content, "gb18030")
    if not is_chinese(text):
        raise Unreadable(GARBLED)
    return text


def is_damaged_utf8(content: bytes) -> bool:
    """Cut or damaged UTF-8 often decodes as GB18030, to nonsense. Of real GB18030 almost nothing survives as UTF-8."""
    foreign = sum(byte > 127 for byte in content)
    survived = sum(len(c.encode()) for c in content.decode("utf-8", errors="ignore") if ord(c) > 127)
    return survived * 2 > foreign


def is_chinese(text: str) -> bool:
    """Whether nine in ten characters beyond ASCII stand in GB 2312, as in any Chinese table; those of Big5 do not."""
    foreign = [c for c in text if ord(c) > 127]
    common = sum(1 for c in foreign if c.encode("gb2312", errors="ignore"))
    return common * 10 >= len(foreign) * 9


def strictly(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable(GARBLED) from error


def delimiter_of(text: str) -> str:
    """Of comma, tab and semicolon, the one that the first lines use most; a comma where there is none."""
    first = "\n".join(text[:20_000].splitlines()[:20])
    return max((",", "\t", ";"), key=first.count)
