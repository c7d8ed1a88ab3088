"""Papers of campaigns: the proof of a random draw, and who sits in which working group."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from accounts.models import User
from campaigns.draw_rules import percent
from campaigns.models import Campaign, Draw
from campaigns.services.annexes import NOT_ORIGINAL
from core import locks
from core.clock import local
from core.documents import Paper, PaperField, cn_date, issue_pdf, render_pdf
from core.models import FormDefinition, PrintedDocument
from core.refusals import Refused

TITLE = "随机抽查抽取证明"
KIND = "draw_proof"
GROUPS_TITLE = "领导小组和工作组人员名单"
GROUPS_KIND = "campaign_groups"
# More strata than these would begin a second page.
STRATA_SHOWN = 5


def draw_proof(draw: Draw, *, by: User, at: datetime) -> PrintedDocument:
    """The paper of a draw: made once, given again afterwards. Refused before the draw."""
    if not draw.seed:
        raise Refused("抽取后才能制作抽取证明。")
    with transaction.atomic():
        locks.hold("draw-proof", str(draw.pk))
        kept = PrintedDocument.objects.of(draw).valid().filter(kind=KIND).last()
        if kept is not None:
            return kept
        return issue_pdf(
            "documents/campaigns/draw_proof.html",
            context_of(draw),
            kind=KIND,
            title=TITLE,
            subject=draw,
            by=by,
            at=at,
            number=draw.number,
            fields=proof_fields(draw),
            unit_path=draw.unit.path,
            unit_name=draw.unit.name,
        )


def context_of(draw: Draw) -> dict[str, Any]:
    strata = [{**one, "percent": percent(one["ratio"])} for one in draw.strata if one["quota"]]
    return {
        "draw": draw,
        "strata": strata[:STRATA_SHOWN],
        "more": len(strata) - STRATA_SHOWN,
        "participants": draw.participants.select_related("user__unit").order_by("role"),
        "public_url": settings.PUBLIC_BASE_URL.rstrip("/") + reverse("campaigns:draw_public", args=[draw.token]),
    }


def groups_paper(campaign: Campaign, *, by: User, at: datetime) -> PrintedDocument:
    """Who sits in which group now; whoever has two places stands in both. Each print is a version of its own."""
    return issue_pdf(
        "documents/campaigns/groups.html",
        {"campaign": campaign, "groups": list(campaign.groups.prefetch_related("members__user__unit"))},
        kind=GROUPS_KIND,
        title=GROUPS_TITLE,
        subject=campaign,
        by=by,
        at=at,
        unit_path=campaign.unit.path,
        unit_name=campaign.unit.name,
    )


def blank_form(title: str, form: FormDefinition, *, at: datetime) -> bytes:
    """The platform's own form with nothing filled in, marked 非原件 on every page; kept nowhere."""
    context = {"form": form.data, "version": form.version}
    return render_pdf("documents/campaigns/blank_form.html", context, Paper(title=title, at=at, mark=NOT_ORIGINAL))


def leaflet_paper(campaign: Campaign, text: Mapping[str, Any], *, at: datetime) -> bytes:
    """What enterprises are told in writing, in the name of the campaign's authority, with a place to sign for it."""
    paper = Paper(title=text["title"], at=at, unit_name=campaign.unit.name)
    return render_pdf("documents/campaigns/leaflet.html", {"text": text, "campaign": campaign}, paper)


def proof_fields(draw: Draw) -> list[PaperField]:
    said = draw.summary
    items, enterprises, inspectors = draw.items, draw.enterprises, draw.inspectors
    again = [PaperField("重抽", f"替代 {draw.redraw_of}。{draw.redraw_reason}", wide=True)] if draw.redraw_of else []
    return [
        PaperField("行动", draw.campaign.title, wide=True),
        PaperField("抽查名称", draw.title),
        PaperField("检查日期", cn_date(draw.inspect_on)),
        PaperField("事项清单", f"第 {items.number} 版，{items.size} 项" if items else ""),
        PaperField(
            "名录库版本",
            f"对象第 {enterprises.number} 版，人员第 {inspectors.number} 版" if enterprises and inspectors else "",
        ),
        PaperField("检查对象", f"可抽 {said['pool']} 家，排除 {said['excluded']} 家，抽中 {said['quota']} 家"),
        PaperField(
            "执法人员", f"可派 {said['inspectors']} 名，排除 {said['excluded_inspectors']} 名，每组 {draw.team_size} 名"
        ),
        PaperField("名单封存公布", moment(draw.published_at)),
        PaperField("抽取时间", moment(draw.drawn_at)),
        *again,
    ]


def moment(at: datetime | None) -> str:
    return f"{local(at):%Y-%m-%d %H:%M:%S}" if at else ""
