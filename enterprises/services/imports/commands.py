"""What a person does with a list: upload, say which column is which, confirm, drop, decide a doubtful row."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Coalesce

from accounts.models import Unit, User
from core import audit, locks, states
from core.files import clean_name, store
from core.refusals import Refused
from enterprises.models import Enterprise, ImportBatch, ImportRow
from enterprises.services.imports.assessing import Outcome
from enterprises.services.imports.columns import LIST_COLUMNS
from enterprises.services.imports.finishing import LOCK, write_decided
from enterprises.states import IMPORT_STATES, ImportState


def upload(file: "UploadedFile[Any]", unit: Unit, *, actor: User, at: datetime) -> ImportBatch:
    """Keep the file and queue it for reading; pressed twice, it is one list. Refused where it is no table at all."""
    name = clean_name(file.name or "")
    kind = "csv" if name.lower().endswith(".csv") else "xlsx"
    with transaction.atomic():
        stored = store(file, name=name, by=actor, at=at, kind="csv" if kind == "csv" else "xlsx")
        waiting = ImportBatch.objects.filter(unit=unit, file=stored, uploaded_by=actor, state=ImportState.READING)
        if (batch := waiting.first()) is not None:
            return batch
        batch = ImportBatch.objects.create(
            unit=unit, file=stored, file_name=name, uploaded_by=actor, uploaded_at=at, waiting_since=at
        )
        after = {"file": stored.sha256, "unit": unit.path}
        audit.record("enterprises.importbatch.upload", batch, actor=actor, at=at, after=after)
    return batch


def map_columns(batch: ImportBatch, mapping: Mapping[str, str], *, actor: User, at: datetime) -> ImportBatch:
    """Read again with a person's word on which column (letter) is which (key)."""
    chosen = {key: letter for key, letter in mapping.items() if letter}
    doubled = sorted({letter for letter in chosen.values() if list(chosen.values()).count(letter) > 1})
    if doubled:
        raise Refused(f"{'、'.join(doubled)} 列被指定了两次，每一列只能对应一项。", status=422)
    missing = [column.title for column in LIST_COLUMNS if column.required and column.key not in chosen]
    if missing:
        raise Refused(f"还没有指定：{'、'.join(missing)}。这几项为必填。", status=422)
    stamps = {
        "mapping": chosen,
        "rows_read": 0,
        "attempts": 0,
        "waiting_since": at,
        "claimed_until": None,
        "summary": {},
    }
    return move(batch, "map", actor=actor, at=at, stamps=stamps)


def confirm(batch: ImportBatch, *, actor: User, at: datetime) -> ImportBatch:
    """Queue the good rows for writing."""
    stamps = {"confirmed_by": actor, "confirmed_at": at, "attempts": 0, "waiting_since": at, "claimed_until": None}
    return move(batch, "confirm", actor=actor, at=at, stamps=stamps)


def drop(batch: ImportBatch, *, actor: User, at: datetime) -> ImportBatch:
    return move(batch, "drop", actor=actor, at=at, stamps={})


def move(batch: ImportBatch, action: str, *, actor: User, at: datetime, stamps: dict[str, Any]) -> ImportBatch:
    return states.advance(ImportBatch, batch.pk, action, table=IMPORT_STATES, actor=actor, at=at, stamps=stamps)


def sites_of(batch: ImportBatch) -> QuerySet[Enterprise]:
    """The sites that a list speaks of: those it wrote and those it found as it says."""
    found = batch.rows.annotate(site=Coalesce("enterprise_id_written", "matched_id")).exclude(site=None)
    return Enterprise.objects.filter(pk__in=found.exclude(outcome=Outcome.ERROR).values("site"))


def decide(row: ImportRow, decision: str, *, actor: User, at: datetime) -> ImportRow:
    """A doubtful row is the same site as a candidate ("same:<pk>"), a new site ("new"), or left out ("skip")."""
    with transaction.atomic():
        if not locks.hold_if_free(LOCK):
            raise Refused("正在写入另一份名单，请过几分钟再处理这一行。")
        held = ImportRow.objects.select_for_update(of=("self",)).select_related("batch__unit").get(pk=row.pk)
        refuse_undecidable(held, decision)
        held.decision, held.decided_by, held.decided_at = decision, actor, at
        if decision != "skip":
            held.enterprise_id_written = write_decided(held, decision, actor=actor, at=at).pk
        held.save(update_fields=["decision", "decided_by", "decided_at", "enterprise_id_written"])
        after = {"decision": decision, "enterprise": held.enterprise_id_written}
        audit.record("enterprises.importrow.decide", held, actor=actor, at=at, after=after)
    return held


def refuse_undecidable(row: ImportRow, decision: str) -> None:
    if row.outcome != Outcome.DOUBTFUL:
        raise Refused("这一行不需要人工确认。")
    if row.decision:
        raise Refused("这一行已经处理过，请刷新页面。")
    if row.batch.state not in {ImportBatch.State.PREVIEW, ImportBatch.State.WRITTEN}:
        raise Refused("这份名单现在不能处理，请刷新页面。")
    if decision not in {"new", "skip", *(f"same:{key}" for key in row.candidates)}:
        raise Refused("请选择“同一单位”“新单位”或“不导入”。", status=422)
