"""A visit around its sheet: today's list on the phone, certificates, the beginning, the shut door, the desk's list."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gate import able_somewhere, may, require_somewhere
from accounts.models import Unit, User
from campaigns.models import RegisterEntry
from campaigns.registers.services.risks import risks_of
from campaigns.services import away_unpledged
from campaigns.services.signals import standing_for
from core import clock
from core.kept_photos import hold_photos
from core.models import StoredFile
from core.paging import KeysetPage
from core.refusals import Refused
from enterprises.models import PositiveListEntry
from enterprises.rules.searching import wanted
from inspections.forms import OBSTACLE, EndForm, VisitFilter
from inspections.models import CheckIn, Issue, SelfCheck, Visit, VisitRecord
from inspections.models.visit import OBSTRUCTED, OPEN
from inspections.rules import team
from inspections.services import checking, ending, obstacles, past, visits
from inspections.services.ending import Ending
from inspections.services.own_problems import problems_of, self_check_for
from inspections.states import Outcome, RecordState, VisitState
from inspections.views.access import person, sees_lead, visit_for, visits_with_team

AHEAD_DAYS = 7
HISTORY = 5


@login_required
@require_GET
def visit_mine(request: HttpRequest) -> HttpResponse:
    """The field worker's own visits: today's first, then what is overdue, the week ahead, what is done today."""
    require_somewhere(request.user, "visit.view")
    today = clock.today()
    mine = visits_with_team(person(request)).of_team_member(person(request))
    near = mine.filter(
        Q(state__in=OPEN, assignment__planned_on__lte=today + timedelta(days=AHEAD_DAYS))
        | Q(ended_at__gte=clock.at_local(today))
    )
    rows = list(near.order_by("assignment__planned_on", "pk"))
    return render(request, "inspections/visit_mine.html", {"groups": groups(rows, today), "today": today})


def groups(rows: Iterable[Visit], today: date) -> list[tuple[str, list[Visit]]]:
    named: dict[str, list[Visit]] = {OBSTRUCTED: [], "今天": [], "逾期未查": [], "近七天": [], "今天已完成": []}
    for visit in rows:
        named[group_of(visit, today)].append(visit)
    return [(name, found) for name, found in named.items() if found]


def group_of(visit: Visit, today: date) -> str:
    if visit.state not in OPEN:
        return "今天已完成"
    if visit.is_obstructed:
        return OBSTRUCTED
    planned_on = visit.assignment.planned_on
    if visit.state == VisitState.ON_SITE or planned_on == today:
        return "今天"
    return "逾期未查" if planned_on < today else "近七天"


@login_required
@never_cache
@require_GET
def visit_view(request: HttpRequest, pk: int) -> HttpResponse:
    """In the hands of its team while it runs; a page of the desk for all others and afterwards."""
    visit = visit_for(request, pk)
    context = page_of(visit, person(request)) | standing_of(visit, request)
    field = context["is_member"] and visit.state in OPEN
    return render(request, f"inspections/visit_{'field' if field else 'view'}.html", context)


def page_of(visit: Visit, user: User) -> dict[str, Any]:
    check_ins = list(visit.check_ins.select_related("user").order_by("pk"))
    day = clock.day_of(visit.started_at) if visit.started_at else visit.assignment.planned_on
    site = visit.enterprise
    return {
        "visit": visit,
        "day": day,
        "check_ins": check_ins,
        "team": team_of(visit, check_ins),
        "permits": list(site.permits.order_by("kind", "pk")),
        "positive": PositiveListEntry.objects.in_force(day).filter(enterprise=site).first(),
        "issues": list(Issue.objects.visible_to(user).filter(visit=visit).order_by("number")),
        "gate": visit.assignment.gate.get("rules", []),
        "sees_lead": sees_lead(visit.assignment, user),
        "entries": entries_about(visit, user),
        "risks": risks_of(site),
        "past": past.seen(visit, user),
        "signals": list(standing_for(visit.assignment.target)) if visit.state in OPEN else [],
        **own_of(visit, user),
        **history_of(visit, user),
    }


def entries_about(visit: Visit, user: User) -> list[RegisterEntry]:
    """What registers say of this visit: a spot check of it, what was handed out."""
    rows = RegisterEntry.objects.visible_to(user).filter(links__kind="visit", links__key=str(visit.pk)).distinct()
    return list(rows.select_related("version", "unit").order_by("pk")[:50])


def own_of(visit: Visit, user: User) -> dict[str, Any]:
    """The enterprise's self-check: whole for those who may see it, its problems also for the team that goes there."""
    own = self_check_for(visit)
    seen = own is not None and SelfCheck.objects.visible_to(user).filter(pk=own.pk).exists()
    told = own is not None and (seen or visits.is_member(visit, user))
    return {
        "own": own,
        "is_own_seen": seen,
        "is_own_told": told,
        "own_problems": problems_of(own.submission) if told and own and own.submission else [],
    }


def team_of(visit: Visit, check_ins: list[CheckIn]) -> list[dict[str, Any]]:
    """Who goes, each with the certificate shown, if it was."""
    shown = {row.user_id: row for row in check_ins}
    row = visit.assignment
    people = [("主办", row.lead_inspector), ("协办", row.second_inspector), ("专家", row.expert)]
    return [{"label": label, "name": one.name, "shown": shown.get(one.pk)} for label, one in people if one is not None]


def history_of(visit: Visit, user: User) -> dict[str, Any]:
    """What was found here before, in this campaign and in others, as far as the person may see it: a site may have
    belonged to another unit then."""
    before = Visit.objects.visible_to(user).filter(enterprise=visit.enterprise_id).exclude(pk=visit.pk).finished()
    locked = Prefetch("records", VisitRecord.objects.visible_to(user).locked(), to_attr="locked_records")
    issues = Issue.objects.visible_to(user).filter(enterprise=visit.enterprise_id).exclude(visit=visit)
    return {
        "former_visits": list(before.prefetch_related(locked).order_by("-pk")[:HISTORY]),
        "former_issues": list(issues.order_by("-pk")[:HISTORY]),
    }


def standing_of(visit: Visit, request: HttpRequest) -> dict[str, Any]:
    user = person(request)
    desk = may(user, "visit.view", visit) or able_somewhere(user, "visit.view")
    seen = VisitRecord.objects.visible_to(user).filter(visit=visit).exclude(state=RecordState.DRAFT)
    draft = visit.records.filter(state=RecordState.DRAFT).select_related("writer").first()
    officer = visits.is_inspector(visit, user) and visit.state in OPEN
    return {
        "unpledged": away_unpledged(visit.campaign, visit.unit, user) if officer else "",
        "is_member": visits.is_member(visit, user),
        "is_inspector": visits.is_inspector(visit, user),
        "is_lead": visit.assignment.lead_inspector_id == user.pk,
        "has_shown": visit.check_ins.filter(user=user).exists(),
        "refusal": team.start_refusal(visits.shown(visit), clock.today()) if visit.state == VisitState.PLANNED else "",
        "expert": team.expert_label(visit.assignment.expert.name if visit.assignment.expert else None),
        "draft": draft,
        "is_desk": desk,
        "reports_obstacle": desk and visit.state in OPEN and obstacles.may_report(visit.campaign),
        "seen_records": list(seen.order_by("-version")),
    }


@login_required
@require_POST
def visit_check_in(request: HttpRequest, pk: int) -> HttpResponse:
    visit = visit_for(request, pk)
    row = visits.check_in(visit, actor=person(request), at=clock.now())
    number = f"，证号 {row.certificate_number}" if row.certificate_number else ""
    messages.success(request, f"{row.user.name}已于 {clock.local(row.shown_at):%H:%M} 亮证{number}。")
    for other in visits.elsewhere(visit).filter(user=row.user):
        site, shown = other.visit.enterprise.name, f"{clock.local(other.shown_at):%H:%M}"
        messages.warning(
            request, f"您 {shown} 还在{site}亮证，与本次相隔不到 30 分钟，请核对；审核人员会看到这条提示。"
        )
    return redirect("inspections:visit_view", pk)


@login_required
@require_POST
def visit_start(request: HttpRequest, pk: int) -> HttpResponse:
    visit = visit_for(request, pk, "visit.record")
    visits.start(visit, actor=person(request), at=clock.now())
    return redirect("inspections:record_edit", pk)


@login_required
@require_POST
def visit_take_pen(request: HttpRequest, pk: int) -> HttpResponse:
    visit = visit_for(request, pk, "visit.record")
    visits.take_pen(visit, actor=person(request), at=clock.now())
    messages.success(request, "现在由您执笔。")
    return redirect("inspections:record_edit", pk)


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def visit_end(request: HttpRequest, pk: int) -> HttpResponse:
    """The works stood still, the site was gone, entry was refused."""
    visit = visit_for(request, pk, "visit.record")
    late = checking.late_sentence(visit, clock.now())
    form = EndForm(request.POST or None, request.FILES or None, initial={"outcome": Outcome.HALTED}, late=late)
    photos = hold_photos(form, "photos", by=person(request), at=clock.now()) if form.is_bound else []
    if request.method == "POST" and form.is_valid():
        done = ended(request, visit, form, photos)
        if done:
            return done
    elif request.method == "GET" and visit.state != VisitState.ON_SITE:
        return redirect("inspections:visit_view", pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "inspections/visit_end.html", {"visit": visit, "form": form}, status=status)


def ended(request: HttpRequest, visit: Visit, form: EndForm, photos: list[StoredFile]) -> HttpResponse | None:
    """Locked, or None with the refusal on the form."""
    said = form.cleaned_data | {"photos": tuple(photos)}
    try:
        # The moment of the command is taken when its transaction opens: the weekly cut-off waits for no upload.
        record = ending.end(visit, Ending(**said), actor=person(request), at=clock.now())
    except Refused as refusal:
        add_errors(form, refusal)
        return None
    messages.success(request, f"已登记：{record.get_outcome_display()}。")
    return redirect("inspections:visit_view", visit.pk)


def add_errors(form: EndForm, refusal: Refused) -> None:
    placed = {name: texts for name, texts in refusal.errors.items() if name in form.fields}
    for name, texts in placed.items():
        for text in texts:
            form.add_error(name, text)
    if not placed:
        form.add_error(None, refusal.message)


@login_required
@require_GET
def visit_list(request: HttpRequest) -> HttpResponse:
    """The desk's list, newest first; an enterprise sees the visits that were made to it."""
    if not able_somewhere(request.user, "enterprise.own"):
        require_somewhere(request.user, "visit.view")
    seen = Visit.objects.visible_to(person(request)).with_obstacles(person(request))
    units = Unit.objects.filter(pk__in=seen.values("unit")).order_by("path")
    form = VisitFilter(request.GET or None, units=[(str(unit.pk), unit.short_name) for unit in units])
    rows = narrowed(seen, form).select_related(
        "enterprise", "unit", "assignment__lead_inspector", "assignment__second_inspector", "assignment__expert"
    )
    locked = Prefetch("records", VisitRecord.objects.locked(), to_attr="locked_records")
    page = KeysetPage(rows.prefetch_related(locked), ("-assignment__planned_on", "-id")).for_request(request)
    return render(request, "inspections/visit_list.html", {"page": page, "form": form, "today": clock.today()})


def readable(form: VisitFilter) -> dict[str, Any]:
    """Cleaned values; of a form with a fault those that are right."""
    form.is_valid()
    return form.cleaned_data if form.is_bound else {}


def held_up(rows: QuerySet[Visit]) -> QuerySet[Visit]:
    """Those with an obstacle report that stands; nobody who is not told of it finds any."""
    if "obstructed" not in rows.query.annotations:
        return rows.none()
    return rows.filter(Q(("obstructed", True)), state__in=OPEN)


def narrowed(rows: QuerySet[Visit], form: VisitFilter) -> QuerySet[Visit]:
    """What the address asks for; a filter that cannot be read is shown with its fault and filters nothing."""
    said = readable(form)
    if said.get("state") == OBSTACLE:
        rows = held_up(rows)
        said = said | {"state": ""}
    exact = {"state": "state", "unit": "unit", "since": "assignment__planned_on__gte"}
    exact |= {"until": "assignment__planned_on__lte"}
    for name, lookup in exact.items():
        if said.get(name):
            rows = rows.filter(**{lookup: said[name]})
    if said.get("outcome"):
        rows = rows.filter(records__state=RecordState.LOCKED, records__outcome=said["outcome"])
    if said.get("late"):
        rows = rows.filter(records__state=RecordState.LOCKED, records__is_late=said["late"] == "late")
    if said.get("q"):
        rows = rows.filter(enterprise__search__contains=wanted(said["q"]))
    return rows
