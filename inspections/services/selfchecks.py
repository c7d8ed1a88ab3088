"""The self-check of an enterprise: begin, declare and hand in, file or send back, correct by a new version.

A filed sheet stays in force until its correction is filed: only then does it step back (docs/decisions).
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from campaigns import services as campaigns
from campaigns.models import CampaignForm, Target
from core import audit, clock, files, locks, numbering
from core.form_engine.rules import prune
from core.form_engine.services import Incoming, Outcome, hold_subject, put_submission
from core.models import FormDefinition, Submission
from core.refusals import Refused
from core.states import advance
from inspections import notices
from inspections.models import SelfCheck
from inspections.services import telling
from inspections.states import SELF_CHECKS, SelfCheckState

KIND = "self_check"
PURPOSE = "selfcheck"
PHASE = "selfcheck"


def definition_for(campaign_id: int) -> FormDefinition:
    form = CampaignForm.objects.select_related("definition").filter(campaign_id=campaign_id, purpose=PURPOSE).first()
    if form is None:
        raise Refused("本次行动没有自查情况表，请联系组织单位。")
    return form.definition


def begin(target: Target, *, actor: User, at: datetime) -> SelfCheck:
    """The enterprise's sheet of this campaign, begun or found. Raises Refused before the phase opens or once filed."""
    with transaction.atomic():
        hold(target)
        found = latest(target)
        if found is not None and found.state in {SelfCheckState.DRAFT, SelfCheckState.SUBMITTED}:
            return found
        if found is not None and found.state == SelfCheckState.RETURNED:
            return resume(found, actor=actor, at=at)
        if found is not None:
            raise Refused(f"自查情况表已备案（{found.number}），需要修改的请申请更正。")
        starts_on, _ = campaigns.window(target.campaign, PHASE, target.unit)
        if clock.day_of(at) < starts_on:
            raise Refused(f"企业自查阶段从 {starts_on} 开始，现在还不能填写。")
        return open_version(target, version=1, answers={}, actor=actor, at=at)


def hold(target: Target) -> None:
    """One beginning or correction at a time for an enterprise."""
    locks.hold("selfcheck", str(target.campaign_id), str(target.enterprise_id))


def latest(target: Target) -> SelfCheck | None:
    rows = SelfCheck.objects.filter(campaign_id=target.campaign_id, enterprise_id=target.enterprise_id)
    return rows.select_related("enterprise", "unit", "campaign").order_by("-version").first()


def open_version(
    target: Target, *, version: int, answers: Mapping[str, Any], actor: User, at: datetime, reason: str = ""
) -> SelfCheck:
    row = SelfCheck.objects.create(
        campaign=target.campaign,
        enterprise=target.enterprise,
        unit=target.unit,
        version=version,
        client_id=uuid.uuid4(),
        correction_reason=reason,
        created_at=at,
    )
    audit.record("inspections.selfcheck.begin", row, actor=actor, at=at, reason=reason, unit_path=row.unit.path)
    open_sheet(row, answers, actor=actor, at=at)
    return row


def open_sheet(row: SelfCheck, answers: Mapping[str, Any], *, actor: User, at: datetime, reason: str = "") -> None:
    """The draft on which the page writes; it exists before the page opens, so that two phones meet on one sheet."""
    form = definition_for(row.campaign_id).name
    incoming = Incoming(row.client_id, form, KIND, row.pk, dict(answers), reason=reason)
    put_submission(incoming, user=actor, at=at)


def resume(row: SelfCheck, *, actor: User, at: datetime) -> SelfCheck:
    """A returned sheet is opened again with what it said; its next submission supersedes the returned one."""
    hold_subject(KIND, row.pk)
    if row.submission_id != row.client_id:
        return row
    before = Submission.objects.get(pk=row.client_id)
    row.client_id, row.signature, row.declared_digest = uuid.uuid4(), None, ""
    row.save(update_fields=["client_id", "signature", "declared_digest"])
    open_sheet(row, before.answers, actor=actor, at=at, reason=resubmission_reason(row))
    return row


def resubmission_reason(row: SelfCheck) -> str:
    return f"按退回意见修改：{row.return_reason}" if row.return_reason else ""


def declare(row: SelfCheck, *, name: str, signature: bytes, agreed: bool, actor: User, at: datetime) -> Outcome:
    """Sign for the truth of the sheet as it stands and hand it in: one transaction, the same again has one effect.

    Raises Refused (422, with the field) without the declaration, a name or a signature; nothing is kept when the
    sheet has gaps (the outcome lists them).
    """
    if not agreed:
        raise Refused("请确认填报内容真实后再提交。", field="agreed", status=422)
    if not name.strip():
        raise Refused("请填写填报人姓名。", field="name", status=422)
    with transaction.atomic():
        hold_subject(KIND, row.pk)
        locked = SelfCheck.objects.select_for_update(of=("self",)).get(pk=row.pk)
        sheet = Submission.objects.select_related("definition").get(pk=locked.client_id)
        if not sheet.locked:
            SELF_CHECKS.arrow(locked.state, "submit")
            locked.signature = files.store(signature, name="签名.png", by=actor, at=at, kind="signature")
            locked.declared_by = name.strip()[:40]
            locked.declared_digest = digest_of(sheet.definition, sheet.answers, at)
            locked.save(update_fields=["signature", "declared_by", "declared_digest"])
        outcome = hand_in(locked, sheet, actor=actor, at=at)
        if outcome.problems:
            transaction.set_rollback(True)
    return outcome


def digest_of(form: FormDefinition, answers: Mapping[str, Any], at: datetime) -> str:
    """What the declaration covers: the answers as they are received."""
    day = clock.day_of(at).isoformat()
    return audit.digest_of({"form": form.digest, "answers": prune(form.data, answers, day)})


def hand_in(row: SelfCheck, sheet: Submission, *, actor: User, at: datetime) -> Outcome:
    incoming = Incoming(
        sheet.client_id,
        sheet.definition.name,
        KIND,
        row.pk,
        sheet.answers,
        revision=sheet.revision,
        final=True,
        reason=resubmission_reason(row),
    )
    return put_submission(incoming, user=actor, at=at)


def handed_in(row: SelfCheck, sheet: Submission, problem_count: int, *, actor: User, at: datetime) -> None:
    """The sheet was received: move the state, tell the county, meet what was owed. Called by the form's handler."""
    stamps = {
        "submission": sheet,
        "problem_count": problem_count,
        "submitted_by": actor,
        "submitted_at": at,
        "return_reason": "",
    }
    done = advance(SelfCheck, row.pk, "submit", table=SELF_CHECKS, actor=actor, at=at, stamps=stamps)
    target = target_of(row)
    campaigns.record_self_check(target.pk, at)
    telling.shown_by_sheet(target, actor=actor, at=at)
    notices.self_check_handed_in(done, at)


def target_of(row: SelfCheck) -> Target:
    return Target.objects.get(campaign_id=row.campaign_id, enterprise_id=row.enterprise_id)


def accept(row: SelfCheck, *, actor: User, at: datetime) -> SelfCheck:
    """File the sheet under the county's next number; the version it corrects steps back."""
    with transaction.atomic():
        locked = SelfCheck.objects.select_for_update(of=("self",)).select_related("unit").get(pk=row.pk)
        SELF_CHECKS.arrow(locked.state, "accept")
        for before in SelfCheck.objects.filter(
            campaign_id=row.campaign_id, enterprise_id=row.enterprise_id, state=SelfCheckState.ACCEPTED
        ):
            advance(SelfCheck, before.pk, "supersede", table=SELF_CHECKS, actor=actor, at=at)
        stamps = {"number": next_number(locked, at), "accepted_by": actor, "filed_at": at}
        filed = advance(SelfCheck, row.pk, "accept", table=SELF_CHECKS, actor=actor, at=at, stamps=stamps)
        notices.self_check_filed(filed, at)
        return filed


def next_number(row: SelfCheck, at: datetime) -> str:
    """漯环源自查〔2020〕1号: the unit's mark, the year of filing, no padding."""
    year = clock.day_of(at).year
    number = numbering.next_number("selfcheck", str(row.unit_id), year)
    return f"{row.unit.document_mark or row.unit.short_name}自查〔{year}〕{number}号"


def send_back(row: SelfCheck, *, reason: str, actor: User, at: datetime) -> SelfCheck:
    """Return the sheet with a reason that the enterprise reads."""
    with transaction.atomic():
        stamps = {"return_reason": reason.strip()[:300], "returned_at": at}
        returned = advance(
            SelfCheck, row.pk, "return", table=SELF_CHECKS, actor=actor, at=at, reason=reason, stamps=stamps
        )
        if row.version == 1:
            campaigns.withdraw_self_check(target_of(row).pk)
        notices.self_check_returned(returned, at)
        return returned


def correct(row: SelfCheck, *, reason: str, actor: User, at: datetime) -> SelfCheck:
    """Begin the next version of a filed sheet, filled with what it says. Again finds the one that was begun."""
    if not reason.strip():
        raise Refused("申请更正须写明理由。", field="reason", status=422)
    with transaction.atomic():
        target = target_of(row)
        hold(target)
        newest = latest(target)
        if newest is not None and newest.version > row.version:
            return newest
        if newest is None or newest.state != SelfCheckState.ACCEPTED or newest.submission is None:
            raise Refused("只有已备案的自查情况表可以申请更正。")
        answers = newest.submission.answers
        return open_version(
            target, version=newest.version + 1, answers=answers, actor=actor, at=at, reason=reason.strip()[:200]
        )
