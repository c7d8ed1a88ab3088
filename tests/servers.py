"""A pytest plugin: PostgreSQL, Redis and a state folder for this run, up before Django reads its settings.

pytest-django reads the settings while pytest loads its first conftest, so a fixture or a conftest would come too
late: pyproject.toml names this file with `-p`. Workers of pytest-xdist inherit the servers from their controller.
"""

import os
import signal
from collections.abc import Generator
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

import pytest

from config.embedded import Unavailable, servers

ROOT = Path(__file__).resolve().parent.parent
BASE = "TESTS_FOLDER"
LAST_REDIS_DATABASE = 63


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if not worker and not _only_asks(early_config):
        _start(early_config)
    _own_places(worker)
    return (yield)


def _only_asks(config: pytest.Config) -> bool:
    options = config.known_args_namespace
    return bool(options.help or options.version or options.collectonly)


def _start(config: pytest.Config) -> None:
    signal.signal(signal.SIGTERM, _leave)
    stack = ExitStack()
    config.add_cleanup(stack.close)
    try:
        running = stack.enter_context(servers(ROOT / "var", durable=False))
    except Unavailable as missing:
        raise pytest.UsageError(str(missing)) from missing
    os.environ.update(running.env)
    os.environ[BASE] = str(running.run)


def _own_places(worker: str) -> None:
    """Each worker has its own files and its own numbered Redis database; pytest-django gives it its own database."""
    for name in ("DEMO", "CLOCK_OFFSET_SECONDS", "SECRET_KEY"):
        os.environ.pop(name, None)
    base = Path(os.environ.get(BASE, os.devnull))  # without servers there is nowhere to keep anything
    os.environ["TESTING"] = "1"
    state = base / f"state-{worker or 'main'}"
    if base.is_dir():
        (state / "static").mkdir(parents=True)
    os.environ["STATE_DIR"] = str(state)
    os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(base / f"hypothesis-{worker or 'main'}")
    if worker and "REDIS_URL" in os.environ:
        os.environ["REDIS_URL"] = numbered(os.environ["REDIS_URL"], int(worker.removeprefix("gw")) + 1)


def numbered(url: str, number: int) -> str:
    """The same server, another of its databases."""
    parts = urlsplit(url)
    number = number % LAST_REDIS_DATABASE
    if parts.scheme == "unix":
        return f"unix://{parts.path}?db={number}"
    return parts._replace(path=f"/{number}").geturl()


def _leave(number: int, frame: FrameType | None) -> None:
    """SIGTERM ends the run like Ctrl-C, so that the servers are stopped and the folder removed."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt
