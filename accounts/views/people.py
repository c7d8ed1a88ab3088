from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.forms import CertificateForm, GrantForm, PersonForm, ReasonForm
from accounts.gate import people_visible_to, require_somewhere
from accounts.models import Grant, Unit, User
from accounts.services import people
from core import clock
from core.paging import KeysetPage
from core.refusals import Refused

MANAGE = "people.manage"


@login_required
@require_GET
def person_list(request: HttpRequest) -> HttpResponse:
    require_somewhere(request.user, MANAGE)
    rows = filtered(people_visible_to(request.user).select_related("unit"), request)
    page = KeysetPage(rows, ("name", "id")).for_request(request)
    return render(request, "accounts/person_list.html", {"page": page, "units": Unit.objects.filter(closed_on=None)})


def filtered(rows: QuerySet[User], request: HttpRequest) -> QuerySet[User]:
    words, unit, state = (request.GET.get(key, "").strip() for key in ("q", "unit", "state"))
    if words:
        rows = rows.filter(Q(name__contains=words) | Q(username__contains=words))
    if unit.isdecimal():
        rows = rows.filter(unit__path__startswith=Unit.objects.filter(pk=unit).values("path")[:1])
    if state in {"active", "closed"}:
        rows = rows.filter(is_active=state == "active")
    return rows


@never_cache
@login_required
@require_http_methods(["GET", "POST"])
def person_create(request: HttpRequest) -> HttpResponse:
    require_somewhere(request.user, MANAGE)
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            person, password = people.create_person(**form.cleaned_data, actor=request.user, at=clock.now())  # type: ignore[arg-type]
        except Refused as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            return told_once(request, person, password, "账号已建立，请再授予角色")
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/person_form.html", {"form": form}, status=status)


def told_once(request: HttpRequest, person: User, password: str, heading: str) -> HttpResponse:
    """The first password is shown on this one answer and stored nowhere."""
    return render(request, "accounts/password_told.html", {"person": person, "password": password, "heading": heading})


@login_required
@require_GET
def person_detail(request: HttpRequest, pk: int) -> HttpResponse:
    require_somewhere(request.user, MANAGE)
    person = get_object_or_404(people_visible_to(request.user).select_related("unit"), pk=pk)
    return render(
        request, "accounts/person_detail.html", page_of(person, GrantForm(initial={"valid_from": clock.today()}))
    )


def page_of(person: User, grant_form: GrantForm, certificate_form: CertificateForm | None = None) -> dict[str, object]:
    return {
        "person": person,
        "grants": person.grants.select_related("unit", "granted_by", "revoked_by").order_by("revoked_at", "-pk"),
        "certificates": person.certificates.order_by("-valid_to"),
        "grant_form": grant_form,
        "certificate_form": certificate_form or CertificateForm(),
        "today": clock.today(),
    }


@login_required
@require_POST
def grant_give(request: HttpRequest, pk: int) -> HttpResponse:
    require_somewhere(request.user, MANAGE)
    person = get_object_or_404(people_visible_to(request.user), pk=pk)
    form = GrantForm(request.POST)
    if form.is_valid():
        try:
            people.give_grant(person, actor=request.user, at=clock.now(), **form.cleaned_data)  # type: ignore[arg-type]
        except Refused as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            messages.success(request, f"已授予{person.name}新的角色。")
            return redirect("accounts:person_detail", pk=pk)
    return render(request, "accounts/person_detail.html", page_of(person, form), status=422)


@login_required
@require_POST
def grant_revoke(request: HttpRequest, pk: int, grant_pk: int) -> HttpResponse:
    require_somewhere(request.user, MANAGE)
    person = get_object_or_404(people_visible_to(request.user), pk=pk)
    grant = get_object_or_404(Grant, pk=grant_pk, user=person)
    try:
        people.revoke_grant(grant, actor=request.user, at=clock.now(), reason=request.POST.get("reason", ""))  # type: ignore[arg-type]
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "授权已收回。")
    return redirect("accounts:person_detail", pk=pk)


@never_cache
@login_required
@require_POST
def password_reset(request: HttpRequest, pk: int) -> HttpResponse:
    require_somewhere(request.user, MANAGE)
    person = get_object_or_404(people_visible_to(request.user), pk=pk)
    password = people.reset_password(person, actor=request.user, at=clock.now())  # type: ignore[arg-type]
    return told_once(request, person, password, "密码已重置")


@login_required
@require_POST
def person_activity(request: HttpRequest, pk: int) -> HttpResponse:
    require_somewhere(request.user, MANAGE)
    person = get_object_or_404(people_visible_to(request.user), pk=pk)
    form = ReasonForm(request.POST)
    try:
        form.is_valid()
        reason = form.cleaned_data.get("reason", "")
        people.set_active(person, not person.is_active, actor=request.user, at=clock.now(), reason=reason)  # type: ignore[arg-type]
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"账号已{'恢复' if person.is_active else '停用'}。")
    return redirect("accounts:person_detail", pk=pk)


@login_required
@require_POST
def certificate_add(request: HttpRequest, pk: int) -> HttpResponse:
    require_somewhere(request.user, MANAGE)
    person = get_object_or_404(people_visible_to(request.user), pk=pk)
    form = CertificateForm(request.POST)
    if form.is_valid():
        try:
            people.add_certificate(person, actor=request.user, at=clock.now(), **form.cleaned_data)  # type: ignore[arg-type]
        except Refused as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            messages.success(request, "执法证已登记。")
            return redirect("accounts:person_detail", pk=pk)
    return render(
        request,
        "accounts/person_detail.html",
        page_of(person, GrantForm(initial={"valid_from": clock.today()}), form),
        status=422,
    )
