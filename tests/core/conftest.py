"""A mail server and a robot of a chat group, both real, for whatever leaves the platform."""

from collections.abc import Iterator

import pytest

from tests import factories as make
from tests.receivers import MailServer, Robot, chat_robot, mail_server


@pytest.fixture
def mails(settings) -> Iterator[MailServer]:
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 2
        settings.PUBLIC_BASE_URL = "https://zhifa.example.cn"
        yield server


@pytest.fixture
def robot(settings) -> Iterator[Robot]:
    settings.EMAIL_TIMEOUT = 2
    with chat_robot() as receiver:
        yield receiver


@pytest.fixture
def person():
    return make.user("someone", "某人", email="someone@example.cn")
