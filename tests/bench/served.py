"""The project under gunicorn with the reference page beside it, and people who ask it for pages."""

import http.client
import re
import signal
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import quote

import pytest
from django.test import Client

from config.embedded.process import end, spawn
from tests.launching import free_port
from tests.running import child_environment

ROOT = Path(__file__).resolve().parent.parent.parent
READY_SECONDS = 30
WARMING, REQUESTS = 8, 200


@dataclass(frozen=True)
class Answer:
    """One answer in milliseconds: until the client has all of it, in the worker, and of that on the processor."""

    status: int
    client: float = 0.0
    server: float = 0.0
    cpu: float = 0.0


@dataclass(frozen=True)
class Pace:
    """p95 in milliseconds of one page asked for many times by so many at once, as client and as worker saw it.

    `cpu` is the median of the worker's thread: what Python costs, whoever else is at work. PostgreSQL is not in it.
    """

    client: float
    server: float
    cpu: float

    def against(self, plain: "Pace") -> "Pace":
        """As multiples of another page under the same load."""
        return Pace(self.client / plain.client, self.server / plain.server, self.cpu / plain.cpu)


@contextmanager
def served(log: Path) -> Iterator[int]:
    """The port of a server with the demonstration's two workers, living at the test's moment."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "tests.bench.served_wsgi", "--bind", f"127.0.0.1:{port}"]
    flags = ["--workers", "2", "--threads", "4", "--timeout", "120", "--no-control-socket", "--log-level", "warning"]
    with log.open("wb") as output:
        process = spawn(
            [*command, *flags], stop=signal.SIGTERM, output=output.fileno(), folder=ROOT, env=child_environment()
        )
    try:
        give_up = time.monotonic() + READY_SECONDS
        while not listens(port):
            if process.poll() is not None or time.monotonic() > give_up:
                pytest.fail(log.read_text(encoding="utf-8"))
            time.sleep(0.1)
        yield port
    finally:
        end(process, (signal.SIGTERM, 5.0))


def listens(port: int) -> bool:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        return ask(line, "/login/", "").status == http.client.OK
    except OSError:
        return False
    finally:
        line.close()


def ask(line: http.client.HTTPConnection, address: str, cookie: str) -> Answer:
    began = time.perf_counter()
    line.request("GET", quote(address, safe="/?&=%+-_.~"), headers={"Cookie": cookie} if cookie else {})
    answer = line.getresponse()
    answer.read()
    took = (time.perf_counter() - began) * 1000
    said = [float(each) for each in re.findall(r"dur=([\d.]+)", answer.headers.get("Server-Timing", ""))]
    return Answer(answer.status, took, *said)


def cookie_of(client: Client) -> str:
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


def pace(port: int, address: str, cookie: str, *, at_once: int, requests: int = REQUESTS) -> Pace:
    """`requests` warm requests by `at_once` people; every answer must be 200."""
    numbers, took, wrong = count(), list[Answer](), list[int]()

    def person() -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        while (number := next(numbers)) < requests + WARMING:
            answer = ask(line, address, cookie)
            if answer.status != http.client.OK:
                wrong.append(answer.status)
            if number >= WARMING:
                took.append(answer)
        line.close()

    people = [threading.Thread(target=person) for _ in range(at_once)]
    for each in people:
        each.start()
    for each in people:
        each.join()
    assert not wrong, (address, wrong[:3])
    return Pace(
        p95([each.client for each in took]),
        p95([each.server for each in took]),
        statistics.median(each.cpu for each in took),
    )


def p95(took: list[float]) -> float:
    return statistics.quantiles(took, n=20)[-1]
