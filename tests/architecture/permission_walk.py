"""Walks the resolver and asks every named URL as every principal, for real (reliability goal S1)."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.architecture.permission_doors import doors
from tests.architecture.permission_matrix import PRINCIPALS, Line, Matrix
from tests.architecture.permission_scene import OWN, Ask, Doors, Stage

READING = frozenset({"GET", "HEAD", "OPTIONS"})
TRAIL = "core_auditevent"
# The same photo sent again renews the day in which its sender may read it back.
UNTOLD = {"django_session", TRAIL, "core_evidenceupload", "core_storedfile"}


@dataclass(frozen=True)
class Url:
    """One named URL: the ids in its path, the methods it declares."""

    name: str
    ids: frozenset[str]
    methods: tuple[str, ...]
    callback: Callable[..., Any] = field(compare=False)

    @property
    def room(self) -> str:
        view = getattr(self.callback, "cls", self.callback)
        package = view.__module__.partition(".")[0]
        return self.name.partition(":")[0].removesuffix("_api") if package == "drf_spectacular" else package


def urls() -> list[Url]:
    """The whole resolver, in the order of its names."""
    return sorted(walked(get_resolver(), ""), key=lambda url: url.name)


def walked(resolver: URLResolver, namespace: str) -> Iterator[Url]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from walked(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
        else:
            yield url_of(entry, namespace)


def url_of(entry: URLPattern, namespace: str) -> Url:
    name = f"{namespace}{entry.name}" if entry.name else f"{namespace}(no name) {entry.pattern}"
    return Url(name, frozenset(entry.pattern.converters), declared(entry.callback), entry.callback)


def declared(view: Callable[..., Any]) -> tuple[str, ...]:
    """The methods of a DRF class, or those that require_http_methods allows; () when a view says nothing."""
    if kind := getattr(view, "cls", None):
        names = [name.upper() for name in kind.http_method_names if hasattr(kind, name)]
        return tuple(name for name in names if name not in {"OPTIONS", "HEAD"})
    step: Any = view
    while step is not None:
        free = step.__code__.co_freevars
        if "request_method_list" in free:
            allowed = step.__closure__[free.index("request_method_list")].cell_contents
            return tuple(name for name in allowed if name != "HEAD")
        step = getattr(step, "__wrapped__", None)
    return ()


@dataclass
class Asked:
    """What came of one request: its status, and the tables it wrote to."""

    status: str
    written: set[str] = field(default_factory=set)
    error: str = ""


class Asker:
    """Asks as each principal. Every request is rolled back, so all of them find the same rows."""

    def __init__(self, stage: Stage) -> None:
        self.client = Client(raise_request_exception=False)
        self.sessions = {name: self.signed_in(stage, name) for name in PRINCIPALS}
        self.doors: Doors = doors(stage)

    def signed_in(self, stage: Stage, name: str) -> str:
        if name == "anonymous":
            return ""
        browser = Client()
        browser.force_login(getattr(stage.cast, name))
        return browser.cookies[settings.SESSION_COOKIE_NAME].value

    def relations(self, url: Url) -> dict[str, Ask]:
        return self.doors.get(url.name) or ({} if url.ids else {OWN: Ask()})

    def ask(self, url: Url, method: str, ask: Ask, name: str) -> Asked:
        self.client.cookies.clear()
        if self.sessions[name]:
            self.client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[name]
        written: set[str] = set()
        with transaction.atomic(), connection.execute_wrapper(noting(written)):
            answer = self.send(url, method, ask)
            for _ in getattr(answer, "streaming_content", ()):  # a file is read to its end, so that it is closed
                pass
            transaction.set_rollback(True)
        return Asked(status_of(answer), written, repr(answer.exc_info[1]) if answer.exc_info else "")

    def send(self, url: Url, method: str, ask: Ask) -> HttpResponseBase:
        address = reverse(url.name, kwargs=dict(ask.ids)) + (f"?{ask.query}" if ask.query else "")
        if method in READING:
            return self.client.generic(method, address)
        sent = ask.sent() if callable(ask.sent) else ask.sent
        if isinstance(sent, bytes):
            return self.client.generic(method, address, sent, "image/jpeg")
        if address.startswith("/api/"):
            return self.client.generic(method, address, json_of(sent), "application/json")
        return getattr(self.client, method.lower())(address, sent or {})


def json_of(sent: Any) -> bytes:
    return json.dumps(sent or {}, default=str).encode()


def noting(written: set[str]) -> Callable[..., Any]:
    """An execute wrapper that notes the tables of writing statements."""

    def wrapper(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        answer = execute(sql, params, many, context)
        words = str(sql).split(None, 3)
        if words and words[0].upper() in {"INSERT", "UPDATE", "DELETE"} and context["cursor"].rowcount:
            written.add(next(word for word in words[1:] if word.upper() not in {"INTO", "FROM"}).strip('"'))
        return answer

    return wrapper


def status_of(answer: HttpResponseBase) -> str:
    to_login = answer.status_code == 302 and answer.headers["Location"].startswith(reverse(settings.LOGIN_URL))
    return "login" if to_login else str(answer.status_code)


Walked = dict[Line, dict[str, Asked]]


def walk(
    asker: Asker, chosen: Iterable[Url], people: Iterable[str] = PRINCIPALS, methods: Iterable[str] = ()
) -> Walked:
    """Every declared method (or those named) and relation of the URLs, asked as each of the people."""
    return {
        (url.name, method, relation): {name: asker.ask(url, method, ask, name) for name in people}
        for url in chosen
        for method in url.methods
        for relation, ask in asker.relations(url).items()
        if not methods or method in methods
    }


def statuses(walked: Walked) -> Matrix:
    return {line: {name: asked.status for name, asked in cells.items()} for line, cells in walked.items()}


def faults(walked: Walked) -> list[str]:
    """What no review could make right, one sentence each."""
    return [
        f"{' '.join(line)}: {name} gets {asked.status} and {said}"
        for line, cells in walked.items()
        for name, asked in cells.items()
        if (said := fault(line[1], asked))
    ]


def fault(method: str, asked: Asked) -> str:
    rows, is_told = asked.written - UNTOLD, TRAIL in asked.written
    if asked.status.startswith("5"):
        return asked.error
    if method in READING and rows:
        return f"reading writes to {', '.join(sorted(rows))}"
    if asked.status == "403" and not is_told:
        return "the denial is not in the trail (S4)"
    if asked.status < "400" and rows and not is_told:
        return f"the command leaves no event in the trail (S4), though it writes to {', '.join(sorted(rows))}"
    return ""
