"""The list of what is due, with its filters in the address, and the same as a workbook."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from accounts.gate import able_somewhere, holdings
from accounts.models import Unit, User
from campaigns.exports import due_spec
from campaigns.forms.due import DueFilter
from campaigns.models import Campaign
from campaigns.services.due import looking
from campaigns.views.due.frame import require_sight, tabs
from campaigns.views.frame import person
from core import audit, clock
from core.models import Obligation
from core.paging import KeysetPage
from core.refusals import Refused
from core.sheets import workbook_response

SHEET_LIMIT = 20_000
ORDER = ("due_at", "id")


@login_required
@require_GET
def due_list(request: HttpRequest) -> HttpResponse:
    user, at = person(request), clock.now()
    require_sight(user)
    form = filter_form(request)
    page = KeysetPage(asked_for(user, form), ORDER).for_request(request)
    units, campaigns = looking.units_named(page.rows), looking.campaigns_named(page.rows)
    context = {
        "tabs": tabs(request),
        "filter_form": form,
        "chips": chips(form),
        "page": page,
        "lines": [
            (row, units.get(row.unit_path, ""), looking.standing(row, at), looking.kind_said(row.kind)) for row in page
        ],
        "campaigns": campaigns,
        "query": request.GET.urlencode(),
        "works": able_somewhere(user, looking.VIEW),
    }
    return render(request, "campaigns/due/due_list.html", context)


def filter_form(request: HttpRequest) -> DueFilter:
    user = person(request)
    below = Q(pk__in=[])
    for path in holdings(user).scope(looking.VIEW).paths:
        below |= Q(path__startswith=path)
    units = Unit.objects.filter(below, closed_on=None).order_by("order", "path")
    return DueFilter(request.GET, campaigns=Campaign.objects.visible_to(user), units=units)


def asked_for(user: User, form: DueFilter) -> QuerySet[Obligation]:
    """The rows that the filters leave; of whatever state only where that is asked."""
    asked = form.asked()
    return looking.in_state(narrowed(user, asked), asked.get("state", ""), clock.now())


def narrowed(user: User, asked: Mapping[str, Any]) -> QuerySet[Obligation]:
    """In every state. Naming a unit looks below it without being told to."""
    wide = asked.get("whose") == "below" or "unit" in asked
    rows = looking.visible_to(user) if wide else looking.owed_by(user)
    if "unit" in asked:
        rows = rows.filter(unit_path__startswith=asked["unit"].path)
    if "campaign" in asked:
        rows = rows.filter(campaign_id=asked["campaign"].pk)
    if "kind" in asked:
        rows = looking.of_kind(rows, asked["kind"])
    if "since" in asked:
        rows = rows.filter(due_at__gte=clock.at_local(asked["since"]))
    if "until" in asked:
        rows = rows.filter(due_at__lte=clock.end_of_day(asked["until"]))
    return rows


def chips(form: DueFilter) -> list[tuple[str, str, str]]:
    """What is filtered by, in words."""
    found = []
    for name, value in form.asked().items():
        words = {"kind": looking.ALL_KINDS, "state": looking.STATES, "whose": {"below": "含下级单位"}}.get(name, {})
        said = value.short_name if isinstance(value, Unit) else words.get(value, str(value))
        found.append((str(form.fields[name].label), said, name))
    return found


@login_required
@require_POST
def due_sheet(request: HttpRequest) -> HttpResponseBase:
    """The filtered list as a workbook; more than fits is refused rather than cut."""
    user, at = person(request), clock.now()
    require_sight(user)
    rows = asked_for(user, filter_form(request)).order_by(*ORDER)
    if rows.order_by()[: SHEET_LIMIT + 1].count() > SHEET_LIMIT:
        raise Refused(f"超过 {SHEET_LIMIT:,} 项，请先按单位、行动或日期筛选再导出。", status=422)
    audit.record("campaigns.due.export", None, actor=user, at=at, after={"asked": request.GET.urlencode()})
    spec = due_spec(at)
    return workbook_response(f"期限清单{clock.today():%Y%m%d}.xlsx", [(spec, lines(rows))], at=at, creator=user.name)


def lines(rows: QuerySet[Obligation]) -> Iterator[dict[str, Any]]:
    held = list(rows)
    units, campaigns = looking.units_named(held), looking.campaigns_named(held)
    for row in held:
        yield {"row": row, "unit": units.get(row.unit_path, ""), "campaign": campaigns.get(row.campaign_id or 0, "")}
