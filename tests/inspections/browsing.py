"""Signed-in clients and the addresses of the room, for tests of pages."""

import base64
from typing import Any

from django.test import Client
from django.urls import reverse

from accounts.models import User


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def body(answer: Any) -> bytes:
    """The whole of a file that was served: at its end the file is closed."""
    content: bytes = b"".join(answer.streaming_content)
    return content


def at(name: str, *args: Any) -> str:
    return reverse(f"inspections:{name}", args=args)


def url_of(drawing: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(drawing).decode()
