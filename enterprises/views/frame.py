"""What every page of the room does first: who asks, and for which row."""

from django.forms import Form
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.gate import may, require
from accounts.models import User
from core.refusals import Refused
from enterprises.models import Enterprise

EDIT = "enterprise.edit"


def person(request: HttpRequest) -> User:
    """The signed-in person (the view is behind login_required)."""
    assert isinstance(request.user, User)
    return request.user


def visible_site(request: HttpRequest, pk: int) -> Enterprise:
    """The site, or 404 outside the person's grants."""
    rows = Enterprise.objects.visible_to(request.user).select_related("entity", "unit", "region")
    return get_object_or_404(rows, pk=pk)


def editable_site(request: HttpRequest, pk: int, capability: str = EDIT) -> Enterprise:
    """The site, or 404 outside, or 403 without the capability over it."""
    site = visible_site(request, pk)
    require(request.user, capability, site)
    return site


def is_own(request: HttpRequest, site: Enterprise) -> bool:
    """Whether the person answers for the site itself."""
    return may(request.user, "enterprise.own", site)


def shown_site(request: HttpRequest, pk: int, capability: str) -> Enterprise:
    """The site for a panel of another room: its own people, or who may see that room's rows there; else 404 or 403."""
    site = visible_site(request, pk)
    if not is_own(request, site):
        require(request.user, capability, site)
    return site


def told(form: Form, refusal: Refused) -> None:
    """A refusal of a service on the form it belongs to."""
    form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
