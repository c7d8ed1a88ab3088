from django.apps import AppConfig


class PenaltiesConfig(AppConfig):
    name = "penalties"
    verbose_name = "行政处罚"

    def ready(self) -> None:
        # Models exist only once every app is loaded.
        from core import references
        from penalties import referring

        references.register(referring.CASE)
