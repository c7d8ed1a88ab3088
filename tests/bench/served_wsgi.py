"""What gunicorn loads for a measurement: the project, with the addresses of tests.bench.pages."""

from django.conf import settings

from config.wsgi import application

settings.ROOT_URLCONF = "tests.bench.pages"
__all__ = ["application"]
