"""PostgreSQL and Redis for the demonstration and the tests, from whatever programs the machine has.

    with servers(Path("var"), durable=True) as running:
        subprocess.run(..., env={**os.environ, **running.env})

`DATABASE_URL` and `REDIS_URL` in the environment each replace the embedded server of their kind. On leaving, no
process, socket or temporary file is left; what was `durable` keeps its data. See docs/operations.md.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from config.embedded import places
from config.embedded.places import forget
from config.embedded.postgres import Postgres, find_tools
from config.embedded.process import Unavailable
from config.embedded.redis import Redis, find_program

__all__ = ["Postgres", "Redis", "Servers", "Unavailable", "forget", "servers"]
BUSY = "同一份数据已有一个演示在运行（{}）；请先在那个窗口按 Ctrl-C 停止它。"


@dataclass
class Servers:
    """What runs: addresses for the environment of others, and a folder that vanishes with the servers."""

    run: Path
    env: dict[str, str] = field(default_factory=dict)
    postgres: Postgres | None = None
    redis: Redis | None = None


@contextmanager
def servers(state_dir: Path, *, durable: bool) -> Iterator[Servers]:
    """Run both servers: on the data below `state_dir`, or (not durable) on throw-away data that is not synced."""
    with ExitStack() as stack:
        if durable:
            state_dir.mkdir(parents=True, exist_ok=True)
            stack.enter_context(places.locked(state_dir / "lock", BUSY.format(state_dir)))
        running = Servers(run=stack.enter_context(places.run_folder()))
        if given := os.environ.get("DATABASE_URL"):
            running.env["DATABASE_URL"] = given
        else:
            running.postgres = _postgres(state_dir, running.run, durable)
            stack.callback(running.postgres.stop)
            running.postgres.start()
            running.env["DATABASE_URL"] = running.postgres.url
        if given := os.environ.get("REDIS_URL"):
            running.env["REDIS_URL"] = given
        else:
            running.redis = _redis(state_dir, running.run, durable)
            stack.callback(running.redis.stop)
            running.redis.start()
            running.env["REDIS_URL"] = running.redis.url
        yield running


def _postgres(state_dir: Path, run: Path, durable: bool) -> Postgres:
    data = places.data_folder(state_dir) if durable else run / "data"
    account = places.ordinary_account(data)
    tools = find_tools(state_dir, data, account)
    sockets = places.owned_folder(run / "postgres", account)
    return Postgres(tools, data, sockets, _log(state_dir, run, durable, "postgres"), account, durable)


def _redis(state_dir: Path, run: Path, durable: bool) -> Redis:
    program, name = find_program()
    data = state_dir / name if durable else run / name
    return Redis(program, data, run / "redis.sock", _log(state_dir, run, durable, "redis"), durable)


def _log(state_dir: Path, run: Path, durable: bool, name: str) -> Path:
    folder = state_dir / "log" if durable else run
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{name}.log"
