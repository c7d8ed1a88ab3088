"""What comes in about the conduct of officers is handled in one place: the register of integrity leads (HN-65)."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from accounts.models import User
from campaigns.models import Lead, RegisterEntry, RegisterLink
from campaigns.registers.services import filing, loading
from campaigns.rules.leads import CONDUCT
from campaigns.states import LEADS
from core import clock
from core.obligations import meet, open_obligation
from core.refusals import Refused
from core.states import advance

REGISTER, ORIGIN = "integrity_lead", "origin"
UNKNOWN = "待核实"
CHANNELS = {"insider": "内部举报", "industry": "行业监督", "transfer": "上级转办"}


def is_kept() -> bool:
    """Whether the platform holds that register."""
    version = loading.version_of(REGISTER)
    return version is not None and version.retired_at is None


def take_over(row: Lead, *, actor: User, at: datetime) -> Lead:
    """What the public told of officers has no writer: the inspection group takes it into the register itself."""
    if not row.is_integrity:
        raise Refused("只有反映执法人员违纪违规的线索才转廉政线索。")
    if not is_kept():
        raise Refused("平台没有启用廉政线索登记簿，请在本页办理。")
    with transaction.atomic():
        return hand_over(row, actor=actor, at=at)


def entry_of(row: Lead, user: User) -> RegisterEntry | None:
    """The entry that it became, for whom the register shows it."""
    links = RegisterLink.objects.filter(field=ORIGIN, kind="lead", key=str(row.pk))
    return RegisterEntry.objects.visible_to(user).filter(pk__in=links.values("entry")).first()


def owe(row: Lead, at: datetime) -> None:
    """Until when the inspection group has taken it up. Nobody else sees the term, and it says nothing but a number."""
    open_obligation(
        kind=CONDUCT.kind,
        subject=f"lead:{row.pk}",
        unit_path=row.unit.path,
        due_at=clock.end_of_day(clock.day_of(at + CONDUCT.within)),
        at=at,
        title=f"{CONDUCT.title}：{row.number}",
        url=reverse("campaigns:lead_detail", args=[row.pk]),
        reader="discipline.view",
    )


def hand_over(row: Lead, *, actor: User, at: datetime) -> Lead:
    """The lead becomes an entry of that register and ends here. Who reported stays with the lead alone.

    Where the platform holds no such register, the inspection group handles the lead itself.
    """
    version = loading.version_of(REGISTER)
    if version is None or version.retired_at is not None:
        return row
    values = {
        "kind": "其他",
        "from": CHANNELS.get(row.kind, "公开举报"),
        "people": UNKNOWN,
        "enterprise": str(row.enterprise_id or ""),
        "detail": row.detail,
    }
    given = filing.Filing(unit=row.unit, values=values)
    entry = filing.put_entry(version, given, actor=actor, at=at, unsaid=True)
    RegisterLink.objects.create(
        entry=entry, field=ORIGIN, kind="lead", key=str(row.pk), typed=row.number, label=row.number
    )
    meet(CONDUCT.kind, f"lead:{row.pk}", at=at)
    reason = f"转{entry.label}办理"
    stamps = {"ended_at": at, "end_reason": reason}
    return advance(Lead, row.pk, "hand_over", table=LEADS, actor=actor, at=at, reason=reason, stamps=stamps)
