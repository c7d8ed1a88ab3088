from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import LoginForm, PasswordForm
from accounts.middleware import SEEN
from accounts.models import User
from accounts.services.login import sign_in
from accounts.services.people import change_password
from core import audit, clock
from core.middleware import client_address
from core.refusals import Refused

DEVICE_COOKIE = "device"
BACKEND = "django.contrib.auth.backends.ModelBackend"


@never_cache
@require_http_methods(["GET", "POST"])
def login_page(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated and request.method == "GET":
        return redirect(next_page(request))
    form = LoginForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            return enter(request, form.cleaned_data["username"], form.cleaned_data["password"])
        except Refused as refusal:
            form.add_error(None, refusal.message)
            status = refusal.status
    elif request.method == "POST":
        status = 422
    return render(
        request,
        "accounts/login.html",
        {
            "form": form,
            "next": request.POST.get("next") or request.GET.get("next", ""),
            "ended": "ended" in request.GET,
        },
        status=status,
    )


def enter(request: HttpRequest, username: str, password: str) -> HttpResponse:
    signed = sign_in(
        username,
        password,
        address=client_address(request),
        device_token=request.COOKIES.get(DEVICE_COOKIE, ""),
        at=clock.now(),
    )
    login(request, signed.user, backend=BACKEND)
    request.session[SEEN] = clock.now().timestamp()
    answer = redirect(next_page(request))
    answer.set_cookie(
        DEVICE_COOKIE,
        signed.device_token,
        max_age=180 * 86400,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return answer


def next_page(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wanted
    return settings.LOGIN_REDIRECT_URL


@require_POST
def logout_page(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, User):
        audit.record("accounts.logout", request.user, actor=request.user, at=clock.now())
    logout(request)
    return redirect("accounts:login")


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def password_change(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            change_password(request.user, old=form.cleaned_data["old"], new=form.cleaned_data["new"], at=clock.now())
        except Refused as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            update_session_auth_hash(request, request.user)
            messages.success(request, "密码已修改，下次登录请使用新密码。")
            return redirect(settings.LOGIN_REDIRECT_URL)
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/password_change.html", {"form": form}, status=status)
