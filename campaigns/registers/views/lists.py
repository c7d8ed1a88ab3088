"""The menu of registers, one register's list with its filters and indicators, and exports of exactly what is shown."""

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.gate import able_somewhere
from campaigns.models import RegisterEntry, RegisterVersion
from campaigns.registers.exports import FIGURE, rows_of, sheet_of
from campaigns.registers.filters import FilterForm
from campaigns.registers.rules import state_of
from campaigns.registers.services import may_create
from campaigns.registers.services.indicators import Figure, campaigns_for, figure
from campaigns.registers.services.listing import HIDDEN, Reader, filtered, menu
from campaigns.registers.services.naming import words_of
from campaigns.registers.views.frame import crumbs_of, person, register_for
from campaigns.views.library import number
from core import audit, clock
from core.paging import KeysetPage
from core.sheets import workbook_response

COLUMNS = 4
# Of how many enterprises a page of what is missing names; the sheet has all of them.
SHOWN = 200


@login_required
@require_GET
def register_menu(request: HttpRequest) -> HttpResponse:
    themes: dict[str, list[RegisterVersion]] = {}
    for row in menu(person(request)):
        themes.setdefault(row.theme, []).append(row)
    context = {"themes": list(themes.items()), "writes": able_somewhere(person(request), "blueprint.write")}
    return render(request, "campaigns/registers/register_menu.html", context)


@login_required
@require_GET
def register_list(request: HttpRequest, key: str) -> HttpResponse:
    version, user = register_for(request, key), person(request)
    form = FilterForm(request.GET or None, version=version, user=user)
    rows = filtered(version, user, request.GET).prefetch_related("people__user", "links", "files")
    page = KeysetPage(rows, ("-occurred_on", "-id")).for_request(request)
    shown = columns(version)
    reader = Reader(user)
    context = {
        "register": version,
        "crumbs": crumbs_of(version),
        "form": form,
        "page": page,
        "columns": shown,
        "lines": [line_of(entry, shown, reader) for entry in page.rows],
        "figures": version.data["indicators"],
        "asked_campaign": number(request.GET.get("campaign", "")),
        "creates": may_create(version, user),
        "at": clock.now(),
    }
    return render(request, "campaigns/registers/register_list.html", context)


def columns(version: RegisterVersion) -> list[dict[str, Any]]:
    """The fields that the register marks for its list, else the first few beside the heading."""
    fields = version.data["fields"]
    marked = [field for field in fields if field.get("list")]
    return marked or [field for field in fields if field["key"] not in version.data["heading"]][:COLUMNS]


def line_of(entry: RegisterEntry, shown: list[dict[str, Any]], reader: Reader) -> dict[str, Any]:
    open_to = reader.fields(entry)
    cells = []
    for field in shown:
        said = words_of(entry, field)
        cells.append((field["label"], said if field["key"] in open_to or not said else HIDDEN))
    return {"entry": entry, "state": state_of(entry.version.data, entry.state), "cells": cells}


@login_required
@require_GET
def register_export(request: HttpRequest, key: str) -> HttpResponseBase:
    version, user, at = register_for(request, key), person(request), clock.now()
    rows = filtered(version, user, request.GET).order_by("-occurred_on", "-pk")
    audit.record("campaigns.register.export", version, actor=user, at=at, after={"asked": request.GET.urlencode()})
    name = f"{version.title} {clock.local(at):%Y%m%d-%H%M}.xlsx"
    return workbook_response(name, [(sheet_of(version), rows_of(rows, user))], at=at, creator=user.name)


@login_required
@require_GET
def register_figure(request: HttpRequest, key: str, figure_key: str) -> HttpResponse:
    found, version = figure_for(request, key, figure_key, limit=SHOWN)
    crumbs = crumbs_of(version, found.title)
    campaigns = [] if version.is_standing else campaigns_for(version, person(request))
    on = request.GET.get("on", "")
    context = {"register": version, "figure": found, "crumbs": crumbs, "on": on, "campaigns": campaigns}
    return render(request, "campaigns/registers/register_figure.html", context)


@login_required
@require_GET
def register_figure_export(request: HttpRequest, key: str, figure_key: str) -> HttpResponseBase:
    found, version = figure_for(request, key, figure_key)
    user, at = person(request), clock.now()
    audit.record("campaigns.register.export", version, actor=user, at=at, after={"figure": figure_key})
    name = f"{version.title}-{found.title} {clock.local(at):%Y%m%d-%H%M}.xlsx"
    return workbook_response(name, [(FIGURE, found.lines)], at=at, creator=user.name)


def figure_for(
    request: HttpRequest, key: str, figure_key: str, limit: int | None = None
) -> tuple[Figure, RegisterVersion]:
    """The indicator of ?campaign= and of the period in which ?on= lies, else of what runs."""
    version, user, today = register_for(request, key), person(request), clock.today()
    rule = next((one for one in version.data["indicators"] if one["key"] == figure_key), None)
    if rule is None:
        raise Http404
    wanted, day = number(request.GET.get("campaign", "")), day_said(request.GET.get("on", ""), today)
    campaign = None
    if wanted and not version.is_standing:
        campaign = next((row for row in campaigns_for(version, user) if row.pk == wanted), None)
        if campaign is None:
            raise Http404
    return figure(version, rule, user, day, today, campaign=campaign, limit=limit), version


def day_said(said: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(said) if said else otherwise
    except ValueError:
        return otherwise
