from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import User
from core import clock
from core.refusals import NotAllowed, Refused

SEEN = "seen_at"
LOGIN = "accounts:login"


class Sessions(SessionMiddleware):
    """Django's, which throws an answer away when its session ended meanwhile (signed out in another window, password
    changed): a download in it would leave its file open."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        try:
            return super().process_response(request, response)
        except SessionInterrupted:
            response.close()
            raise


class SessionGuard:
    """Ends idle sessions, and keeps a person with a first password on the page that changes it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if isinstance(user, User):
            if self.is_idle(request):
                logout(request)
                return self.ended(request)
            request.session[SEEN] = clock.now().timestamp()
            if user.must_change_password and request.path not in self.open_paths():
                return redirect("accounts:password_change")
        answer, login = self.get_response(request), reverse(LOGIN)
        if request.method == "POST" and answer.headers.get("Location", "").startswith(f"{login}?next="):
            # What was sent cannot be opened after signing in; the page from which it was sent can.
            answer["Location"] = f"{login}?{urlencode({'next': page_of(request)})}"
        return answer

    @staticmethod
    def is_idle(request: HttpRequest) -> bool:
        seen = request.session.get(SEEN)
        return seen is not None and clock.now().timestamp() - float(seen) > settings.IDLE_LOGOUT_SECONDS

    @staticmethod
    def open_paths() -> set[str]:
        return {reverse("accounts:password_change"), reverse("accounts:logout")}

    @staticmethod
    def ended(request: HttpRequest) -> HttpResponse:
        if request.path.startswith("/api/") or request.headers.get("HX-Request"):
            return JsonResponse({"message": "登录已超时，请重新登录；已填写的内容仍保存在本机。"}, status=401)
        return redirect(f"{reverse(LOGIN)}?{urlencode({'next': page_of(request), 'ended': '1'})}")


def page_of(request: HttpRequest) -> str:
    """Where a person goes on after signing in: the page asked for, or that from which something was sent."""
    if request.method == "GET":
        return request.get_full_path()
    sent_from = request.headers.get("Referer", "")
    own = url_has_allowed_host_and_scheme(sent_from, {request.get_host()}, require_https=request.is_secure())
    return urlsplit(sent_from)._replace(scheme="", netloc="", fragment="").geturl() if own else ""


class Refusals:
    """A refusal that no view caught becomes a page (or a sentence for htmx and the API) with its status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Refused):
            return None
        if request.path.startswith("/api/") or request.headers.get("HX-Request"):
            return JsonResponse({"message": error.message, "errors": error.errors}, status=error.status)
        name = "403.html" if isinstance(error, NotAllowed) else "409.html"
        return render(request, name, {"message": error.message, "refusal": error}, status=error.status)
