"""`make demo`: servers, database, demonstration data, web, worker and scheduler under one roof, until Ctrl-C.

Leaves no process, socket or temporary file; the data stays in STATE_DIR. `--rebuild` makes that data anew and ends.
"""

import http.client
import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType

from config import health
from config.children import Child, Watch, complain, say
from config.demonstration import BEIJING, ROOT, Wishes, child_environment, read_wishes, refuse_taken_port
from config.embedded import Servers, Unavailable, forget, servers
from config.embedded.places import locked
from config.embedded.process import end, spawn

MANAGE = (sys.executable, str(ROOT / "manage.py"))
PREPARATION = {"建库": ("prepare_demo",)}
WEB_SECONDS = 90.0
LEAVE = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
BUSY = "演示正在运行（{}）；请先停止它，再重建数据。"
FOREIGN = "DATABASE_URL 指向外部数据库，make demo-reset 不会清空它；请自行清空，或取消 DATABASE_URL。"


class Stopped(Exception):
    """Ctrl-C, SIGTERM or a closed window."""


class Ear:
    """Hears the signals that ask us to leave; code that may be interrupted asks `check` or waits in `rest`."""

    def __init__(self, signals: Iterable[signal.Signals] = LEAVE) -> None:
        self._heard = threading.Event()
        for number in signals:
            # nohup: whoever ignores the closing of a window means to go on.
            if not (number == signal.SIGHUP and signal.getsignal(number) == signal.SIG_IGN):
                signal.signal(number, self.hear)

    def hear(self, number: int = 0, frame: FrameType | None = None) -> None:
        self._heard.set()

    def rest(self, seconds: float) -> None:
        if self._heard.wait(seconds):
            raise Stopped


def main(arguments: list[str]) -> int:
    ear = Ear()
    try:
        wishes = read_wishes(os.environ)
        if arguments == ["--rebuild"]:
            rebuild(wishes, ear)
        else:
            demonstrate(wishes, ear)
    except Stopped:
        say(f"已停止；数据保留在 {wishes.state_dir} 中，再次运行 make demo 即可继续。")
    except Unavailable as missing:
        complain(str(missing))
        return 1
    return 0


def demonstrate(wishes: Wishes, ear: Ear) -> None:
    """Run until told to stop (`Stopped`) or until a part keeps dying (`Unavailable`)."""
    refuse_taken_port(wishes)
    with prepared(wishes, ear) as (running, env), watched(running) as watch:
        watch.add("web", Child("web", web_command(wishes), env, ROOT))
        watch.names["web"].start()
        accounts = manage(("demo_accounts",), env, ear, quiet=True)
        await_web(wishes, watch, ear)
        for name, command in background_commands(running.run).items():
            watch.add(name, Child(name, command, env, ROOT))
            watch.names[name].start()
        welcome(wishes, accounts)
        while True:
            ear.rest(0.5)
            watch.revive()


def rebuild(wishes: Wishes, ear: Ear) -> None:
    """Throw the demonstration's data away and load it again."""
    if os.environ.get("DATABASE_URL"):
        raise Unavailable(FOREIGN)
    wishes.state_dir.mkdir(parents=True, exist_ok=True)
    with locked(wishes.state_dir / "lock", BUSY.format(wishes.state_dir)):
        forget(wishes.state_dir)
    with prepared(wishes, ear):
        say("演示数据已重建；运行 make demo 启动。")


@contextmanager
def prepared(wishes: Wishes, ear: Ear) -> Iterator[tuple[Servers, dict[str, str]]]:
    """Servers up, tables there, demonstration loaded; and the environment for whoever uses them."""
    with servers(wishes.state_dir, durable=True) as running:
        scratch = running.run / "tmp"
        scratch.mkdir()
        # Where production collects static files; here they come from their sources, but the folder must be there.
        (wishes.state_dir / "static").mkdir(exist_ok=True)
        env = child_environment(wishes, running.env, scratch)
        for title, command in PREPARATION.items():
            say(f"{title}…")
            manage(command, env, ear)
        yield running, env


@contextmanager
def watched(running: Servers) -> Iterator[Watch]:
    watch = Watch()
    if running.postgres:
        watch.add("postgres", running.postgres)
    if running.redis:
        watch.add("redis", running.redis)
    try:
        yield watch
    finally:
        watch.dismiss()


def manage(command: tuple[str, ...], env: Mapping[str, str], ear: Ear, *, quiet: bool = False) -> str:
    """Run a management command to its end; returns what it said when `quiet`, else lets it speak for itself."""
    file = Path(env["TMPDIR"]) / f"{command[0]}.out"
    with file.open("wb") as kept:
        output = kept.fileno() if quiet else sys.stdout.fileno()
        process = spawn((*MANAGE, *command), stop=signal.SIGTERM, output=output, folder=ROOT, env=env)
    try:
        while process.poll() is None:
            ear.rest(0.05)
    finally:
        end(process, (signal.SIGTERM, 2.0))
    said = file.read_text(encoding="utf-8", errors="replace")
    if process.returncode:
        raise Unavailable(f"manage.py {command[0]} 失败（{process.returncode}），演示没有启动。\n{said}".rstrip())
    return said


def web_command(wishes: Wishes) -> list[str]:
    place = f"[{wishes.host}]" if ":" in wishes.host else wishes.host
    return [
        *(sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"{place}:{wishes.port}"),
        *("--workers", "2", "--threads", "4", "--timeout", "120", "--graceful-timeout", "3"),
        *("--no-control-socket", "--log-level", "warning"),
    ]


def background_commands(scratch: Path) -> dict[str, list[str]]:
    celery = [sys.executable, "-m", "celery", "--quiet", "-A", "config"]
    return {
        "worker": [*celery, "worker", "-c", "2", "-l", "WARNING", "-n", "demo@%h"],
        "scheduler": [*celery, "beat", "-l", "WARNING", "--pidfile=", "-s", str(scratch / "schedule")],
    }


def await_web(wishes: Wishes, watch: Watch, ear: Ear) -> None:
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(wishes.host, wishes.host)  # noqa: S104
    for _ in range(int(WEB_SECONDS / 0.1)):
        answer = health.status(host, wishes.port)
        if answer == http.client.OK:
            return
        if answer:
            raise Unavailable(f"网页已启动，但 {health.PAGE} 应答 {answer}，演示没有启动；原因见上面 web 的输出。")
        ear.rest(0.1)
        watch.revive()
    raise Unavailable(f"网页在 {WEB_SECONDS:.0f} 秒内没有应答，演示没有启动。")


def welcome(wishes: Wishes, accounts: str) -> None:
    lines = [f"\n演示已就绪：{wishes.address}/"]
    if wishes.at:
        lines.append(f"平台时刻：{in_beijing(wishes.at)}（北京时间）")
    say("\n".join([*lines, accounts.rstrip(), "按 Ctrl-C 停止。\n"]))


def in_beijing(at: datetime) -> str:
    return f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
