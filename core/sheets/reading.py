"""Reading a table that a person uploads: opened in a confined child process, understood here, row by row."""

import json
import logging
import math
import re
import subprocess
import sys
import tempfile
import weakref
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, Final

from django.conf import settings
from django.core.files.base import File

from core.files import clean_name, megabytes
from core.refusals import Refused
from core.sheet_child.opening import TOO_BIG_INSIDE, TOO_LONG, Limits
from core.sheets.heads import (
    SEARCHED,
    Head,
    complaints,
    find_head,
    fullest,
    known_titles,
    least,
    missing_columns,
    placed,
)
from core.sheets.parsing import CellError, key_of, letter, parse_cell, shown
from core.sheets.spec import Column, SheetError, SheetSpec, TableRow

TIMEOUT: Final = 120
# Lines that stand under a table on paper and are no rows of it; blanks inside their first words do not count.
FOOT: Final = re.compile(r"(填表|填报|制表|审核|审批|联系|负责|报送|说明|备注|注)[\w（）()]{0,6}[:：]")
TOTAL: Final = re.compile(r"(本页|本表)?[合小总共累]计(\(.*\)|\d+[家户个]?)?")
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Survey:
    """One sheet at a glance: its first rows with content (number and cells), and how many there are."""

    sheet: str
    first: list[tuple[int, list[Any]]]
    count: int


@dataclass
class TableReading:
    """What was found in a file. Go through `rows` once; each row carries its own errors.

    `errors` are those of the file as a whole: no head, missing columns, titles that stand twice. `headers` (letter to
    title) and `mapping` (column key to letter) are those of the first table, for a page where a person maps by hand.
    Where required columns are missing (`is_complete` is false) there are no rows. What is passed over is named: sheets
    with the reason, and, once `rows` is gone through, the totals and notes by sheet and number.
    """

    name: str
    heads: list[Head]
    missing: list[Column]
    errors: list[SheetError]
    rows: Iterator[TableRow] = field(default_factory=lambda: iter(()))
    passed_sheets: dict[str, str] = field(default_factory=dict)
    passed_rows: list[tuple[str, int]] = field(default_factory=list)

    @property
    def headers(self) -> dict[str, str]:
        return self.heads[0].titles if self.heads else {}

    @property
    def mapping(self) -> dict[str, str]:
        return self.heads[0].mapping if self.heads else {}

    @property
    def is_complete(self) -> bool:
        return bool(self.heads) and not self.missing


def read_table(
    source: bytes | Path | IO[bytes] | File[bytes],
    spec: SheetSpec,
    *,
    name: str = "",
    mapping: Mapping[str, str] | None = None,
    timeout: float = TIMEOUT,
) -> TableReading:
    """Open a workbook or CSV and find in each visible sheet the table that `spec` describes.

    `name` is the file's, for sentences; `mapping` (column key to column letter) overrides what the titles say.
    `timeout` is in seconds. Refused (413, 422) when the file cannot be read at all: wrong type, password, damaged, too
    large, empty, a head without rows.
    """
    shown_name = clean_name(name or str(getattr(source, "name", "") or "上传的文件"))
    with tempfile.TemporaryFile() as copy:
        take(source, copy, shown_name)
        lines = run_child(copy, shown_name, timeout)
    surveys = survey(lines)
    reading = headed(shown_name, surveys, spec, mapping or {}) if surveys else TableReading(shown_name, [], [], [])
    if said := refusal_of(reading, surveys):
        lines.close()
        raise Refused(said, status=422)
    rows = rows_of(lines, reading.heads if reading.is_complete else [], spec, reading.passed_rows)
    weakref.finalize(rows, lines.close)
    reading.rows = rows
    return reading


def refusal_of(reading: TableReading, surveys: list[Survey]) -> str:
    """Why there is nothing to read, or nothing."""
    if not surveys:
        return f"“{reading.name}”是空表，没有任何内容。"
    if not reading.heads:
        return f"“{reading.name}”里{reading.errors[0].message}"
    rows = sum(rows_below(head, surveys) for head in reading.heads)
    if reading.is_complete and not rows:
        return f"“{reading.name}”只有表头，没有数据行。请从表头下一行开始填写后再上传。"
    limit = settings.SHEET_MAX_ROWS
    return TOO_LONG.format(name=reading.name, rows=limit) if rows > limit else ""


def take(source: bytes | Path | IO[bytes] | File[bytes], copy: IO[bytes], name: str) -> None:
    """A private copy on disk, within the limit."""
    if isinstance(source, Path):
        with source.open("rb") as opened:
            return take(opened, copy, name)
    limit = settings.SHEET_MAX_BYTES
    if not isinstance(source, bytes):
        source.seek(0)
    content = source if isinstance(source, bytes) else source.read(limit + 1)
    if len(content) > limit:
        size = megabytes(int(getattr(source, "size", 0) or len(content)))
        raise Refused(f"“{name}”有 {size}，超过 {megabytes(limit)} 的上限，请分成几个文件上传。", status=413)
    if not content:
        raise Refused(f"“{name}”是空文件（0 字节），请重新选择。", status=422)
    copy.write(content)
    copy.seek(0)
    return None


def run_child(copy: IO[bytes], name: str, timeout: float) -> IO[bytes]:
    """Let the child read; its lines as a file from the start. Its environment holds nothing of ours."""
    limits = Limits(rows=settings.SHEET_MAX_ROWS, titles=SEARCHED, seconds=math.ceil(timeout))
    lines = tempfile.TemporaryFile()  # noqa: SIM115 - the reading closes it
    try:
        done = subprocess.run(  # noqa: S603 - our own module, and a list of arguments
            [sys.executable, "-m", "core.sheet_child", json.dumps(asdict(limits))],
            stdin=copy,
            stdout=lines,
            stderr=subprocess.PIPE,
            cwd=settings.BASE_DIR,
            env={"PYTHONDONTWRITEBYTECODE": "1", "LC_ALL": "C.UTF-8"},
            timeout=timeout,
            check=False,
        )
        verdict = verdict_of(done.stderr, done.returncode)
    except subprocess.TimeoutExpired:
        verdict = {"refused": f"“{{name}}”读了 {timeout} 秒还没有读完，已停止。请把需要的内容复制到新的工作簿再上传。"}
    if "refused" in verdict:
        lines.close()
        raise Refused(verdict["refused"].replace("{name}", name), status=422)
    lines.seek(0)
    return lines


def verdict_of(stderr: bytes, returncode: int) -> dict[str, Any]:
    """The child's last word. A child that died without one was stopped by its limits."""
    try:
        found: dict[str, Any] = json.loads(stderr.splitlines()[-1])
    except (IndexError, ValueError):
        logger.warning("the sheet reader ended with %s: %s", returncode, stderr[-500:].decode(errors="replace"))
        return {"refused": TOO_BIG_INSIDE}
    return found


def survey(lines: IO[bytes]) -> list[Survey]:
    """One pass over the lines that understands only the first rows of each sheet."""
    found: list[Survey] = []
    sheet, first, count = "", list[tuple[int, list[Any]]](), 0
    for line in lines:
        if line.startswith(b"{"):
            if count:
                found.append(Survey(sheet, first, count))
            sheet, first, count = json.loads(line)["sheet"], [], 0
            continue
        count += 1
        if len(first) <= SEARCHED:
            number, cells = json.loads(line)
            first.append((number, [typed(cell) for cell in cells]))
    if count:
        found.append(Survey(sheet, first, count))
    return found


def headed(name: str, surveys: list[Survey], spec: SheetSpec, mapping: Mapping[str, str]) -> TableReading:
    """The heads of all sheets that have one. A sheet without (instructions, lists) is none of the table's business."""
    found = [head for sheet in surveys if (head := find_head(sheet.sheet, sheet.first, spec))]
    if mapping:
        found = mapped(surveys, found, spec, mapping)
    errors = [error for head in found for error in complaints(head, spec)]
    complete = [head for head in found if not missing_columns(head, spec)]
    if complete:
        return passing(TableReading(name, complete, [], errors), surveys)
    if found:
        found.sort(key=lambda head: -len(head.places))
        return passing(TableReading(name, found, missing_columns(found[0], spec), errors), surveys)
    guess = guessed(surveys, spec)
    wanted = "、".join(column.title for column in spec.columns if column.required) or spec.columns[0].title
    said = f"前 {SEARCHED} 行没有找到表头。表头应有：{wanted}。请检查是否选错了文件，或手工指定各列。"
    error = SheetError(guess.sheet if guess else surveys[0].sheet, 0, "", "", "", said)
    required = [column for column in spec.columns if column.required]
    return passing(TableReading(name, [guess] if guess else [], required, [error]), surveys)


def mapped(surveys: list[Survey], found: list[Head], spec: SheetSpec, mapping: Mapping[str, str]) -> list[Head]:
    """A person's word on the sheet that was shown, and on every other that has the same titles in those places."""
    by_sheet = {head.sheet: head for head in found}
    shown_one = max(found, key=lambda head: len(head.places)) if found else guessed(surveys, spec)
    heads: list[Head] = []
    for sheet in surveys:
        own = by_sheet.get(sheet.sheet)
        head = own or fullest(sheet.sheet, sheet.first)
        if head and shown_one and all(head.titles.get(at) == shown_one.titles.get(at) for at in mapping.values()):
            heads.append(placed(head, mapping))
        elif own:
            heads.append(own)
    return heads


def guessed(surveys: list[Survey], spec: SheetSpec) -> Head | None:
    """Of the sheets that could be a table (titles side by side, rows below), the one with most titles."""
    heads = [head for sheet in surveys if (head := fullest(sheet.sheet, sheet.first)) and rows_below(head, surveys)]
    tables = [head for head in heads if len(head.titles) >= least(spec)]
    return max(tables, key=lambda head: len(head.titles), default=None)


def passing(reading: TableReading, surveys: list[Survey]) -> TableReading:
    """Name the sheets that are not read, and why."""
    taken = {head.sheet for head in reading.heads}
    lacking = {error.sheet: error.message for error in reversed(reading.errors) if error.row and not error.column}
    for sheet in surveys:
        if sheet.sheet not in taken:
            reading.passed_sheets[sheet.sheet] = (
                lacking.get(sheet.sheet, "没有表头。").partition("，请")[0].rstrip("。")
            )
    return reading


def rows_below(head: Head, surveys: list[Survey]) -> int:
    sheet = next(sheet for sheet in surveys if sheet.sheet == head.sheet)
    return sheet.count - sum(number <= head.row for number, _ in sheet.first)


def rows_of(lines: IO[bytes], heads: list[Head], spec: SheetSpec, passed: list[tuple[str, int]]) -> Iterator[TableRow]:
    """Second pass: every row below a head, except empty ones, heads that are printed again, and what is `passed`."""
    lines.seek(0)
    by_sheet = {head.sheet: head for head in heads}
    known = known_titles(spec)
    head: Head | None = None
    before: dict[str, object] = {}
    in_note = False
    with lines:
        for line in lines:
            if line.startswith(b"{"):
                head, before, in_note = by_sheet.get(json.loads(line)["sheet"]), {}, False
                continue
            if head is None:
                continue
            number, raw = json.loads(line)
            if number <= head.row:
                continue
            cells = {key: typed(raw[place]) for key, place in head.places.items() if place < len(raw)}
            first = first_text(raw)
            in_note = is_note(first, cells, spec) or (in_note and filled(raw) == 1)
            if in_note or is_total(first):
                passed.append((head.sheet, number))
                continue
            texts = {key: shown(cell) for key, cell in cells.items()}
            if any(text and key_of(text) not in known for text in texts.values()):
                row = understood(head, number, cells, texts, before, spec)
                before = row.values
                yield row


def first_text(raw: list[Any]) -> str:
    """The first cell of a row that is not empty, without any blank: 合　计 is 合计."""
    return "".join(next((text for cell in raw if cell is not None and (text := shown(typed(cell)))), "").split())


def filled(raw: list[Any]) -> int:
    return sum(cell is not None for cell in raw)


def is_total(first: str) -> bool:
    return "计" in first and TOTAL.fullmatch(key_of(first)) is not None


def is_note(first: str, cells: Mapping[str, object], spec: SheetSpec) -> bool:
    """A line of notes or signatures. Where every required column makes sense it is a row, whatever it begins with."""
    if not (FOOT.match(first) or any(first == "".join(note.split()) for note in spec.notes)):
        return False
    required = [column for column in spec.columns if column.required]
    return not required or not all(makes_sense(column, cells.get(column.key)) for column in required)


def makes_sense(column: Column, cell: object) -> bool:
    try:
        return parse_cell(column, cell, shown(cell)) is not None
    except ValueError:
        return False


def understood(
    head: Head,
    number: int,
    cells: Mapping[str, object],
    texts: Mapping[str, str],
    before: Mapping[str, object],
    spec: SheetSpec,
) -> TableRow:
    values: dict[str, Any] = dict.fromkeys(spec.keys)
    errors: list[SheetError] = []
    for column in spec.columns:
        if column.key not in head.places:
            continue
        cell, text = cells.get(column.key), texts.get(column.key, "")
        try:
            values[column.key] = parse_cell(column, cell, text)
        except ValueError as error:
            said = str(error)
            if not text and before.get(column.key) is not None:
                said += "如果这里是合并的单元格，请取消合并后逐行填写。"
            where = letter(head.places[column.key])
            errors.append(SheetError(head.sheet, number, where, column.title, text[:200], said))
    return TableRow(head.sheet, number, values, tuple(errors))


def typed(cell: Any) -> Any:
    """A cell as the child wrote it: {"date": …} becomes a day or a moment on the wall clock; errors keep their text."""
    if not isinstance(cell, dict):
        return cell
    if "error" in cell:
        return CellError(cell["error"])
    text = cell["date"]
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
