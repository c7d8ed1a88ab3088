"""Where a person of an enterprise types the code of a slip: public, and then signed in."""

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.middleware import SEEN
from accounts.models import User
from core import clock
from core.middleware import client_address
from core.refusals import Refused
from enterprises.forms import AccountForm, SlipCodeForm
from enterprises.models import ActivationSlip
from enterprises.services import slips
from enterprises.views.frame import told

SLIP = "slip"
BACKEND = "django.contrib.auth.backends.ModelBackend"


@never_cache
@require_http_methods(["GET", "POST"])
def activate(request: HttpRequest) -> HttpResponse:
    form = SlipCodeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                slip = slips.read_code(form.cleaned_data["code"], address=client_address(request), at=clock.now())
            except Refused as refusal:
                told(form, refusal)
                status = refusal.status
            else:
                request.session[SLIP] = slip.pk
                return redirect("enterprises:activate_account")
    return render(request, "enterprises/activate.html", {"form": form}, status=status)


def slip_of(request: HttpRequest) -> ActivationSlip | None:
    """The slip whose code this browser has shown, if it is still good."""
    slip = (
        ActivationSlip.objects.select_related("enterprise__unit", "enterprise__entity")
        .filter(pk=request.session.get(SLIP, 0))
        .first()
    )
    if slip is not None:
        slips.refuse_spent(slip, clock.now())
    return slip


@never_cache
@require_http_methods(["GET", "POST"])
def activate_account(request: HttpRequest) -> HttpResponse:
    """Open an account for the site of the slip; somebody signed in adds it to the account instead."""
    try:
        slip = slip_of(request)
    except Refused as refusal:
        request.session.pop(SLIP, None)
        messages.error(request, refusal.message)
        slip = None
    if slip is None:
        return redirect("enterprises:activate")
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return opened(request, slip, form)
        except Refused as refusal:
            told(form, refusal)
    context = {"form": form, "slip": slip, "login_next": reverse("enterprises:activate_account")}
    return render(request, "enterprises/activate_account.html", context, status=422 if request.POST else 200)


def opened(request: HttpRequest, slip: ActivationSlip, form: AccountForm) -> HttpResponse:
    data = form.cleaned_data
    user = slips.activate_new(
        slip,
        username=data["username"],
        name=data["name"],
        phone=data["phone"],
        password=data["password"],
        at=clock.now(),
    )
    request.session.pop(SLIP, None)
    login(request, user, backend=BACKEND)
    request.session[SEEN] = clock.now().timestamp()
    messages.success(request, f"账号已开通，可以办理“{slip.enterprise.name}”的业务。下次登录的账号是 {user.username}。")
    return redirect("enterprises:mine")


@never_cache
@require_POST
def activate_add(request: HttpRequest) -> HttpResponse:
    """Add the site to the account that is signed in."""
    if not isinstance(request.user, User):
        return redirect(f"{reverse('accounts:login')}?next={reverse('enterprises:activate_account')}")
    try:
        slip = slip_of(request)
        if slip is None:
            return redirect("enterprises:activate")
        slips.activate_existing(slip, request.user, at=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("enterprises:activate_account" if request.session.get(SLIP) else "enterprises:activate")
    request.session.pop(SLIP, None)
    messages.success(request, f"“{slip.enterprise.name}”已加入您的账号。")
    return redirect("enterprises:mine")
