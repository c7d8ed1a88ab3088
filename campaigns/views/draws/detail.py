"""One draw: as a draft, sealed, drawn; and as the event that a room watches."""

from collections import defaultdict
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.gate import may
from accounts.models import User
from campaigns.draw_rules import example, percent
from campaigns.forms.draws import RecusalForm
from campaigns.models import Draw, DrawAdjustment, DrawnTarget, DrawParticipant, Recusal
from campaigns.services import draws
from campaigns.states import DrawState
from campaigns.views.draws.frame import APPROVE, PREPARE, acts, crumbs, draw_or_404
from campaigns.views.draws.listing import TONES
from campaigns.views.frame import person
from core import clock
from core.models import PrintedDocument
from core.paging import KeysetPage
from enterprises.rules.quarters import Quarter

SHOWN = 100
VERSIONS = 20
ON_STAGE = 200
STEPS = ("准备", "封存公布名单", "双方提交承诺", "双方公开密值", "公共值", "抽取")


@login_required
@require_GET
def draw_detail(request: HttpRequest, pk: int) -> HttpResponse:
    draw = draw_or_404(request, pk)
    return render(request, "campaigns/draws/draw_detail.html", page_of(request, draw))


def page_of(request: HttpRequest, draw: Draw, **more: Any) -> dict[str, Any]:
    user = person(request)
    people = list(draw.participants.select_related("user__unit"))
    context: dict[str, Any] = {
        "draw": draw,
        "tone": TONES[draw.state],
        "crumbs": crumbs(draw),
        "steps": steps_of(draw, people),
        "participants": people,
        "prepares": acts(user, PREPARE, draw),
        "approves": acts(user, APPROVE, draw),
        "terms": terms_of(draw),
        "redrawn": Draw.objects.filter(redraw_of=draw).first(),
    }
    if draw.state == DrawState.DRAFT:
        context |= draft_part(draw)
    elif draw.state == DrawState.PUBLISHED:
        context |= sealed_part(draw, people, user)
    if draw.seed:
        context |= result_part(request, draw)
    if draw.published_at:
        public = reverse("campaigns:draw_public", args=[draw.token])
        context["siblings"] = Draw.objects.siblings(draw)[:SHOWN]
        context["public_url"] = request.build_absolute_uri(public)
    return context | more


def progress(draw: Draw, people: list[DrawParticipant]) -> int:
    """How many of STEPS are done."""
    if draw.seed:
        return 6
    if draw.value_confirmed_at:
        return 5
    if not draw.published_at:
        return 1 if draw.state != DrawState.DRAFT else 0
    if any(not one.commitment for one in people):
        return 2
    over = clock.now() > draw.reveal_by
    return 4 if over or all(one.value for one in people) else 3


def steps_of(draw: Draw, people: list[DrawParticipant]) -> list[dict[str, Any]]:
    done = progress(draw, people)
    ended = draw.state in (DrawState.CANCELLED, DrawState.VOIDED)
    times = (None, draw.published_at, draw.commit_by, draw.reveal_by, draw.public_at, draw.drawn_at)
    found = []
    for place, (name, at) in enumerate(zip(STEPS, times, strict=True)):
        state = "done" if place < done else "skipped" if ended else "current" if place == done else "todo"
        before = "截至 " if place in (2, 3) else "自 " if place == 4 else ""
        note = f"{before}{clock.local(at):%m-%d %H:%M}" if at else ""
        found.append({"name": name, "state": state, "note": note, "url": ""})
    return found


def terms_of(draw: Draw) -> list[tuple[str, str]]:
    by = "、".join(draws.DIMENSIONS[name] for name in draw.strata_by) or "不分层"
    keeps = "不派往本人所在市" if draw.cross_region else "只派往本人有执法权限的辖区"
    pairs = [
        ("行动", draw.campaign.title),
        ("组织单位", draw.unit.name),
        ("检查日期", str(draw.inspect_on)),
        ("分层", by),
        ("默认比例", f"{percent(draw.ratio)}%，向上取整"),
        ("每组", f"{draw.team_size} 名执法人员{'，须有' + draw.speciality + '专长' if draw.speciality else ''}"),
        ("回避", keeps + ("；回避曾检查过的企业" if draw.avoid_previous else "")),
        ("公共值取自", f"{draw.source_told}；{clock.local(draw.public_at):%Y-%m-%d %H:%M} 以后的第一期"),
    ]
    pairs += [("联合部门", "、".join(draw.partners))] * bool(draw.partners)
    pairs += [("检查事项", "、".join(draw.checks))] * bool(draw.checks)
    if quarter := draw.filters.get("new_permits"):
        pairs.append(("范围", f"{Quarter.read(quarter).label}新领排污许可证的单位"))
    if draw.redraw_of:
        pairs.append(("重抽", f"替代 {draw.redraw_of}。理由：{draw.redraw_reason}"))
    if draw.end_reason:
        pairs.append((draw.get_state_display(), draw.end_reason))
    return pairs


def draft_part(draw: Draw, form: RecusalForm | None = None) -> dict[str, Any]:
    """What would be sealed, as it was computed when something was last decided."""
    versions = list(draw.schemes.select_related("made_by")[:VERSIONS])
    scheme = versions[0] if versions else None
    found: dict[str, Any] = scheme.found if scheme else {}
    items = draws.items_of(draw.unit)
    said = list(found.get("objections", ["还没有核对名单，请点“重新核对名单”。"]))
    said += [] if items else ["还没有抽查事项清单，请先在“抽查事项清单”中登记。"]
    strata = found.get("strata", [])
    return {
        "scheme": scheme,
        "versions": versions,
        "moved": scheme is not None and draws.moved_since(draw, scheme.made_at),
        "found": found,
        "objections": said,
        "items": items,
        "strata": [{**one, "percent": percent(one["ratio"]) if one["ratio"] else ""} for one in strata],
        "recusals": Recusal.objects.filter(draw=draw, ended_at=None).select_related("user", "enterprise")
        | Recusal.objects.filter(
            enterprise__targets__campaign=draw.campaign_id,
            enterprise__unit__path__startswith=draw.unit.path,
            ended_at=None,
        ).select_related("user", "enterprise"),
        "recusal_form": form or RecusalForm(None, draw=draw),
    }


def sealed_part(draw: Draw, people: list[DrawParticipant], user: User) -> dict[str, Any]:
    """Whose turn it is, and what this person can do now."""
    at = clock.now()
    mine = next((one for one in people if one.user_id == user.pk), None)
    complete = all(one.commitment for one in people)
    says = mine is not None or acts(user, PREPARE, draw) or acts(user, APPROVE, draw)
    return {
        "mine": mine,
        "may_commit": mine is not None and not mine.commitment and at <= draw.commit_by,
        "may_reveal": mine is not None and complete and not mine.value and at <= draw.reveal_by,
        "may_value": says and complete and at >= draw.public_at and draw.value_confirmed_by_id is None,
        "second": draw.value_entered_by_id not in (None, user.pk),
        "may_hold": draw.value_confirmed_by_id is not None and (mine is not None or acts(user, PREPARE, draw)),
        "example": example(draw.source),
        "may_void": acts(user, APPROVE, draw) and mine is None and draw.value_confirmed_by_id is None,
        "lapsed": not complete and at > draw.commit_by,
        "silent": [one for one in people if complete and not one.value and at > draw.reveal_by],
    }


def result_part(request: HttpRequest, draw: Draw) -> dict[str, Any]:
    rows = draw.drawn.select_related("target__enterprise", "target__unit", "assignment")
    page = KeysetPage(rows, ("order",), size=50).for_request(request)
    waiting = DrawAdjustment.objects.filter(drawn__draw=draw).select_related(
        "drawn__target__enterprise", "person_out", "person_in", "asked_by", "decided_by"
    )
    document = PrintedDocument.objects.of(draw).valid().filter(kind="draw_proof").last()
    return {
        "page": page,
        "lines": named_lines(draw, page.rows),
        "adjustments": list(waiting),
        "paper": document,
        "takes": may(person(request), "visit.plan", draw) and draw.state == DrawState.DRAWN,
    }


def named_lines(draw: Draw, rows: list[DrawnTarget]) -> list[dict[str, Any]]:
    """Each row with the names of its team; one query for all people."""
    names = dict(
        User.objects.filter(pk__in={pk for row in rows for pk in [*row.team, *row.drawn_team]}).values_list(
            "pk", "name"
        )
    )
    labels = {one["key"]: one["label"] for one in draw.strata}
    return [
        {
            "row": row,
            "stratum": labels.get(row.stratum, row.stratum),
            "team": [names[pk] for pk in row.team],
            "drawn_team": [names[pk] for pk in row.drawn_team],
            "changed": row.team != row.drawn_team,
        }
        for row in rows
    ]


@login_required
@require_GET
def draw_watch(request: HttpRequest, pk: int) -> HttpResponse:
    """The draw as a room sees it; the script shows one stratum after another."""
    draw = draw_or_404(request, pk)
    people = list(draw.participants.select_related("user__unit"))
    rows = draw.drawn.select_related("target__enterprise")
    page = KeysetPage(rows, ("order",), size=ON_STAGE).for_request(request)
    lines = named_lines(draw, page.rows) if draw.seed else []
    by_stratum: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        by_stratum[line["row"].stratum].append(line)
    strata = [{**one, "percent": percent(one["ratio"]), "lines": by_stratum[one["key"]]} for one in draw.strata]
    context = {
        "draw": draw,
        "strata": [one for one in strata if one["quota"] and (one["lines"] or not draw.seed)],
        "page": page,
        "drawn_count": sum(one["quota"] for one in draw.strata),
        "participants": people,
        "steps": steps_of(draw, people),
        "done": progress(draw, people),
    }
    return render(request, "campaigns/draws/draw_watch.html", context)


@require_GET
def draw_public(request: HttpRequest, token: str) -> HttpResponse:
    """What anybody may know of a draw: fingerprints, commitments, quotas; no enterprise and no inspector."""
    draw = get_object_or_404(Draw.objects.select_related("unit", "campaign").exclude(published_at=None), token=token)
    context = {
        "draw": draw,
        "tone": TONES[draw.state],
        "participants": draw.participants.select_related("user__unit"),
        "strata": [{**one, "percent": percent(one["ratio"])} for one in draw.strata],
        "siblings": Draw.objects.siblings(draw)[:SHOWN],
        "after": Draw.objects.filter(redraw_of=draw).exclude(published_at=None).first(),
    }
    return render(request, "campaigns/draws/draw_public.html", context)
