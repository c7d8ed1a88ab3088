"""Two commands on two connections, the second begun while the transaction of the first is still open."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, connections, transaction

PATIENCE = 30
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@dataclass
class Held:
    """A command whose transaction stays open until it is let go."""

    work: Callable[[], Any]
    ready: threading.Event = field(default_factory=threading.Event)
    leave: threading.Event = field(default_factory=threading.Event)
    faults: list[BaseException] = field(default_factory=list)

    def run(self) -> None:
        try:
            with transaction.atomic():
                self.work()
                self.ready.set()
                self.leave.wait(4 * PATIENCE)
        except BaseException as fault:
            self.faults.append(fault)
        finally:
            self.ready.set()
            connections.close_all()

    def __enter__(self) -> "Held":
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        assert self.ready.wait(PATIENCE)
        return self

    def __exit__(self, *exc: object) -> None:
        self.leave.set()
        self.thread.join()
        assert self.faults == []


@dataclass
class Begun:
    """A command in a thread; `fault` is what it raised."""

    work: Callable[[], Any]
    fault: BaseException | None = None

    def start(self) -> "Begun":
        self.thread = threading.Thread(target=self.run)
        self.thread.start()
        give_up = time.monotonic() + PATIENCE
        while self.thread.is_alive() and not somebody_waits() and time.monotonic() < give_up:
            time.sleep(0.02)
        return self

    def run(self) -> None:
        try:
            self.work()
        except BaseException as fault:
            self.fault = fault
        finally:
            connections.close_all()

    def ended(self) -> BaseException | None:
        self.thread.join(PATIENCE)
        assert not self.thread.is_alive()
        return self.fault


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


def second_of(first: Callable[[], Any], second: Callable[[], Any]) -> BaseException | None:
    """What the second command meets that was begun while the first was not yet committed."""
    with Held(first):
        begun = Begun(second).start()
    return begun.ended()
