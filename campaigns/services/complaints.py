"""Complaints of the public: the page anybody may open, the lead that each becomes, its informant hidden (HN-65)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.utils.crypto import salted_hmac

from accounts.models import Unit
from campaigns.models import Campaign, CampaignContact, Lead
from campaigns.services import leads
from campaigns.states import CampaignState
from core import audit, clock
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
    # Which county or city it is in: it handles what concerns an enterprise.
    unit: Unit | None = None


def hotlines() -> QuerySet[CampaignContact]:
    """The telephones that running campaigns made public."""
    rows = CampaignContact.objects.filter(ended_at=None, campaign__state=CampaignState.PUBLISHED)
    return rows.exclude(hotline="").select_related("campaign__unit").order_by("campaign__unit__path", "-campaign")


def places() -> QuerySet[Unit]:
    """Counties and cities under the campaigns that take complaints: a province handles none itself."""
    under = Q(pk__in=[])
    for path in {one.campaign.unit.path for one in hotlines()}:
        under |= Q(path__startswith=path)
    rows = Unit.objects.filter(under, level__in=[Unit.Level.CITY, Unit.Level.COUNTY], closed_on=None)
    return rows.select_related("parent").order_by("path")


def complain(said: Complaint, *, at: datetime) -> Lead:
    """A complaint becomes a lead at once. About officers it is one of the inspection group's (巡查线索) and seen there
    alone. Who told is kept with the reporters only: neither the trail nor the lead knows, nor from where."""
    place = place_of(said)
    refuse_flood(at)
    refuse_sender(at)
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
        return leads.register(told, unit=place, actor=None, at=at)
    finally:
        audit.remote_address.reset(token)


def place_of(said: Complaint) -> Unit:
    """Whose it is while no enterprise is known: of an offence the county's or city's, which can send somebody."""
    if said.about == OFFICERS:
        return said.campaign.unit
    if said.unit is None:
        raise Refused("请选择所在县区；不清楚县区的，选所在市。", field="unit", status=422)
    if not said.unit.path.startswith(said.campaign.unit.path):
        raise Refused("所选县区不在这个专项行动的范围内，请重新选择。", field="unit", status=422)
    return said.unit


def named(said: Complaint) -> Enterprise | None:
    """The enterprise by its whole name under the campaign's authority; the page never tells whether there is one."""
    sites = Enterprise.objects.filter(name=said.enterprise.strip(), unit__path__startswith=said.campaign.unit.path)
    found = list(sites.select_related("unit")[:2])
    return found[0] if len(found) == 1 else None


def refuse_flood(at: datetime) -> None:
    lately = Lead.objects.filter(entered_by=None, entered_at__gt=at - timedelta(hours=1))
    if lately.count() >= settings.COMPLAINTS_AN_HOUR:
        raise Refused("现在提交的举报太多，请稍后再试，或拨打公开举报电话。", status=429)


def refuse_sender(at: datetime) -> None:
    """One address cannot close the page for everybody. Only a count is kept, for an hour, under a digest that is salted
    by the day and the platform's secret: with no lead, and nobody can be read from it."""
    sender = salted_hmac(f"complaint:{clock.day_of(at)}", audit.remote_address.get(), algorithm="sha256").hexdigest()
    cache.add(f"complaint:{sender}", 0, timeout=3600)
    if cache.incr(f"complaint:{sender}") > settings.COMPLAINTS_A_SENDER:
        raise Refused("您刚才提交的举报太多，请一小时后再试，或拨打公开举报电话。", status=429)
