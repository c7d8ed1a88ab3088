"""What every test shares. Servers, browser and worker processes are plugins: servers.py, browser.py, running.py."""

from collections.abc import Iterator

import hypothesis
import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests.cast import Cast, assemble

# The same examples on every machine, and no database of examples in a folder that may be read-only.
hypothesis.settings.register_profile("suite", derandomize=True, database=None, deadline=None)
hypothesis.settings.load_profile("suite")


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
