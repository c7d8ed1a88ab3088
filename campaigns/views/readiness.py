"""Are the units ready? The matrix of units and items, one unit's checklist, filing, reviewing, urging."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gate import deny, holdings, may, require, require_somewhere
from accounts.models import Unit
from campaigns import services
from campaigns.exports import readiness_sheet
from campaigns.forms import READINESS_LABELS, ReadinessFilter, ReadinessForm
from campaigns.models import Campaign, ReadinessEntry
from campaigns.services.readiness import FILE, Line
from campaigns.views.frame import campaign_for, page_of, person
from core import audit, clock
from core.commands import reason_of
from core.files import serve
from core.refusals import NotAllowed, Refused
from core.sheets import workbook_response

SEE = "visit.view"


def shown_units(request: HttpRequest, campaign: Campaign) -> Any:
    """The owing units that the person sees: the own, and those below."""
    require_somewhere(person(request), SEE)
    scope = holdings(person(request)).scope(SEE)
    rows = services.owing_units(campaign)
    if campaign.pk in scope.campaign_ids:
        return rows
    return rows.filter(pk__in=[unit.pk for unit in rows if scope.covers_path(unit.path)])


def unit_for(request: HttpRequest, campaign: Campaign, pk: int) -> Unit:
    unit: Unit = get_object_or_404(shown_units(request, campaign).select_related("parent"), pk=pk)
    return unit


def chosen(request: HttpRequest, campaign: Campaign) -> tuple[ReadinessFilter, list[Line]]:
    """The filter and the lines it leaves; the highest level of the person's units unless another is asked for."""
    units = list(shown_units(request, campaign).select_related("parent"))
    labels = dict(Unit.Level.choices)
    levels = list(dict.fromkeys(unit.level for unit in sorted(units, key=lambda unit: unit.path.count("/"))))
    cities = Unit.objects.filter(pk__in=[unit.parent_id for unit in units if unit.level == Unit.Level.COUNTY])
    data = {name: str(value) for name, value in request.GET.items()}
    if data.get("level") not in levels:
        data["level"] = levels[0] if levels else ""
    form = ReadinessFilter(data, levels=[(level, str(labels[level])) for level in levels], cities=cities)
    city = form.cleaned_data.get("city") if form.is_valid() else None
    units = [unit for unit in units if unit.level == data["level"] and (city is None or unit.parent_id == city.pk)]
    lines = services.readiness_lines(campaign, units, clock.now())
    wanted = data.get("state", "")
    return form, [line for line in lines if not wanted or line.ready == (wanted == "ready")]


@login_required
@require_GET
def readiness_list(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = campaign_for(request, pk)
    form, lines = chosen(request, campaign)
    context = {
        **page_of(request, campaign),
        "form": form,
        "items": services.readiness_items(campaign),
        "lines": lines,
        "missing": [line for line in lines if not line.ready],
        "done": [line for line in lines if line.ready],
        "ready": sum(line.ready for line in lines),
        "urges": {line.unit.pk for line in lines if services.reviews(person(request), line.unit)},
        "urged": services.urged_on(campaign, [line.unit for line in lines]),
        "today": clock.today(),
        "query": request.GET.urlencode(),
    }
    return render(request, "campaigns/readiness.html", context)


@login_required
@require_GET
def readiness_export(request: HttpRequest, pk: int) -> FileResponse:
    campaign, at = campaign_for(request, pk), clock.now()
    _, lines = chosen(request, campaign)
    audit.record("campaigns.readiness.export", campaign, actor=person(request), at=at, after={"units": len(lines)})
    sheet = readiness_sheet(services.readiness_items(campaign), campaign.title)
    name = f"准备状态{clock.today():%Y%m%d}.xlsx"
    return workbook_response(name, [(sheet, lines)], at=at, creator=person(request).name)


@login_required
@require_GET
def readiness_unit(request: HttpRequest, pk: int, unit_pk: int) -> HttpResponse:
    campaign = campaign_for(request, pk)
    unit = unit_for(request, campaign, unit_pk)
    line = services.readiness_lines(campaign, [unit], clock.now())[0]
    entries: dict[str, list[ReadinessEntry]] = {}
    rows = ReadinessEntry.objects.filter(campaign=campaign, unit=unit).select_related("filed_by", "decided_by")
    for row in rows.order_by("key", "-version"):
        entries.setdefault(row.key, []).append(row)
    context = {
        **page_of(request, campaign),
        "unit": unit,
        "line": line,
        "parts": [(cell, entries.get(cell.item["key"], [])) for cell in line.cells if cell is not None],
        "labels": READINESS_LABELS,
        "files": campaign.state == Campaign.State.PUBLISHED and may(person(request), FILE, At(unit)),
        "reviews": services.reviews(person(request), unit),
        "urged": services.urged_on(campaign, [unit]).get(unit.pk),
        "today": clock.today(),
    }
    return render(request, "campaigns/readiness_unit.html", context)


class At:
    """A unit as the gate asks for it."""

    gate_enterprise_id: int | None = None

    def __init__(self, unit: Unit) -> None:
        self.gate_path = unit.path


@login_required
@require_http_methods(["GET", "POST"])
def readiness_file(request: HttpRequest, pk: int, unit_pk: int, item: str) -> HttpResponse:
    campaign = campaign_for(request, pk)
    unit = unit_for(request, campaign, unit_pk)
    require(person(request), FILE, At(unit))
    owed = services.readiness_item(campaign, unit, item)
    newest = ReadinessEntry.objects.filter(campaign=campaign, unit=unit, key=item).order_by("-version").first()
    form = ReadinessForm(
        request.POST or None, request.FILES or None, kind=owed["kind"], initial=newest.data if newest else {}
    )
    if request.method == "POST" and form.is_valid() and filed(request, campaign, unit, item, form):
        return redirect("campaigns:readiness_unit", pk, unit_pk)
    context = {**page_of(request, campaign), "unit": unit, "item": owed, "form": form, "newest": newest}
    return render(request, "campaigns/readiness_form.html", context, status=422 if request.method == "POST" else 200)


def filed(request: HttpRequest, campaign: Campaign, unit: Unit, item: str, form: ReadinessForm) -> bool:
    """Whether it was written down; what it lacks goes to the form."""
    upload = form.cleaned_data.get("file")
    try:
        row = services.file_readiness(
            campaign, unit, item, form.said, upload=upload, actor=person(request), at=clock.now()
        )
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return False
    said = "已上传，待上级审核。" if row.kind == "document" else "已报送。"
    messages.success(request, f"第 {row.version} 版{said}")
    return True


def entry_for(request: HttpRequest, pk: int, entry_pk: int) -> ReadinessEntry:
    """An entry of this very campaign, of a unit that the person sees."""
    campaign = campaign_for(request, pk)
    rows = ReadinessEntry.objects.filter(campaign=campaign, unit__in=shown_units(request, campaign))
    return get_object_or_404(rows.select_related("campaign__blueprint", "unit", "file"), pk=entry_pk)


@login_required
@require_GET
def readiness_document(request: HttpRequest, pk: int, entry_pk: int) -> HttpResponseBase:
    entry = entry_for(request, pk, entry_pk)
    if entry.file is None:
        raise Refused("这一项没有文件。", status=404)
    return serve(request, entry.file, entry.file_name, inline=True)


@login_required
@require_POST
def readiness_approve(request: HttpRequest, pk: int, entry_pk: int) -> HttpResponse:
    entry, user = entry_for(request, pk, entry_pk), person(request)
    if not services.reviews(user, entry.unit):
        deny(user, "readiness.review", entry)
    return answered(
        request, entry.unit, pk, lambda: services.approve_readiness(entry, actor=user, at=clock.now()), "已审核通过。"
    )


@login_required
@require_POST
def readiness_return(request: HttpRequest, pk: int, entry_pk: int) -> HttpResponse:
    entry, user, reason = entry_for(request, pk, entry_pk), person(request), reason_of(request)
    if not services.reviews(user, entry.unit):
        deny(user, "readiness.review", entry)
    return answered(
        request,
        entry.unit,
        pk,
        lambda: services.return_readiness(entry, actor=user, at=clock.now(), reason=reason),
        "已退回，理由已告知填报人。",
    )


@login_required
@require_POST
def readiness_urge(request: HttpRequest, pk: int, unit_pk: int) -> HttpResponse:
    campaign = campaign_for(request, pk)
    unit, user = unit_for(request, campaign, unit_pk), person(request)
    if not services.reviews(user, unit):
        deny(user, "readiness.review", unit)
    return answered(
        request,
        unit,
        pk,
        lambda: services.urge(campaign, unit, actor=user, at=clock.now()),
        f"已催办{unit.short_name}。",
    )


def answered(request: HttpRequest, unit: Unit, pk: int, command: Any, said: str) -> HttpResponse:
    """Back to the unit's checklist, with what was done or why not."""
    try:
        command()
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, said)
    return redirect("campaigns:readiness_unit", pk, unit.pk)
