"""The list of campaigns and one campaign: what it is, what is still to be decided, and the steps to publication."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gate import able_somewhere, may, require_somewhere
from accounts.models import Unit
from campaigns import services
from campaigns.blueprint_files import place_said
from campaigns.forms import ON_HOLIDAY, AdoptForm, CreateForm, ParametersForm
from campaigns.models import Campaign, Phase, Target
from campaigns.registers.services.training import province_trained
from campaigns.rules.timing import UNTRAINED
from campaigns.services.gate.reading import TRAINED_FIRST
from campaigns.states import CAMPAIGNS
from campaigns.views.frame import campaign_for, page_of, person
from core import clock
from core.commands import carried_out, reason_of
from core.gantt import Window
from core.once import once
from core.paging import KeysetPage
from core.refusals import Refused

MANAGE = "campaign.manage"
DETAIL = "campaigns:campaign_detail"


@login_required
@require_GET
def campaign_list(request: HttpRequest) -> HttpResponse:
    user = person(request)
    rows = Campaign.objects.visible_to(user).select_related("unit", "blueprint").prefetch_related("phases")
    page = KeysetPage(rows, ("-year", "-id"), size=20).for_request(request)
    context = {
        "page": page,
        "lines": [(row, running(row, clock.today())) for row in page.rows],
        "creates": able_somewhere(user, MANAGE),
    }
    return render(request, "campaigns/campaign_list.html", context)


def running(campaign: Campaign, day: date) -> list[Phase]:
    return [phase for phase in campaign.phases.all() if phase.open_on(day)]


@login_required
@require_http_methods(["GET", "POST"])
@once
def campaign_create(request: HttpRequest) -> HttpResponse:
    scope = require_somewhere(person(request), MANAGE)
    units = Unit.objects.filter(path__in=scope.paths)
    form = CreateForm(request.POST or None, units=units)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            row = services.create_from_blueprint(
                given["blueprint"], unit=given["unit"], year=given["year"], actor=person(request), at=clock.now()
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "行动已拟定。请选定参数、采用台账选项，再报领导批准。")
            return redirect("campaigns:campaign_detail", row.pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "campaigns/campaign_form.html", {"form": form}, status=status)


@login_required
@require_GET
def campaign_detail(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = campaign_for(request, pk)
    return render(request, "campaigns/campaign_detail.html", overview(request, campaign))


def overview(request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
    user = person(request)
    phases = list(campaign.phases.all())
    dates = services.report_dates(campaign)
    lapsed = lapsed_of(campaign, dates)
    adopted = Campaign.objects.select_related("industries", "issue_types", "handlings", "adopted_by", "approved_by")
    return {
        **page_of(request, campaign),
        "campaign": adopted.select_related("blueprint", "unit").get(pk=campaign.pk),
        "windows": [Window(phase.name, phase.starts_on, phase.ends_on) for phase in phases],
        "dates": dates,
        "reported_above": services.reported_above(campaign),
        "since": campaign.published_at or clock.now(),
        "lapsed": lapsed,
        "publish_text": publish_text(dates, lapsed),
        "on_holiday": dict(ON_HOLIDAY)[campaign.on_holiday],
        "obstacles": services.obstacles(campaign) if campaign.published_at is None else [],
        "parameters": readings(campaign),
        "bases": services.bases_of(campaign),
        "counts": counts(request, campaign),
        "pledge_due": pledge_due(request, campaign),
        "untrained": UNTRAINED if untrained_province(campaign) else "",
        "actions": [arrow for arrow in CAMPAIGNS.actions(campaign.state) if may(user, arrow.capability, campaign)],
    }


@dataclass(frozen=True)
class Lapsed:
    """What is over before the campaign begins: nobody will be asked for it."""

    weeks: int
    terms: int

    @property
    def said(self) -> str:
        parts = [f"{self.weeks} 周的周报" * bool(self.weeks), f"{self.terms} 项期限" * bool(self.terms)]
        return "、".join(part for part in parts if part)


def lapsed_of(campaign: Campaign, dates: list[services.ReportDate]) -> Lapsed:
    """As of now; of a campaign that was published, as of then."""
    at = clock.now()
    weeks = sum(one.due_at <= (campaign.published_at or at) for one in dates)
    return Lapsed(weeks, services.lapsed_count(services.campaign_terms(campaign, at)))


def publish_text(dates: list[services.ReportDate], lapsed: Lapsed) -> str:
    """What the person who publishes must have read: the resolved report dates, and what will not be made."""
    past = f"其中 {lapsed.said}已经过去，不会生成，也不计迟报。" if lapsed.said else ""
    if not dates:
        return f"发布后下级各单位即可看到，并按“报送与期限”页的日期报送。{past}"
    moved = "、".join(f"{date.nominal:%m-%d}→{date.day:%m-%d}" for date in dates if date.moved)
    said = f"发布后下级各单位即可看到，并按 {len(dates)} 周的周报截止时间报送"
    return f"{said}（{moved} 因节假日调整）。{past}" if moved else f"{said}。{past}"


def counts(request: HttpRequest, campaign: Campaign) -> dict[str, Any] | None:
    """How far the campaign is, within what the person may see; None for those who see no visits."""
    if not able_somewhere(person(request), "visit.view"):
        return None
    rows = Target.objects.visible_to(person(request)).filter(campaign=campaign)
    found = rows.aggregate(
        total=Count("pk"),
        key=Count("pk", filter=Q(is_key=True)),
        checked=Count("pk", filter=Q(self_checked_at__isnull=False)),
        visited=Count("pk", filter=Q(visited_at__isnull=False)),
    )
    return {**found, "left": found["total"] - found["visited"], "key_note": f"其中重点 {found['key']:,} 家"}


def readings(campaign: Campaign) -> list[dict[str, Any]]:
    """Every parameter with the reading that was chosen, "" where none was."""
    found = []
    for parameter in campaign.blueprint.data.get("parameters", []):
        labels = {option["value"]: option["label"] for option in parameter["options"]}
        cited = f"{place_said(parameter)}：{parameter.get('quote', '')}"
        found.append(
            {**parameter, "cited": cited, "chosen": labels.get(campaign.parameters.get(parameter["key"], ""), "")}
        )
    return found


def untrained_province(campaign: Campaign) -> bool:
    """Whether the inspections cannot begin because the province has registered no training (HN-73)."""
    asked = TRAINED_FIRST in campaign.blueprint.data.get("gate", {})
    return campaign.state == "published" and asked and not province_trained(campaign)


def pledge_due(request: HttpRequest, campaign: Campaign) -> bool:
    """Whether this person is an inspector who has not signed the campaign's pledge yet."""
    user = person(request)
    if campaign.state != "published" or not services.pledge_text(campaign) or not able_somewhere(user, "visit.record"):
        return False
    return not user.pledges.filter(campaign=campaign).exists()


@login_required
@require_http_methods(["GET", "POST"])
def campaign_parameters(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = campaign_for(request, pk, MANAGE)
    form = ParametersForm(request.POST or None, campaign=campaign)
    if request.method == "POST" and form.is_valid():
        try:
            services.choose_parameters(
                campaign,
                form.chosen(),
                on_holiday=form.cleaned_data["on_holiday"],
                actor=person(request),
                at=clock.now(),
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "参数已选定。")
            return redirect("campaigns:campaign_detail", pk)
    context = {**page_of(request, campaign), "form": form, "title": "选定参数"}
    return render(request, "campaigns/decision_form.html", context, status=422 if request.method == "POST" else 200)


@login_required
@require_http_methods(["GET", "POST"])
def campaign_adopt(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = campaign_for(request, pk, MANAGE)
    form = AdoptForm(request.POST or None, campaign=campaign)
    if request.method == "POST" and form.is_valid():
        try:
            services.adopt_lists(campaign, **form.cleaned_data, actor=person(request), at=clock.now())
        except Refused as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            messages.success(request, "已采用共享台账选项，决定显示在本页。")
            return redirect("campaigns:campaign_detail", pk)
    context = {**page_of(request, campaign), "form": form, "title": "采用共享台账选项"}
    return render(request, "campaigns/decision_form.html", context, status=422 if request.method == "POST" else 200)


@login_required
@require_POST
def campaign_approve(request: HttpRequest, pk: int) -> HttpResponse:
    campaign, user, at = campaign_for(request, pk, "campaign.approve"), person(request), clock.now()
    return carried_out(
        request, lambda: services.approve(campaign, actor=user, at=at), "行动已批准，可以发布。", DETAIL, pk
    )


@login_required
@require_POST
def campaign_return(request: HttpRequest, pk: int) -> HttpResponse:
    campaign, user, at = campaign_for(request, pk, "campaign.approve"), person(request), clock.now()
    reason = reason_of(request)
    return carried_out(
        request,
        lambda: services.return_to_draft(campaign, actor=user, at=at, reason=reason),
        "行动已退回修改。",
        DETAIL,
        pk,
    )


@login_required
@require_POST
def campaign_publish(request: HttpRequest, pk: int) -> HttpResponse:
    campaign, user, at = campaign_for(request, pk, MANAGE), person(request), clock.now()
    said = "行动已发布，下级各单位已收到通知。"
    return carried_out(request, lambda: services.publish(campaign, actor=user, at=at), said, DETAIL, pk)


@login_required
@require_POST
def campaign_close(request: HttpRequest, pk: int) -> HttpResponse:
    campaign, user, at = campaign_for(request, pk, MANAGE), person(request), clock.now()
    reason = reason_of(request)
    return carried_out(
        request, lambda: services.close(campaign, actor=user, at=at, reason=reason), "行动已结束。", DETAIL, pk
    )
