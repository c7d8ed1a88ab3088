"""Lists go into the register: all good rows at once by a worker, doubtful ones one by one by a person's word."""

import hashlib
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from django.db import IntegrityError, OperationalError, connection, transaction

from accounts.models import Unit, User
from core import audit, locks, states
from core.clock import day_of
from core.memory import unswept
from core.refusals import Refused
from enterprises.models import Enterprise, ImportBatch, ImportRow
from enterprises.notices import tell_counties
from enterprises.services.entities import hold_sites
from enterprises.services.facts import Facts
from enterprises.services.imports.assessing import Assessment, Outcome, assess, compare, in_words, load
from enterprises.services.imports.claims import claim
from enterprises.services.imports.places import Places
from enterprises.services.imports.places import load as load_places
from enterprises.services.imports.reading import CHUNK, note
from enterprises.services.imports.writing import Writer
from enterprises.states import IMPORT_STATES, ImportState

# Times that a list is written anew when a form came between.
TRIES: Final = 3
LOCK: Final = "enterprise-register"
GOOD: Final = (Outcome.NEW, Outcome.CHANGED, Outcome.RENAMED)
NOTED: Final = (
    "outcome",
    "changes",
    "candidates",
    "reason",
    "matched_id",
    "warnings",
    "errors",
)


logger = logging.getLogger(__name__)


@dataclass
class Tally:
    """The digest of everything that was written, row after row."""

    hasher: Any = field(default_factory=hashlib.sha256)
    rows: int = 0

    def add(self, site: int, values: dict[str, Any]) -> None:
        self.hasher.update(audit.canonical([site, values]).encode() + b"\n")
        self.rows += 1


def write(key: int, *, at: datetime) -> bool:
    """Write one confirmed list. Returns whether this call did; safe to call any number of times at once.

    Every row is assessed again under the lock: what another list or a form has changed since the preview counts.
    """
    batch = claim(key, ImportState.WRITING, at=at)
    if batch is None or batch.confirmed_by is None:
        return False
    with unswept():
        for tried in range(1, TRIES):
            try:
                return write_claimed(batch, batch.confirmed_by, at)
            except (IntegrityError, OperationalError):
                # Somebody registered one of the sites by a form meanwhile. The next look finds it.
                logger.warning("list %s: try %s to write it failed", key, tried, exc_info=True)
        return write_claimed(batch, batch.confirmed_by, at)


def write_claimed(batch: ImportBatch, actor: User, at: datetime) -> bool:
    with transaction.atomic():
        if not locks.hold_if_free(LOCK):
            # Another list is being written, which may take minutes: no worker stands and waits, the sweep comes back.
            ImportBatch.objects.filter(pk=batch.pk, claimed_until=batch.claimed_until).update(claimed_until=None)
            return False
        if not ImportBatch.objects.filter(pk=batch.pk, state=ImportState.WRITING).exists():
            return False
        hold_sites(batch.rows.filter(outcome__in=[Outcome.CHANGED, Outcome.RENAMED]).values("matched_id"))
        writer, tally = Writer(actor, at), Tally()
        places = load_places(batch.unit)
        for rows in chunks(batch):
            write_chunk(rows, writer, places, tally)
        finish(batch, writer, tally, at=at)
    return True


class Shown(NamedTuple):
    """A good row as the preview showed it."""

    pk: int
    values: dict[str, Any]
    outcome: str
    changes: dict[str, list[str]]


def chunks(batch: ImportBatch) -> Iterator[list[Shown]]:
    """The good rows by key, so that rows whose outcome changes on the way are neither skipped nor met twice."""
    last, good = 0, batch.rows.filter(outcome__in=GOOD).order_by("pk").values_list(*Shown._fields)
    while rows := [Shown(*row) for row in good.filter(pk__gt=last)[:CHUNK]]:
        yield rows
        last = rows[-1].pk


def write_chunk(rows: list[Shown], writer: Writer, places: Places, tally: Tally) -> None:
    assessed = assess([Facts.from_json(row.values) for row in rows], places, writer.day)
    writer.write(assessed)
    turned: dict[int, Assessment] = {}
    linked: list[tuple[int, int]] = []
    for row, one in zip(rows, assessed, strict=True):
        if (one.outcome, in_words(one.changes, places)) != (row.outcome, row.changes):
            turned[row.pk] = one
        if one.outcome in GOOD and one.site:
            linked.append((row.pk, one.site.pk))
            tally.add(one.site.pk, row.values)
    renote(turned, places)
    link_rows(linked)


def renote(turned: dict[int, Assessment], places: Places) -> None:
    """What has come out otherwise than the preview showed stands on its row."""
    noted = [note(row, turned[row.pk], places) for row in ImportRow.objects.filter(pk__in=turned)]
    ImportRow.objects.bulk_update(noted, NOTED, batch_size=500)


def link_rows(pairs: Sequence[tuple[int, int]]) -> None:
    """Which site each row became, in one statement; Django's bulk update by CASE takes fifty times as long."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE enterprises_importrow AS line SET enterprise_id_written = found.site"
            " FROM unnest(%s::bigint[], %s::bigint[]) AS found(line, site) WHERE line.id = found.line",
            [[pk for pk, _ in pairs], [site for _, site in pairs]],
        )


def finish(batch: ImportBatch, writer: Writer, tally: Tally, *, at: datetime) -> None:
    written = {str(outcome): writer.counts[outcome] for outcome in GOOD}
    states.advance(
        ImportBatch,
        batch.pk,
        "finish",
        table=IMPORT_STATES,
        actor=batch.confirmed_by,
        at=at,
        stamps={"claimed_until": None, "written_at": at, "summary": {**batch.summary, "written": written}},
    )
    after = {**written, "rows": tally.rows, "digest": tally.hasher.hexdigest()}
    audit.record("enterprises.import", batch, actor=batch.confirmed_by, at=at, after=after, unit_path=batch.unit.path)
    tell_counties(batch, writer.new_by_unit, at=at)


def write_decided(row: ImportRow, decision: str, *, actor: User, at: datetime) -> Enterprise:
    """One doubtful row as the person decided. The caller holds the lock and the transaction."""
    places = load_places(row.batch.unit)
    facts = Facts.from_json(row.values)
    found = Assessment(facts, Outcome.NEW)
    if decision != "new":
        hold_sites([int(decision.removeprefix("same:"))], code=facts.uscc)
        loaded = load([facts], places.home.path, day_of(at))
        site = loaded.sites.get(int(decision.removeprefix("same:")))
        if site is None:
            raise Refused("所选单位的登记已经变化，请刷新页面后重新选择。")
        found = compare(facts, site, loaded)
    refuse_taken(found, places.home)
    Writer(actor, at).write([found])
    assert found.site is not None
    return found.site


def refuse_taken(found: Assessment, home: Unit) -> None:
    """A permit stays where it is: two sites cannot hold one number. Of others' sites only the unit is named."""
    facts = found.facts
    holder = Enterprise.objects.filter(permits__kind="discharge", permits__number=facts.permit).first()
    if facts.permit and holder is not None and (found.site is None or holder.pk != found.site.pk):
        if not holder.unit.path.startswith(home.path):
            raise Refused(f"另一单位已登记排污许可证编号 {facts.permit}，请联系{holder.unit.name}核对。")
        raise Refused(
            f"排污许可证编号 {facts.permit} 已登记在“{holder.name}”名下，请先在该单位页面更正许可证，或选择“同一单位”。"
        )
