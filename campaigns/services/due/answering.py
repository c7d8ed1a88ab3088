"""A unit answers what is due; its superior returns the answer or releases the unit from it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from accounts.gate import holdings
from accounts.models import Unit, User
from campaigns.models import Campaign, DueAnswer, DueAnswerFile
from campaigns.registers.services import owed
from campaigns.services.due import helping, telling
from campaigns.services.due.entries import KINDS, Entry, entries_of, entry_of
from campaigns.services.due.opening import open_what_lacks
from core import audit, locks, obligations
from core.calendar import LOCK
from core.models import Obligation, StoredFile
from core.refusals import NotAllowed, Refused

ANSWER = "due.answer"
WHOLE = "报送内容"
# The part of an answer that the platform writes.
FIGURES = "平台统计"
TEXT_LIMIT = 20_000
FILES_LIMIT = 20


def campaign_of(row: Obligation) -> Campaign:
    return Campaign.objects.select_related("blueprint", "unit").get(pk=row.campaign_id or 0)


def entry_for(row: Obligation, campaign: Campaign) -> Entry:
    """The entry of the plan that an obligation stands for."""
    found = entry_of(campaign.blueprint.data, row.subject)
    assert found is not None, row.subject
    return found


def parts_of(entry: Entry) -> tuple[str, ...]:
    """The boxes of the answer: every content that the plan names, else one."""
    return entry.contents or (WHOLE,)


def listed_units(row: Obligation) -> list[Unit]:
    """Who may answer: the unit that owes, and those that help it with the entry."""
    paths = [row.unit_path, *helping.helpers_of(row)]
    return sorted(Unit.objects.filter(path__in=paths), key=lambda unit: (unit.path != row.unit_path, unit.path))


def answering_unit(row: Obligation, user: User) -> Unit | None:
    """The listed unit for which the person answers; None for everybody else, superiors included."""
    own = {held.path for held in holdings(user).rows if held.path and ANSWER in held.able}
    return next((unit for unit in listed_units(row) if unit.path in own), None)


def locked_row(row: Obligation) -> Obligation:
    return Obligation.objects.select_for_update(of=("self",)).get(pk=row.pk, kind__in=list(KINDS))


def submit(
    row: Obligation,
    texts: Mapping[str, str],
    *,
    files: Sequence[tuple[StoredFile, str]] = (),
    actor: User,
    at: datetime,
) -> DueAnswer:
    """Hand in an answer, whole or not at all. Late is computed, shown and kept; a further one is the next version."""
    campaign = campaign_of(row)
    entry = entry_for(row, campaign)
    refuse_counted(row, entry, at)
    kept = whole(entry, texts) | figures_said(row, entry, campaign, at)
    if len(files) > FILES_LIMIT:
        raise Refused(f"一次最多附 {FILES_LIMIT} 个文件。", field="files", status=422)
    awaited = any(f"due.{other.once}" == row.subject for other in entries_of(campaign.blueprint.data) if other.once)
    with transaction.atomic():
        if awaited:
            locks.hold(LOCK)  # before any row: whoever works terms out takes them in this order
        held = locked_row(row)
        unit = answering_unit(held, actor)
        if unit is None:
            raise NotAllowed("只有列明的牵头或配合单位的经办、联络人员可以报送。")
        if held.waived_at is not None:
            raise Refused("本项已经免除，不需要报送。")
        last = DueAnswer.objects.filter(obligation=held).first()
        if last is not None and same(last, unit, kept, files):
            return last
        answer = written(held, last, unit, kept, files, actor=actor, at=at)
        obligations.meet_rows(Obligation.objects.filter(pk=held.pk), at=at)
        after = {"number": answer.number, "late": answer.is_late, "unit": unit.path}
        audit.record("campaigns.dueanswer.submit", answer, actor=actor, at=at, after=after, unit_path=unit.path)
        if awaited:
            open_what_lacks(campaign, at=at)
    return answer


def asks(row: Obligation, entry: Entry, at: datetime) -> bool:
    """Whether an answer is asked for: of what the platform counts only for what was left once its day is over."""
    if not entry.counted:
        return True
    answered = row.met_at is None or DueAnswer.objects.filter(obligation=row).exists()
    return entry.explained and at > row.due_at and answered


def refuse_counted(row: Obligation, entry: Entry, at: datetime) -> None:
    if asks(row, entry, at):
        return
    if entry.explained and row.met_at is None:
        raise Refused("期限之前按平台的记录计算，不需要报送；到期仍有未完成的，再报送办理情况和原因。")
    raise Refused("这一项按平台的记录自动办结，不需要报送。")


def figures_said(row: Obligation, entry: Entry, campaign: Campaign, at: datetime) -> dict[str, str]:
    """What the register says of the period, kept with the answer. Refused while something is missing there."""
    figures = owed.figures_of(campaign, entry, row, at) if entry.reported else None
    if figures is None:
        return {}
    missing = [f"{one.title}：{owed.lacking(one)}" for one in figures if one.missing]
    if missing:
        raise Refused(f"登记簿里还有缺项，不能报送总结。{'；'.join(missing)}。", status=422)
    return {FIGURES: owed.statement(campaign, entry, row, at)}


def same(last: DueAnswer, unit: Unit, texts: Mapping[str, str], files: Sequence[tuple[StoredFile, str]]) -> bool:
    """Whether the last answer already says this: a button pressed twice. What was returned may be said again."""
    attached = set(last.files.values_list("file", "name"))
    again = {(file.pk, name) for file, name in files}
    return last.returned_at is None and last.unit_id == unit.pk and last.texts == texts and attached == again


def written(
    held: Obligation,
    last: DueAnswer | None,
    unit: Unit,
    texts: Mapping[str, str],
    files: Sequence[tuple[StoredFile, str]],
    *,
    actor: User,
    at: datetime,
) -> DueAnswer:
    answer = DueAnswer.objects.create(
        obligation=held,
        number=last.number + 1 if last else 1,
        unit=unit,
        texts=texts,
        written_by=actor,
        written_at=at,
        is_late=at > held.due_at,
    )
    DueAnswerFile.objects.bulk_create(DueAnswerFile(answer=answer, file=file, name=name) for file, name in files)
    return answer


def whole(entry: Entry, texts: Mapping[str, str]) -> dict[str, str]:
    """Every part with what was written. Refused (422) naming each part that is missing."""
    kept = {part: texts.get(part, "").strip() for part in parts_of(entry)}
    missing = {part: [f"“{part}”还没有填写，缺一项不算报送。"] for part, text in kept.items() if not text}
    long = {part: [f"“{part}”超过 {TEXT_LIMIT} 字。"] for part, text in kept.items() if len(text) > TEXT_LIMIT}
    if errors := missing | long:
        raise Refused("".join(said[0] for said in errors.values()), status=422, errors=errors)
    return kept


def send_back(row: Obligation, *, reason: str, actor: User, at: datetime) -> DueAnswer:
    """The authority returns the last answer with a reason: it is owed again, and the answer stays to be read."""
    if not reason.strip():
        raise Refused("退回须写明理由。", field="reason", status=422)
    with transaction.atomic():
        held = locked_row(row)
        answer = DueAnswer.objects.filter(obligation=held).first()
        if answer is None or answer.returned_at is not None:
            raise Refused("没有可以退回的报送。")
        answer.returned_by, answer.returned_at, answer.return_reason = actor, at, reason.strip()[:200]
        answer.save(update_fields=["returned_by", "returned_at", "return_reason"])
        obligations.reopen_rows(Obligation.objects.filter(pk=held.pk))
        audit.record("campaigns.dueanswer.return", answer, actor=actor, at=at, reason=reason)
        telling.answer_returned(answer, at)
    return answer


def release(row: Obligation, *, reason: str, actor: User, at: datetime) -> None:
    """The authority's leader releases the unit: it is no longer owed, and by whom and why stays."""
    with transaction.atomic():
        held = locked_row(row)
        if held.met_at is not None or held.waived_at is not None:
            raise Refused("只有未办结的事项可以免除。")
        obligations.waive(held, actor=actor, at=at, reason=reason)
        telling.released(held, at)
