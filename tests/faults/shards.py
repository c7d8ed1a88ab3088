"""The same work in several processes, each on a copy of this test's database and with files of its own."""

import json
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.test import override_settings

from config.embedded.process import death_signal

dies_with_its_parent = death_signal(signal.SIGKILL)

# What part of the promised figures is run: 1 by `make faults`, a part of it by FAULTS=0.1, a sample by any other run.
PART = float(os.environ.get("FAULTS", "0"))


def some(promised: int, sample: int) -> int:
    """How many to run of what is promised."""
    return max(sample, round(promised * PART))


def shards() -> int:
    return max(1, min(4, os.cpu_count() or 1)) if PART else 1


def sharded(work: Callable[[int, int], dict[str, Any]], folder: Path) -> list[dict[str, Any]]:
    """work(shard, of) in each of `shards()` children; what they return, or what they died of."""
    count = shards()
    if count == 1:
        return [work(0, 1)]
    name = connection.settings_dict["NAME"]
    connection.close()
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        for shard in range(count):
            cursor.execute(f'CREATE DATABASE "{name}_{shard}" TEMPLATE "{name}"')
    connection.close()
    children = [(fork(work, shard, count, name, folder), shard) for shard in range(count)]
    codes = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child, _ in children]
    with connection._nodb_cursor() as cursor:  # type: ignore[attr-defined]
        for shard in range(count):
            cursor.execute(f'DROP DATABASE "{name}_{shard}" WITH (FORCE)')
    assert codes == [0] * count, "a shard failed; its words stand above"
    return [json.loads((folder / f"shard-{shard}.json").read_text("utf-8")) for _, shard in children]


def fork(work: Callable[[int, int], dict[str, Any]], shard: int, count: int, name: str, folder: Path) -> int:
    child = os.fork()
    if child:
        return child
    dies_with_its_parent()
    code = 1
    try:
        connection.settings_dict["NAME"] = f"{name}_{shard}"
        with override_settings(MEDIA_ROOT=str(folder / f"files-{shard}")):
            (folder / f"shard-{shard}.json").write_text(json.dumps(work(shard, count)), "utf-8")
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(code)


def clear_files() -> None:
    """What a finished schedule stored; the disk would not hold a thousand years of it."""
    root = Path(default_storage.location)  # type: ignore[attr-defined]
    assert str(root) == str(settings.MEDIA_ROOT)
    for path in root.rglob("*"):
        if path.is_file():
            path.unlink()


class Progress:
    """A line now and then for whoever watches."""

    def __init__(self, title: str, total: int) -> None:
        self.title, self.total, self.began, self.said = title, total, time.monotonic(), 0.0

    def at(self, done: int) -> None:
        took = time.monotonic() - self.began
        if PART and (took - self.said > 60 or done == self.total):
            self.said = took
            os.write(2, f"\n{self.title}: {done}/{self.total} in {took:.0f} s\n".encode())
