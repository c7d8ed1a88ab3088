"""What an officer of the authority decides by hand: who is responsible, a day where the plan has none, new dates."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.db import transaction

from accounts.models import Unit, User
from campaigns.clocks import Term
from campaigns.models import Campaign, Phase
from campaigns.rules import Window
from campaigns.services.due import telling
from campaigns.services.due.entries import Entry
from campaigns.services.due.handing import hand_over
from campaigns.services.due.opening import (
    frame_of,
    give_addresses,
    obligation,
    of_campaign,
    open_what_lacks,
    retime,
    take_over,
)
from campaigns.services.due.units import laid_upon, write_units
from campaigns.services.locking import locked
from campaigns.services.windows import refuse_dates, windows_of
from campaigns.states import CampaignState
from core import audit, clock, locks, obligations
from core.calendar import LOCK
from core.models import Obligation
from core.refusals import Refused
from core.rules import OnHoliday


def name_units(
    campaign: Campaign, entry: Entry, lead: Sequence[Unit], joint: Sequence[Unit], *, actor: User, at: datetime
) -> None:
    """Name who leads and helps with an entry. In a running campaign what others still owe of it passes to them."""
    with transaction.atomic():
        row = locked(campaign)
        if row.state == CampaignState.CLOSED:
            raise Refused("行动已经结束，不能再指定责任单位。")
        if not entry.opens:
            raise Refused("这一项由业务自动办理或由平台以外的单位承担，不需要指定。")
        write_units(row, entry, lead, joint, actor=actor, at=at)
        if row.state == CampaignState.PUBLISHED:
            take_over(row, at=at)  # who is named now owes it here, and no more in the superior's campaign
            hand_over(row, entry, lead, actor=actor, at=at)
            open_what_lacks(row, at=at)
            telling.units_named(row, entry.title, lead, at)


def set_day(campaign: Campaign, entry: Entry, day: date, *, reason: str, actor: User, at: datetime) -> int:
    """Give what the plan leaves open (适时) a day: each unit that leads owes it by then; an open one moves."""
    if not entry.waits or not entry.opens:
        raise Refused("这一项的日期由方案规定，不能手工设定。", status=422)
    if not reason.strip():
        raise Refused("设定期限须写明依据。", field="reason", status=422)
    if clock.end_of_day(day) <= at:
        raise Refused("期限不能早于今天。", field="day", status=422)
    with transaction.atomic():
        row = locked(campaign)
        if row.state != CampaignState.PUBLISHED:
            raise Refused("行动发布后才能设定期限。")
        locks.hold(LOCK)
        frame, leads = frame_of(row), laid_upon(row).leads.get(entry.key, [])
        held = of_campaign(row).open().filter(subject=entry.key).select_for_update()
        standing = {owed.unit_path: owed for owed in held.order_by("pk")}
        term = Term(day, day)
        fresh = [obligation(entry, unit, frame, term, day.isoformat(), OnHoliday.KEEP) for unit in leads]
        moved = [put_on(standing[one.unit_path], one) for one in fresh if one.unit_path in standing]
        obligations.move_rows(moved, at=at)
        obligations.open_many((one for one in fresh if one.unit_path not in standing), at=at)
        give_addresses(row)
        after = {"entry": entry.key, "day": day}
        audit.record("campaigns.due.set_day", row, actor=actor, at=at, reason=reason, after=after)
        telling.day_set(row, entry.title, day, leads, at)
    return len(leads)


def put_on(row: Obligation, fresh: Obligation) -> Obligation:
    """The open row on the day of the fresh one; its period stays, for it names the row."""
    for name in obligations.SAID:
        setattr(row, name, getattr(fresh, name))
    return row


def change_dates(
    campaign: Campaign, windows: Mapping[str, Window], on_holiday: str, *, reason: str, actor: User, at: datetime
) -> list[Obligation]:
    """New phase dates or another holiday policy after publication, by the leader, with a reason that everybody reads.

    What is open moves with them; what is met stays as it was.
    """
    if not reason.strip():
        raise Refused("调整已发布行动的日期须写明依据。", field="reason", status=422)
    if on_holiday not in list(OnHoliday):
        raise Refused("节假日政策只能是按原日、提前或顺延。", field="on_holiday", status=422)
    with transaction.atomic():
        row = locked(campaign)
        if row.state != CampaignState.PUBLISHED:
            raise Refused("只有执行中的行动这样调整；拟定中的行动请在“调整阶段时间”修改。")
        before = {"on_holiday": row.on_holiday} | dates_of(row)
        move_phases(row, windows)
        row.on_holiday = on_holiday
        row.save(update_fields=["on_holiday"])
        after = {"on_holiday": row.on_holiday} | dates_of(row)
        if before == after:
            raise Refused("日期和节假日政策都没有变化。", status=422)
        audit.record(
            "campaigns.campaign.change_dates", row, actor=actor, at=at, reason=reason, before=before, after=after
        )
        moved = moved_with(row, at)
        open_what_lacks(row, at=at)
        telling.dates_changed(row, reason, moved, at)
    return moved


def dates_of(campaign: Campaign) -> dict[str, tuple[date, date]]:
    return {phase.key: (phase.starts_on, phase.ends_on) for phase in Phase.objects.filter(campaign=campaign)}


def move_phases(campaign: Campaign, windows: Mapping[str, Window]) -> None:
    phases = {phase.key: phase for phase in Phase.objects.filter(campaign=campaign)}
    for key, (starts_on, ends_on) in windows.items():
        if key not in phases:
            raise Refused(f"本行动没有“{key}”阶段。", status=422)
        refuse_dates(phases[key], (starts_on, ends_on), campaign.year)
        phases[key].starts_on, phases[key].ends_on = starts_on, ends_on
    Phase.objects.bulk_update(phases.values(), ["starts_on", "ends_on"])


def moved_with(campaign: Campaign, at: datetime) -> list[Obligation]:
    """Everything of the campaign that its dates govern, moved: the terms of its plan, and the self-checks."""
    moved = retime(campaign, at=at)
    windows = windows_of(campaign)
    if "selfcheck" not in windows.phases:
        return moved
    own = windows.own.get("selfcheck", {})
    for path in [campaign.unit.path, *sorted(own, key=len)]:
        due_at = clock.end_of_day(windows.of("selfcheck", path)[1])
        obligations.move_due("selfcheck", campaign_id=campaign.pk, unit_path=path, due_at=due_at)
    return moved
