"""What a list costs: opened, judged, shown and written apart, beside a bare COPY of the same rows."""

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, models
from openpyxl import Workbook

from core.sheets import read_table
from enterprises.models import Enterprise, EnterpriseName, ImportBatch, LegalEntity, LegalEntityName, Permit
from enterprises.services.imports import commands, finishing, reading
from enterprises.services.imports.columns import LIST_SHEET
from enterprises.services.imports.lines import LineReader
from enterprises.services.imports.places import load
from tests.bench.peer import take_in
from tests.cast import Cast
from tests.enterprises.lists import row
from tests.factories import MORNING, synthetic_uscc

# What the writing of a list fills, in the order in which the rows refer to one another.
WRITTEN: tuple[type[models.Model], ...] = (LegalEntity, LegalEntityName, Enterprise, EnterpriseName, Permit)
# Every constraint is kept, every line of history too: eight bare copies of the same rows are allowed for that.
COMMIT_GOAL = 8
# How many times as fast a row must be as django-import-export's in its default mode, on a list of so many.
PEER_GOAL, PEER_ROWS = 20, 5_000
WARMING_ROWS = 50


@dataclass
class Clocked:
    """Seconds by step, and the most memory (megabytes) that this process held in it."""

    rows: int
    seconds: dict[str, float] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)
    copied: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        Path("/proc/self/clear_refs").write_text("5")  # the high-water mark begins anew
        began = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - began
        self.memory[name] = most_memory()

    @property
    def bare(self) -> float:
        return sum(self.copied.values())

    @property
    def ratio(self) -> float:
        return self.seconds["commit"] / self.bare

    def lines(self) -> Iterator[str]:
        for name, took in self.seconds.items():
            per_row = took / self.rows * 1_000_000
            yield (
                f"{name:<28}{took:>9.1f} s{per_row:>9.0f} µs a row{took / self.bare:>9.2f} × bare COPY"
                f"{self.memory[name]:>9.0f} MB at most"
            )
        parts = ", ".join(f"{name} {took:.2f}" for name, took in self.copied.items())
        yield f"{'bare COPY':<28}{self.bare:>9.1f} s  ({parts})"


def most_memory() -> float:
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def sheet(rows: int, folder: Path) -> Path:
    """A list of new sites with permits and two names each, as a workbook."""
    path = folder / "名单.xlsx"
    book = Workbook(write_only=True)
    page = book.create_sheet("名单")
    page.append(list(line(1)))
    for number in range(1, rows + 1):
        page.append(list(line(number).values()))
    book.save(path)
    return path


def line(number: int) -> dict[str, Any]:
    code = synthetic_uscc(700_000 + number, "411102")
    named = {"统一社会信用代码": code, "排污许可证编号": f"{code}001P", "管理类别": "重点管理"}
    return row(number, **named, 许可证有效期至="2023-04-03", 法定代表人="赵示例", 曾用名=f"漯河旧名{number}号厂")


def beside_the_peer(rows: int, cast: Cast, folder: Path) -> tuple[float, float]:
    """Seconds of ours (read, judged, shown, written) and theirs (read, tried, written), each on an emptied register.

    Both are as warm as a worker that has taken in lists before: a short one goes first.
    """
    found = []
    for way in (our_way, their_way):
        for count in (WARMING_ROWS, rows):
            clear(register())
            path = sheet(count, folder)
            began = time.perf_counter()
            way(path, cast)
            took = time.perf_counter() - began
            assert register().count() == count
        found.append(took)
    return found[0], found[1]


def our_way(path: Path, cast: Cast) -> None:
    batch = commands.upload(uploaded(path), cast.city, actor=cast.officer_city, at=MORNING)
    reading.read(batch.pk, at=MORNING)
    commands.confirm(batch, actor=cast.officer_city, at=MORNING)
    finishing.write(batch.pk, at=MORNING)


def their_way(path: Path, cast: Cast) -> None:
    take_in(path, cast)


def register() -> models.QuerySet[Enterprise]:
    return Enterprise.objects.filter(name__startswith="漯河示例制品")


def clear(known: models.QuerySet[Enterprise]) -> None:
    Permit.objects.filter(enterprise__in=known).delete()
    EnterpriseName.objects.filter(enterprise__in=known).delete()
    ImportBatch.objects.all().delete()
    entities = list(known.values_list("entity_id", flat=True))
    known.delete()
    LegalEntityName.objects.filter(entity__in=entities).delete()
    LegalEntity.objects.filter(pk__in=entities).delete()


def measure(rows: int, cast: Cast, folder: Path) -> Clocked:
    """Read, show, write, and read again; then the bare COPY."""
    clocked, path = Clocked(rows), sheet(rows, folder)
    with clocked.step("parse"):
        assert sum(1 for _ in opened(path)) == rows
    with clocked.step("parse and check"):
        reader = LineReader(load(cast.city), {})
        assert not sum(len(reader.line(one).errors) for one in opened(path))
    batch = commands.upload(uploaded(path), cast.city, actor=cast.officer_city, at=MORNING)
    with clocked.step("parse, check and preview"):
        reading.read(batch.pk, at=MORNING)
    batch.refresh_from_db()
    assert batch.summary == {"new": rows}, (batch.state, batch.summary, batch.refusal)
    commands.confirm(batch, actor=cast.officer_city, at=MORNING)
    with clocked.step("commit"):
        finishing.write(batch.pk, at=MORNING)
    read_again(clocked, path, cast)
    clocked.copied = {model.__name__: copied(model) for model in WRITTEN}
    return clocked


def read_again(clocked: Clocked, path: Path, cast: Cast) -> None:
    """The same list a second time: everything is found, nothing is written."""
    batch: ImportBatch = commands.upload(uploaded(path), cast.city, actor=cast.officer_city, at=MORNING)
    with clocked.step("the same list again"):
        reading.read(batch.pk, at=MORNING)
    batch.refresh_from_db()
    assert (batch.state, batch.summary) == ("written", {"same": clocked.rows})


def uploaded(path: Path) -> SimpleUploadedFile:
    return SimpleUploadedFile(path.name, path.read_bytes())


def opened(path: Path) -> Iterator[Any]:
    return read_table(path, LIST_SHEET, name=path.name, timeout=reading.OPENING_SECONDS).rows


def copied(model: type[models.Model]) -> float:
    """Seconds of a COPY of the table's rows into its twin, which has the same keys, checks and indexes."""
    table, twin = model._meta.db_table, f"twin_{model._meta.db_table}"
    content = io.BytesIO()
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TABLE "{twin}" (LIKE "{table}" INCLUDING ALL)')
        for name, definition in foreign_keys(cursor, table):
            cursor.execute(f'ALTER TABLE "{twin}" ADD CONSTRAINT "{name}" {definition}')
        cursor.copy_expert(f'COPY "{table}" TO STDOUT', content)
        content.seek(0)
        took = timed(lambda: cursor.copy_expert(f'COPY "{twin}" FROM STDIN', content))
        cursor.execute(f'DROP TABLE "{twin}"')
    return took


def foreign_keys(cursor: Any, table: str) -> list[tuple[str, str]]:
    cursor.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass",
        [table],
    )
    return list(cursor.fetchall())


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
