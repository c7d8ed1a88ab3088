from collections.abc import Callable
from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string

from core import audit, clock
from core.audit import denials, remote_address


class AuditContext:
    """Tells the trail where a command came from, and keeps every denial whatever became of the command."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address, noted = remote_address.set(client_address(request)), denials.set([])
        try:
            response = self.get_response(request)
            try:
                keep_denials(request, response.status_code)
            except BaseException:
                response.close()  # nobody else will: an error goes out instead
                raise
            return response
        finally:
            denials.reset(noted)
            remote_address.reset(address)


class NotAllowedPage:
    """An address that only takes what a button sends, opened by hand: a page that says so, not the browser's own."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            response.content = render_to_string("405.html").encode()
        return response


def keep_denials(request: HttpRequest, status: int) -> None:
    """One event a denial: those that the gate noted, else, for a 403 that a service alone said, the URL's name."""
    found = denials.get() or []
    if status == HTTPStatus.FORBIDDEN and not found and request.user.is_authenticated:
        name = request.resolver_match.view_name if request.resolver_match else ""
        audit.record(f"denied.{name}", None, actor=request.user, at=clock.now())
    for write in found:
        write()


def client_address(request: HttpRequest) -> str:
    """The peer's address; behind our own proxy, the address that the proxy appended last."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.BEHIND_PROXY else ""
    return (forwarded.rsplit(",", 1)[-1].strip() or request.META.get("REMOTE_ADDR", ""))[:64]
