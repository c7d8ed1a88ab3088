from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "campaigns"
    verbose_name = "专项行动"

    def ready(self) -> None:
        # Models exist only once every app is loaded.
        from campaigns.registers.handler import RegisterForm
        from campaigns.registers.referring import ENTRY, LEAD
        from core import references
        from core.form_engine import registry

        registry.register("register", RegisterForm)
        references.register(ENTRY)
        references.register(LEAD)
