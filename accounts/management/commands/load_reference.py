from typing import Any

from django.core.management.base import BaseCommand

from accounts.services.regions import load_regions
from core import clock
from core.calendar import load_tables


class Command(BaseCommand):
    """Loads what every installation needs before its first campaign: regions and the working-day calendar."""

    help = "载入行政区划与节假日安排（重复执行不改变已有数据）"

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"行政区划新增 {load_regions()} 条，节假日安排新增 {load_tables(clock.now())} 年。")
