"""Activation slips: a county prints a code, with which a person opens (or extends) an account, once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from accounts.models import Grant, User
from accounts.models.grant import GrantQuerySet
from accounts.passwords import refuse_weak
from accounts.rules import Role
from accounts.services.people import refuse_conflict, revoke_grant
from core import audit
from core.clock import day_of, local
from core.refusals import Refused, refused_if_taken
from enterprises.models import ActivationSlip, Enterprise, SlipFailure
from enterprises.rules.slips import LENGTH, hashed, new_code, typed

MOST_AT_ONCE = 200
DOUBLE_CLICK = timedelta(seconds=20)
UNKNOWN = "激活码不正确。请对照激活单逐位核对（字母不分大小写，没有字母 O、I、L、U），或请县区重新打印。"


@dataclass(frozen=True)
class PrintedSlip:
    """A slip with the code in clear: it exists only while the paper is made."""

    slip: ActivationSlip
    code: str


def print_slips(sites: Sequence[Enterprise], *, actor: User, at: datetime) -> list[PrintedSlip]:
    """One new slip for each site; an open one of the same site loses its validity."""
    if not sites:
        raise Refused("请至少选择一家单位。", status=422)
    if len(sites) > MOST_AT_ONCE:
        raise Refused(f"一次最多打印 {MOST_AT_ONCE} 张激活单，请分批选择。", status=422)
    with transaction.atomic():
        keys = [site.pk for site in sites]
        list(Enterprise.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))
        refuse_double_click(keys, at)
        cancelled = cancel_open(keys, at)
        made = [PrintedSlip(slip_for(site, code, actor, at), code) for site in sites for code in [new_code()]]
        ActivationSlip.objects.bulk_create([one.slip for one in made])
        after = {"enterprises": keys, "cancelled": cancelled}
        audit.record("enterprises.slips.print", sites[0] if len(sites) == 1 else None, actor=actor, at=at, after=after)
    return made


def slip_for(site: Enterprise, code: str, actor: User, at: datetime) -> ActivationSlip:
    return ActivationSlip(
        enterprise=site,
        code_hash=hashed(code),
        printed_by=actor,
        printed_at=at,
        expires_at=at + timedelta(days=settings.SLIP_VALID_DAYS),
    )


def refuse_double_click(keys: list[int], at: datetime) -> None:
    """The second of two presses would void the paper of the first before anybody sees it."""
    fresh = ActivationSlip.objects.open(at).filter(enterprise_id__in=keys, printed_at__gt=at - DOUBLE_CLICK)
    if fresh.exists():
        raise Refused("这些单位的激活单刚刚打印过，请先查看已下载的文件；确需重新打印请稍后再试。")


def cancel_open(keys: Sequence[int], at: datetime) -> int:
    return ActivationSlip.objects.filter(enterprise_id__in=keys, used_at=None, cancelled_at=None).update(
        cancelled_at=at
    )


def read_code(text: str, *, address: str, at: datetime) -> ActivationSlip:
    """The open slip of a code that a person typed. Wrong codes are counted by address."""
    refuse_guessing(address, at)
    code = typed(text)
    if len(code) != LENGTH:
        raise Refused(f"激活码应为 {LENGTH} 位，现为 {len(code)} 位，请核对激活单。", field="code", status=422)
    slip = ActivationSlip.objects.select_related("enterprise__unit").filter(code_hash=hashed(code)).first()
    if slip is None:
        count_failure(address, at)
        audit.record("enterprises.slip.wrong_code", None, actor=None, at=at)
        raise Refused(UNKNOWN, field="code", status=422)
    refuse_spent(slip, at)
    return slip


def refuse_spent(slip: ActivationSlip, at: datetime) -> None:
    if slip.used_at is not None:
        when = local(slip.used_at).strftime("%Y-%m-%d %H:%M")
        raise Refused(f"这张激活单已于 {when} 使用过，不能再次使用。如非本人使用，请立即联系县区。", field="code")
    if slip.cancelled_at is not None:
        raise Refused("这张激活单已作废，请使用县区最近打印的一张。", field="code")
    if slip.expires_at <= at:
        day = local(slip.expires_at).strftime("%Y-%m-%d")
        raise Refused(f"这张激活单已于 {day} 过期，请联系县区重新打印。", field="code")


def refuse_guessing(address: str, at: datetime) -> None:
    window = timedelta(seconds=settings.LOGIN_LOCK_SECONDS)
    row = SlipFailure.objects.filter(address=address, first_at__gt=at - window).first()
    if row is not None and row.count >= settings.SLIP_FAILURES_BEFORE_LOCK:
        minutes = max(1, -(-int((row.first_at + window - at).total_seconds()) // 60))
        raise Refused(f"输错次数过多，请 {minutes} 分钟后再试。已填写的其他内容不受影响。", field="code", status=429)


def count_failure(address: str, at: datetime) -> None:
    """Count under a row lock, so that parallel guesses are all counted."""
    with transaction.atomic():
        locked = SlipFailure.objects.select_for_update()
        row, _ = locked.get_or_create(address=address, defaults={"first_at": at})
        if at - row.first_at > timedelta(seconds=settings.LOGIN_LOCK_SECONDS):
            row.count, row.first_at = 0, at
        row.count += 1
        row.save()


def forget_failures(at: datetime) -> int:
    """Addresses whose window is over begin anew in any case: they need not be kept. Returns how many went."""
    over = SlipFailure.objects.filter(first_at__lt=at - timedelta(seconds=settings.LOGIN_LOCK_SECONDS))
    return over.delete()[0]


def activate_new(slip: ActivationSlip, *, username: str, name: str, phone: str, password: str, at: datetime) -> User:
    """Open an account and give it the site of the slip."""
    person = User(username=username, name=name, phone=phone, must_change_password=False, created_at=at)
    refuse_weak(password, person, field="password")
    person.set_password(password)
    with transaction.atomic():
        held = hold(slip, at)
        save_new(person)
        give_site(held, person, at)
        audit.record("enterprises.slip.open_account", held, actor=person, at=at, after={"username": username})
    return person


def save_new(person: User) -> None:
    said = f"账号“{person.username}”已被使用。如果是您本人的账号，请选择“已有账号”登录后加入；否则请换一个。"
    with refused_if_taken(said, field="username"):
        person.save()


def activate_existing(slip: ActivationSlip, person: User, *, at: datetime) -> None:
    """One more site for an account of an enterprise. Accounts of a bureau are refused."""
    with transaction.atomic():
        held = hold(slip, at)
        refuse_conflict(person, Role.ENTERPRISE, at)
        if members(held.enterprise, at).filter(user=person).exists():
            raise Refused(f"您的账号已经可以办理“{held.enterprise.name}”的业务，不必再次激活。")
        give_site(held, person, at)
        audit.record("enterprises.slip.add_site", held, actor=person, at=at, after={"enterprise": held.enterprise_id})


def hold(slip: ActivationSlip, at: datetime) -> ActivationSlip:
    """Lock the slip and look again: of two who hold the same paper, one comes first."""
    row = ActivationSlip.objects.select_for_update(of=("self",)).select_related("enterprise__unit").get(pk=slip.pk)
    refuse_spent(row, at)
    return row


def give_site(slip: ActivationSlip, person: User, at: datetime) -> None:
    slip.used_at, slip.used_by = at, person
    slip.save(update_fields=["used_at", "used_by"])
    Grant.objects.create(
        user=person,
        role=Role.ENTERPRISE,
        kind=Grant.Kind.ENTERPRISE,
        subject_id=slip.enterprise_id,
        valid_from=day_of(at),
        granted_by=slip.printed_by,
        granted_at=at,
        reason=f"激活单 {slip.pk}",
    )
    person.holdings_read = None


def members(site: Enterprise, at: datetime) -> GrantQuerySet:
    """Who holds the site today."""
    return (
        Grant.objects.in_force(day_of(at))
        .filter(kind=Grant.Kind.ENTERPRISE, role=Role.ENTERPRISE, subject_id=site.pk)
        .select_related("user")
    )


def reset(site: Enterprise, *, revoke: bool, actor: User, at: datetime, reason: str) -> PrintedSlip:
    """A new slip; the people who hold the site keep it, or lose it when the county says so."""
    if not reason.strip():
        raise Refused("请填写重置的理由。", field="reason", status=422)
    with transaction.atomic():
        (made,) = print_slips([site], actor=actor, at=at)
        for grant in members(site, at) if revoke else []:
            revoke_grant(grant, actor=actor, at=at, reason=reason)
        audit.record("enterprises.slip.reset", made.slip, actor=actor, at=at, reason=reason, after={"revoked": revoke})
    return made
