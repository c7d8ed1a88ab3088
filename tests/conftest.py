"""What every test shares. Servers, browser and worker processes are plugins: servers.py, browser.py, running.py."""

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from django.db import connection
from django.http import HttpResponseBase
from django.test import Client
from pytest_django import DjangoDbBlocker

from tests.cast import Cast, assemble

# The same examples on every machine, and no database of examples in a folder that may be read-only.
hypothesis.settings.register_profile("suite", derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("suite")


@pytest.fixture(autouse=True)
def answers_are_closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A server closes every answer; the test client leaves an unread download to the garbage collector."""
    streams: list[HttpResponseBase] = []
    request = Client.request

    def remembered(client: Client, **asked: Any) -> Any:
        answer = request(client, **asked)
        if answer.streaming:
            streams.append(answer)
        return answer

    monkeypatch.setattr(Client, "request", remembered)
    yield
    for close in [closer for answer in streams for closer in answer._resource_closers]:  # type: ignore[attr-defined]
        close()


@pytest.fixture
def cast(db: None) -> Cast:
    """The fixed cast: units, people and two enterprises (tests/cast.py)."""
    return assemble()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A child process that a test killed may leave its session behind for a moment; the database goes all the same."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
