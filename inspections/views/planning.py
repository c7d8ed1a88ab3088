"""The target list by industry, place and progress, and the plan of one visit with the gate's answer beside it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gate import Scope, able_somewhere, holdings, require, require_somewhere
from accounts.models import Unit, User
from campaigns import services as campaigns
from campaigns.forms import ListForm, PlanForm, TargetFilter
from campaigns.models import Assignment, Campaign, Target
from campaigns.registers.services.risks import risks_of
from campaigns.rules import ENFORCE, RULE_LABELS, WEIGHT, Answer, Ask, Decision, RuleSaid
from campaigns.services.plans import day_for, departures, held_row, rest_day
from campaigns.services.signals import standing_for
from campaigns.services.targets import unlisted
from campaigns.states import STANDING
from campaigns.views.frame import choice
from core import clock
from core.paging import KeysetPage
from core.refusals import Refused
from enterprises.models import Enterprise, ImportBatch, PositiveListEntry
from enterprises.services.imports.commands import sites_of
from inspections.services import past, planning
from inspections.views.access import person

LOOK, PLAN = "visit.view", "visit.plan"
# Rules about the two officers: silent in a preview until both are chosen.
ABOUT_PEOPLE = {"enforcers", "certificates", "pledge", "clauses", "recusal", "lead_tag", "trained"}
TONES = {Answer.ALLOW: "green", Answer.NEEDS_REASON: "amber", Answer.REFUSE: "red"}


def units_of(scope: Scope) -> QuerySet[Unit]:
    """Every unit under the paths of a scope."""
    mine = Q(pk__in=[])
    for path in scope.paths:
        mine |= Q(path__startswith=path)
    return Unit.objects.filter(mine, closed_on=None)


def running_for(user: User) -> list[Campaign]:
    """The campaigns under way, the one published last first."""
    running = [row for row in campaigns.published_for(user) if row.state == Campaign.State.PUBLISHED]
    return sorted(running, key=lambda row: (row.published_at, row.pk), reverse=True)


def published(user: User) -> QuerySet[Campaign]:
    return Campaign.objects.visible_to(user).filter(state="published").order_by("-published_at", "-pk")


@login_required
@require_GET
def target_list(request: HttpRequest) -> HttpResponse:
    user = person(request)
    scope = require_somewhere(user, LOOK)
    running = running_for(user)[:20]
    campaign = choice(request, running)
    if campaign is None:
        return render(request, "inspections/target_list.html", {"campaign": None})
    own = Target.objects.visible_to(user).filter(campaign=campaign)
    industries = campaigns.list_items(campaign, "industry")
    if "progress" in request.GET:
        context = {"campaign": campaign, "by_industry": by_industry(own, industries)}
        return render(request, "inspections/target_list.html#progress", context)
    form = TargetFilter(
        request.GET, campaigns=running, campaign=campaign, targets=own, industries=industries, units=units_of(scope)
    )
    asked = form.asked()
    order = ("-priority", "enterprise__sort_key", "id")
    page = KeysetPage(rows_of(filtered(own, asked)), order, usual=0).for_request(request)
    context = {
        "campaign": campaign,
        "page": page,
        "filter_form": form,
        "chips": chips(form, asked),
        "industries": {item.number: str(item) for item in industries},
        "lines": with_overdue(campaign, page.rows),
        "list_form": listing_form(user, campaign),
        "listing": "listing" in request.GET,
        "plans": bool(holdings(user).scope(PLAN).paths),
    }
    return render(request, "inspections/target_list.html", context)


def filtered(rows: QuerySet[Target], asked: dict[str, str]) -> QuerySet[Target]:
    if "unit" in asked:
        rows = rows.filter(unit__path__startswith=Subquery(Unit.objects.filter(pk=asked["unit"]).values("path")[:1]))
    if "region" in asked:
        rows = rows.filter(enterprise__region=asked["region"])
    if "industry" in asked:
        rows = rows.filter(enterprise__industry=int(asked["industry"]))
    if "key" in asked:
        rows = rows.filter(is_key=asked["key"] == "yes")
    for name, column in (("checked", "self_checked_at"), ("visited", "visited_at")):
        if name in asked:
            rows = rows.filter(**{f"{column}__isnull": asked[name] == "no"})
    if "planned" in asked:
        standing = Exists(Assignment.objects.filter(target=OuterRef("pk"), state__in=STANDING))
        rows = rows.filter(standing if asked["planned"] == "yes" else ~standing)
    if "q" in asked:
        rows = rows.filter(enterprise__in=Enterprise.objects.searched(asked["q"]).values("pk"))
    return rows


def rows_of(rows: QuerySet[Target]) -> QuerySet[Target]:
    """With everything a line shows; the number of queries does not depend on the number of lines."""
    standing = Assignment.objects.filter(target=OuterRef("pk"), state__in=STANDING)
    listed = PositiveListEntry.objects.in_force(clock.today()).filter(enterprise=OuterRef("enterprise"))
    return rows.select_related("enterprise__region", "unit").annotate(
        planned_on=Subquery(standing.values("planned_on")[:1]),
        planned_state=Subquery(standing.values("state")[:1]),
        planned_pk=Subquery(standing.values("pk")[:1]),
        lead_name=Subquery(standing.values("lead_inspector__name")[:1]),
        second_name=Subquery(standing.values("second_inspector__name")[:1]),
        on_positive_list=Exists(listed),
    )


def chips(form: TargetFilter, asked: dict[str, str]) -> list[tuple[str, str, str]]:
    """Active filters as (label, words, parameter)."""
    found = []
    for name, value in asked.items():
        if name != "campaign":
            labels = dict(getattr(form.fields[name], "choices", []))
            found.append((str(form.fields[name].label), str(labels.get(value, value)), name))
    return found


def by_industry(rows: QuerySet[Target], industries: list[Any]) -> list[dict[str, Any]]:
    """How far each industry is (HN-24: 区分行业特点，做到有序开展); one query."""
    names = {item.number: str(item) for item in industries}
    standing = Assignment.objects.filter(state__in=STANDING).values("target")
    found = rows.values("enterprise__industry").annotate(
        total=Count("pk"),
        checked=Count("pk", filter=Q(self_checked_at__isnull=False)),
        planned=Count("pk", filter=Q(pk__in=standing)),
        visited=Count("pk", filter=Q(visited_at__isnull=False)),
    )
    return [
        {**line, "number": line["enterprise__industry"], "name": names.get(line["enterprise__industry"], "未登记行业")}
        for line in found.order_by("enterprise__industry")
    ]


def with_overdue(campaign: Campaign, rows: list[Target]) -> list[tuple[Target, bool]]:
    """Each line, and whether its self-check is overdue (HN-19); two queries for all lines."""
    windows, today = campaigns.windows_of(campaign), clock.today()
    if "selfcheck" not in windows.phases:
        return [(row, False) for row in rows]
    return [(row, row.self_checked_at is None and windows.of("selfcheck", row.unit.path)[1] < today) for row in rows]


def listing_form(user: User, campaign: Campaign, data: Any = None) -> ListForm | None:
    units = units_of(holdings(user).scope(PLAN))
    if not units.exists():
        return None
    return ListForm(data, campaigns=published(user), units=units, initial={"campaign": campaign})


@login_required
@require_GET
def import_targets(request: HttpRequest, pk: int) -> HttpResponse:
    """A fragment beside an import: how many of its sites no running campaign has on its list. `pk` is the import's."""
    batch = get_object_or_404(ImportBatch.objects.visible_to(request.user), pk=pk)
    sites = sites_of(batch)
    found = [
        unlisted(campaign, sites, clock.now())
        for campaign in published(person(request)).select_related("unit", "blueprint")[:20]
    ]
    context = {"found": [one for one in found if one.total], "plans": able_somewhere(request.user, PLAN)}
    return render(request, "inspections/_import_targets.html", context)


@login_required
@require_POST
def target_build(request: HttpRequest) -> HttpResponse:
    """Put the sites of a unit and its subtree on the campaign's list."""
    user = person(request)
    units = units_of(require_somewhere(user, PLAN))
    form = ListForm(request.POST, campaigns=published(user), units=units)
    if not form.is_valid():
        messages.error(request, "没有纳入：请在自己负责的单位中选择，并选定范围。")
        return redirect("inspections:target_list")
    given = form.cleaned_data
    try:
        listed = campaigns.list_targets(
            given["campaign"], given["unit"], key_only=given["scope"] == "key", actor=user, at=clock.now()
        )
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        said = (
            f"新纳入 {listed.added:,} 家，更新 {listed.changed:,} 家，{given['unit'].short_name}共 {listed.total:,} 家"
        )
        messages.success(request, f"{said}。")
    return redirect(reverse("inspections:target_list") + f"?campaign={given['campaign'].pk}")


def target_or_404(request: HttpRequest, pk: int) -> Target:
    rows = Target.objects.visible_to(person(request))
    return get_object_or_404(
        rows.select_related(
            "campaign__blueprint", "campaign__unit", "enterprise__region", "enterprise__entity", "unit"
        ),
        pk=pk,
    )


@login_required
@require_http_methods(["GET", "POST"])
def visit_plan(request: HttpRequest, pk: int) -> HttpResponse:
    target = target_or_404(request, pk)
    require(person(request), PLAN, target)
    form = PlanForm(request.POST or None, target=target, initial=begun(request, target))
    if request.method == "POST" and form.is_valid():
        try:
            row = planning.plan(target, **form.cleaned_data, actor=person(request), at=clock.now())
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            asked = row.state == Assignment.State.ASKED
            messages.success(request, "已报单位领导批准，批准后派单。" if asked else "已派单，检查人员已收到通知。")
            return redirect("inspections:assignment_detail", row.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "inspections/visit_plan.html", plan_context(target, form, person(request)), status=status)


def begun(request: HttpRequest, target: Target) -> dict[str, Any]:
    """What is filled in: a lead from the page that leads here, else what the plan in force says, else today."""
    asked, today = request.GET.get("lead", ""), clock.today()
    row = None if asked else held_row(target)
    if row is None:
        return {"planned_on": today, "lead": asked}
    return {"planned_on": day_for(row, today), "lead_inspector": row.lead, "second_inspector": row.second}


def plan_context(target: Target, form: PlanForm, user: User) -> dict[str, Any]:
    return {
        "target": target,
        "form": form,
        "history": list(
            target.assignments.select_related("lead_inspector", "second_inspector").order_by("-planned_on", "-pk")[:10]
        ),
        "positive": PositiveListEntry.objects.in_force(clock.today()).filter(enterprise=target.enterprise_id).first(),
        "risks": risks_of(target.enterprise),
        "past": past.of_target(target, user),
        "signals": list(standing_for(target)),
        **preview(target, form),
    }


@login_required
@require_POST
def visit_plan_gate(request: HttpRequest, pk: int) -> HttpResponse:
    """What the gate says to what is typed so far: nothing is written."""
    target = target_or_404(request, pk)
    require(person(request), PLAN, target)
    form = PlanForm(request.POST, target=target)
    return render(request, "inspections/visit_plan.html#gate", preview(target, form))


def preview(target: Target, form: PlanForm) -> dict[str, Any]:
    """The decision for a form that may still be incomplete."""
    given = typed(form)
    proposal = campaigns.Proposal(
        given.get("planned_on") or clock.today(),
        given.get("lead_inspector"),
        given.get("second_inspector"),
        given.get("expert"),
        given.get("exception", ""),
        given.get("reason", ""),
        given.get("lead_kind", ""),
        given.get("lead_detail", ""),
        lead=given.get("lead"),
        kind=given.get("kind") or ENFORCE,
        items=tuple(given.get("items", ())),
    )
    complete = proposal.lead_inspector is not None and proposal.second_inspector is not None
    return {
        "gate": lines_of(campaigns.judge(target, proposal, clock.now()), complete),
        "complete": complete,
        "departures": said_of_plan(target, proposal),
    }


def said_of_plan(target: Target, proposal: campaigns.Proposal) -> list[str]:
    """How what is typed departs from the plan in force, and whether its day is one of rest: to be seen, not refused."""
    row = held_row(target)
    lead, second = (one.pk if one else None for one in (proposal.lead_inspector, proposal.second_inspector))
    found = departures(row, proposal.planned_on, lead, second) if row else []
    return [*found, *filter(None, [rest_day(proposal.planned_on)])]


def typed(form: PlanForm) -> dict[str, Any]:
    """The fields that fit so far; before anything is typed, what the plan says of people who may be chosen."""
    if form.is_bound:
        form.is_valid()
        return form.cleaned_data
    people = {name: form.initial.get(name) for name in ("lead_inspector", "second_inspector")}
    chosen = {name: one for name, one in people.items() if one is not None and form.offers(name, one)}
    return {"planned_on": form.initial.get("planned_on"), **chosen}


def tone_of(said: RuleSaid) -> str:
    return "amber" if said.asks is Ask.LOOK else TONES[said.answer]


def lines_of(decision: Decision, complete: bool) -> dict[str, Any]:
    """The decision in words, objections first; without both officers the rules about them are left open."""
    shown = [said for said in decision.rules if complete or said.rule not in ABOUT_PEOPLE]
    rules = sorted(shown, key=lambda said: (-WEIGHT[said.answer], said.asks is not Ask.LOOK))
    return {
        "label": decision.label if complete else "还须选定主办人和协办人",
        "tone": TONES[decision.answer] if complete else "grey",
        "rules": [(RULE_LABELS[said.rule], said, tone_of(said)) for said in rules],
    }
