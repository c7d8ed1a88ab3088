"""Checks without entering: given to an officer, done with evidence and a conclusion; the visit gate is not asked."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import IO, Any

from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import User
from campaigns.models import Target
from campaigns.rules.leads import times_over
from campaigns.rules.onsite import LEAD_OF, OnsiteRule, Reading, misfits, rules_for, rules_of
from campaigns.services import leads
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
    reading: Reading | None = None,
    actor: User,
    at: datetime,
) -> OffsiteCheck:
    """The officer who was given it says what was found, and shows it. Nothing of the target changes: nobody entered.

    What hits a rule of the plan becomes a lead in the same transaction: somebody has to go (DT-13).
    """
    if row.inspector_id != actor.pk:
        raise NotAllowed("只有被指派的执法人员可以填写结果。")
    if not conclusion.strip():
        raise Refused("请写明检查情况和结论。", field="conclusion", status=422)
    if not evidence:
        raise Refused("非现场检查须上传证据（监控曲线、影像或数据文件）。", field="evidence", status=422)
    hits = judged(row, finding, reading, clock.day_of(at))
    with transaction.atomic():
        kept = files.store(evidence, name=name, by=actor, at=at, kind="proof")
        stamps = {"finding": finding, "conclusion": conclusion.strip()[:500], "evidence": kept, "done_at": at}
        stamps |= stamps_of(reading)
        said = {"finding": finding, "evidence": kept.sha256, "reading": reading.said if reading else ""}
        done = advance(OffsiteCheck, row.pk, "finish", table=OFFSITE, actor=actor, at=at, stamps=stamps, said=said)
        return raised(done, hits, actor=actor, at=at) if hits else done


def rules_at(row: OffsiteCheck, day: date) -> list[OnsiteRule]:
    """The rules of the campaign's plan that hold for the means of the check on a day."""
    campaign = row.campaign
    return rules_for(rules_of(campaign.blueprint.data, campaign.parameters), row.means, day)


def judged(row: OffsiteCheck, finding: str, reading: Reading | None, day: date) -> list[OnsiteRule]:
    """The rules that the reading hits. Refused where it cannot be judged, or where result and figure disagree."""
    rules = rules_at(row, day)
    if reading is None:
        if rules and finding == OffsiteCheck.Finding.NORMAL:
            said = "、".join(f"“{rule.name}”（{rule.condition}）" for rule in rules)
            said = f"本行动对{row.get_means_display()}定有转现场规则{said}，结果为“未发现异常”的须填写指标和数值"
            raise Refused(f"{said}；没有数据的，结果选“发现异常”。", field="value", status=422)
        return []
    if fault := next(misfits(rules, reading), None):
        field, sentence = fault
        raise Refused(sentence, field=field, status=422)
    hits = [rule for rule in rules if rule.hit_by(reading)]
    if hits and finding == OffsiteCheck.Finding.NORMAL:
        said = f"{reading.said}，已达到转现场规则“{hits[0].name}”（{hits[0].condition}）"
        raise Refused(f"{said}，结果须选“发现异常”；数值填错的请改正。", field="finding", status=422)
    return hits


def stamps_of(reading: Reading | None) -> dict[str, Any]:
    if reading is None:
        return {}
    return {
        "indicator": reading.indicator,
        "value": reading.value,
        "value_unit": reading.unit,
        "limit": reading.limit,
    }


def raised(row: OffsiteCheck, hits: list[OnsiteRule], *, actor: User, at: datetime) -> OffsiteCheck:
    """The check with the lead that it raised; each names the other and the rule."""
    reading, basis = row.reading, "；".join(rule.said for rule in hits)[:1000]
    assert reading is not None
    over = times_over(reading.value, reading.limit) is not None
    told = leads.Told(
        kind=LEAD_OF[row.means],
        detail=f"{row.get_means_display()}：{reading.said}，达到“{hits[0].name}”。{row.conclusion}",
        occurred_at=at,
        enterprise=row.enterprise,
        factor=reading.indicator if over else "",
        value=reading.value if over else None,
        limit=reading.limit if over else None,
        origin=f"{clock.day_of(at)} 完成的{row.get_means_display()}非现场检查",
        origin_url=reverse("inspections:offsite_detail", args=[row.pk]),
        basis=basis,
    )
    row.lead = leads.register(told, unit=row.unit, actor=actor, at=at)
    row.rule_said = basis
    row.save(update_fields=["lead", "rule_said"])
    return row


def is_same(row: OffsiteCheck, finding: str, conclusion: str, reading: Reading | None) -> bool:
    """Whether a finished check already says just this: a second press of the button."""
    return (row.finding, row.conclusion, row.reading) == (finding, conclusion.strip()[:500], reading)


def cancel(row: OffsiteCheck, *, actor: User, at: datetime, reason: str) -> OffsiteCheck:
    stamps = {"end_reason": reason.strip()[:200]}
    return advance(OffsiteCheck, row.pk, "cancel", table=OFFSITE, actor=actor, at=at, reason=reason, stamps=stamps)
