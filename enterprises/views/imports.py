"""A city's list, from the upload to the result."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRefresh

from accounts.gate import require_somewhere
from accounts.models import Unit, User
from core import clock
from core.paging import KeysetPage
from core.refusals import Refused
from core.sheets import workbook_response
from enterprises.exports import ERROR_SHEET, error_lines, template_sheets
from enterprises.forms import UploadForm, under
from enterprises.models import Enterprise, ImportBatch, ImportRow
from enterprises.rules.industries import industry_name
from enterprises.services.imports import commands
from enterprises.services.imports.claims import is_waiting_long
from enterprises.services.imports.columns import LIST_COLUMNS
from enterprises.states import ImportState
from enterprises.tasks import wake
from enterprises.views.frame import person

IMPORT = "enterprise.import"
AT_WORK = (ImportState.READING, ImportState.WRITING)
ORDER = ("error", "doubtful", "new", "renamed", "changed", "same")


@login_required
@require_http_methods(["GET", "POST"])
def import_list(request: HttpRequest) -> HttpResponse:
    """The lists that were uploaded, and the form for the next one."""
    scope = require_somewhere(request.user, IMPORT)
    units = Unit.objects.filter(under("path", scope.paths), level="city", closed_on=None)
    form = UploadForm(units, request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            batch = commands.upload(
                form.cleaned_data["file"], form.cleaned_data["unit"], actor=person(request), at=clock.now()
            )
        except Refused as refusal:
            form.add_error("file", refusal.message)
        else:
            wake(batch.pk)
            return redirect("enterprises:import_detail", pk=batch.pk)
    batches = ImportBatch.objects.visible_to(request.user).select_related("unit", "uploaded_by")
    page = KeysetPage(batches, ("-id",), 20).for_request(request)
    status = 422 if request.method == "POST" else 200
    return render(request, "enterprises/import_list.html", {"form": form, "page": page}, status=status)


@login_required
@require_GET
def import_template(request: HttpRequest) -> HttpResponseBase:
    require_somewhere(request.user, IMPORT)
    return workbook_response("排污单位名单模板.xlsx", template_sheets(), at=clock.now(), creator="一体化执法行动平台")


def visible_batch(request: HttpRequest, pk: int) -> ImportBatch:
    """Seeing a list and writing it are one capability, so 404 says all."""
    rows = ImportBatch.objects.visible_to(request.user).select_related("unit", "uploaded_by", "confirmed_by")
    return get_object_or_404(rows, pk=pk)


@login_required
@require_GET
def import_detail(request: HttpRequest, pk: int) -> HttpResponse:
    batch = visible_batch(request, pk)
    if batch.state in AT_WORK:
        return render(request, "enterprises/import_progress.html", progress_of(batch))
    if batch.state == ImportState.MAPPING or (batch.state == ImportState.PREVIEW and "mapping" in request.GET):
        return render(request, "enterprises/import_mapping.html", mapping_of(batch))
    return render(request, "enterprises/import_detail.html", preview_of(request, batch))


def progress_of(batch: ImportBatch) -> dict[str, Any]:
    return {"batch": batch, "is_waiting": is_waiting_long(batch, at=clock.now())}


@login_required
@require_GET
def import_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The fragment that the page asks for every two seconds."""
    batch = visible_batch(request, pk)
    if batch.state not in AT_WORK:
        return HttpResponseClientRefresh()
    return render(request, "enterprises/import_progress.html#bar", progress_of(batch))


def mapping_of(batch: ImportBatch) -> dict[str, Any]:
    """Every title of the first table with what it was taken for."""
    head = batch.headers[0] if batch.headers else {"titles": {}, "mapping": {}, "errors": []}
    taken = {letter: key for key, letter in (batch.mapping or head["mapping"]).items()}
    titles = [(letter, title, taken.get(letter, "")) for letter, title in head["titles"].items()]
    return {
        "batch": batch,
        "head": head,
        "titles": titles,
        "columns": LIST_COLUMNS,
        "missing": [column.title for column in LIST_COLUMNS if column.required and column.key not in taken.values()],
        "passed": passed_over(batch),
    }


@login_required
@require_POST
def import_map(request: HttpRequest, pk: int) -> HttpResponse:
    batch = visible_batch(request, pk)
    chosen = {
        letter: request.POST.get(f"column-{letter}", "") for letter in (batch.headers or [{}])[0].get("titles", {})
    }
    context = mapping_of(batch)
    try:
        refuse_doubled(chosen)
        mapping = {key: letter for letter, key in chosen.items() if key}
        commands.map_columns(batch, mapping, actor=person(request), at=clock.now())
    except Refused as refusal:
        context["titles"] = [(letter, title, chosen[letter]) for letter, title, _ in context["titles"]]
        context["refusal"] = refusal.message
        return render(request, "enterprises/import_mapping.html", context, status=422)
    wake(batch.pk)
    return redirect("enterprises:import_detail", pk=pk)


def refuse_doubled(chosen: dict[str, str]) -> None:
    """Which columns (by letter) stand for the same thing."""
    said = []
    for column in LIST_COLUMNS:
        letters = [letter for letter, key in chosen.items() if key == column.key]
        if len(letters) > 1:
            said.append(f"{'、'.join(letters)} 列都对应了“{column.title}”")
    if said:
        raise Refused(f"{'；'.join(said)}。每一项请只保留一列。", status=422)


def preview_of(request: HttpRequest, batch: ImportBatch) -> dict[str, Any]:
    """Rows of one outcome, the counts of all."""
    counts = {outcome: batch.summary.get(outcome, 0) for outcome in ORDER}
    shown = request.GET.get("outcome", "")
    if shown not in counts:
        shown = next((outcome for outcome in ORDER if counts[outcome]), "same")
    rows = ImportRow.objects.filter(batch=batch, outcome=shown)
    page = KeysetPage(rows, ("id",), 20 if shown == "doubtful" else 50).for_request(request)
    labels = dict(ImportRow.Outcome.choices)
    return {
        "batch": batch,
        "shown": shown,
        "page": page,
        "tabs": [
            {"title": labels[key], "url": f"?outcome={key}", "current": key == shown, "count": count}
            for key, count in counts.items()
            if count or key == shown
        ],
        "counts": counts,
        "good": counts["new"] + counts["changed"] + counts["renamed"],
        "written": batch.summary.get("written", {}),
        "extra_titles": extra_titles(batch),
        "passed": passed_over(batch),
        "head_errors": [error for head in batch.headers for error in head.get("errors", [])],
        "pairs": list(pairs(page.rows, person(request))) if shown == "doubtful" else [],
        "undecided": ImportRow.objects.filter(batch=batch).undecided().count() if counts["doubtful"] else 0,
    }


def passed_over(batch: ImportBatch) -> list[str]:
    """What was not read because it is no enterprise: totals, notes, sheets without a list."""
    said: list[str] = []
    if rows := batch.summary.get("passed_rows"):
        places = {sheet: "、".join(map(str, numbers)) for sheet, numbers in rows["places"].items()}
        named = "；".join(f"工作表“{sheet}”第 {numbers} 行" for sheet, numbers in places.items())
        if len(places) == 1 and len(batch.headers) == 1:
            named = f"第 {next(iter(places.values()))} 行"
        more = "等" if rows["count"] > sum(map(len, rows["places"].values())) else ""
        said.append(f"已略过 {rows['count']} 行合计/说明行（{named}{more}）。")
    if sheets := batch.summary.get("passed_sheets"):
        said.append(f"已略过工作表：{'、'.join(f'“{name}”（{why}）' for name, why in sheets.items())}。")
    return said


def extra_titles(batch: ImportBatch) -> list[str]:
    """Titles that nobody asked for: shown, so that a misspelt one is noticed."""
    return [
        f"{letter} 列“{title}”"
        for head in batch.headers[:1]
        for letter, title in head["titles"].items()
        if letter not in head["mapping"].values() and letter not in batch.mapping.values()
    ]


def pairs(rows: list[ImportRow], user: User) -> Iterator[dict[str, Any]]:
    """A doubtful row beside the sites it may be; of a site that the person does not oversee only the unit is named."""
    keys = {key for row in rows for key in row.candidates}
    found = Enterprise.objects.visible_to(user).filter(pk__in=keys).select_related("entity", "unit", "region")
    sites = {site.pk: site for site in found.prefetch_related("permits")}
    hidden = Enterprise.objects.filter(pk__in=keys - sites.keys()).values_list("pk", "unit__name")
    units = dict(hidden) if keys - sites.keys() else {}
    for row in rows:
        yield {
            "row": row,
            "candidates": [sites[key] for key in row.candidates if key in sites],
            "others": sorted({units[key] for key in row.candidates if key in units}),
            "industry": industry_name(row.values.get("industry"), row.values.get("industry_text", "")),
        }


@login_required
@require_POST
def import_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    batch = visible_batch(request, pk)
    try:
        commands.confirm(batch, actor=person(request), at=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        wake(batch.pk)
    return redirect("enterprises:import_detail", pk=pk)


@login_required
@require_POST
def import_drop(request: HttpRequest, pk: int) -> HttpResponse:
    batch = visible_batch(request, pk)
    try:
        commands.drop(batch, actor=person(request), at=clock.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("enterprises:import_detail", pk=pk)
    messages.success(request, f"已放弃导入“{batch.file_name}”，登记信息没有改变。")
    return redirect("enterprises:import_list")


@login_required
@require_GET
def import_errors(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Every error with its place, as a sheet to work through."""
    batch = visible_batch(request, pk)
    rows: QuerySet[ImportRow] = ImportRow.objects.filter(batch=batch, outcome=ImportRow.Outcome.ERROR).order_by("pk")
    name = f"错误明细 {batch.file_name.rpartition('.')[0] or batch.file_name}.xlsx"
    lines = error_lines(rows.iterator(chunk_size=1000))
    return workbook_response(name, [(ERROR_SHEET, lines)], at=clock.now(), creator=person(request).name)


@login_required
@require_POST
def import_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """One doubtful row. `pk` is the row's."""
    row = get_object_or_404(ImportRow.objects.visible_to(request.user).select_related("batch"), pk=pk)
    try:
        commands.decide(row, request.POST.get("decision", ""), actor=person(request), at=clock.now())
    except Refused as refusal:
        messages.error(request, f"{row}：{refusal.message}")
    else:
        messages.success(request, f"{row}已处理。")
    return redirect(reverse("enterprises:import_detail", args=[row.batch_id]) + "?outcome=doubtful")
