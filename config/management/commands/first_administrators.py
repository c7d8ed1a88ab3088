from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import Grant, Region, Unit, User
from accounts.rules import ROLE_LABELS, Role
from accounts.services.people import one_time_password
from accounts.services.units import create_unit
from core import audit, clock

FIRST = {"system": Role.SYSTEM_ADMIN, "security": Role.SECURITY_ADMIN, "audit": Role.AUDIT_ADMIN}
NOT_EMPTY = "平台已有账号；新的管理员由安全管理员在“人员”页面办理。"


class Command(BaseCommand):
    """Opens an empty platform: its highest unit and one person for each of the three administrations."""

    help = "为空平台建立最高一级机构和三名管理员，并显示一次性密码（平台已有账号时拒绝）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--unit", required=True, help="机构全称，如：示例省生态环境厅")
        parser.add_argument("--region", required=True, help="行政区划代码，如：410000")
        parser.add_argument("--level", default=Unit.Level.PROVINCE, choices=Unit.Level.values)

    def handle(self, *args: Any, **options: Any) -> None:
        region = Region.objects.filter(code=options["region"]).first()
        if region is None:
            raise CommandError(f"没有行政区划 {options['region']}；请核对代码，并先运行 load_reference。")
        at = clock.now()
        with transaction.atomic():
            if User.objects.exists():
                raise CommandError(NOT_EMPTY)
            unit = create_unit(
                parent=None, actor=None, at=at, name=options["unit"], short_name=options["unit"], level=options["level"]
            )
            unit.regions.add(region)
            passwords = {username: appoint(username, role, unit, at) for username, role in FIRST.items()}
        for username, password in passwords.items():
            self.stdout.write(f"{ROLE_LABELS[FIRST[username]]}  账号 {username}  一次性密码 {password}")


def appoint(username: str, role: Role, unit: Unit, at: datetime) -> str:
    """An account with one administration. There is nobody yet who could grant it: the platform itself does."""
    password = one_time_password()
    person = User(username=username, name=ROLE_LABELS[role], unit=unit, created_at=at)
    person.set_password(password)
    person.save()
    audit.record("accounts.person.create", person, actor=None, at=at, after={"username": username})
    grant = Grant.objects.create(
        user=person,
        role=role,
        kind=Grant.Kind.PLATFORM,
        valid_from=clock.day_of(at),
        granted_at=at,
        reason="平台启用",
    )
    audit.record("accounts.grant.give", grant, actor=None, at=at, reason=grant.reason, after={"role": role})
    return password
