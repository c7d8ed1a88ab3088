"""Texts of discipline: the list, a new version, one version with its signature, and who has not signed."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gate import able_somewhere, holdings, require_somewhere
from accounts.models import Unit, User
from campaigns.forms import PledgeForm
from campaigns.forms.clauses import ClauseForm
from campaigns.models import ClauseSignature, ClauseVersion
from campaigns.services import clauses
from campaigns.views.frame import person
from core import clock
from core.once import once
from core.paging import KeysetPage
from core.refusals import NotAllowed, Refused

MANAGE, SIGN, OVERSEE = "campaign.manage", "visit.record", "report.view"
LIST, DETAIL = "campaigns:clause_list", "campaigns:clause_detail"


def opened(request: HttpRequest) -> User:
    """The officers of bureaus: who sees enterprises' campaigns alone has no business here."""
    user = person(request)
    require_somewhere(user, "visit.view")
    return user


def clause_for(request: HttpRequest, pk: int) -> ClauseVersion:
    rows = ClauseVersion.objects.visible_to(person(request)).select_related("unit", "made_by")
    row = get_object_or_404(rows, pk=pk)
    opened(request)
    return row


def binds(row: ClauseVersion, user: User) -> bool:
    """Whether this person is one of those who must sign it."""
    return able_somewhere(user, SIGN) and user.unit is not None and user.unit.path.startswith(row.unit.path)


@login_required
@require_GET
def clause_list(request: HttpRequest) -> HttpResponse:
    """The newest version of each text, with whether the reader has signed it."""
    user = opened(request)
    mine = ClauseSignature.objects.filter(version=OuterRef("pk"), user=user)
    rows = ClauseVersion.objects.visible_to(user).newest().select_related("unit").annotate(signed=Exists(mine))
    page = KeysetPage(rows, ("-valid_from", "-id")).for_request(request)
    context = {
        "page": page,
        "lines": [(row, binds(row, user)) for row in page.rows],
        "manages": able_somewhere(user, MANAGE),
        "oversees": able_somewhere(user, OVERSEE),
        "today": clock.today(),
    }
    return render(request, "campaigns/clauses/clause_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
@once
def clause_create(request: HttpRequest) -> HttpResponse:
    user = person(request)
    units = Unit.objects.filter(path__in=require_somewhere(user, MANAGE).paths)
    form = ClauseForm(request.POST if request.method == "POST" else None, units=units, initial=before(request))
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        unit = given.pop("unit")
        try:
            row = clauses.publish(unit, clauses.Written(**given), actor=user, at=clock.now())
        except Refused as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            messages.success(request, f"已登记{row}，须由执法人员逐人签收。")
            return redirect(DETAIL, row.pk)
    crumbs = [("纪律条文", reverse(LIST)), ("登记版本", "")]
    status = 422 if request.method == "POST" else 200
    return render(request, "campaigns/clauses/clause_form.html", {"form": form, "crumbs": crumbs}, status=status)


def before(request: HttpRequest) -> dict[str, Any]:
    """The version that is to be replaced, as a beginning for the next one (?of=…)."""
    of = request.GET.get("of", "")
    row = ClauseVersion.objects.visible_to(person(request)).filter(pk=of).first() if of.isdecimal() else None
    if row is None:
        return {"valid_from": clock.today()}
    return {"unit": row.unit, "name": row.name, "source": row.source, "text": row.text, "valid_from": clock.today()}


@login_required
@require_GET
def clause_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return shown(request, clause_for(request, pk), PledgeForm())


def shown(request: HttpRequest, row: ClauseVersion, form: PledgeForm) -> HttpResponse:
    user = person(request)
    versions = ClauseVersion.objects.visible_to(user).filter(unit=row.unit, name=row.name).order_by("-number")
    listed = list(versions[:50])
    now = next((one for one in listed if one.valid_from <= clock.today()), None)
    signed = ClauseSignature.objects.filter(version=row, user=user).first()
    replaced = now is not None and now.number > row.number
    context = {
        "row": row,
        "versions": listed,
        "now": now,
        "replaced": replaced,
        "signed": signed,
        "form": form if binds(row, user) and not signed and not replaced else None,
        "earlier": ClauseSignature.objects.filter(version__in=listed, user=user).exclude(version=row).exists(),
        "renews": row == listed[0] and row.unit.path in holdings(user).scope(MANAGE).paths,
        "oversees": able_somewhere(user, OVERSEE),
        "crumbs": [("纪律条文", reverse(LIST)), (row.name, "")],
    }
    return render(request, "campaigns/clauses/clause_detail.html", context, status=422 if form.is_bound else 200)


@login_required
@require_POST
def clause_sign(request: HttpRequest, pk: int) -> HttpResponse:
    row = clause_for(request, pk)
    require_somewhere(request.user, SIGN)
    form = PledgeForm(request.POST)
    if not form.is_valid():
        return shown(request, row, form)
    try:
        clauses.sign(row, person(request), name=form.cleaned_data["name"], at=clock.now())
    except NotAllowed:
        raise
    except Refused as refusal:
        form.add_error(refusal.field or None, refusal.message)
        return shown(request, row, form)
    messages.success(request, f"已签收{row}。")
    return redirect(DETAIL, pk)


def overseen(request: HttpRequest, people: QuerySet[User]) -> QuerySet[User]:
    """The people of the units that the reader oversees."""
    condition = Q(pk__in=[])
    for path in require_somewhere(request.user, OVERSEE).paths:
        condition |= Q(unit__path__startswith=path)
    return people.filter(condition)


@login_required
@require_GET
def clause_unsigned(request: HttpRequest, pk: int) -> HttpResponse:
    row = clause_for(request, pk)
    today = clock.today()
    bound = overseen(request, clauses.bound_by(row, today))
    missing = overseen(request, clauses.unsigned_of(row, today))
    context = {
        "row": row,
        "bound": bound.count(),
        "page": KeysetPage(missing, ("unit__path", "id")).for_request(request),
        "crumbs": [
            ("纪律条文", reverse(LIST)),
            (str(row), reverse(DETAIL, args=[pk])),
            ("未签收人员", ""),
        ],
    }
    return render(request, "campaigns/clauses/clause_unsigned.html", context)
