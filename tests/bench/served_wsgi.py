"""What gunicorn loads for a measurement: the project, with the addresses of tests.bench.pages.

Every answer says what it took here, `Server-Timing: app;dur=…, cpu;dur=…` in milliseconds: from the moment a thread of
the worker has the request until the answer is made, and the processor time of that thread.
"""

import time
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings

from config.wsgi import application as project

settings.ROOT_URLCONF = "tests.bench.pages"


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    began, spent = time.perf_counter(), time.thread_time()

    def timed(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        took, cpu = (time.perf_counter() - began) * 1000, (time.thread_time() - spent) * 1000
        return start_response(status, [*headers, ("Server-Timing", f"app;dur={took:.2f}, cpu;dur={cpu:.2f}")], *more)

    return project(environ, timed)
