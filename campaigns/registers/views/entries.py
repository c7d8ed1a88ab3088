"""Filing, reading, correcting and moving entries."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gate import deny
from accounts.models import User
from campaigns.models import RegisterEntry, RegisterPerson
from campaigns.registers import services
from campaigns.registers.forms import EntryForm, ValuesForm
from campaigns.registers.rules import CREATE, field_of, fields_at, state_of
from campaigns.registers.services.clocks import cited, terms_of
from campaigns.registers.services.filing import Filing, sheets_of
from campaigns.registers.services.leaflets import handed_out
from campaigns.registers.services.listing import HIDDEN
from campaigns.registers.services.moving import open_to, transition
from campaigns.registers.services.naming import related_to, spans_of, words_of
from campaigns.registers.views.frame import crumbs_of, entry_for, person, register_for
from core import clock
from core.commands import carried_out
from core.files import serve
from core.once import once
from core.references import kind_of
from core.refusals import NotAllowed, Refused

DETAIL = "campaigns:register_entry"


@login_required
@require_http_methods(["GET", "POST"])
@once
def register_new(request: HttpRequest, key: str) -> HttpResponse:
    version, user, at = register_for(request, key), person(request), clock.now()
    places = services.creation_places(version, user)
    if not places:
        deny(user, f"register.{key}", version)
    form = EntryForm(
        request.POST or None,
        request.FILES or None,
        version=version,
        places=places,
        user=user,
        wanted=request.GET.dict(),
    )
    if request.method == "POST":
        form.held(at)
        if form.is_valid():
            try:
                entry = services.file_entry(version, given_of(form, version.data, places), actor=user, at=at)
            except NotAllowed:
                raise
            except Refused as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, f"已登记：{entry.label}。")
                return redirect(DETAIL, entry.pk) if may_read(entry, user) else redirect("campaigns:register_menu")
    context = {
        "register": version,
        "form": form,
        "crumbs": crumbs_of(version, "登记"),
        "title": f"登记：{version.title}",
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "campaigns/registers/entry_form.html", context, status=status)


def given_of(form: EntryForm, data: Mapping[str, Any], places: Any) -> Filing:
    """Where the entry belongs: an enterprise's own goes to the unit that supervises it."""
    values, campaign = form.values(), form.cleaned_data.get("campaign")
    unit = form.cleaned_data.get("filing_unit")
    if unit is None:
        site = form.cleaned_data["filing_site"]
        unit = site.unit
        values |= {field["key"]: str(site.pk) for field in fields_at(data, CREATE) if field["type"] == "enterprise"}
    chosen = next((row for row in places.campaigns if row.pk == campaign), None)
    return Filing(unit=unit, values=values, campaign=chosen)


@login_required
@require_GET
def register_entry(request: HttpRequest, pk: int) -> HttpResponse:
    entry, user = entry_for(request, pk), person(request)
    return render(request, "campaigns/registers/entry_detail.html", detail_of(entry, user))


def detail_of(entry: RegisterEntry, user: User) -> dict[str, Any]:
    open_fields = services.readable_fields(entry, user)
    people = list(entry.people.select_related("user__unit").order_by("pk"))
    signing = {field["key"] for field in entry.version.data["fields"] if field.get("signs")}
    links = {row.field: row for row in entry.links.all()}
    return {
        "entry": entry,
        "register": entry.version,
        "crumbs": crumbs_of(entry.version, entry.label),
        "state": state_of(entry.version.data, entry.state),
        "facts": head_of(entry) + facts_of(entry, open_fields) + spans_of(entry),
        "related": related_to(entry, user, clock.today().isoformat()),
        "origins": [(row, address_of(row.kind, row.key)) for row in links.values()],
        "files": [row for row in entry.files.all() if row.field in open_fields],
        "signers": [row for row in people if row.field in signing],
        "signs": next(
            (row for row in people if row.field in signing and row.user_id == user.pk and not row.signed_at), None
        ),
        "moves": open_to(entry, user),
        "corrects": services.may_correct(entry, user),
        "steps": [step_of(entry, step, open_fields) for step in entry.steps.select_related("by")],
        "terms": terms_of(entry),
        "versions": sheets_of(entry),
        "sources": cited(entry.version.data["source"]),
        "leaflets": handed_out(entry),
        "at": clock.now(),
    }


def head_of(entry: RegisterEntry) -> list[tuple[str, str]]:
    return [
        ("登记单位", entry.unit.name),
        ("专项行动", entry.campaign.title if entry.campaign else "常年工作"),
        ("日期", f"{entry.occurred_on:%Y-%m-%d}"),
        ("登记人", entry.created_by.name if entry.created_by else "系统"),
    ]


def facts_of(entry: RegisterEntry, open_fields: set[str]) -> list[tuple[str, str]]:
    """What was said so far, in the order of the register."""
    found = []
    for field in entry.version.data["fields"]:
        said = words_of(entry, field)
        if said or "at" not in field:
            found.append((field["label"], (said if field["key"] in open_fields else HIDDEN) if said else "—"))
    return found


def address_of(kind: str, key: str) -> str:
    known = kind_of(kind)
    return known.url(key) if known else ""


def step_of(entry: RegisterEntry, step: Any, open_fields: set[str]) -> dict[str, Any]:
    said = []
    for key in step.values:
        field = field_of(entry.version.data, key)
        said.append(f"{field['label']}：{words_of(entry, field) if key in open_fields else HIDDEN}")
    text = "；".join([*said, *([f"理由：{step.reason}"] if step.reason else [])])
    return {"at": step.at, "title": step.label, "text": text, "who": step.by.name if step.by else "系统"}


@login_required
@require_http_methods(["GET", "POST"])
def entry_correct(request: HttpRequest, pk: int) -> HttpResponse:
    entry, user, at = entry_for(request, pk), person(request), clock.now()
    if not services.may_correct(entry, user):
        deny(user, f"register.{entry.register}", entry)
    newest = str(sheets_of(entry)[-1].version)
    seen = request.POST.get("seen", newest)
    form = values_form(request, entry, CREATE)
    if request.method == "POST":
        form.held(at)
        if form.is_valid():
            reason = request.POST.get("reason", "")
            try:
                services.correct_entry(entry, form.values(), actor=user, at=at, reason=reason, seen=seen)
            except Refused as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, "已更正，原来的一版保留。")
                return redirect(DETAIL, pk)
    asked = {"asks_reason": True, "reason": request.POST.get("reason", ""), "seen": newest}
    return entry_page(request, entry, form, {"title": f"更正：{entry.label}", **asked})


def values_form(request: HttpRequest, entry: RegisterEntry, action: str) -> ValuesForm:
    return ValuesForm(
        request.POST or None,
        request.FILES or None,
        register=entry.version.data,
        action=action,
        user=person(request),
        entry=entry,
        home=entry.unit,
    )


def entry_page(request: HttpRequest, entry: RegisterEntry, form: ValuesForm, context: dict[str, Any]) -> HttpResponse:
    base = {"register": entry.version, "entry": entry, "form": form, "crumbs": crumbs_of(entry.version, entry.label)}
    status = 422 if request.method == "POST" else 200
    return render(request, "campaigns/registers/entry_form.html", base | context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def entry_move(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    entry, user, at = entry_for(request, pk), person(request), clock.now()
    arrow = transition(entry, action)
    if arrow is None:
        raise Http404
    if not services.allowed(arrow["who"], user, entry):
        deny(user, f"register.{entry.register}", entry)
    form = values_form(request, entry, action)
    if request.method == "POST":
        form.held(at)
        if form.is_valid():
            reason = request.POST.get("reason", "")
            try:
                services.move(entry, action, form.values(), actor=user, at=at, reason=reason)
            except Refused as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, f"已{arrow['label']}。")
                return redirect(DETAIL, pk) if may_read(entry, user) else redirect("campaigns:register_menu")
    asked = {"asks_reason": arrow.get("reason", False), "reason": request.POST.get("reason", "")}
    shown = {"leaflets": handed_out(entry), "title": f"{arrow['label']}：{entry.title}"}
    return entry_page(request, entry, form, shown | asked)


def may_read(entry: RegisterEntry, user: User) -> bool:
    return RegisterEntry.objects.visible_to(user).filter(pk=entry.pk).exists()


@login_required
@require_POST
def entry_sign(request: HttpRequest, pk: int, person_pk: int) -> HttpResponse:
    entry, user, at = entry_for(request, pk), person(request), clock.now()
    row = get_object_or_404(RegisterPerson, entry=entry, pk=person_pk)
    return carried_out(request, lambda: services.sign(entry, row, actor=user, at=at), "已签到。", DETAIL, pk)


@login_required
@require_GET
def entry_file(request: HttpRequest, pk: int, file_pk: int) -> HttpResponseBase:
    entry = entry_for(request, pk)
    row = get_object_or_404(entry.files.select_related("file"), pk=file_pk)
    if row.field not in services.readable_fields(entry, person(request)):
        raise Http404
    return serve(request, row.file, row.name, inline=True)
