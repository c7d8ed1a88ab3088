from django.apps import AppConfig
from django.db.models import Field

from core import sentences
from core.lookups import Among


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "基础"

    def ready(self) -> None:
        sentences.speak()
        Field.register_lookup(Among)
