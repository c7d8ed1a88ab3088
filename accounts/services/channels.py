"""The ways out of the platform as an administrator sees them: robots of chat groups, tests, what each person wants."""

import uuid
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import transaction

from accounts.models import Unit, User
from core import audit
from core.channels import Failed, Mailer, masked, message_of, post, refuse_address
from core.models import ChatRobot, MailChoice
from core.refusals import Refused

TEST = "这是一条测试消息，收到即表示通知渠道可用。"


def set_robot(unit: Unit, *, kind: str, url: str, actor: User, at: datetime) -> ChatRobot:
    """Set or change the robot of a unit's group. The trail learns the end of the address only."""
    refuse_address(url, kind)
    with transaction.atomic():
        robot, _ = ChatRobot.objects.update_or_create(
            unit_id=unit.pk, defaults={"kind": kind, "url": url, "set_at": at}
        )
        after = {"kind": kind, "address": masked(url)}
        audit.record("accounts.channel.set", unit, actor=actor, at=at, after=after)
    return robot


def remove_robot(unit: Unit, *, actor: User, at: datetime) -> None:
    """What still waited for the group goes with it."""
    with transaction.atomic():
        ChatRobot.objects.filter(unit_id=unit.pk).delete()
        audit.record("accounts.channel.remove", unit, actor=actor, at=at)


def try_robot(unit: Unit, robot: ChatRobot, *, actor: User, at: datetime) -> str:
    """One test message to the group. Returns what went wrong, or ""."""
    return tested(unit, lambda: post(robot, f"【一体化执法行动平台】{TEST}", str(uuid.uuid4())), actor, at)


def try_mail(*, actor: User, at: datetime) -> str:
    """One test mail to the administrator's own address. Returns what went wrong, or ""."""
    message = message_of("一体化执法行动平台：测试邮件", TEST, actor.email, str(uuid.uuid4()))

    def send() -> None:
        if not settings.EMAIL_HOST:
            raise Failed("没有设置邮件服务器（EMAIL_HOST）")
        if not actor.email:
            raise Failed("您的账号没有登记邮箱，请联系安全管理员登记")
        with Mailer() as mailer:
            mailer.post(message)

    return tested(None, send, actor, at)


def tested(unit: Unit | None, send: Callable[[], None], actor: User, at: datetime) -> str:
    error = ""
    try:
        send()
    except (Failed, Refused) as failed:
        error = str(failed)
    audit.record("accounts.channel.test", unit, actor=actor, at=at, after={"error": error})
    return error


def choose_mail(user: User, *, reminders: bool, events: str, at: datetime) -> None:
    with transaction.atomic():
        MailChoice.objects.update_or_create(user=user, defaults={"reminders": reminders, "events": events})
        after = {"reminders": reminders, "events": events}
        audit.record("accounts.mail.choose", user, actor=user, at=at, after=after)
