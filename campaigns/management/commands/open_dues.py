from typing import Any

from django.core.management.base import BaseCommand

from campaigns.services.catching_up import open_lacking
from core import clock


class Command(BaseCommand):
    help = "Open what published campaigns lack of what their plans order; what is open already stays as it is."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"到期事项：新增 {open_lacking(at=clock.now())} 项。")
