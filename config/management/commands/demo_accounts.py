from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts.models import User
from config.demo import PASSWORD

SHOWN = [
    "province",
    "province-leader",
    "luohe",
    "luohe-contact",
    "luohe-leader",
    "yuanhui",
    "yuanhui-leader",
    "yuanhui-1",
    "yuanhui-2",
    "yuanhui-3",
    "yuanhui-4",
    "zhaoling",
    "qiye1",
    "discipline",
    "system",
    "security",
    "audit",
]


class Command(BaseCommand):
    """Prints the accounts with which to look around the demonstration."""

    help = "列出演示账号"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.CLOCK_MAY_TRAVEL:
            return
        people = {user.username: user for user in User.objects.filter(username__in=SHOWN).select_related("unit")}
        self.stdout.write(f"演示账号（密码都是 {PASSWORD}）：")
        for name in SHOWN:
            if person := people.get(name):
                self.stdout.write(f"  {name:<18}{person.unit or '排污单位'} · {person.post}")
