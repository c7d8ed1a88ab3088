"""Filing and correcting entries: what was said is kept by the form engine, one sheet a version; the rows follow it."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.models import Unit, User
from campaigns.models import Campaign, RegisterEntry, RegisterStep, RegisterVersion
from campaigns.registers import notices
from campaigns.registers.rules import CORRECT, CREATE, SECTION, answers_at, first_state, state_of
from campaigns.registers.services import checks, clocks, naming, owed, spawning
from campaigns.registers.services.rights import creation_places, may_correct
from core import audit, clock, locks
from core.form_engine.services import Incoming, Outcome, Result, put_submission
from core.models import Submission
from core.numbering import next_number
from core.refusals import NotAllowed, Refused

KIND = "register"
# What an entry is judged, owed and told by, read with it.
WITH_ALL = RegisterEntry.objects.select_related(
    "version__form", "unit", "other_unit", "enterprise", "campaign", "created_by"
)


@dataclass(frozen=True)
class Filing:
    """What somebody hands in: where it belongs, and the values by field."""

    unit: Unit
    values: Mapping[str, Any] = field(default_factory=dict)
    campaign: Campaign | None = None
    other_unit: Unit | None = None


def file_entry(version: RegisterVersion, given: Filing, *, actor: User, at: datetime) -> RegisterEntry:
    """A new entry, or Refused with the fields that are wrong. One transaction: nothing half-written."""
    places = creation_places(version, actor)
    own = places.enterprises.filter(unit=given.unit).exists()
    if not own and not places.units.filter(pk=given.unit.pk).exists():
        raise NotAllowed
    if not version.is_standing and given.campaign not in places.campaigns:
        raise Refused("请选择这份登记属于哪个专项行动。", field="campaign", status=422)
    if not places.admits(given.unit, None if version.is_standing else given.campaign):
        raise Refused(
            "您不能以这个单位在所选的专项行动中登记，请核对专项行动和登记单位。", field="campaign", status=422
        )
    return put_entry(version, given, actor=actor, at=at)


def put_entry(
    version: RegisterVersion, given: Filing, *, actor: User, at: datetime, unsaid: bool = False
) -> RegisterEntry:
    """The entry, its sheet and everything that follows. `unsaid` keeps the writer's name off it (what spawns)."""
    with transaction.atomic():
        locks.hold("register", version.key)
        entry = begun(version, given, actor, at)
        sheet(entry, given.values, actor, at)
        entry.refresh_from_db(from_queryset=WITH_ALL.all())
        RegisterStep.objects.create(
            entry=entry, action=CREATE, label="登记", by=None if unsaid else actor, at=at, values={}
        )
        if unsaid:
            RegisterEntry.objects.filter(pk=entry.pk).update(created_by=None)
            entry.created_by = None
        audit.record("campaigns.registerentry.file", entry, actor=actor, at=at, after={"register": version.key})
        follow(entry, CREATE, actor, at)
    return entry


def begun(version: RegisterVersion, given: Filing, actor: User, at: datetime) -> RegisterEntry:
    read, day = version.data["read"], clock.day_of(at)
    state = first_state(version.data)
    return RegisterEntry.objects.create(
        version=version,
        register=version.key,
        campaign=None if version.is_standing else given.campaign,
        unit=given.unit,
        other_unit=given.other_unit,
        year=day.year,
        number=next_number(f"register:{version.key}"[:40], "", day.year),
        state=state,
        is_open=not state_of(version.data, state).get("final", False),
        occurred_on=day,
        title=version.title,
        read_capability=read.get("capability", ""),
        read_groups=read.get("groups", []),
        for_enterprise=read.get("enterprise", False),
        created_by=actor,
        created_at=at,
    )


def sheet(entry: RegisterEntry, values: Mapping[str, Any], actor: User, at: datetime, reason: str = "") -> None:
    """Hand the values to the form engine, which judges, keeps and gives the receipt."""
    outcome = put_submission(
        Incoming(
            client_id=uuid.uuid4(),
            form=entry.version.form.name,
            kind=KIND,
            subject_id=entry.pk,
            answers=answers_at(entry.version.data, CREATE, values),
            final=True,
            reason=reason,
        ),
        user=actor,
        at=at,
    )
    if outcome.result is not Result.RECEIVED:
        raise refused(outcome)


def refused(outcome: Outcome) -> Refused:
    if outcome.result is Result.INCOMPLETE:
        return checks.refusal([(_field(problem.path), problem.message) for problem in outcome.problems])
    return Refused(outcome.message or "这份登记刚被别人改过，请刷新后再更正。")


def _field(path: str) -> str:
    return path.rpartition(".")[2] if path.startswith(f"{SECTION}.") else path


def correct_entry(
    entry: RegisterEntry, values: Mapping[str, Any], *, actor: User, at: datetime, reason: str, seen: str = ""
) -> RegisterEntry:
    """The next version of what an entry says; the one before stays (its sheet is superseded).

    `seen` is the version that the writer had before the eyes, where that is known.
    """
    if not may_correct(entry, actor):
        raise NotAllowed
    if not reason.strip():
        raise Refused("更正须写明理由。", field="reason", status=422)
    with transaction.atomic():
        locks.hold("register", entry.register)
        newest = sheets_of(entry)[-1]
        if seen and seen != str(newest.version):
            raise Refused(
                f"{newest.created_by.name}在您填写期间更正过这份登记，您填的内容还在本页，没有覆盖新的一版；请对照后再提交。"
            )
        sheet(entry, values, actor, at, reason)
        entry.refresh_from_db(from_queryset=WITH_ALL.all())
    return entry


def corrected(entry: RegisterEntry, actor: User, at: datetime, reason: str) -> None:
    """What follows from a corrected sheet, by whatever door it came."""
    RegisterStep.objects.create(entry=entry, action=CORRECT, label="更正", by=actor, at=at, reason=reason[:500])
    audit.record("campaigns.registerentry.correct", entry, actor=actor, at=at, reason=reason)
    owed.settle(entry, at)
    clocks.move(entry, at)
    notices.send(entry, CORRECT, at)
    spawning.spawn(entry, CORRECT, actor, at)


def follow(entry: RegisterEntry, action: str, actor: User, at: datetime) -> None:
    """What an action sets going: terms, words to people, entries elsewhere."""
    owed.settle(entry, at)
    clocks.run(entry, action, at)
    notices.send(entry, action, at)
    spawning.spawn(entry, action, actor, at)


def written(entry: RegisterEntry, values: dict[str, Any], user: User, at: datetime, *, is_first: bool) -> None:
    """The columns and rows that lists ask for, after a sheet was received; before the first no step was taken."""
    data, kept = entry.version.data, {} if is_first else naming.kept_at_steps(entry)
    entry.values = kept | values
    entry.occurred_on = day_said(data, values, entry.occurred_on)
    naming.name_rows(entry, values, user, at)
    entry.title = naming.heading(entry) or entry.version.title
    entry.save(update_fields=["values", "occurred_on", "title", "enterprise", "other_unit"])


def day_said(data: Mapping[str, Any], values: Mapping[str, Any], otherwise: date) -> date:
    said = values.get(data.get("day", ""))
    return date.fromisoformat(said) if said else otherwise


def sheets_of(entry: RegisterEntry) -> list[Submission]:
    """Every version of what the entry says, in order."""
    return list(Submission.objects.about(KIND, entry.pk).received().select_related("created_by"))
