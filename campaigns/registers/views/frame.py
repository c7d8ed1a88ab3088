"""What every page of a register begins with."""

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from campaigns.models import RegisterEntry, RegisterVersion
from campaigns.registers.services.listing import opens
from campaigns.registers.services.loading import version_of
from campaigns.views.frame import person

__all__ = ["crumbs_of", "entry_for", "person", "register_for"]


def register_for(request: HttpRequest, key: str) -> RegisterVersion:
    """The newest version of a register that the person may open, else 404."""
    version = version_of(key)
    if version is None or not opens(person(request), version):
        raise Http404
    return version


def entry_for(request: HttpRequest, pk: int) -> RegisterEntry:
    rows = RegisterEntry.objects.visible_to(person(request)).select_related(
        "version__form", "campaign", "unit", "other_unit", "enterprise", "created_by"
    )
    entry: RegisterEntry = get_object_or_404(rows, pk=pk)
    return entry


def crumbs_of(version: RegisterVersion, last: str = "") -> list[tuple[str, str]]:
    listed = reverse("campaigns:register_list", args=[version.key]) if last else ""
    found = [("登记簿", reverse("campaigns:register_menu")), (version.title, listed)]
    return [*found, (last, "")] if last else found
