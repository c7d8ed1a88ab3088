"""Tables and demonstration in one process: at each later start both are there, and loading Django twice is the cost."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Migrate, load the demonstration, open what its campaigns lack (each does nothing the second time)."
    requires_system_checks: list[str] = []  # `make check` and every test run judge them; a start need not wait

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        self.stdout.write("装载演示数据…")
        call_command("load_demo", stdout=self.stdout, stderr=self.stderr)
        call_command("open_dues", stdout=self.stdout)
