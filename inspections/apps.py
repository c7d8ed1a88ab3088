from django.apps import AppConfig


class InspectionsConfig(AppConfig):
    name = "inspections"
    verbose_name = "现场检查"

    def ready(self) -> None:
        # Models exist only once every app is loaded.
        from core import references
        from core.form_engine import registry
        from inspections import referring
        from inspections.services import selfchecks, sheets
        from inspections.services.record_form import RecordForm
        from inspections.services.selfcheck_form import SelfCheckForm

        registry.register(selfchecks.KIND, SelfCheckForm)
        registry.register(sheets.KIND, RecordForm)
        references.register(referring.ISSUE)
        references.register(referring.VISIT)
