"""For the tests of the launcher: a state folder that a dropped user can reach, and questions to the kernel."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest

from config.embedded import Servers


@contextmanager
def temporary_state(mode: int = 0o755) -> Iterator[Path]:
    """Not pytest's tmp_path: as root that lies below a folder that nobody else may enter."""
    parent = Path(tempfile.mkdtemp(prefix="launching-"))
    parent.chmod(mode)
    try:
        yield parent / "var"
    finally:
        shutil.rmtree(parent)


def own_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget the servers of this test run: the launcher would take their addresses for the caller's wish."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)


def ask(url: str, *statements: str) -> object:
    """The first value of the last statement."""
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        connection.close()


def pids(running: Servers) -> list[int]:
    return [each.process.pid for each in (running.postgres, running.redis) if each and each.process]


def alive(pid: int) -> bool:
    """A zombie is not alive: its parent has only not asked yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rsplit(")")[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def gone(*numbers: int, seconds: float = 10) -> bool:
    give_up = time.monotonic() + seconds
    while any(alive(number) for number in numbers) and time.monotonic() < give_up:
        time.sleep(0.05)
    return not any(alive(number) for number in numbers)


def uid_of(pid: int) -> int:
    return os.stat(f"/proc/{pid}").st_uid
