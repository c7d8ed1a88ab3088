from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns.registers.files import BadRegister
from campaigns.registers.services import load_registers
from core import clock


class Command(BaseCommand):
    help = "Load campaigns/registers/definitions: new content becomes the next version, known content changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load_registers(at=clock.now())
        except BadRegister as error:
            raise CommandError("登记簿定义有误：\n" + "\n".join(error.errors)) from error
        for sentence in loaded.new:
            self.stdout.write(f"新增 {sentence}")
        for sentence in loaded.retired:
            self.stdout.write(f"停用 {sentence}")
        self.stdout.write(f"登记簿：新增 {len(loaded.new)} 个版本，{loaded.known} 个没有变化。")
