from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from core.audit import remote_address


class AuditContext:
    """Tells the trail where a command came from."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = remote_address.set(client_address(request))
        try:
            return self.get_response(request)
        finally:
            remote_address.reset(token)


def client_address(request: HttpRequest) -> str:
    """The peer's address; behind our own proxy, the address that the proxy appended last."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.BEHIND_PROXY else ""
    return (forwarded.rsplit(",", 1)[-1].strip() or request.META.get("REMOTE_ADDR", ""))[:64]
