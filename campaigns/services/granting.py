"""A unit asks for its own time of a phase; once granted, what it owes by that phase moves with it."""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import Unit, User
from campaigns import notices
from campaigns.models import Campaign, Phase, PhaseWindow
from campaigns.rules import fault
from campaigns.services.due import open_what_lacks, retime
from campaigns.states import WINDOWS, CampaignState, WindowState
from core import audit, clock
from core.obligations import move_due
from core.refusals import Refused
from core.states import advance


def ask_window(
    phase: Phase, *, unit: Unit, starts_on: date, ends_on: date, reason: str, actor: User, at: datetime
) -> PhaseWindow:
    """A unit asks for its own time of a phase; it holds once the campaign's authority approves (HN-23)."""
    if phase.campaign.state != CampaignState.PUBLISHED:
        raise Refused("行动发布后才能申请调整阶段时间。")
    if not phase.adjustable:
        raise Refused(f"“{phase.name}”阶段的时间由方案统一规定，不能申请调整。")
    if not reason.strip():
        raise Refused("申请调整阶段时间须写明理由。", field="reason", status=422)
    end, said = fault((starts_on, ends_on), phase.campaign.year)
    if said:
        raise Refused(f"{said}。", field=end, status=422)
    try:
        with transaction.atomic():
            row = PhaseWindow.objects.create(
                phase=phase, unit=unit, starts_on=starts_on, ends_on=ends_on, reason=reason, asked_by=actor, asked_at=at
            )
            audit.record("campaigns.phasewindow.ask", row, actor=actor, at=at, reason=reason, after=described(row))
            notices.window_asked(row, at)
    except IntegrityError as error:
        raise Refused(f"{unit.short_name}的“{phase.name}”阶段已有一份待批准的申请。") from error
    return row


def described(row: PhaseWindow) -> dict[str, Any]:
    return {"unit": row.unit.path, "starts_on": row.starts_on, "ends_on": row.ends_on}


def approve_window(row: PhaseWindow, *, actor: User, at: datetime) -> PhaseWindow:
    """The window holds from now on; an earlier one of the same unit and phase ends."""
    with transaction.atomic():
        Phase.objects.select_for_update().get(pk=row.phase_id)
        for old in PhaseWindow.objects.in_force().filter(phase=row.phase_id, unit=row.unit_id):
            advance(PhaseWindow, old.pk, "supersede", table=WINDOWS, actor=actor, at=at)
        stamps = {"decided_by": actor, "decided_at": at}
        approved = advance(PhaseWindow, row.pk, "approve", table=WINDOWS, actor=actor, at=at, stamps=stamps)
        retime(approved.phase.campaign, at=at)
        open_what_lacks(approved.phase.campaign, at=at)
        if approved.phase.key == "selfcheck":
            move_due(
                "selfcheck",
                campaign_id=approved.phase.campaign_id,
                unit_path=approved.unit.path,
                due_at=clock.end_of_day(approved.ends_on),
            )
        notices.window_decided(approved, at)
    return approved


def refuse_window(row: PhaseWindow, *, actor: User, at: datetime, reason: str) -> PhaseWindow:
    stamps = {"decided_by": actor, "decided_at": at, "decision_reason": reason.strip()[:200]}
    with transaction.atomic():
        refused = advance(
            PhaseWindow, row.pk, "refuse", table=WINDOWS, actor=actor, at=at, reason=reason, stamps=stamps
        )
        notices.window_decided(refused, at)
    return refused


def waiting_windows(campaign: Campaign) -> list[PhaseWindow]:
    rows = PhaseWindow.objects.filter(phase__campaign=campaign, state=WindowState.ASKED)
    return list(rows.select_related("phase", "unit", "asked_by").order_by("asked_at"))
