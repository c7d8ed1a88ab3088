from django.apps import AppConfig

from core import sentences


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "基础"

    def ready(self) -> None:
        sentences.speak()
