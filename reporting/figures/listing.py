import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any

from django.db import connection

from core.audit import canonical
from core.models import StoredFile
from reporting.figures import statements
from reporting.figures.counting import Span, parameters
from reporting.figures.places import Places
from reporting.rules.tallies import written

CHUNK = 2000
Row = dict[str, Any]


def rows(campaign_id: int, places: Places, span: Span, kinds: tuple[str, ...] = ()) -> Iterator[tuple[int, Row]]:
    """(owner, row) of everything that was counted, kind by kind, in the order of owners and ids. Flat in memory."""
    for kind in kinds or tuple(LISTS):
        statement, read = LISTS[kind]
        for record in streamed(statement, parameters(campaign_id, places, span)):
            yield record[0], {"kind": kind, "part": record[1], **read(record[2:])}


def streamed(statement: str, values: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, values)
        while chunk := cursor.fetchmany(CHUNK):
            yield from chunk


def visit_row(record: tuple[Any, ...]) -> Row:
    visit, name, is_key, industry, outcome, is_late, found_at, occurred_at, in_week, week, total = record
    return {
        "id": visit,
        "enterprise": name,
        "is_key": is_key,
        "industry": industry,
        "outcome": outcome,
        "is_late": is_late,
        "found_at": written(found_at),
        "occurred_at": moment(occurred_at),
        "in_week": in_week,
        "counted": spans(week, total),
    }


def issue_row(record: tuple[Any, ...]) -> Row:
    issue, number, found_at, in_week, nature, gravity, issue_type, handling, state, deadline_on, overdue = record[:11]
    rectified, closed, was_unmended, was_open, enterprise, elements, description = record[11:]
    return {
        "id": issue,
        "number": number,
        "found_at": written(found_at),
        "in_week": in_week,
        "nature": nature,
        "gravity": gravity,
        "type": issue_type,
        "handling": handling,
        "state": state,
        "deadline_on": deadline_on.isoformat() if deadline_on else None,
        "overdue": bool(overdue),
        "rectified": spans(rectified and was_unmended, rectified),
        "closed": spans(closed and was_open, closed),
        # The words of the version that was in force.
        "enterprise": enterprise or "",
        "elements": json.loads(elements) if elements else [],
        "description": description or "",
    }


def step_row(record: tuple[Any, ...]) -> Row:
    step, case, number, party, cause, kind, occurred_on, recorded_at, in_week, fen = record
    return {
        "id": step,
        "case": case,
        "number": number,
        "enterprise": party,
        "cause": cause,
        "step": kind,
        "occurred_on": occurred_on.isoformat(),
        "found_at": written(recorded_at),
        "in_week": in_week,
        "fen": fen,
    }


def target_row(record: tuple[Any, ...]) -> Row:
    target, enterprise, inspected, name = record
    return {"id": target, "enterprise_id": enterprise, "inspected": inspected, "enterprise": name}


LISTS = {
    "visit": (statements.VISIT_ROWS, visit_row),
    "issue": (statements.ISSUE_ROWS, issue_row),
    "step": (statements.STEP_ROWS, step_row),
    "target": (statements.TARGET_ROWS, target_row),
}


def spans(week: bool, total: bool) -> list[str]:
    return [name for name, counted in (("week", week), ("total", total)) if counted]


def moment(instant: datetime | None) -> str | None:
    return written(instant) if instant else None


@dataclass
class RowFile:
    """The rows of one owner as canonical JSON lines, compressed; the digest is that of the lines themselves."""

    file: IO[bytes]
    digest: str


@contextmanager
def written_rows(campaign_id: int, places: Places, span: Span) -> Iterator[dict[int, RowFile]]:
    """Write every owner's rows into a temporary file, in one pass over the facts. The files go when the block ends."""
    with ExitStack() as stack:
        files: dict[int, IO[bytes]] = {owner: stack.enter_context(TemporaryFile()) for owner in places.part_ids}
        digests = write_lines(files, rows(campaign_id, places, span))
        yield {owner: RowFile(file, digests[owner]) for owner, file in files.items()}


def write_lines(files: dict[int, IO[bytes]], found: Iterable[tuple[int, Row]]) -> dict[int, str]:
    hashers = {owner: hashlib.sha256() for owner in files}
    with ExitStack() as stack:
        # No name and no time inside: the same rows make the same file.
        packed = {
            owner: stack.enter_context(gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0))
            for owner, file in files.items()
        }
        for owner, row in found:
            line = (canonical(row) + "\n").encode()
            hashers[owner].update(line)
            packed[owner].write(line)
    return {owner: hasher.hexdigest() for owner, hasher in hashers.items()}


def read_rows(stored: StoredFile) -> Iterator[Row]:
    """The rows of a stored file, in their order."""
    with stored.open() as source, gzip.GzipFile(fileobj=source, mode="rb") as lines:
        for line in lines:
            yield json.loads(line)
