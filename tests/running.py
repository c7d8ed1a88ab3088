"""A pytest plugin: real worker and scheduler processes on the test's own database and Redis, at the test's moment."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

from config.celery import app
from config.embedded.process import end, spawn
from core import clock

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 40


def child_environment() -> dict[str, str]:
    """The environment of a child process that must see what this test wrote and live when it lives."""
    database = connection.settings_dict
    socket = os.environ["DATABASE_URL"].partition("?")[2]
    user = ":".join(quote(part, safe="") for part in (database["USER"], database["PASSWORD"]) if part)
    place = f"{database['HOST']}:{database['PORT']}".rstrip(":")
    address = f"/{database['NAME']}?{socket}" if socket else f"{place}/{database['NAME']}"
    shift = (clock.now() - datetime.now(UTC)).total_seconds()
    return {
        **os.environ,
        "DATABASE_URL": f"postgresql://{user}@{address}",
        "CLOCK_OFFSET_SECONDS": f"{shift:.3f}",
    }


@pytest.fixture
def celery_worker(transactional_db: None, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker of the real broker; kill it as you like. The queue is empty at the start."""
    app.control.purge()
    with worker(tmp_path / "worker.log") as process:
        yield process


@contextmanager
def worker(log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A worker from now on. Its clock is the test's clock of this moment; travel on, and it stays behind."""
    name = f"test-{os.getpid()}@tests"
    command = [sys.executable, "-m", "celery", "-A", "config", "worker", "-c", "1", "-l", "WARNING", "-n", name]
    with log.open("wb") as output:
        process = spawn(
            [*command, "--without-gossip", "--without-mingle"],
            stop=signal.SIGTERM,
            output=output.fileno(),
            folder=ROOT,
            env=child_environment(),
        )
    try:
        _wait_for(name, process, log)
        yield process
    finally:
        end(process, (signal.SIGTERM, 5.0))


def _wait_for(name: str, process: subprocess.Popen[bytes], log: Path) -> None:
    give_up = time.monotonic() + READY_SECONDS
    while time.monotonic() < give_up and process.poll() is None:
        if app.control.ping(destination=[name], timeout=0.3):
            return
    pytest.fail(f"the worker did not answer on {settings.CELERY_BROKER_URL}:\n{log.read_text(encoding='utf-8')}")
