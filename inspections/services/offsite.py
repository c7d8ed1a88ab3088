"""Checks without entering: given to an officer, done with evidence and a conclusion; the visit gate is not asked."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import IO

from django.db import IntegrityError, transaction

from accounts.models import User
from campaigns.models import Target
from campaigns.services.draws import refuse_strange_items
from campaigns.services.windows import windows_of
from campaigns.states import CampaignState
from core import audit, clock, files
from core.refusals import NotAllowed, Refused
from core.states import advance
from inspections import notices
from inspections.models import OffsiteCheck
from inspections.states import OFFSITE


def plan(
    target: Target,
    *,
    means: str,
    planned_on: date,
    inspector: User,
    checks: Sequence[str] = (),
    actor: User,
    at: datetime,
) -> OffsiteCheck:
    """Give an off-site check to an officer. What is looked at must stand in the list of items in force."""
    if target.campaign.state != CampaignState.PUBLISHED:
        raise Refused("行动发布后才能安排非现场检查。")
    refuse_strange_items(checks, target.unit)
    refuse_deadline(target, planned_on, clock.day_of(at))
    try:
        with transaction.atomic():
            row = OffsiteCheck.objects.create(
                campaign=target.campaign,
                enterprise=target.enterprise,
                unit=target.unit,
                means=means,
                checks=list(checks),
                planned_on=planned_on,
                inspector=inspector,
                planned_by=actor,
                planned_at=at,
            )
            after = {"means": means, "planned_on": planned_on, "inspector": inspector.name, "checks": list(checks)}
            audit.record("inspections.offsitecheck.plan", row, actor=actor, at=at, after=after)
            notices.offsite_given(row, at)
    except IntegrityError as error:
        raise Refused("该企业已有一次同样方式、尚未完成的非现场检查。", field="means") from error
    return row


def refuse_deadline(target: Target, planned_on: date, today: date) -> None:
    """Neither a day that is over nor one after the unit's last phase."""
    if planned_on < today:
        raise Refused("完成期限不能早于今天。", field="planned_on", status=422)
    windows = windows_of(target.campaign)
    last = max((windows.of(key, target.unit.path)[1] for key in windows.phases), default=None)
    if last is not None and planned_on > last:
        raise Refused(f"完成期限不能晚于本行动的结束日期 {last}。", field="planned_on", status=422)


def finish(
    row: OffsiteCheck,
    *,
    finding: str,
    conclusion: str,
    evidence: IO[bytes] | bytes | None,
    name: str,
    actor: User,
    at: datetime,
) -> OffsiteCheck:
    """The officer who was given it says what was found, and shows it. Nothing of the target changes: nobody entered."""
    if row.inspector_id != actor.pk:
        raise NotAllowed("只有被指派的执法人员可以填写结果。")
    if not conclusion.strip():
        raise Refused("请写明检查情况和结论。", field="conclusion", status=422)
    if not evidence:
        raise Refused("非现场检查须上传证据（监控曲线、影像或数据文件）。", field="evidence", status=422)
    with transaction.atomic():
        kept = files.store(evidence, name=name, by=actor, at=at, kind="proof")
        stamps = {"finding": finding, "conclusion": conclusion.strip()[:500], "evidence": kept, "done_at": at}
        said = {"finding": finding, "evidence": kept.sha256}
        return advance(OffsiteCheck, row.pk, "finish", table=OFFSITE, actor=actor, at=at, stamps=stamps, said=said)


def cancel(row: OffsiteCheck, *, actor: User, at: datetime, reason: str) -> OffsiteCheck:
    stamps = {"end_reason": reason.strip()[:200]}
    return advance(OffsiteCheck, row.pk, "cancel", table=OFFSITE, actor=actor, at=at, reason=reason, stamps=stamps)
