"""Permits of a site."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from core import audit
from core.refusals import Refused, refused_if_taken
from enterprises.models import Enterprise, Permit
from enterprises.rules.codes import examine_permit
from enterprises.services.facts import Facts

DISCHARGE = Permit.Kind.DISCHARGE


def permit_changes(registered: list[Permit], facts: Facts) -> dict[str, tuple[Any, Any]]:
    """{column: (registered, stated)} of the discharge permit a statement names; empty where it says nothing new."""
    wanted = {"number": facts.permit, "management": facts.management, "valid_to": facts.permit_valid_to}
    stated = {name: value for name, value in wanted.items() if value}
    known = spoken_of(registered, facts.permit)
    return {
        name: (getattr(known, name, None), value)
        for name, value in stated.items()
        if getattr(known, name, None) != value
    }


def spoken_of(registered: list[Permit], number: str) -> Permit | None:
    """The discharge permit with the number; else the one that has no number yet; without a number the latest."""
    ours = [permit for permit in registered if permit.kind == DISCHARGE]
    if not number:
        return ours[-1] if ours else None
    return next((permit for permit in ours if permit.number == number), None) or next(
        (permit for permit in ours if not permit.number), None
    )


def permit_as_stated(site: Enterprise, registered: list[Permit], facts: Facts) -> Permit | None:
    """The permit as the statement has it, unsaved; None when it says nothing new."""
    changed = permit_changes(registered, facts)
    if not changed:
        return None
    permit = spoken_of(registered, facts.permit) or Permit(enterprise=site, kind=DISCHARGE)
    for name, (_, value) in changed.items():
        setattr(permit, name, value)
    return permit


def put_permit(
    permit: Permit, *, actor: User, at: datetime, kind: str, number: str, valid_to: date | None, **columns: Any
) -> Permit:
    """Add or amend one permit. `permit` is unsaved when it is new."""
    if kind == DISCHARGE and number:
        verdict = examine_permit(number)
        if verdict.error:
            raise Refused(verdict.error, field="number", status=422)
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
