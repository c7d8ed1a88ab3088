"""People, their passwords and their grants. Every verb writes the trail."""

import secrets
from datetime import date, datetime

from django.db import transaction

from accounts.models import EnforcementCertificate, Grant, KnownDevice, Unit, User
from accounts.passwords import refuse_weak
from accounts.rules import ADMINISTRATORS, BY_GROUP, ROLE_LABELS, Role, conflicting
from core import audit
from core.clock import day_of
from core.refusals import Refused, refused_if_taken

# No letters or digits that are read for one another on paper.
READABLE = "ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789"


def one_time_password() -> str:
    """Twelve readable characters with a digit and both cases: said once, changed at the first login."""
    while True:
        text = "".join(secrets.choice(READABLE) for _ in range(12))
        if any(c.isdigit() for c in text) and any(c.islower() for c in text) and any(c.isupper() for c in text):
            return text


def create_person(
    *, username: str, name: str, phone: str, email: str, unit: Unit | None, post: str, actor: User, at: datetime
) -> tuple[User, str]:
    """A new account and the first password to hand over. The account can do nothing until it is granted something."""
    password = one_time_password()
    with refused_if_taken(f"账号“{username}”已被使用，请换一个。", field="username"):
        person = User(username=username, name=name, phone=phone, email=email, unit=unit, post=post, created_at=at)
        person.set_password(password)
        person.save()
        audit.record("accounts.person.create", person, actor=actor, at=at, after={"username": username})
    return person, password


def reset_password(person: User, *, actor: User, at: datetime) -> str:
    """A new first password; every browser of the person is forgotten and every session ends (the hash changes)."""
    password = one_time_password()
    with transaction.atomic():
        person.set_password(password)
        person.must_change_password = True
        person.save(update_fields=["password", "must_change_password"])
        KnownDevice.objects.filter(user=person).delete()
        audit.record("accounts.person.reset_password", person, actor=actor, at=at)
    return password


def change_password(person: User, *, old: str, new: str, at: datetime) -> None:
    """The person's own change. Raises Refused naming the field."""
    if not person.check_password(old):
        raise Refused("原密码不正确。", field="old", status=422)
    if old == new:
        raise Refused("新密码不能与原密码相同。", field="new", status=422)
    refuse_weak(new, person, field="new")
    with transaction.atomic():
        person.set_password(new)
        person.must_change_password = False
        person.save(update_fields=["password", "must_change_password"])
        audit.record("accounts.person.change_password", person, actor=person, at=at)


def give_grant(
    person: User,
    role: str,
    *,
    unit: Unit | None,
    valid_from: date,
    valid_to: date | None,
    actor: User,
    at: datetime,
    reason: str,
) -> Grant:
    """A role over a unit, or one of the three administrations of the platform. Incompatible roles are refused."""
    is_platform = role in ADMINISTRATORS
    if not is_platform and unit is None:
        raise Refused("请选择授权的机构。", field="unit", status=422)
    if role == Role.ENTERPRISE:
        raise Refused("排污单位用户由激活单开通，不在此授权。", field="role", status=422)
    if role in BY_GROUP:
        raise Refused("行动工作组的权限随编入工作组而来，不在此授权。", field="role", status=422)
    if not reason.strip():
        raise Refused("请填写授权依据。", field="reason", status=422)
    if valid_to is not None and valid_to < valid_from:
        raise Refused("终止日期不能早于生效日期。", field="valid_to", status=422)
    if actor.pk == person.pk:
        raise Refused("不能给自己授权，请由另一名安全管理员办理。", status=403)
    with transaction.atomic():
        refuse_conflict(person, role, at)
        row = Grant.objects.create(
            user=person,
            role=role,
            kind=Grant.Kind.PLATFORM if is_platform else Grant.Kind.UNIT,
            unit=None if is_platform else unit,
            valid_from=valid_from,
            valid_to=valid_to,
            granted_by=actor,
            granted_at=at,
            reason=reason,
        )
        audit.record("accounts.grant.give", row, actor=actor, at=at, reason=reason, after={"role": role})
    return row


def give_place(
    person: User, role: str, *, campaign_id: int, unit: Unit | None, actor: User, at: datetime, reason: str
) -> Grant:
    """The right that comes with a place in a campaign's work group: over a unit and all below, or (None) over what the
    campaign holds. Kept with the campaign's key, so that one sees where it is from. Nobody gives it to oneself."""
    if actor.pk == person.pk:
        raise Refused("不能把自己编入带有权限的工作组，请由另一人办理。", field="user", status=403)
    with transaction.atomic():
        refuse_conflict(person, role, at)
        row = Grant.objects.create(
            user=person,
            role=role,
            kind=Grant.Kind.UNIT if unit else Grant.Kind.CAMPAIGN,
            unit=unit,
            subject_id=campaign_id,
            valid_from=day_of(at),
            granted_by=actor,
            granted_at=at,
            reason=reason[:200],
        )
        audit.record("accounts.grant.give", row, actor=actor, at=at, reason=reason, after={"role": role})
    return row


def refuse_conflict(person: User, role: str, at: datetime) -> None:
    """Held roles that begin later count too. Call it in the grant's transaction: of two at once one looks first."""
    User.objects.select_for_update().get(pk=person.pk)
    held = set(Grant.objects.not_ended(day_of(at)).filter(user=person).values_list("role", flat=True))
    sentence = conflicting(held | {role})
    if sentence:
        raise Refused(
            f"{person.name}现有角色：{'、'.join(ROLE_LABELS[Role(r)] for r in sorted(held))}。{sentence}",
            field="role",
            status=422,
        )


def revoke_grant(grant: Grant, *, actor: User, at: datetime, reason: str) -> None:
    if not reason.strip():
        raise Refused("请填写收回授权的理由。", field="reason", status=422)
    with transaction.atomic():
        row = Grant.objects.select_for_update().get(pk=grant.pk)
        if row.revoked_at is not None:
            raise Refused("该授权已经收回。")
        row.revoked_at, row.revoked_by = at, actor
        row.save(update_fields=["revoked_at", "revoked_by"])
        audit.record("accounts.grant.revoke", row, actor=actor, at=at, reason=reason)


def set_active(person: User, active: bool, *, actor: User, at: datetime, reason: str) -> None:
    """Close or reopen an account; the person's grants stay as they are and count for nothing while it is closed."""
    if not reason.strip():
        raise Refused("请填写停用或恢复账号的理由。", field="reason", status=422)
    if actor.pk == person.pk:
        raise Refused("不能停用自己的账号。")
    with transaction.atomic():
        person.is_active = active
        person.left_on = None if active else day_of(at)
        person.save(update_fields=["is_active", "left_on"])
        audit.record(f"accounts.person.{'open' if active else 'close'}", person, actor=actor, at=at, reason=reason)


def add_certificate(
    person: User, *, number: str, issued_by: str, valid_from: date, valid_to: date, actor: User, at: datetime
) -> EnforcementCertificate:
    if valid_to < valid_from:
        raise Refused("有效期止不能早于有效期起。", field="valid_to", status=422)
    with refused_if_taken(f"执法证号“{number}”已登记在册。", field="number"):
        row = EnforcementCertificate.objects.create(
            user=person, number=number, issued_by=issued_by, valid_from=valid_from, valid_to=valid_to
        )
        audit.record("accounts.certificate.add", row, actor=actor, at=at, after={"number": number})
    return row
