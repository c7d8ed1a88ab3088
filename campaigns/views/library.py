"""The library of blueprints: what there is, and writing, checking and previewing one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from accounts.gate import able_somewhere, require_somewhere
from campaigns import services
from campaigns.blueprint_files import BadBlueprint
from campaigns.exports import blueprint_yaml
from campaigns.forms import WriteForm
from campaigns.models import BlueprintVersion
from campaigns.views.frame import person
from campaigns.views.reference import VIEW, plan_of
from core import clock
from core.calendar import calendar
from core.gantt import Window
from core.refusals import Refused

WRITE = "blueprint.write"
YAML = "application/yaml; charset=utf-8"


def require_reader(request: HttpRequest) -> None:
    """Who sees campaigns, and who writes blueprints."""
    if not able_somewhere(person(request), WRITE):
        require_somewhere(person(request), VIEW)


@login_required
@require_GET
def blueprint_list(request: HttpRequest) -> HttpResponse:
    require_reader(request)
    rows = BlueprintVersion.objects.select_related("written_by").defer("data")
    newest: dict[str, tuple[BlueprintVersion, list[BlueprintVersion]]] = {}
    for row in rows.order_by("name", "-version"):
        newest.setdefault(row.name, (row, []))[1].append(row)
    context = {
        "lines": [(row, versions[1:]) for row, versions in newest.values()],
        "sources": dict(BlueprintVersion.objects.values_list("pk", "data__source")),
        "writes": able_somewhere(person(request), WRITE),
    }
    return render(request, "campaigns/blueprint_list.html", context)


@login_required
@require_GET
def blueprint_detail(request: HttpRequest, pk: int) -> HttpResponse:
    require_reader(request)
    row = get_object_or_404(BlueprintVersion.objects.select_related("written_by"), pk=pk)
    crumbs = [("方案模板", reverse("campaigns:blueprint_list")), (row.title, "")]
    others = BlueprintVersion.objects.filter(name=row.name).exclude(pk=pk).defer("data")
    context = {
        "blueprint": row,
        "crumbs": crumbs,
        "others": list(others),
        "writes": able_somewhere(person(request), WRITE),
        **plan_of(row.data),
        **in_year(row.data, clock.today().year),
    }
    return render(request, "campaigns/blueprint_detail.html", context)


def in_year(data: dict[str, Any], year: int) -> dict[str, Any]:
    """The blueprint's dates in one year."""
    season = services.season_of(data, year)
    owed = services.previewed(data, season, calendar(), clock.now())
    return {
        "year": year,
        "windows": [Window(phase["name"], *season.phases[phase["key"]]) for phase in data["phases"]],
        "owed": owed,
        "lapsed": services.lapsed_count(owed),
        "policy": services.POLICIES[season.policy],
    }


@login_required
@require_GET
def blueprint_export(request: HttpRequest, pk: int) -> HttpResponse:
    require_reader(request)
    row = get_object_or_404(BlueprintVersion, pk=pk)
    return yaml_response(blueprint_yaml(row), f"{row.name}-{row.version}.yaml")


def yaml_response(text: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(text, content_type=YAML, headers=headers)


@login_required
@require_http_methods(["GET", "POST"])
def blueprint_write(request: HttpRequest) -> HttpResponse:
    """Write a blueprint: 检查 shows faults or a preview and keeps nothing, 保存 keeps the next version."""
    require_somewhere(person(request), WRITE)
    form = WriteForm(request.POST or None, request.FILES or None)
    if request.method != "POST":
        if row := BlueprintVersion.objects.filter(pk=number(request.GET.get("from", ""))).first():
            form.initial["text"] = blueprint_yaml(row)
        return written_page(request, form)
    if not form.is_valid():
        return written_page(request, form, status=422)
    given = form.cleaned_data
    shown = WriteForm(initial_of(given))
    try:
        if request.POST.get("do") == "save":
            row = services.write_blueprint(
                given["text"], given["name"], change=given["change"], actor=person(request), at=clock.now()
            )
            messages.success(request, f"已保存为“{row}”。由它拟定的新行动使用这一版，已有的行动不变。")
            return redirect("campaigns:blueprint_detail", row.pk)
        data = services.check_text(given["text"], given["name"])
    except BadBlueprint as bad:
        return written_page(request, shown, status=422, faults=faults_of(bad, given["text"]))
    except Refused as refusal:
        shown.is_valid()
        shown.add_error(refusal.field or None, refusal.message)
        return written_page(request, shown, status=422)
    return written_page(request, shown, preview={**plan_of(data), **in_year(data, given["year"])})


def number(said: str) -> int:
    return int(said) if said.isdecimal() and len(said) < 10 else 0


def initial_of(given: dict[str, Any]) -> dict[str, Any]:
    """What was handed in, a file as text: nothing typed is lost, and the line that is wrong can be mended here."""
    return {"text": given["text"], "year": given["year"], "change": given["change"]}


def faults_of(bad: BadBlueprint, text: str) -> list[dict[str, Any]]:
    """Each fault with its line and what stands there."""
    lines = text.split("\n")
    found = []
    for error in bad.errors:
        _, line, said = error.split(":", 2)
        at = int(line) if line.isdecimal() else 1
        found.append(
            {"line": at, "said": said.strip(), "text": lines[at - 1].strip()[:120] if at <= len(lines) else ""}
        )
    return found


def written_page(request: HttpRequest, form: WriteForm, *, status: int = 200, **more: Any) -> HttpResponse:
    crumbs = [("方案模板", reverse("campaigns:blueprint_list")), ("编写", "")]
    return render(request, "campaigns/blueprint_form.html", {"form": form, "crumbs": crumbs, **more}, status=status)
