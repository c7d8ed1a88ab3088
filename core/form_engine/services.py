"""The only way into a sheet. Every outcome that a person must see keeps what was sent: a refused payload becomes a
SubmissionConflict, a sheet with gaps stays a draft."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from core import audit, clock, locks, numbering
from core.form_engine import definitions, registry, rules
from core.form_engine.conditions import Answers, slots
from core.form_engine.normalise import Problem
from core.form_engine.reading import photos
from core.form_engine.registry import Handler
from core.form_engine.states import SUBMISSION
from core.models import (
    EvidenceUpload,
    FormDefinition,
    StoredFile,
    Submission,
    SubmissionConflict,
    SubmissionFile,
)
from core.refusals import Refused
from core.states import advance


class Result(Enum):
    """What became of a PUT."""

    CREATED = "created"
    SAVED = "saved"
    RECEIVED = "received"
    REPEATED = "repeated"  # the same again: nothing changed, the same answer
    CONFLICT = "conflict"
    INCOMPLETE = "incomplete"


@dataclass(frozen=True)
class Incoming:
    """One PUT, parsed. `revision` is that of the draft it was based on (0: none yet)."""

    client_id: UUID
    form: str
    kind: str
    subject_id: int
    answers: Any
    revision: int = 0
    final: bool = False
    reason: str = ""
    device: str = ""
    sequence: int = 0
    device_at: datetime | None = None


@dataclass(frozen=True)
class Outcome:
    """`submission` is what now stands on the server; `conflict` keeps what was sent instead."""

    result: Result
    submission: Submission | None
    message: str = ""
    problems: list[Problem] = field(default_factory=list)
    conflict: SubmissionConflict | None = None


@dataclass(frozen=True)
class _Writer:
    """A PUT with everything it is judged by."""

    incoming: Incoming
    handler: Handler
    subject: Any
    definition: FormDefinition
    answers: Answers
    payload: str
    user: Any
    at: datetime

    @property
    def day(self) -> str:
        return clock.day_of(self.at).isoformat()


def publish_definition(data: Mapping[str, Any], at: datetime) -> FormDefinition:
    """Keep an expanded definition. The same content again is the same row; other content needs a new version."""
    digest = definitions.digest(data)
    with transaction.atomic():
        locks.hold("form-definition", data["key"])
        found = FormDefinition.objects.filter(key=data["key"], version=data["version"]).first()
        if found is None:
            return FormDefinition.objects.create(
                key=data["key"], version=data["version"], title=data["title"], data=data, digest=digest, created_at=at
            )
    if found.digest != digest:
        raise Refused(f"表单 {found.name} 已经发布，内容不同的须用新的版本号。")
    return found


def handler_of(kind: str) -> Handler:
    handler = registry.find(kind)
    if handler is None:
        raise Refused(f"没有「{kind}」这种表单。", status=404)
    return handler


def hold_subject(kind: str, subject_id: int) -> None:
    """The lock under which the sheets of a subject are written. A command that locks the subject's row and then puts a
    sheet takes this first: a save that is under way takes the two in that order."""
    locks.hold("submission", kind, str(subject_id))


def put_submission(incoming: Incoming, *, user: Any, at: datetime) -> Outcome:
    """Save a draft, or receive a sheet for good. The same PUT any number of times, at once too, has one effect.

    Raises what the handler's `subject_for` raises, and Refused for what is no question of versions (wrong form, not
    editable, wrong shape: 422 with errors by path).
    """
    handler = handler_of(incoming.kind)
    with transaction.atomic():
        hold_subject(incoming.kind, incoming.subject_id)
        locks.hold("submission", str(incoming.client_id))
        subject = handler.subject_for(user, incoming.subject_id, write=True)
        stored = _stored(incoming)
        writer = _writer(handler, subject, incoming, stored, user, at)
        if stored is None:
            return _begin(writer)
        same = stored.payload_sha256 == writer.payload
        if same and (stored.locked or not incoming.final):
            _attach(stored, writer)
            return Outcome(Result.REPEATED, stored)
        if stored.locked:
            return _conflict(stored, writer, f"这张表已经收讫（{stored.receipt}），内容不能再改；要改请申请更正。")
        if not same and _is_stale(stored, incoming):
            return _conflict(stored, writer, f"{_who(stored)}已经改过这张表，您这一份没有覆盖它，两份都留着。")
        return _receive(stored, writer) if incoming.final else _save(stored, writer)


def _stored(incoming: Incoming) -> Submission | None:
    found = Submission.objects.select_for_update(of=("self",)).filter(pk=incoming.client_id)
    stored = found.select_related("definition", "updated_by").first()
    if stored and (stored.kind, stored.subject_id) != (incoming.kind, incoming.subject_id):
        raise Refused("这个编号已经用于另一张表，请刷新页面重新填写。")
    return stored


def _writer(
    handler: Handler, subject: Any, incoming: Incoming, stored: Submission | None, user: Any, at: datetime
) -> _Writer:
    definition = stored.definition if stored else handler.definition(subject, at)
    if incoming.form != definition.name:
        raise Refused(f"表单版本不符：这张表用的是 {definition.name}，提交的是 {incoming.form}。", status=422)
    answers, problems = rules.normalise(definition.data, incoming.answers)
    if problems:
        errors = {problem.path: [problem.message] for problem in problems}
        raise Refused("有内容不符合这张表的格式。", status=422, errors=errors)
    if incoming.final or (stored and stored.locked):
        judged_at = (stored and stored.received_at) or at
        answers = rules.prune(definition.data, answers, clock.day_of(judged_at).isoformat())
    payload = definitions.digest(answers)
    return _Writer(incoming, handler, subject, definition, answers, payload, user, at)


def _is_stale(stored: Submission, incoming: Incoming) -> bool:
    """Somebody else wrote since. A later save of the device that wrote last is not: only its receipt was lost."""
    if incoming.revision == stored.revision:
        return False
    own = bool(incoming.device) and incoming.device == stored.device
    return not (own and incoming.revision < stored.revision and incoming.sequence > stored.sequence)


def _who(stored: Submission) -> str:
    name = str(getattr(stored.updated_by, "name", "") or stored.updated_by)
    return f"{name} {clock.local(stored.saved_at):%m-%d %H:%M} "


def _begin(writer: _Writer) -> Outcome:
    """The first PUT of a sheet."""
    incoming = writer.incoming
    others = Submission.objects.about(incoming.kind, incoming.subject_id).select_related("definition", "updated_by")
    draft = others.drafts().first()
    if draft:
        return _conflict(draft, writer, f"{_who(draft)}已经开始填写这张表，您这一份没有覆盖它，两份都留着。")
    _require_editable(writer)
    previous = others.final().first()
    problems = _problems(writer, previous is not None, incoming.reason) if incoming.final else []
    if problems:
        return Outcome(Result.INCOMPLETE, None, rules.summary(problems), problems)
    stored = Submission(
        client_id=incoming.client_id,
        definition=writer.definition,
        kind=incoming.kind,
        subject_id=incoming.subject_id,
        version=previous.version + 1 if previous else 1,
        supersedes=previous,
        started_at=writer.at,
        created_by=writer.user,
    )
    _write(stored, writer)
    return _finish(stored, writer) if incoming.final else Outcome(Result.CREATED, stored)


def _require_editable(writer: _Writer) -> None:
    if not writer.handler.editable(writer.subject, writer.user):
        raise Refused(f"{writer.handler.title}现在不能填写或修改。")


def _save(stored: Submission, writer: _Writer) -> Outcome:
    _require_editable(writer)
    _write(stored, writer)
    return Outcome(Result.SAVED, stored)


def _receive(stored: Submission, writer: _Writer) -> Outcome:
    _require_editable(writer)
    problems = _problems(writer, stored.supersedes_id is not None, writer.incoming.reason or stored.reason)
    if problems:
        return Outcome(Result.INCOMPLETE, stored, rules.summary(problems), problems)
    _write(stored, writer)
    return _finish(stored, writer)


def _problems(writer: _Writer, is_correction: bool, reason: str) -> list[Problem]:
    """Everything that keeps the sheet from being received."""
    found = rules.validate(writer.definition.data, writer.answers, writer.day)
    found += _missing_photos(writer)
    if is_correction and not reason.strip():
        found.append(Problem("reason", "更正须写明理由"))
    return found + writer.handler.check_final(writer.subject, writer.answers, writer.user, writer.at)


def _missing_photos(writer: _Writer) -> list[Problem]:
    wanted = list(photos(writer.answers))
    there = set(_usable(writer).values_list("sha256", flat=True)) if wanted else set()
    titles = {slot.scope: (slot.section["title"], slot.item["title"]) for slot in slots(writer.definition.data)}
    lost = [(scope, photo) for scope, photo in wanted if photo["sha256"] not in there]
    return [_missing_photo(scope, photo, *titles.get(scope, ("", ""))) for scope, photo in lost]


def _missing_photo(scope: str, photo: Mapping[str, Any], section: str, item: str) -> Problem:
    """Named in the place too: the short sentence of several gaps says places only."""
    name = photo.get("caption") or photo.get("name")
    shown = f"照片“{name}”" if name else "照片"
    where = f"{item}的{shown}" if item else shown
    return Problem(f"{scope}.photos", "没有上传到服务器，请移除后重拍", section, where)


def photos_missing(sheet: Submission, subject: Any, user: Any, at: datetime) -> list[Problem]:
    """The photos of a saved sheet that have not arrived: asked before anybody signs what could not be received."""
    incoming = Incoming(sheet.client_id, sheet.definition.name, sheet.kind, sheet.subject_id, sheet.answers)
    handler = handler_of(sheet.kind)
    return _missing_photos(_Writer(incoming, handler, subject, sheet.definition, sheet.answers, "", user, at))


def _usable(writer: _Writer) -> Any:
    """The stored photos that may stand on this sheet: sent by this person, or already on a sheet of the subject."""
    hashes = {photo["sha256"] for _, photo in photos(writer.answers)}
    sent = EvidenceUpload.objects.filter(user=writer.user, sha256__in=hashes).values_list("sha256", flat=True)
    sheets = Submission.objects.filter(
        Q(kind=writer.incoming.kind, subject_id=writer.incoming.subject_id)
        | Q(pk__in=list(writer.handler.carried_over(writer.subject)))
    )
    shown = StoredFile.objects.filter(submissions__in=sheets, sha256__in=hashes).values_list("sha256", flat=True)
    return StoredFile.objects.filter(sha256__in={*sent, *shown})


def _write(stored: Submission, writer: _Writer) -> None:
    """Put the answers on the row, as the next revision."""
    incoming, before = writer.incoming, stored.payload_sha256
    stored.answers, stored.payload_sha256 = writer.answers, writer.payload
    stored.revision += 1
    stored.device, stored.sequence, stored.device_at = incoming.device, incoming.sequence, incoming.device_at
    stored.saved_at, stored.updated_by = writer.at, writer.user
    stored.reason = incoming.reason.strip() or stored.reason
    stored.save()
    _attach(stored, writer)
    audit.record(
        "core.submission.save",
        stored,
        actor=writer.user,
        at=writer.at,
        before={"payload": before} if before else None,
        after={"payload": writer.payload, "revision": stored.revision, "kind": stored.kind},
        unit_path=writer.handler.unit_path(writer.subject),
    )


def _attach(stored: Submission, writer: _Writer) -> None:
    """Tie the photos to the sheet, so that they stay and can be seen by those who see the sheet."""
    if stored.locked:
        return
    links = [SubmissionFile(submission=stored, file=file) for file in _usable(writer)]
    SubmissionFile.objects.bulk_create(links, ignore_conflicts=True)


def _finish(stored: Submission, writer: _Writer) -> Outcome:
    """Receipt, the previous version stepping back, and the rows that the room writes: one transaction."""
    if stored.supersedes_id:
        advance(
            Submission,
            stored.supersedes_id,
            "supersede",
            table=SUBMISSION,
            actor=writer.user,
            at=writer.at,
            reason=stored.reason,
        )
    if stored.revision > 1:  # what an earlier save showed and this one does not
        shown = {photo["sha256"] for _, photo in photos(writer.answers)}
        stored.attachments.exclude(file__sha256__in=shown).delete()
    stamps = {"received_at": writer.at, "receipt": _receipt(writer.at)}
    final = advance(Submission, stored.pk, "submit", table=SUBMISSION, actor=writer.user, at=writer.at, stamps=stamps)
    writer.handler.finalised(writer.subject, final, writer.user, writer.at)
    return Outcome(Result.RECEIVED, final)


def _receipt(at: datetime) -> str:
    year = clock.day_of(at).year
    return f"{year}-{numbering.next_number('submission', '', year):07d}"


def _conflict(stored: Submission, writer: _Writer, message: str) -> Outcome:
    incoming = writer.incoming
    kept, new = SubmissionConflict.objects.get_or_create(
        submission=stored,
        payload_sha256=writer.payload,
        user=writer.user,
        defaults={
            "answers": writer.answers,
            "revision": incoming.revision,
            "final": incoming.final,
            "refused_at": writer.at,
            "device_at": incoming.device_at,
        },
    )
    if new:
        audit.record(
            "core.submission.conflict",
            stored,
            actor=writer.user,
            at=writer.at,
            before={"payload": stored.payload_sha256},
            after={"refused": writer.payload, "conflict": kept.pk},
            unit_path=writer.handler.unit_path(writer.subject),
        )
    return Outcome(Result.CONFLICT, stored, message, conflict=kept)
