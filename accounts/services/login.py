"""Signing in, with a lock that an attacker cannot turn against the owner.

Failures count per (account, address). Many addresses against one account close the account for unknown browsers only;
a browser on which the owner has signed in before carries a device token with its own count, so the owner still gets in.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.db.models import F, Sum

from accounts.models import KnownDevice, LoginFailure, User
from core import audit
from core.refusals import Refused

WRONG = "账号或密码不正确。请核对后重试；忘记密码请联系本单位的安全管理员重置。"
# Failures from all unknown browsers together before the account is closed to unknown browsers, as a multiple.
SPREAD_FACTOR = 10


@dataclass(frozen=True)
class Signed:
    """Who came in and, for a browser seen for the first time, the device token to remember it by."""

    user: User
    device_token: str


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def sign_in(username: str, password: str, *, address: str, device_token: str, at: datetime) -> Signed:
    """Check a name and password. Raises Refused with one sentence that does not tell which of the two was wrong."""
    username = username.strip()
    user = User.objects.filter(username=username).first()
    device = KnownDevice.objects.filter(user=user, token_hash=digest(device_token)).first() if user else None
    refuse_locked(username, address, device, at)
    if user is None:
        make_password(password)  # the same time is spent on a name that does not exist
    if user is None or not user.is_active or not check_password(password, user.password):
        count_failure(username, address, device, at)
        audit.record("accounts.login.failed", None, actor=None, at=at, after={"username": username[:60]})
        raise Refused(WRONG, status=422)
    forget_failures(username, address, device)
    token = device_token if device else remember_device(user, at)
    if device:
        KnownDevice.objects.filter(pk=device.pk).update(last_at=at)
    audit.record("accounts.login", user, actor=user, at=at)
    return Signed(user, token)


def refuse_locked(username: str, address: str, device: KnownDevice | None, at: datetime) -> None:
    if device is not None and device.failures < settings.LOGIN_FAILURES_BEFORE_LOCK:
        return
    until = LoginFailure.objects.filter(username=username, address=address).values_list("locked_until", flat=True)
    locked = next((moment for moment in until if moment and moment > at), None)
    if locked is None and spread_failures(username, at) >= settings.LOGIN_FAILURES_BEFORE_LOCK * SPREAD_FACTOR:
        locked = at + timedelta(seconds=settings.LOGIN_LOCK_SECONDS)
    if locked is not None:
        minutes = max(1, -(-int((locked - at).total_seconds()) // 60))
        raise Refused(
            f"登录失败次数过多，请 {minutes} 分钟后再试。"
            "曾登录过本账号的浏览器不受他人试错影响；急用请联系安全管理员。",
            status=429,
        )


def spread_failures(username: str, at: datetime) -> int:
    since = at - timedelta(seconds=settings.LOGIN_LOCK_SECONDS)
    rows = LoginFailure.objects.filter(username=username, last_at__gte=since)
    return int(rows.aggregate(total=Sum("count"))["total"] or 0)


def count_failure(username: str, address: str, device: KnownDevice | None, at: datetime) -> None:
    """Count under a row lock, so that parallel guesses are all counted."""
    if device is not None:
        KnownDevice.objects.filter(pk=device.pk).update(failures=F("failures") + 1)
    with transaction.atomic():
        locked = LoginFailure.objects.select_for_update()
        row, _ = locked.get_or_create(username=username[:60], address=address, defaults={"last_at": at})
        stale = at - row.last_at > timedelta(seconds=settings.LOGIN_LOCK_SECONDS)
        row.count, row.last_at = (1 if stale else row.count + 1), at
        if row.count >= settings.LOGIN_FAILURES_BEFORE_LOCK:
            row.locked_until = at + timedelta(seconds=settings.LOGIN_LOCK_SECONDS)
        row.save()


def forget_failures(username: str, address: str, device: KnownDevice | None) -> None:
    LoginFailure.objects.filter(username=username, address=address).delete()
    if device is not None:
        KnownDevice.objects.filter(pk=device.pk).update(failures=0)


def sweep_failures(at: datetime) -> int:
    """Failures whose window is over begin anew in any case: they need not be kept. Returns how many went."""
    return LoginFailure.objects.filter(last_at__lt=at - timedelta(seconds=settings.LOGIN_LOCK_SECONDS)).delete()[0]


def remember_device(user: User, at: datetime) -> str:
    token = secrets.token_urlsafe(24)
    KnownDevice.objects.create(user=user, token_hash=digest(token), created_at=at, last_at=at)
    return token
