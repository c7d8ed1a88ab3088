"""For the tests of the launcher: a state folder that a dropped user can reach, and questions to the kernel."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
import pytest

from config.embedded import Servers

ROOT = Path(__file__).resolve().parent.parent
OF_THIS_RUN = {"DATABASE_URL", "REDIS_URL", "TESTING", "STATE_DIR", "AT", "HOST", "DJANGO_ALLOW_ASYNC_UNSAFE"}


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


@dataclass
class Demonstration:
    """`make demo` without make: the supervisor on a state folder and a port of its own, nothing else shared."""

    state: Path
    port: int = field(default_factory=lambda: free_port())
    process: subprocess.Popen | None = None
    said: str = ""

    def start(self, **more: str) -> float:
        """Seconds until it says that it is ready."""
        given = {"STATE_DIR": str(self.state), "PORT": str(self.port), "TMPDIR": str(self.state.parent), **more}
        inherited = {name: value for name, value in os.environ.items() if name not in OF_THIS_RUN}
        command = [sys.executable, "-m", "config.supervise"]
        started = time.monotonic()
        self.process = subprocess.Popen(
            command, cwd=ROOT, env={**inherited, **given}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        while "按 Ctrl-C 停止" not in self.said:
            line = self.process.stdout.readline()
            assert line, f"the demonstration ended before it was ready:\n{self.said}"
            self.said += line
        return time.monotonic() - started

    def stop(self, number: signal.Signals = signal.SIGINT) -> float:
        """Seconds until it is gone."""
        started = time.monotonic()
        self.process.send_signal(number)
        self.said += self.process.communicate(timeout=30)[0]
        return time.monotonic() - started

    def page(self, path: str = "/login/") -> int:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            line.request("GET", path)
            return line.getresponse().status
        finally:
            line.close()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [each for child in children for each in (int(child), *descendants(int(child)))]
