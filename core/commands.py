"""A command that a page gives without a form of its own: a button, perhaps with a reason."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from core.refusals import NotAllowed, Refused


def reason_of(request: HttpRequest) -> str:
    """The reason that the button's dialog asked for."""
    return request.POST.get("reason", "")


def carried_out(
    request: HttpRequest, command: Callable[[], object], said: str | Callable[[Any], str], url_name: str, *ids: int
) -> HttpResponse:
    """Back to the page with `said` (or what it says of what was done), or with the sentence of the refusal; a missing
    right stays a 403."""
    try:
        done = command()
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, said if isinstance(said, str) else said(done))
    return redirect(url_name, *ids)
