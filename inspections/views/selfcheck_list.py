"""The county's list of self-checks: one row an enterprise on the campaign's list, handed in or not."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.gate import require_somewhere
from accounts.models import Unit, User
from campaigns.models import Campaign, Target
from campaigns.services import Windows, windows_of
from campaigns.views.frame import choice
from core import clock
from core.paging import KeysetPage, Page
from enterprises.rules.searching import wanted
from inspections.forms import SelfCheckFilter
from inspections.models import SelfCheck
from inspections.rules import selfcheck
from inspections.rules.selfcheck import LABELS, TONES, Standing
from inspections.services.selfchecks import PHASE
from inspections.states import SelfCheckState
from inspections.views.access import person

STATES = {
    Standing.WAITING: [SelfCheckState.SUBMITTED],
    Standing.FILED: [SelfCheckState.ACCEPTED, SelfCheckState.SUPERSEDED],
    Standing.RETURNED: [SelfCheckState.RETURNED],
}


@login_required
@require_GET
def selfcheck_list(request: HttpRequest) -> HttpResponse:
    require_somewhere(request.user, "selfcheck.view")
    user = person(request)
    open_campaigns = list(
        Campaign.objects.visible_to(user).published().select_related("unit").order_by("-published_at")
    )
    campaign = choice(request, open_campaigns)
    if campaign is None:
        return render(request, "inspections/selfcheck_list.html", {"page": None})
    windows, today = windows_of(campaign), clock.today()
    targets = owing(campaign, windows, user)
    units = list(Unit.objects.filter(pk__in=targets.values("unit")).order_by("path"))
    late = [unit.pk for unit in units if today > windows.of(PHASE, unit.path)[1]]
    form = SelfCheckFilter(
        {**request.GET.dict(), "campaign": str(campaign.pk)},
        campaigns=[(str(one.pk), one.title) for one in open_campaigns],
        units=[(str(unit.pk), unit.short_name) for unit in units],
    )
    rows = narrowed(targets, form, late)
    page = KeysetPage(rows, ("enterprise__sort_key", "id")).for_request(request)
    context = {
        "page": page,
        "form": form,
        "campaign": campaign,
        "lines": lines(page, windows, today),
        "tabs": tabs(request, targets, late),
    }
    return render(request, "inspections/selfcheck_list.html", context)


def owing(campaign: Campaign, windows: Windows, user: User) -> QuerySet[Target]:
    """The targets that the phase asks, each with its newest version (a correction being filled is set aside).

    How it stands belongs to the target; what the sheet says only to those who may see it: it stays with the unit to
    which it was handed in when the site moves.
    """
    newest = SelfCheck.objects.filter(campaign=campaign, enterprise=OuterRef("enterprise")).exclude(
        state=SelfCheckState.DRAFT, version__gt=1
    )
    newest = newest.order_by("-version")
    seen = SelfCheck.objects.visible_to(user).filter(pk=OuterRef("newest_id"))
    rows = Target.objects.visible_to(user).filter(campaign=campaign)
    phase = windows.phases.get(PHASE)
    if phase is not None and phase.scope != "all":
        rows = rows.filter(is_key=phase.scope == "key")
    return rows.annotate(
        newest_id=Subquery(newest.values("pk")[:1]),
        check_state=Subquery(newest.values("state")[:1]),
        check_version=Subquery(newest.values("version")[:1]),
        check_submitted_at=Subquery(newest.values("submitted_at")[:1]),
        check_id=Subquery(seen.values("pk")),
        check_problems=Subquery(seen.values("problem_count")),
        check_number=Subquery(seen.values("number")),
    )


def narrowed(targets: QuerySet[Target], form: SelfCheckFilter, late: list[int]) -> QuerySet[Target]:
    said = form.cleaned_data if form.is_valid() else {}
    rows = targets.select_related("enterprise__entity", "unit")
    if said.get("standing"):
        rows = rows.filter(standing_condition(Standing(said["standing"]), late))
    if said.get("unit"):
        rows = rows.filter(unit=said["unit"])
    if said.get("q"):
        rows = rows.filter(enterprise__search__contains=wanted(said["q"]))
    return rows


def standing_condition(standing: Standing, late: list[int]) -> Q:
    if standing in STATES:
        return Q(check_state__in=STATES[standing])
    missing = Q(check_state=None) | Q(check_state=SelfCheckState.DRAFT)
    return missing & (Q(unit__in=late) if standing == Standing.OVERDUE else ~Q(unit__in=late))


@dataclass(frozen=True)
class Line:
    """One enterprise of the list as the page says it."""

    target: Target
    standing: Standing
    is_late: bool

    @property
    def label(self) -> str:
        return LABELS[self.standing]

    @property
    def tone(self) -> str:
        return TONES[self.standing]


def lines(page: Page[Target], windows: Windows, today: date) -> list[Line]:
    return [line(target, windows, today) for target in page]


def line(target: Target, windows: Windows, today: date) -> Line:
    ends_on = windows.of(PHASE, target.unit.path)[1]
    version, submitted_at = target.check_version, target.check_submitted_at  # type: ignore[attr-defined]
    late = version == 1 and submitted_at is not None and selfcheck.is_late(clock.day_of(submitted_at), ends_on)
    return Line(target, selfcheck.standing(target.check_state or "", ends_on, today), late)  # type: ignore[attr-defined]


def tabs(request: HttpRequest, targets: QuerySet[Target], late: list[int]) -> list[dict[str, object]]:
    """One tab a standing with its count: a grouped count, whatever the rows."""
    counted: Counter[Standing] = Counter()
    grouped: Any = targets.order_by().values_list("check_state", "unit").annotate(n=Count("pk"))  # type: ignore[misc]
    for state, unit, n in grouped:
        counted[standing_of(state, unit in late)] += n
    wish = request.GET.get("standing", "")
    known = [("", "全部", sum(counted.values())), *((one.value, LABELS[one], counted[one]) for one in Standing)]
    return [
        {"title": title, "url": address(request, value), "current": wish == value, "count": n}
        for value, title, n in known
    ]


def standing_of(state: str | None, late: bool) -> Standing:
    return next((one for one, states in STATES.items() if state in states), None) or (
        Standing.OVERDUE if late else Standing.MISSING
    )


def address(request: HttpRequest, standing: str) -> str:
    query = request.GET.copy()
    query.pop("cursor", None)
    query["standing"] = standing
    return f"?{query.urlencode()}"
