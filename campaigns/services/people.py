"""Who works in a campaign: contact persons, and the officers' integrity pledges."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts.gate import holdings
from accounts.models import Unit, User
from campaigns.models import Campaign, ContactPerson, Pledge
from campaigns.rules.localising import addressed
from campaigns.services.duties import CONTACT, contact_subject
from campaigns.services.readiness import city_path
from campaigns.services.wording import localised_all
from campaigns.states import CampaignState
from core import audit, clock
from core.obligations import meet, reopen
from core.refusals import Refused

# By which right a person speaks for a city, or for a county.
SPEAKS: Mapping[str, str] = {Unit.Level.CITY: "report.send", Unit.Level.COUNTY: "report.confirm"}


def name_contact(campaign: Campaign, unit: Unit, user: User, *, actor: User, at: datetime) -> ContactPerson:
    """A unit's contact person (联络员) is named. The person must hold the contact's rights over that unit."""
    if campaign.state == CampaignState.CLOSED:
        raise Refused("行动已结束，不能再登记联络员。")
    if not holdings(user).scope(SPEAKS[unit.level]).covers_path(unit.path):
        raise Refused(f"{user.name}没有{unit.short_name}的联络员授权，请先由安全管理员授权。", field="user", status=422)
    try:
        with transaction.atomic():
            row = ContactPerson.objects.create(campaign=campaign, unit=unit, user=user, named_at=at)
            meet(CONTACT, contact_subject(campaign, unit), at=at)
            audit.record("campaigns.contactperson.name", row, actor=actor, at=at, after={"unit": unit.path})
    except IntegrityError as error:
        raise Refused(f"{user.name}已经是{unit.short_name}的联络员。", field="user") from error
    return row


def end_contact(row: ContactPerson, *, actor: User, at: datetime) -> None:
    """The person is no longer the contact; a unit without any owes one again."""
    with transaction.atomic():
        if not ContactPerson.objects.filter(pk=row.pk, ended_at=None).update(ended_at=at):
            raise Refused("该联络员已经撤下。")
        rest = ContactPerson.objects.filter(campaign=row.campaign_id, unit=row.unit_id, ended_at=None)
        if not rest.exists():
            reopen(CONTACT, contact_subject(row.campaign, row.unit))
        audit.record("campaigns.contactperson.end", row, actor=actor, at=at, after={"unit": row.unit.path})


def pledge_text(campaign: Campaign, user: User | None = None) -> dict[str, Any]:
    """Title, preamble, clauses and closing of the pledge that the campaign's blueprint holds; {} when it holds none.
    It is given to the authority of the campaign, and to the branch of whoever signs."""
    found: dict[str, Any] = localised_all(campaign, campaign.blueprint.data.get("pledge") or {})
    if user and user.unit and "addressed_to" in found:
        found["addressed_to"] = addressed(found["addressed_to"], campaign.unit.name, user.unit.name)
    return found


def away_unpledged(campaign: Campaign, unit: Unit, user: User) -> str:
    """The sentence for an officer of elsewhere without the pledge that the plan asks for, else "" (HN-66)."""
    home = user.unit
    if not pledge_text(campaign) or home is None or city_path(home.path) == city_path(unit.path):
        return ""
    if Pledge.objects.filter(campaign=campaign, user=user).exists():
        return ""
    title = pledge_text(campaign).get("title", "廉洁自律承诺书")
    return f"{user.name}是异地检查人员，尚未签署《{title}》，不能领取异地任务。"


def printed_year(text: dict[str, Any]) -> int | None:
    """The year that stands printed in the line of the date (“2020年月日”), where the plan prints one."""
    found = re.search(r"(20\d\d)\s*年", "".join(text.get("signature", [])))
    return int(found[1]) if found else None


def sign_pledge(campaign: Campaign, user: User, *, name: str, at: datetime, year: int | None = None) -> Pledge:
    """An officer signs by typing the own name under the text; the digest of the text is kept. Signed once.

    `year` is what stands in the date: a printed year that is over is to be changed, and the change is kept (HS-75).
    """
    text = pledge_text(campaign, user)
    if not text:
        raise Refused("本行动不要求签署廉洁自律承诺书。")
    if campaign.state != CampaignState.PUBLISHED:
        raise Refused("行动发布后才能签署承诺书。")
    if "".join(name.split()) != user.name:
        raise Refused(f"签名须与登录人姓名（{user.name}）一致。", field="name", status=422)
    printed, today = printed_year(text), clock.day_of(at).year
    if year not in {None, today}:
        raise Refused(f"现在是 {today} 年，落款年份请改为 {today}。", field="year", status=422)
    try:
        with transaction.atomic():
            row = Pledge.objects.create(
                campaign=campaign,
                user=user,
                name=user.name,
                text_digest=audit.digest_of(text),
                printed_year=printed,
                signed_year=today,
                signed_at=at,
            )
            before = {"year": printed} if row.year_was_changed else None
            after = {"text_digest": row.text_digest, "year": today}
            reason = f"落款年份由预印的 {printed} 改为 {today}" if row.year_was_changed else ""
            audit.record("campaigns.pledge.sign", row, actor=user, at=at, reason=reason, before=before, after=after)
    except IntegrityError as error:
        raise Refused("您已经签署过本行动的廉洁自律承诺书。") from error
    return row
