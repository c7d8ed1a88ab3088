"""An entry that makes another: an answer "有" becomes a lead of integrity, a bad answer of an enterprise too."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from accounts.models import User
from campaigns.models import RegisterEntry, RegisterLink
from campaigns.registers.rules import field_of, holds, period_of
from campaigns.registers.services import filing
from campaigns.registers.services.checks import VOID
from campaigns.registers.services.loading import version_of
from core import clock
from core.refusals import Refused

# Which field of the new entry points back to the old one; no register may use the key.
ORIGIN = "origin"


def spawn(entry: RegisterEntry, action: str, actor: User, at: datetime) -> list[RegisterEntry]:
    """The entries that this one makes, once each: a correction does not make them again."""
    day = clock.day_of(at).isoformat()
    return [
        made(entry, one, actor, at)
        for one in entry.version.data["spawns"]
        if action in one["on"]
        and holds(one.get("when", True), entry.values, day)
        and not already(entry, one["register"])
        and lasted(entry, one, day)
    ]


def lasted(entry: RegisterEntry, rule: Mapping[str, Any], day: str) -> bool:
    """Where a rule asks for several periods in a row: whether the enterprise's entries of each say so (DT-15).

    While what it made is still open for the enterprise it makes no second.
    """
    streak = rule.get("streak")
    if streak is None:
        return True
    rows = RegisterEntry.objects.filter(campaign=entry.campaign_id, enterprise=entry.enterprise_id)
    if entry.enterprise_id is None or rows.filter(register=rule["register"], is_open=True).exists():
        return False
    said = rows.filter(register=entry.register, state__in=streak["states"])
    period, times = streak["period"], streak["times"]

    def low(on: date) -> bool:
        rows_of_it = said.filter(occurred_on__range=period_of(on, period))
        return any(holds(rule.get("when", True), row.values, day) for row in rows_of_it)

    return low(entry.occurred_on) and in_a_row(entry.occurred_on, period, times, low)


def in_a_row(on: date, period: str, times: int, low: Callable[[date], bool]) -> bool:
    """Whether the period of this day stands in a run of so many, whichever of them was published last."""
    first, last = period_of(on, period)
    count = 1
    while count < times and low(first - timedelta(days=1)):
        first, count = period_of(first - timedelta(days=1), period)[0], count + 1
    while count < times and low(last + timedelta(days=1)):
        last, count = period_of(last + timedelta(days=1), period)[1], count + 1
    return count >= times


def already(entry: RegisterEntry, register: str) -> bool:
    links = RegisterLink.objects.filter(kind="entry", key=str(entry.pk), field=ORIGIN)
    return links.filter(entry__register=register).exists()


def refuse_void(entry: RegisterEntry, state: str) -> None:
    """Who takes an entry back cannot take back what it set going."""
    if state == VOID and RegisterLink.objects.filter(kind="entry", key=str(entry.pk), field=ORIGIN).exists():
        raise Refused("这份登记已经生成须另行办理的登记，不能作废；填写有误的，请更正并写明理由。")


def made(entry: RegisterEntry, rule: Mapping[str, Any], actor: User, at: datetime) -> RegisterEntry:
    version = version_of(rule["register"])
    assert version is not None, "the definitions are loaded together"
    values = {key: valued(said, entry, actor) for key, said in rule["set"].items()}
    values = {
        key: [value]
        if field_of(version.data, key)["type"] in {"choices", "persons"} and not isinstance(value, list)
        else value
        for key, value in values.items()
    }
    campaign = None if version.is_standing else entry.campaign
    given = filing.Filing(unit=entry.unit, values=values, campaign=campaign, other_unit=entry.other_unit)
    row = filing.put_entry(version, given, actor=actor, at=at, unsaid=True)
    RegisterLink.objects.create(entry=row, field=ORIGIN, kind="entry", key=str(entry.pk), label=str(entry)[:200])
    return row


def valued(said: str, entry: RegisterEntry, actor: User) -> Any:
    """@actor, @title, @label, @enterprise or @<field> of the entry; anything else as it is written."""
    if not said.startswith("@"):
        return said
    name = said.removeprefix("@")
    own = {
        "actor": str(entry.created_by_id or actor.pk),
        "title": entry.title,
        "label": entry.label,
        "enterprise": str(entry.enterprise_id or ""),
        "day": entry.occurred_on.isoformat(),
    }
    return own[name] if name in own else entry.values.get(name, "")
