"""Processes under one supervisor: their lines get a name in front, who dies is started again, all leave together."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

from config.embedded.process import Unavailable, end, spawn

RESTARTS = 3
WITHIN_SECONDS = 300.0
LEAVE_SECONDS = 4.0


class Running(Protocol):
    """What the supervisor keeps alive: an embedded server or a `Child`."""

    process: subprocess.Popen[bytes] | None

    def start(self) -> None: ...


def say(line: str) -> None:
    """A line to the terminal, if it still is there: a closed window must not stop the clean-up."""
    with suppress(OSError, ValueError):
        print(line, flush=True)


def complain(line: str) -> None:
    with suppress(OSError, ValueError):
        print(f"✗ {line}", file=sys.stderr, flush=True)


@dataclass
class Child:
    """One of our own processes."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]
    folder: Path
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        self.process = spawn(
            self.command, stop=signal.SIGTERM, output=subprocess.PIPE, folder=self.folder, env=self.env
        )
        threading.Thread(target=self._repeat, args=(self.process.stdout,), daemon=True).start()

    def _repeat(self, lines: IO[bytes]) -> None:
        with lines:
            for line in lines:
                say(f"{self.name:>9} | {line.decode('utf-8', 'replace').rstrip()}")


@dataclass
class Watch:
    """Who runs, and who died when."""

    names: dict[str, Running] = field(default_factory=dict)
    deaths: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, running: Running) -> None:
        self.names[name] = running

    def revive(self) -> None:
        """Start again whoever died; `Unavailable` when one dies too often to be worth it."""
        for name, running in self.names.items():
            code = running.process.poll() if running.process else None
            if code is not None:
                self._count(name, code)
                running.start()

    def _count(self, name: str, code: int) -> None:
        now = time.monotonic()
        recent = [death for death in self.deaths.get(name, []) if now - death < WITHIN_SECONDS]
        self.deaths[name] = [*recent, now]
        if len(recent) >= RESTARTS:
            raise Unavailable(
                f"{name} 在 {WITHIN_SECONDS / 60:.0f} 分钟内第 {len(recent) + 1} 次退出（{code}），已全部停止。"
            )
        say(f"{name:>9} | 意外退出（代码 {code}），正在重新启动（第 {len(recent) + 1} 次，最多 {RESTARTS} 次）")

    def dismiss(self) -> None:
        """Ask all our children to leave at once, and see to it that they do. Embedded servers leave after them."""
        children = [each for each in self.names.values() if isinstance(each, Child) and each.process]
        processes = [child.process for child in children if child.process]
        for process in processes:
            with suppress(ProcessLookupError):
                process.terminate()
        give_up = time.monotonic() + LEAVE_SECONDS
        while any(process.poll() is None for process in processes) and time.monotonic() < give_up:
            time.sleep(0.05)
        for process in processes:
            end(process)
