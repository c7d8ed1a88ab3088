"""A real mail server and a real robot of a chat group on this machine; both can be down, refuse, be slow, come back."""

import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller

logging.getLogger("mail.log").setLevel(logging.WARNING)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class MailServer:
    """SMTP by aiosmtpd; `refusal` is what it says instead of taking a message, `slow` how long it thinks first."""

    def __init__(self) -> None:
        self.port = free_port()
        self.messages: list[EmailMessage] = []
        self.refusal, self.slow = "", 0.0
        self.controller: Controller | None = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        time.sleep(self.slow)
        if self.refusal:
            return self.refusal
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return "250 OK"

    def start(self) -> None:
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def stop(self) -> None:
        if self.controller is not None:
            self.controller.stop()
            self.controller = None

    @property
    def received(self) -> list[tuple[str, str]]:
        """(to, subject), as they came."""
        return [(str(message["To"]), str(message["Subject"]).strip()) for message in self.messages]

    @property
    def tokens(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.messages]


@contextmanager
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()


class Robot:
    """HTTP; `status` and `answer` are what it says, `slow` how long it thinks first, `elsewhere` where it redirects."""

    def __init__(self) -> None:
        self.port = free_port()
        self.posts: list[tuple[str, str, dict[str, Any]]] = []
        self.status, self.answer, self.slow, self.elsewhere = 200, b'{"errcode": 0}', 0.0, ""
        self.server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), handler_of(self))
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        if self.server is not None:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def url(self, key: str = "secret-0123abcd") -> str:
        return f"http://127.0.0.1:{self.port}/cgi-bin/webhook/send?key={key}"


def handler_of(robot: Robot) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            time.sleep(robot.slow)
            if robot.status == 200:
                robot.posts.append((self.path, self.headers["Idempotency-Key"], body))
            self.send_response(robot.status)
            if robot.elsewhere:
                self.send_header("Location", robot.elsewhere)
            self.end_headers()
            self.wfile.write(robot.answer)

        def log_message(self, *args: object) -> None:
            return None

    return Handler


@contextmanager
def chat_robot() -> Iterator[Robot]:
    robot = Robot()
    robot.start()
    try:
        yield robot
    finally:
        robot.stop()
