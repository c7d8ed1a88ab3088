"""Writing workbooks row by row in flat memory. The same rows at the same moment give the same bytes."""

import re
import shutil
import zipfile
from collections.abc import Iterable, Sequence
from copy import copy
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.cell_style import StyleArray
from openpyxl.worksheet.cell_range import CellRange
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.writer.excel import ExcelWriter

from core.clock import SHANGHAI
from core.refusals import Refused
from core.sheets.parsing import letter, shown
from core.sheets.spec import Column, SheetSpec

# Excel's own limits.
MOST_ROWS: Final = 1_048_576
MOST_CHARACTERS: Final = 32_767
MOST_DIGITS: Final = 10**15
# A text that starts so could be taken for a formula when somebody edits it or saves it as CSV.
RISKY: Final = ("=", "+", "-", "@", "\t", "\r")
ILLEGAL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
PAPERS: Final = {"A3": 8, "A4": 9}
FORMATS: Final = {
    "date": "yyyy-mm-dd",
    "datetime": "yyyy-mm-dd hh:mm",
    "int": "0",
    "longitude": "0.000000",
    "latitude": "0.000000",
}
CENTRED: Final = {"date", "datetime", "bool", "int", "choice"}
LINE: Final = Side(style="thin", color="FF7F8794")
BOX: Final = Border(left=LINE, right=LINE, top=LINE, bottom=LINE)
HEAD_FILL: Final = PatternFill("solid", fgColor="FFDCE6F1")
FONT: Final = "宋体"


def write_workbook(
    stream: IO[bytes], sheets: Sequence[tuple[SheetSpec, Iterable[Any]]], *, at: datetime, creator: str
) -> int:
    """Write each sheet's rows to `stream` (binary, need not be seekable). Returns how many rows were written.

    Rows are taken one at a time, so an iterator over the database never stands in memory. `at` dates the file. Refused
    when a sheet would have more rows than Excel can hold.
    """
    book = Workbook(write_only=True)
    book.properties.creator = book.properties.lastModifiedBy = creator
    book.properties.created = book.properties.modified = at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    try:
        written = sum(write_sheet(book, spec, rows) for spec, rows in sheets)
        with SteadyZip(stream, at) as archive:
            ExcelWriter(book, archive).write_data()
    finally:
        for sheet in book.worksheets:
            discard(sheet)
    return written


class SteadyZip(zipfile.ZipFile):
    """A zip whose entries all carry one moment instead of the machine's."""

    def __init__(self, stream: IO[bytes], at: datetime) -> None:
        super().__init__(stream, "w", zipfile.ZIP_DEFLATED, allowZip64=True)
        moment = at.astimezone(SHANGHAI)
        self.moment = (max(moment.year, 1980), moment.month, moment.day, moment.hour, moment.minute, moment.second)

    def entry(self, name: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, self.moment)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        return info

    def writestr(self, zinfo_or_arcname: Any, data: Any, *_: Any, **__: Any) -> None:
        super().writestr(self.entry(str(zinfo_or_arcname)), data)

    def write(self, filename: Any, arcname: Any = None, *_: Any, **__: Any) -> None:
        info = self.entry(str(arcname).lstrip("/"))
        info.file_size = Path(filename).stat().st_size
        with open(filename, "rb") as source, self.open(info, "w") as target:
            shutil.copyfileobj(source, target, 1024 * 1024)


def discard(sheet: Any) -> None:
    """Remove the temporary file of a sheet that was not finished."""
    if sheet._writer is None:
        return
    if not sheet.closed:
        sheet.close()
    if Path(sheet._writer.out).exists():
        sheet._writer.cleanup()


def write_sheet(book: Workbook, spec: SheetSpec, rows: Iterable[Any]) -> int:
    sheet: Any = book.create_sheet(spec.name[:31])
    prepare(sheet, spec)
    write_head(sheet, spec)
    writers = [CellWriter(sheet, column) for column in spec.columns]
    count = 0
    for count, row in enumerate(rows, start=1):
        if spec.first_row + count + len(spec.notes) > MOST_ROWS:
            raise Refused(f"“{spec.name}”超过 Excel 一张工作表的 {MOST_ROWS:,} 行上限，请缩小筛选范围后再导出。")
        sheet.append([writer.write(writer.column.value(row)) for writer in writers])
    last = spec.first_row - 1 + count
    write_notes(sheet, spec, last)
    finish(sheet, spec, last)
    return count


def prepare(sheet: Any, spec: SheetSpec) -> None:
    """What stands before the rows in the file: widths, panes, heights, and how it prints."""
    for place, column in enumerate(spec.columns):
        sheet.column_dimensions[letter(place)].width = column.width
    sheet.freeze_panes = f"{letter(spec.frozen_columns)}{spec.first_row}"
    if spec.heading:
        sheet.row_dimensions[1].height = 34
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.orientation = "landscape" if spec.landscape else "portrait"
    sheet.page_setup.paperSize = PAPERS[spec.paper]
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    margins = sheet.page_margins
    margins.left = margins.right = 0.5
    margins.top, margins.bottom, margins.header, margins.footer = 0.6, 0.7, 0.3, 0.35
    sheet.print_options.horizontalCentered = True
    sheet.HeaderFooter.oddFooter.center.text = "第 &P 页，共 &N 页"


def write_head(sheet: Any, spec: SheetSpec) -> None:
    width = len(spec.columns)
    if spec.heading:
        sheet.append([styled(sheet, spec.heading, Font(FONT, 16, bold=True), Alignment("center", "center"))])
    if spec.subheading:
        sheet.append([styled(sheet, spec.subheading, Font(FONT, 11), Alignment("left", "center", wrap_text=True))])
    for row in range(1, spec.title_rows + 1):
        merge(sheet, row, 0, row, width - 1)
    if spec.head_rows == 2:
        sheet.append([head_cell(sheet, column.group or column.title) for column in spec.columns])
        merge_groups(sheet, spec, spec.title_rows + 1)
    lower = ["" if spec.head_rows == 2 and not column.group else column.title for column in spec.columns]
    sheet.append([head_cell(sheet, title) for title in lower])


def merge_groups(sheet: Any, spec: SheetSpec, row: int) -> None:
    """Neighbours of one group share a cell; a column without a group takes both rows."""
    start = 0
    for place, column in enumerate(spec.columns):
        following = spec.columns[place + 1].group if place + 1 < len(spec.columns) else None
        if not column.group:
            merge(sheet, row, place, row + 1, place)
            start = place + 1
        elif following != column.group:
            merge(sheet, row, start, row, place)
            start = place + 1


def merge(sheet: Any, top: int, left: int, bottom: int, right: int) -> None:
    if (top, left) != (bottom, right):
        sheet.merged_cells.add(CellRange(min_row=top, min_col=left + 1, max_row=bottom, max_col=right + 1).coord)


def styled(sheet: Any, text: str, font: Font, alignment: Alignment, border: Border | None = None) -> Any:
    cell: Any = WriteOnlyCell(sheet)
    cell._value, cell.data_type = legal(text), "s"
    cell.font, cell.alignment = font, alignment
    if border:
        cell.border, cell.fill = border, HEAD_FILL
    return cell


def head_cell(sheet: Any, text: str) -> Any:
    return styled(sheet, text, Font(FONT, 11, bold=True), Alignment("center", "center", wrap_text=True), BOX)


def write_notes(sheet: Any, spec: SheetSpec, last: int) -> None:
    for row, note in enumerate(spec.notes, start=last + 1):
        sheet.append([styled(sheet, note, Font(FONT, 10), Alignment("left", "center", wrap_text=True))])
        merge(sheet, row, 0, row, len(spec.columns) - 1)


def finish(sheet: Any, spec: SheetSpec, last: int) -> None:
    """What needs to know the last row: print area and titles, filters; in an empty form, the lists to choose from."""
    end = letter(len(spec.columns) - 1)
    head = spec.first_row - 1
    sheet.print_area = f"A1:{end}{last + len(spec.notes)}"
    sheet.print_title_rows = f"1:{head}"
    if spec.filters and last > head:
        sheet.auto_filter.ref = f"A{head}:{end}{last}"
    if last == head:
        offer_choices(sheet, spec)


def offer_choices(sheet: Any, spec: SheetSpec) -> None:
    for place, column in enumerate(spec.columns):
        words = ["是", "否"] if column.kind == "bool" else list(column.choices)
        listed = ",".join(words)
        if not words or len(listed) > 250 or any("," in word or '"' in word for word in words):
            continue
        offer = DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True)
        offer.add(f"{letter(place)}{spec.first_row}:{letter(place)}{spec.first_row + 999}")
        sheet.data_validations.append(offer)


class CellWriter:
    """One column's cell, used again for every row: a row is on the disk before the next is taken."""

    def __init__(self, sheet: Any, column: Column) -> None:
        self.column = column
        cell: Any = WriteOnlyCell(sheet)
        cell.font = Font(FONT, 10)
        cell.border = BOX
        across = "center" if column.kind in CENTRED else "right" if column.kind == "number" else "left"
        cell.alignment = Alignment(across, "center", wrap_text=True)
        textual = "@" if column.kind in {"text", "uscc", "phone", "choice"} else "General"
        cell.number_format = column.number_format or FORMATS.get(column.kind, textual)
        self.cell = cell
        self.dated = bool(column.number_format) or column.kind in {"date", "datetime"}
        self.plain: StyleArray = cell._style
        self.quoted: StyleArray = copy(self.plain)
        self.quoted.quotePrefix = 1

    def write(self, value: object) -> Any:
        """The cell with `value`: numbers and dates as such, all else as text that is never a formula."""
        cell = self.cell
        cell._style = self.plain
        cell._value, cell.data_type = storable(value)
        if cell.data_type == "d" and not self.dated:
            cell._value, cell.data_type = shown(cell._value), "s"
        if cell.data_type == "s" and cell._value.startswith(RISKY):
            cell._style = self.quoted
        return cell


def storable(value: object) -> tuple[object, str]:
    """A value as Excel keeps it, and the type of the cell. Instants become Shanghai's wall clock."""
    if value is None:
        return None, "n"
    if isinstance(value, bool):
        return ("是" if value else "否"), "s"
    if isinstance(value, (int, float, Decimal)):
        return (value, "n") if is_number(value) else (str(value), "s")
    if isinstance(value, datetime):
        return (value.astimezone(SHANGHAI).replace(tzinfo=None) if value.tzinfo else value), "d"
    if isinstance(value, date):
        return value, "d"
    return legal(str(value)), "s"


def is_number(value: int | float | Decimal) -> bool:
    """Excel keeps 15 digits; a longer whole number is written as text so that none is lost. Infinity is no number."""
    if isinstance(value, int):
        return abs(value) < MOST_DIGITS
    return Decimal(value).is_finite()


def legal(text: str) -> str:
    """Without the characters that XML forbids, and no longer than a cell; a cut is said."""
    kept = ILLEGAL.sub("", text)
    note = "…（已截断）"
    return kept if len(kept) <= MOST_CHARACTERS else kept[: MOST_CHARACTERS - len(note)] + note
