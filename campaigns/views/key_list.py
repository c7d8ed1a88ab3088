"""The year's key list against the plan's rules: the differences, put on the list, explained, exported."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from accounts.gate import holdings, require, require_somewhere
from accounts.models import Unit, User
from campaigns.forms.key_list import KeyListFilter
from campaigns.models import Campaign
from campaigns.rules.key_list import KeyRule
from campaigns.services import key_list as keys
from campaigns.views.frame import campaign_for, page_of, person
from core import audit, clock
from core.paging import KeysetPage
from core.refusals import NotAllowed, Refused
from core.sheets import Column, SheetSpec, workbook_response
from enterprises.models import Enterprise

LOOK, EDIT = "visit.view", "enterprise.edit"
TONES = {keys.OPEN: "red", keys.EXPLAINED: "amber", keys.LISTED: "green"}
SHEET = SheetSpec(
    "监管重点名单差异",
    (
        Column("name", "企业名称", width=32, read=lambda one: one.site.name),
        Column("uscc", "统一社会信用代码", width=22, read=lambda one: one.site.entity.uscc or ""),
        Column("unit", "责任单位", width=16, read=lambda one: one.site.unit.short_name),
        Column("industry", "行业", width=16, read=lambda one: one.site.industry_label),
        Column(
            "rules", "应纳入的规则", width=40, read=lambda one: "；".join(f"{r.name}（{of}）" for r, of in one.rules)
        ),
        Column("source", "原文", width=60, read=lambda one: "\n".join(sources(one))),
        Column("state", "状态", width=16, read=lambda one: one.label),
        Column("text", "说明", width=40, read=lambda one: one.explanation.text if one.explanation else ""),
        Column("by", "说明人", width=10, read=lambda one: one.explanation.explained_by.name if one.explanation else ""),
        Column("at", "说明时间", width=18, read=lambda one: said_at(one)),
    ),
)


def sources(one: keys.Difference) -> list[str]:
    """The sentences of the plan, each once."""
    return list(dict.fromkeys(f"{rule.source}（{rule.lines} 行）：{rule.quote}" for rule, _ in one.rules))


def said_at(one: keys.Difference) -> str:
    return f"{clock.local(one.explanation.explained_at):%Y-%m-%d %H:%M}" if one.explanation else ""


@dataclass(frozen=True)
class Asked:
    """The differences that an address asks for, as far as the person sees the enterprises."""

    campaign: Campaign
    user: User
    rules: list[KeyRule]
    form: KeyListFilter
    rows: QuerySet[Any]


def asked_for(request: HttpRequest, pk: int) -> Asked:
    campaign, user, at = campaign_for(request, pk), person(request), clock.now()
    scope = require_somewhere(user, LOOK)
    rules = keys.rules_of(campaign, at)
    units = Unit.objects.filter(below(scope.paths), path__startswith=campaign.unit.path, closed_on=None)
    form = KeyListFilter(request.GET, units=units.order_by("path"), rules=rules)
    asked = form.asked()
    rows = keys.judged(campaign, rules, Enterprise.objects.visible_to(user), at)
    rows = keys.in_state(rows, asked.get("state", ""))
    if "unit" in asked:
        rows = rows.filter(unit__path__startswith=Subquery(Unit.objects.filter(pk=asked["unit"]).values("path")[:1]))
    if "rule" in asked:
        rows = rows.exclude(**{f"said_{asked['rule']}": ""})
    return Asked(campaign, user, rules, form, rows.select_related("entity", "unit"))


def below(paths: Sequence[str], way: str = "path") -> Q:
    found = Q(pk__in=[])
    for path in paths:
        found |= Q(**{f"{way}__startswith": path})
    return found


@login_required
@require_GET
def key_list(request: HttpRequest, pk: int) -> HttpResponse:
    return shown(request, asked_for(request, pk))


def shown(request: HttpRequest, asked: Asked, *, error: str = "", status: int = 200) -> HttpResponse:
    page = KeysetPage(asked.rows, ("sort_key", "id")).for_request(request)
    edits = holdings(asked.user).scope(EDIT)
    lines = keys.lines_of(asked.campaign, asked.rules, page.rows, asked.user)
    context = {
        **page_of(request, asked.campaign),
        "form": asked.form,
        "rules": asked.rules,
        "page": page,
        "lines": [(one, TONES[one.state], edits.covers_path(one.site.unit.path)) for one in lines],
        "edits": bool(edits.paths) and asked.campaign.state != "closed",
        "query": request.GET.urlencode(),
        "error": error,
        "typed": request.POST.get("text", ""),
        "chosen": set(request.POST.getlist("chosen")),
        "at_once": keys.AT_ONCE,
    }
    return render(request, "campaigns/key_list.html", context, status=status)


def chosen_of(request: HttpRequest, asked: Asked) -> list[int]:
    """What was ticked, or with 全部 everything the address asks for that the person may change."""
    require_somewhere(asked.user, EDIT)
    if request.POST.get("all"):
        mine = asked.rows.filter(below(holdings(asked.user).scope(EDIT).paths, "unit__path"), on_list=False)
        return list(mine.filter(explained=False).order_by("pk").values_list("pk", flat=True)[: keys.AT_ONCE])
    ticked = [int(one) for one in request.POST.getlist("chosen") if one.isascii() and one.isdigit() and len(one) < 19]
    seen = Enterprise.objects.visible_to(asked.user).filter(pk__in=ticked[: keys.AT_ONCE]).select_related("unit")
    for site in seen:
        require(asked.user, EDIT, site)
    return [site.pk for site in seen]


def back(request: HttpRequest, pk: int) -> HttpResponse:
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return redirect(reverse("campaigns:key_list", args=[pk]) + query)


@login_required
@require_POST
def key_list_add(request: HttpRequest, pk: int) -> HttpResponse:
    asked = asked_for(request, pk)
    sites = chosen_of(request, asked)
    try:
        count = keys.put_on(asked.campaign, sites, actor=asked.user, at=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"已将 {count} 家企业纳入年度监管重点名单。")
    return back(request, pk)


@login_required
@require_POST
def key_list_explain(request: HttpRequest, pk: int) -> HttpResponse:
    """Left off with a reason; what was typed and ticked stays when it is refused."""
    asked = asked_for(request, pk)
    sites = chosen_of(request, asked)
    try:
        count = keys.explain(asked.campaign, sites, text=request.POST.get("text", ""), actor=asked.user, at=clock.now())
    except NotAllowed:
        raise
    except Refused as refusal:
        return shown(request, asked, error=refusal.message, status=422)
    messages.success(request, f"已登记 {count} 家企业不纳入名单的说明。")
    return back(request, pk)


@login_required
@require_GET
def key_list_export(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The list as it is filtered."""
    asked, at = asked_for(request, pk), clock.now()
    after = {"asked": request.GET.urlencode()}
    audit.record("campaigns.key_list.export", asked.campaign, actor=asked.user, at=at, after=after)
    name = f"{asked.campaign.title} 监管重点名单差异 {clock.local(at):%Y%m%d-%H%M}.xlsx"
    return workbook_response(name, [(SHEET, exported(asked))], at=at, creator=asked.user.name)


def exported(asked: Asked) -> Iterator[keys.Difference]:
    rows = asked.rows.order_by("sort_key", "pk").iterator(chunk_size=500)
    while some := list(islice(rows, 500)):
        yield from keys.lines_of(asked.campaign, asked.rules, some, asked.user)
