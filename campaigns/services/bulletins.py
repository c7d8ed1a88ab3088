"""Official notices of a campaign: published to units, read and confirmed there; and whom one asks about it."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from accounts.gate import holdings
from accounts.models import Unit, User
from campaigns import notices
from campaigns.models import Bulletin, BulletinFile, BulletinReceipt, Campaign, CampaignContact
from campaigns.states import CampaignState
from core import audit
from core.files import store
from core.refusals import NotAllowed, Refused

PUBLISH, RECEIVE = "bulletin.publish", "bulletin.receive"
FILES = 10


def set_contact(
    campaign: Campaign, *, name: str, phone: str, email: str, hotline: str = "", actor: User, at: datetime
) -> CampaignContact:
    """Name whom to ask from now on; what was sent before keeps the one it named (HN-77)."""
    with transaction.atomic():
        Campaign.objects.select_for_update(of=("self",)).get(pk=campaign.pk)
        before = contact_of(campaign)
        campaign.desks.filter(ended_at=None).update(ended_at=at)
        row = CampaignContact.objects.create(
            campaign=campaign, name=name, phone=phone, email=email, hotline=hotline, set_by=actor, set_at=at
        )
        after = contact_of(campaign) | {"hotline": hotline}
        audit.record("campaigns.campaigncontact.set", row, actor=actor, at=at, before=before, after=after)
    return row


def contact_of(campaign: Campaign) -> dict[str, str]:
    row = campaign.desks.filter(ended_at=None).first()
    return {"name": row.name, "phone": row.phone, "email": row.email} if row else {}


def hotline_of(campaign: Campaign) -> str:
    """The telephone for complaints that the campaign made public, or "" (HN-65)."""
    return campaign.desks.filter(ended_at=None).values_list("hotline", flat=True).first() or ""


def addressable(campaign: Campaign) -> QuerySet[Unit]:
    """The units right below the authority."""
    return Unit.objects.filter(parent=campaign.unit_id, closed_on=None).order_by("path")


def publish_bulletin(
    campaign: Campaign,
    *,
    title: str,
    body: str,
    units: Iterable[Unit],
    below: bool = False,
    asks_confirmation: bool = False,
    uploads: Sequence[Any] = (),
    replaces: Bulletin | None = None,
    actor: User,
    at: datetime,
) -> Bulletin:
    """Send a notice to units, and with `below` to those below them too. A correction replaces the version before it."""
    if campaign.state != CampaignState.PUBLISHED:
        raise Refused("行动发布后、结束前才能发布通知。")
    chosen = receivers(units, below)
    if len(uploads) > FILES:
        raise Refused(f"附件最多 {FILES} 个。", field="attachments", status=422)
    with transaction.atomic():
        row = Bulletin.objects.create(
            campaign=campaign,
            title=title[:120],
            body=body,
            version=held_current(replaces).version + 1 if replaces else 1,
            replaces=replaces,
            asks_confirmation=asks_confirmation,
            contact=contact_of(campaign),
            published_by=actor,
            published_at=at,
        )
        for upload in uploads:
            held = store(upload, name=upload.name, by=actor, at=at, kind="attachment")
            BulletinFile.objects.create(bulletin=row, file=held, name=held.name)
        BulletinReceipt.objects.bulk_create(BulletinReceipt(bulletin=row, unit=unit) for unit in chosen)
        after = {"title": row.title, "version": row.version, "units": [unit.path for unit in chosen]}
        audit.record("campaigns.bulletin.publish", row, actor=actor, at=at, unit_path=campaign.unit.path, after=after)
        notices.bulletin_published(row, chosen, at)
    return row


def receivers(units: Iterable[Unit], below: bool) -> list[Unit]:
    chosen = set(units)
    if below:
        chosen |= set(Unit.objects.filter(parent__in=chosen, closed_on=None))
    if not chosen:
        raise Refused("请选择接收单位。", field="units", status=422)
    return sorted(chosen, key=lambda unit: unit.path)


def held_current(bulletin: Bulletin) -> Bulletin:
    """The version that is corrected, locked: two corrections of one version cannot both be."""
    row = Bulletin.objects.select_for_update(of=("self",)).get(pk=bulletin.pk)
    if not row.is_current:
        raise Refused("这份通知已经有更新的版本，请在最新版本上更正。")
    return row


def receives(user: User, unit: Unit) -> bool:
    """Whether the person signs for this very unit, not for one below or above it."""
    return any(row.path == unit.path and RECEIVE in row.able for row in holdings(user).rows)


def read_bulletin(receipt: BulletinReceipt, *, actor: User, at: datetime) -> None:
    """签收: the unit has read it; the first reader counts."""
    if not receives(actor, receipt.unit):
        raise NotAllowed
    with transaction.atomic():
        if not BulletinReceipt.objects.filter(pk=receipt.pk, read_at=None).update(read_at=at, read_by=actor):
            raise Refused(f"{receipt.unit.short_name}已经签收。")
        audit.record("campaigns.bulletinreceipt.read", receipt, actor=actor, at=at, unit_path=receipt.unit.path)


def confirm_bulletin(receipt: BulletinReceipt, *, actor: User, at: datetime) -> None:
    """确认: the unit says that it will do so. Who confirms has read."""
    if not receives(actor, receipt.unit):
        raise NotAllowed
    if not receipt.bulletin.asks_confirmation:
        raise Refused("这份通知不要求确认。")
    with transaction.atomic():
        rows = BulletinReceipt.objects.filter(pk=receipt.pk, confirmed_at=None)
        BulletinReceipt.objects.filter(pk=receipt.pk, read_at=None).update(read_at=at, read_by=actor)
        if not rows.update(confirmed_at=at, confirmed_by=actor):
            raise Refused(f"{receipt.unit.short_name}已经确认。")
        audit.record("campaigns.bulletinreceipt.confirm", receipt, actor=actor, at=at, unit_path=receipt.unit.path)
