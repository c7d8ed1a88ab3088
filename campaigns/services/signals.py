"""Signals are registered and raise the order of visits; a heavy-pollution alert pushes its list with a task."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery

from accounts.models import Unit, User
from campaigns import notices
from campaigns.models import Campaign, RaisedTarget, Signal, Target
from campaigns.rules.leads import Event
from campaigns.rules.signals import ALERT, PUSHING, WEIGHTS, Place, checks_of
from core import audit, locks
from core.refusals import Refused
from enterprises.rules.industries import GAS


@dataclass(frozen=True)
class Said:
    """What a signal says: of which kind and level, about which area and industries."""

    kind: str
    detail: str
    level: str = ""
    industries: list[int] = field(default_factory=list)
    longitude: Decimal | None = None
    latitude: Decimal | None = None
    metres: int | None = None


def publish(campaign: Campaign, unit: Unit, said: Said, *, actor: User, at: datetime) -> Signal:
    """Register the signal, move up every target it reaches, and tell who plans visits there. All or nothing."""
    refuse_unfit(campaign, said)
    industries = said.industries or (sorted(GAS) if said.kind == ALERT else [])
    with transaction.atomic():
        locks.hold("targets", str(campaign.pk))
        row = Signal.objects.create(
            campaign=campaign,
            unit=unit,
            kind=said.kind,
            level=said.level,
            detail=said.detail.strip()[:300],
            industries=industries,
            longitude=said.longitude,
            latitude=said.latitude,
            metres=said.metres,
            checks=list(checks_of(said.kind, said.level)),
            made_by=actor,
            made_at=at,
        )
        raised = move_up(row, reached(row, at))
        after = {"kind": row.kind, "level": row.level, "targets": len(raised)}
        audit.record("campaigns.signal.publish", row, actor=actor, at=at, unit_path=unit.path, after=after)
        notices.signal_published(row, Counter(one.target.unit for one in raised), at)
    return row


def refuse_unfit(campaign: Campaign, said: Said) -> None:
    if campaign.state != Campaign.State.PUBLISHED:
        raise Refused("行动没有在执行，不能登记外部信号。", field="campaign", status=422)
    if not said.detail.strip():
        raise Refused("请写明信号内容。", field="detail", status=422)
    if said.kind == ALERT and not said.level:
        raise Refused("重污染天气预警须选级别。", field="level", status=422)
    if said.kind != ALERT and said.level:
        raise Refused("只有重污染天气预警分级别，其他信号请选“不分级”。", field="level", status=422)
    if len({value is None for value in (said.longitude, said.latitude, said.metres)}) > 1:
        raise Refused("经度、纬度和半径须同时填写。", field="metres", status=422)


def reached(row: Signal, at: datetime) -> list[Target]:
    """The targets of the area: of the industries, within the circle. One that was visited needs no raising, but an
    alert names every enterprise again."""
    rows = Target.objects.filter(campaign=row.campaign_id, unit__path__startswith=row.unit.path)
    rows = rows.exclude(enterprise__state="closed").select_related("enterprise", "unit")
    if row.industries:
        rows = rows.filter(enterprise__industry__in=row.industries)
    if row.kind != ALERT:
        rows = rows.filter(visit_count=0)
    return [target for target in rows.order_by("pk") if within(row, target, at)]


def within(row: Signal, target: Target, at: datetime) -> bool:
    if row.longitude is None or row.latitude is None or row.metres is None:
        return True
    site = target.enterprise
    return Place(row.longitude, row.latitude, row.metres).reaches(Event(at, None, site.longitude, site.latitude))


def move_up(row: Signal, targets: Iterable[Target]) -> list[RaisedTarget]:
    weight = WEIGHTS[row.kind]
    raised = RaisedTarget.objects.bulk_create(
        [
            RaisedTarget(signal=row, target=target, before=target.priority, after=target.priority + weight)
            for target in targets
        ],
        batch_size=2000,
    )
    Target.objects.filter(raised__signal=row).update(priority=F("priority") + weight)
    return raised


def end(row: Signal, *, actor: User, at: datetime, reason: str) -> Signal:
    """The signal is over, for a reason: what it moved up goes back by as much as it was moved. There is no way back."""
    if not (reason := reason.strip()):
        raise Refused("解除须写明理由。", field="reason", status=422)
    with transaction.atomic():
        locks.hold("targets", str(row.campaign_id))
        if not Signal.objects.filter(pk=row.pk, ended_at=None).update(
            ended_at=at, ended_by=actor, ended_for=reason[:200]
        ):
            raise Refused("这条信号已经解除。")
        moved = row.raised.filter(target=OuterRef("pk")).annotate(by=F("after") - F("before")).values("by")
        raised = Target.objects.filter(pk__in=row.raised.values("target"))
        raised.update(priority=F("priority") - Subquery(moved[:1]))
        audit.record("campaigns.signal.end", row, actor=actor, at=at, reason=reason, unit_path=row.unit.path)
    row.refresh_from_db()
    return row


def standing_for(target: Target) -> QuerySet[Signal]:
    """The signals by which a target stands higher now, with what they ask to be checked."""
    return Signal.objects.standing().filter(raised__target=target).order_by("-made_at")


def pushes(row: Signal) -> bool:
    return row.kind == ALERT and row.level in PUSHING
