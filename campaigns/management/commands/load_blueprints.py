from typing import Any

from django.core.management.base import BaseCommand, CommandError

from campaigns.blueprint_files import BadBlueprint
from campaigns.services.blueprints import load_blueprints
from core import clock
from core.refusals import Refused


class Command(BaseCommand):
    help = "Load campaigns/blueprints: new content becomes the next version, known content changes nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            loaded = load_blueprints(at=clock.now())
        except BadBlueprint as error:
            raise CommandError("方案模板有误：\n" + "\n".join(error.errors)) from error
        except Refused as error:
            raise CommandError(error.message) from error
        for sentence in loaded.new:
            self.stdout.write(f"新增 {sentence}")
        self.stdout.write(f"方案模板：新增 {len(loaded.new)} 个版本，{loaded.known} 个没有变化。")
