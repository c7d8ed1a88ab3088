from typing import Any

from django.core.management.base import BaseCommand

from core import audit, clock
from core.models import AuditEvent

CHUNK = 2000


class Command(BaseCommand):
    """Writes every sealed event as one JSON line, in the order of its number, in flat memory."""

    help = "导出已封存的审计日志（JSON 行），供 scripts/verify_audit.py 独立核验"

    def handle(self, *args: Any, **options: Any) -> None:
        head = ""
        for event in AuditEvent.objects.sealed().iterator(chunk_size=CHUNK):
            self.stdout.write(audit.dump_line(event))
            head = f"{event.number}:{event.digest}"
        waiting = AuditEvent.objects.unsealed().count()
        audit.record("core.audit.dump", None, actor=None, at=clock.now(), after={"head": head})
        self.stderr.write(
            f"链头 {head or '无'}；另有 {waiting} 条尚未封存，未导出。请把链头留存在平台之外，作为日后核验的锚点。"
        )
