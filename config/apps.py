from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Holds the management commands that span rooms (the demonstration) and the tables of contents of the project."""

    name = "config"
