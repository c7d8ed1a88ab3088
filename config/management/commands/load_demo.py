import time
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.db.models import Max

from accounts.models import Unit
from config.demo import acts, drawing, history, leads, offsite, people, registers, sites
from config.demo.organising import organise
from config.demo.story import Story, first_day, make_campaign, make_plans, open_campaign
from core import clock
from core.audit import seal
from core.clock import at_local, local
from core.models import AuditEvent
from core.notices import deliver

# Nothing was done for so long that weeks and terms of the data are over.
STALE = timedelta(days=45)


def out_of_step(last: datetime | None, now: datetime) -> str:
    """A warning where the data, last touched at `last`, belong to another moment than `now`; else ""."""
    if last is None or timedelta(hours=-1) <= now - last <= STALE:
        return ""
    moment = f" AT={local(now):%Y-%m-%dT%H:%M}+08:00" if settings.CLOCK_OFFSET_SECONDS else ""
    return (
        f"注意：库中的演示数据办到 {local(last):%Y-%m-%d %H:%M}，本次平台时刻是 {local(now):%Y-%m-%d %H:%M}，"
        "两者对不上：行动、周报和消息都不在这一时刻。\n"
        f"要按本次时刻演示，请停止后先运行 make demo-reset{moment}（清空并重新装载），再运行 make demo{moment}。"
    )


class Command(BaseCommand):
    """Loads the demonstration into an empty database; a loaded one is left as it is."""

    help = "装载演示数据（仅在 DEMO=1 或测试时可用；已装载则不做任何改动）"

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.CLOCK_MAY_TRAVEL:
            raise CommandError("演示数据只能装入演示环境（DEMO=1）。")
        if Unit.objects.exists():
            self.stdout.write("演示数据已在库中，未作改动。")
            last = AuditEvent.objects.aggregate(last=Max("occurred_at"))["last"]
            if warning := out_of_step(last, clock.now()):
                self.stdout.write(warning)
            return
        began = time.monotonic()
        with transaction.atomic():
            told, places = self.load()
        while seal():
            pass
        deliver(clock.now(), limit=100_000)
        self.stdout.write(f"已装载 {places} 家排污单位、{told} 项办理经过，用时 {time.monotonic() - began:.0f} 秒。")

    def load(self) -> tuple[int, int]:
        now = clock.now()
        call_command("load_reference", stdout=self.stdout)
        call_command("load_registers", stdout=self.stdout)
        call_command("load_blueprints", stdout=self.stdout)
        story = Story(people.found(at_local(first_day(now) - timedelta(days=60), 9)), now)
        places = sites.import_lists(story)
        offsite.make_plan(story)
        make_campaign(story)
        sites.give_accounts(story)
        open_campaign(story)
        make_plans(story)
        organise(story)
        drawing.draw(story)
        acts.self_checks(story)
        acts.inspections(story)
        acts.fridays(story)
        registers.entries(story)
        offsite.checks(story)
        leads.told(story)
        told = story.tell()
        acts.upcoming(story)
        history.upcoming(story)
        return told, places
