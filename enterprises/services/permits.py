"""Permits of a site."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.models import User
from core import audit
from core.refusals import Refused, refused_if_taken
from enterprises.models import Enterprise, Permit
from enterprises.rules.codes import examine_permit
from enterprises.services.facts import Facts

DISCHARGE = Permit.Kind.DISCHARGE


def ours(registered: list[Permit]) -> list[Permit]:
    return [permit for permit in registered if permit.kind == DISCHARGE]


def current(registered: list[Permit]) -> Permit | None:
    """The discharge permit that runs longest; of two alike the one registered last."""
    return max(ours(registered), key=lambda permit: permit.runs_until, default=None)


def spoken_of(registered: list[Permit], facts: Facts) -> Permit | None:
    """The discharge permit with the stated number; else the one that has no number yet. Without a number the current
    one, unless what is stated cannot be true of it."""
    if not facts.permit:
        return None if changes_kind(registered, facts) else current(registered)
    known = ours(registered)
    return next((permit for permit in known if permit.number == facts.permit), None) or next(
        (permit for permit in known if not permit.number), None
    )


def changes_kind(registered: list[Permit], facts: Facts) -> bool:
    """Whether a registration would become a permit, or a permit a registration, and the new number is not said.

    The two are different papers with different numbers: one never turns into the other under its own number.
    """
    held = current(registered)
    if facts.permit or not facts.management or held is None or not held.number or not held.management:
        return False
    registration = Permit.Management.REGISTRATION
    return (held.management == registration) != (facts.management == registration)


def superseded(registered: list[Permit], facts: Facts, day: date) -> list[Permit]:
    """The numbered permits that stand on `day` and that the stated one replaces: a site holds one discharge permit."""
    known = ours(registered)
    if any(permit.number == facts.permit for permit in known if permit.number):
        return []
    if not facts.permit and not changes_kind(registered, facts):
        return []
    if facts.permit_valid_to is not None and facts.permit_valid_to < day:
        return []
    return [permit for permit in known if permit.number and not permit.expired_on(day)]


def replaced_before(registered: list[Permit], facts: Facts, day: date) -> Permit | None:
    """The standing permit, where the statement names one that ended before it: an old list revives nothing."""
    known = next((permit for permit in ours(registered) if facts.permit and permit.number == facts.permit), None)
    held = current(registered)
    if known is None or held is None or known is held or not known.expired_on(day) or held.expired_on(day):
        return None
    return held


def permit_changes(registered: list[Permit], facts: Facts, day: date) -> dict[str, tuple[Any, Any]]:
    """{column: (registered, stated)} of the discharge permit; empty where the statement says nothing new.

    A permit that replaces another is shown against it, with the columns that become empty.
    """
    if replaced_before(registered, facts, day):
        return {}
    ended = superseded(registered, facts, day)
    known = current(ended) or spoken_of(registered, facts)
    wanted = {"number": facts.permit, "management": facts.management, "valid_to": facts.permit_valid_to}
    stated = wanted if ended else {name: value for name, value in wanted.items() if value}
    before = {name: getattr(known, name, None) for name in stated}
    return {name: (before[name], value) for name, value in stated.items() if (before[name] or None) != (value or None)}


def permit_warnings(registered: list[Permit], facts: Facts, day: date) -> list[str]:
    """What the person who confirms must know: which permits end, which statement is not taken over."""
    if held := replaced_before(registered, facts, day):
        return [f"名单写的是已终止的排污许可证编号，现行{held.number or '许可证'}不变。"]
    return [
        f"原排污许可证 {permit.number}（{permit.get_management_display() or '类别未定'}）由本行所写的许可证替代，"
        "写入时登记为前一日到期。"
        for permit in superseded(registered, facts, day)
    ]


def permits_as_stated(site: Enterprise, registered: list[Permit], facts: Facts, day: date) -> list[Permit]:
    """The permit as the statement has it and those that it ends, unsaved; none when it says nothing new."""
    if not registered:
        return first_permit(site, facts)
    if not permit_changes(registered, facts, day):
        return []
    ended = superseded(registered, facts, day)
    permit = spoken_of(registered, facts) or Permit(enterprise=site, kind=DISCHARGE)
    wanted = {"number": facts.permit, "management": facts.management, "valid_to": facts.permit_valid_to}
    for name, value in wanted.items():
        if value:
            setattr(permit, name, value)
    for each in ended:
        each.valid_to = day - timedelta(days=1)
    return [permit, *ended]


def first_permit(site: Enterprise, facts: Facts) -> list[Permit]:
    if not (facts.permit or facts.management or facts.permit_valid_to):
        return []
    said = {"number": facts.permit, "management": facts.management, "valid_to": facts.permit_valid_to}
    return [Permit(enterprise=site, kind=DISCHARGE, **said)]


def put_permit(
    permit: Permit, *, actor: User, at: datetime, kind: str, number: str, valid_to: date | None, **columns: Any
) -> Permit:
    """Add or amend one permit. `permit` is unsaved when it is new."""
    if kind == DISCHARGE and number:
        verdict = examine_permit(number)
        if verdict.error:
            raise Refused(verdict.error, field="number", status=422)
        number = verdict.number
    if not number and permit.enterprise.permits.filter(kind=kind, number="").exclude(pk=permit.pk).exists():
        raise Refused("这一种类已登记一项没有编号的，请直接修改那一项。", field="number", status=422)
    before = {"number": permit.number, "valid_to": permit.valid_to} if permit.pk else None
    permit.kind, permit.number, permit.valid_to = kind, number, valid_to
    for name, value in columns.items():
        setattr(permit, name, value)
    with refused_if_taken(f"编号“{number}”已登记在另一单位名下，请核对。", field="number"):
        permit.save()
        after = {"kind": kind, "number": number, "valid_to": valid_to, **columns}
        audit.record("enterprises.permit.put", permit, actor=actor, at=at, before=before, after=after)
    return permit


def remove_permit(permit: Permit, *, actor: User, at: datetime, reason: str) -> None:
    """Take away a permit that was entered by mistake; an expired one stays."""
    if not reason.strip():
        raise Refused("请填写删除的理由。", field="reason", status=422)
    with transaction.atomic():
        before = {"kind": permit.kind, "number": permit.number, "valid_to": permit.valid_to}
        audit.record(
            "enterprises.permit.remove", permit, actor=actor, at=at, reason=reason, before=before, after=before
        )
        permit.delete()
