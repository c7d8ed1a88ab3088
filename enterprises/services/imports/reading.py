"""A worker reads an uploaded list: every row with its outcome, its errors and its place, and nothing written."""

import itertools
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any, Final

from django.db import transaction

from core import clock, copying, states
from core.memory import unswept
from core.refusals import Refused
from core.sheets import TableReading, read_table
from enterprises.models import ImportBatch, ImportRow
from enterprises.services.imports.assessing import Assessment, Outcome, assess, in_words
from enterprises.services.imports.claims import ATTEMPTS, Lost, claim, extend
from enterprises.services.imports.columns import LIST_SHEET
from enterprises.services.imports.lines import Line, LineReader, said
from enterprises.services.imports.places import Places, load
from enterprises.states import IMPORT_STATES, ImportState

CHUNK: Final = 2000
PASSED_NAMED: Final = 20
# Opening 200,000 rows takes a minute on an idle machine; less than the lease, so that nobody takes over meanwhile.
OPENING_SECONDS: Final = 240


def read(key: int, *, at: datetime) -> bool:
    """Read one waiting list. Returns whether this call did; safe to call any number of times at once."""
    batch = claim(key, ImportState.READING, at=at)
    if batch is None:
        return False
    try:
        if batch.attempts > ATTEMPTS:
            raise Refused("这份名单多次读取都没有完成，已停止。请检查文件内容后重新上传，或联系系统管理员。")
        with batch.file.open() as source:
            reading = read_table(
                source, LIST_SHEET, name=batch.file_name, mapping=batch.mapping, timeout=OPENING_SECONDS
            )
        take(batch, reading, at)
    except Refused as refusal:
        settle(batch, "refuse", at, refusal=refusal.message)
    except Lost:
        return False
    return True


def take(batch: ImportBatch, reading: TableReading, at: datetime) -> None:
    batch.headers = headers_of(reading)
    batch.rows.all().delete()
    if not reading.is_complete:
        settle(batch, "ask_mapping", at, headers=batch.headers, summary=passed(reading))
        return
    counts = read_rows(batch, reading, clock.day_of(at))
    unchanged = set(counts) == {Outcome.SAME}
    summary = {**counts, **passed(reading)}
    settle(batch, "settle" if unchanged else "show", at, headers=batch.headers, summary=summary)


def passed(reading: TableReading) -> dict[str, Any]:
    """What was passed over, for the page to name: sheets with the reason; totals and notes by sheet, the first few."""
    rows: dict[str, list[int]] = {}
    for sheet, number in reading.passed_rows[:PASSED_NAMED]:
        rows.setdefault(sheet, []).append(number)
    found: dict[str, Any] = {}
    if reading.passed_sheets:
        found["passed_sheets"] = reading.passed_sheets
    if rows:
        found["passed_rows"] = {"count": len(reading.passed_rows), "places": rows}
    return found


def headers_of(reading: TableReading) -> list[dict[str, Any]]:
    """What the mapping page shows: each sheet's titles by letter, what was recognised, what stands twice."""
    return [
        {
            "sheet": head.sheet,
            "row": head.row,
            "titles": head.titles,
            "mapping": head.mapping,
            "errors": [str(e) for e in reading.errors if e.sheet == head.sheet and (e.column or not e.row)],
        }
        for head in reading.heads
    ]


def settle(batch: ImportBatch, action: str, at: datetime, **stamps: Any) -> None:
    """The end of this worker's part: the state moves and the lease ends."""
    if action == "settle":
        stamps["written_at"] = at
    states.advance(
        ImportBatch,
        batch.pk,
        action,
        table=IMPORT_STATES,
        actor=batch.uploaded_by,
        at=at,
        stamps={"claimed_until": None, **stamps},
    )


def read_rows(batch: ImportBatch, reading: TableReading, day: date) -> dict[str, int]:
    places = load(batch.unit)
    reader = LineReader(places, {head.sheet: head.mapping for head in reading.heads})
    counts: Counter[str] = Counter()
    with unswept():
        for chunk in chunks(reader.line(row) for row in reading.rows):
            rows = assessed_rows(batch, chunk, reader, day)
            counts.update(row.outcome for row in rows)
            with transaction.atomic():
                copying.insert(rows)
                extend(batch, at=clock.now(), rows_read=counts.total())
    return dict(counts)


def chunks(lines: Iterator[Line]) -> Iterator[list[Line]]:
    while chunk := list(itertools.islice(lines, CHUNK)):
        yield chunk


def assessed_rows(batch: ImportBatch, chunk: list[Line], reader: LineReader, day: date) -> list[ImportRow]:
    """Only good lines are compared with the register; two that mean one registered site are not both good."""
    good = [line for line in chunk if not line.errors]
    assessed: dict[int, Assessment] = {}
    for line, found in zip(good, assess([line.facts for line in good], reader.places, day), strict=True):
        if found.site is not None:
            reader.check_met_site(line, found.site.pk)
        if not line.errors:
            assessed[id(line)] = found
    return [row_of(batch, line, assessed.get(id(line)), reader.places) for line in chunk]


def row_of(batch: ImportBatch, line: Line, found: Assessment | None, places: Places) -> ImportRow:
    row = ImportRow(
        batch=batch,
        sheet=line.sheet,
        number=line.number,
        values=line.facts.to_json(),
        outcome=Outcome.ERROR,
        errors=line.errors,
        warnings=line.warnings,
    )
    return note(row, found, places) if found else row


def note(row: ImportRow, found: Assessment, places: Places) -> ImportRow:
    """What the register says of a line, on its row."""
    row.outcome = found.outcome
    row.changes = in_words(found.changes, places)
    row.candidates = list(found.candidates)
    row.reason = found.reason[:300]
    row.matched_id = found.site.pk if found.site else None
    row.warnings += [said("", message) for message in found.warnings if said("", message) not in row.warnings]
    row.errors = [said("", found.error)] if found.error else []
    return row
