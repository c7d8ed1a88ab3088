"""What an officer or leader of the authority decides by hand: responsible units, a day for what has none, new dates."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.gate import require_somewhere
from accounts.models import Unit
from campaigns.forms.due import DayForm, RedateForm, UnitsForm
from campaigns.models import Campaign
from campaigns.services import due
from campaigns.services.due import looking
from campaigns.views.frame import campaign_for, page_of, person
from core import clock
from core.models import Obligation
from core.refusals import Refused

MANAGE, APPROVE = "campaign.manage", "campaign.approve"
UNITS = "campaigns:campaign_units"


@login_required
@require_GET
def campaign_units(request: HttpRequest, pk: int) -> HttpResponse:
    """Every entry of the plan with who leads, who helps, and how far it is."""
    campaign = campaign_for(request, pk)
    require_somewhere(person(request), looking.VIEW)
    context = {
        **page_of(request, campaign),
        "lines": lines_of(campaign),
        "published": campaign.state == "published",
        "at": clock.now(),
    }
    return render(request, "campaigns/due/campaign_units.html", context)


def lines_of(campaign: Campaign) -> list[dict[str, object]]:
    """Constant in queries: units, what is owed, and once for the lists that others wait for."""
    laid, units = due.laid_upon(campaign), due.units_below(campaign)
    compiled, counts = due.compiled_on(campaign), counted(campaign)
    found: list[dict[str, object]] = []
    for entry in due.entries_of(campaign.blueprint.data):
        leads = laid.leads.get(entry.key) or due.found_by(entry.by, campaign.unit, units)
        joint = laid.joint.get(entry.key) or due.found_by(entry.joint_by, campaign.unit, units)
        found.append(
            {
                "entry": entry,
                "leads": leads,
                "joint": joint,
                "fallback": entry.opens and (entry.key in laid.fallback or not leads),
                "named": entry.key in laid.named,
                "count": counts.get(entry.key),
                "uncompiled": bool(entry.once) and compiled.get(entry.once) is None,
            }
        )
    return found


def counted(campaign: Campaign) -> dict[str, dict[str, int]]:
    """Of each entry how many are met, late and open now. One query."""
    at = clock.now()
    found: dict[str, dict[str, int]] = {}
    for subject, due_at, met_at, waived_at in due.of_campaign(campaign).values_list(
        "subject", "due_at", "met_at", "waived_at"
    ):
        state = "waived" if waived_at else "met" if met_at else "late" if due_at < at else "open"
        one = found.setdefault(subject, {"met": 0, "late": 0, "open": 0, "waived": 0})
        one[state] += 1
    return found


def entry_or_404(campaign: Campaign, key: str) -> due.Entry:
    entry = due.entry_of(campaign.blueprint.data, key)
    if entry is None or not entry.opens:
        raise Http404("没有这一项")
    return entry


@login_required
@require_http_methods(["GET", "POST"])
def units_name(request: HttpRequest, pk: int, entry: str) -> HttpResponse:
    campaign = campaign_for(request, pk, MANAGE)
    one = entry_or_404(campaign, entry)
    laid = due.laid_upon(campaign)
    initial = {"lead": laid.leads.get(one.key, []), "joint": laid.joint.get(one.key, [])}
    units = Unit.objects.under(campaign.unit.path).filter(closed_on=None).order_by("path")
    form = UnitsForm(request.POST or None, entry=one, units=units, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            due.name_units(
                campaign, one, list(said["lead"]), list(said["joint"]), actor=person(request), at=clock.now()
            )
        except Refused as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            messages.success(request, f"“{one.title}”的责任单位已指定。")
            return redirect(UNITS, pk)
    context = {**page_of(request, campaign), "form": form, "title": f"指定责任单位：{one.title}", "back": UNITS}
    return render(request, "campaigns/due/due_form.html", context, status=422 if request.method == "POST" else 200)


@login_required
@require_http_methods(["GET", "POST"])
def day_set(request: HttpRequest, pk: int, entry: str) -> HttpResponse:
    campaign = campaign_for(request, pk, MANAGE)
    one = entry_or_404(campaign, entry)
    form = DayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            count = due.set_day(
                campaign, one, said["day"], reason=said["reason"], actor=person(request), at=clock.now()
            )
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, f"已设定期限，{count} 个责任单位会收到消息。")
            return redirect(UNITS, pk)
    context = {**page_of(request, campaign), "form": form, "title": f"设定期限：{one.title}", "back": UNITS}
    return render(request, "campaigns/due/due_form.html", context, status=422 if request.method == "POST" else 200)


@login_required
@require_http_methods(["GET", "POST"])
def campaign_redate(request: HttpRequest, pk: int) -> HttpResponse:
    """New dates of a running campaign, by its leader."""
    campaign = campaign_for(request, pk, APPROVE)
    form = RedateForm(request.POST or None, campaign=campaign)
    if request.method == "POST" and form.is_valid():
        try:
            moved = redated(request, campaign, form)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, f"日期已调整，{len(moved)} 项未办结的期限随之变化，各单位会收到消息。")
            return redirect("campaigns:campaign_terms", pk)
    context = {
        **page_of(request, campaign),
        "form": form,
        "title": "调整执行中行动的日期",
        "back": "campaigns:campaign_terms",
    }
    return render(request, "campaigns/due/due_form.html", context, status=422 if request.method == "POST" else 200)


def redated(request: HttpRequest, campaign: Campaign, form: RedateForm) -> list[Obligation]:
    said = form.cleaned_data
    return due.change_dates(
        campaign, form.windows(), said["on_holiday"], reason=said["reason"], actor=person(request), at=clock.now()
    )
