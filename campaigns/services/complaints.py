"""Complaints of the public: the page anybody may open, the lead that each becomes, its informant hidden (HN-65)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from campaigns.models import Campaign, CampaignContact, Lead
from campaigns.services import leads
from campaigns.states import CampaignState
from core import audit
from core.refusals import Refused
from enterprises.models import Enterprise

OFFICERS, OFFENCE = "officers", "offence"
ABOUT = {OFFICERS: "执法人员违反廉洁纪律", OFFENCE: "企业环境违法"}


@dataclass(frozen=True)
class Complaint:
    """What somebody told on the public page; name and number are optional and kept apart."""

    campaign: Campaign
    about: str
    enterprise: str
    address: str
    detail: str
    reporter: str = ""
    contact: str = ""


def hotlines() -> QuerySet[CampaignContact]:
    """The telephones that running campaigns made public."""
    rows = CampaignContact.objects.filter(ended_at=None, campaign__state=CampaignState.PUBLISHED)
    return rows.exclude(hotline="").select_related("campaign__unit").order_by("campaign__unit__path", "-campaign")


def complain(said: Complaint, *, at: datetime) -> Lead:
    """A complaint becomes a lead at once. About officers it is one of the inspection group's (巡查线索) and seen there
    alone. Who told is kept with the reporters only: neither the trail nor the lead knows, nor from where."""
    refuse_flood(at)
    site = named(said)
    told = leads.Told(
        kind=Lead.Kind.WEB,
        detail=said.detail,
        occurred_at=at,
        enterprise=site,
        address=f"{'' if site else said.enterprise} {said.address}".strip(),
        reporter=said.reporter or ("未留姓名" if said.contact.strip() else ""),
        contact=said.contact,
        is_integrity=said.about == OFFICERS,
    )
    token = audit.remote_address.set("")
    try:
        return leads.register(told, unit=said.campaign.unit, actor=None, at=at)
    finally:
        audit.remote_address.reset(token)


def named(said: Complaint) -> Enterprise | None:
    """The enterprise by its whole name under the campaign's authority; the page never tells whether there is one."""
    sites = Enterprise.objects.filter(name=said.enterprise.strip(), unit__path__startswith=said.campaign.unit.path)
    found = list(sites.select_related("unit")[:2])
    return found[0] if len(found) == 1 else None


def refuse_flood(at: datetime) -> None:
    lately = Lead.objects.filter(entered_by=None, entered_at__gt=at - timedelta(hours=1))
    if lately.count() >= settings.COMPLAINTS_AN_HOUR:
        raise Refused("现在提交的举报太多，请稍后再试，或拨打公开举报电话。", status=429)
