"""Working groups, contact persons and pledges of a campaign."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gate import able_somewhere, holdings, require_somewhere
from accounts.models import Unit, User
from campaigns import documents, services
from campaigns.forms import ContactForm, MemberForm, PledgeForm
from campaigns.models import Campaign, ContactPerson, GroupMember
from campaigns.views.frame import campaign_for, page_of, person
from core import clock
from core.commands import carried_out
from core.files import serve
from core.models import PrintedDocument
from core.refusals import Refused

MANAGE = "campaign.manage"
# A city's officer prepares the report and names who sends it; the contact person may hand over to a colleague. In a
# city's own campaign the counties, which confirm the figures, name their own.
NAME_CONTACT, NAME_OF_COUNTY = "report.prepare", "report.confirm"


@login_required
@require_GET
def campaign_people(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = campaign_for(request, pk)
    require_somewhere(person(request), "visit.view")
    return render(request, "campaigns/campaign_people.html", people_context(request, campaign))


def people_context(
    request: HttpRequest,
    campaign: Campaign,
    member_form: MemberForm | None = None,
    contact_form: ContactForm | None = None,
) -> dict[str, Any]:
    seats = {group["key"]: group.get("seats", []) for group in campaign.blueprint.data.get("groups", [])}
    groups = list(campaign.groups.prefetch_related("members__user__unit"))
    own = naming_units(request, campaign)
    page = page_of(request, campaign)
    return {
        **page,
        "papers": list(PrintedDocument.objects.of(campaign).valid().order_by("-pk")[:3]),
        "groups": [(group, seats.get(group.key, [])) for group in groups],
        "member_form": member_form or (MemberForm(None, campaign=campaign) if page["manages"] else None),
        "contacts": contacts_below(campaign),
        "own_units": {unit.pk for unit in own},
        "contact_form": contact_form or (ContactForm(None, units=own) if own else None),
        "pledge": services.pledge_text(campaign),
        "signed": campaign.pledges.filter(user=person(request)).first(),
        "signs": bool(holdings(person(request)).scope("visit.record").paths),
    }


def contacts_below(campaign: Campaign) -> list[tuple[Unit, list[ContactPerson]]]:
    """Every unit right below the authority with its contact persons of today; two queries."""
    named: dict[int, list[ContactPerson]] = {}
    for row in campaign.contacts.filter(ended_at=None).select_related("user", "unit").order_by("named_at"):
        named.setdefault(row.unit_id, []).append(row)
    return [(unit, named.get(unit.pk, [])) for unit in services.units_below(campaign)]


def naming_right(campaign: Campaign, user: User) -> str:
    """By which right the person names contact persons in this campaign."""
    own = campaign.unit.level != Unit.Level.PROVINCE and not able_somewhere(user, NAME_CONTACT)
    return NAME_OF_COUNTY if own else NAME_CONTACT


def naming_units(request: HttpRequest, campaign: Campaign) -> Any:
    """The units whose contact person this user may name."""
    mine = Q(pk__in=[])
    for path in holdings(person(request)).scope(naming_right(campaign, person(request))).paths:
        mine |= Q(path__startswith=path)
    return services.units_below(campaign).filter(mine)


@login_required
@require_POST
def member_add(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = campaign_for(request, pk, MANAGE)
    form = MemberForm(request.POST, campaign=campaign)
    if form.is_valid():
        given = form.cleaned_data
        try:
            services.add_member(
                given["group"],
                given["user"],
                role=given["role"],
                name=given["name"],
                post=given["post"],
                actor=person(request),
                at=clock.now(),
            )
        except Refused as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            messages.success(request, f"{given['user'] or given['name']}已编入{given['group'].name}。")
            return redirect("campaigns:campaign_people", pk)
    return render(request, "campaigns/campaign_people.html", people_context(request, campaign, form), status=422)


@login_required
@require_POST
def member_remove(request: HttpRequest, pk: int, member_pk: int) -> HttpResponse:
    campaign = campaign_for(request, pk, MANAGE)
    member = get_object_or_404(
        GroupMember.objects.filter(group__campaign=campaign).select_related("group"), pk=member_pk
    )
    services.remove_member(member, actor=person(request), at=clock.now())
    messages.success(request, "已从工作组移出。")
    return redirect("campaigns:campaign_people", pk)


@login_required
@require_POST
def people_print(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = campaign_for(request, pk, MANAGE)
    document = documents.groups_paper(campaign, by=person(request), at=clock.now())
    return redirect("campaigns:campaign_paper", pk, document.pk)


@login_required
@require_GET
def campaign_paper(request: HttpRequest, pk: int, document_pk: int) -> HttpResponseBase:
    """A printed list of the campaign's groups, for those who see the list itself."""
    campaign = campaign_for(request, pk)
    require_somewhere(person(request), "visit.view")
    rows = PrintedDocument.objects.of(campaign).select_related("file")
    document = get_object_or_404(rows, pk=document_pk)
    return serve(request, document.file, document.file_name, inline=True)


@login_required
@require_POST
def contact_name(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = campaign_for(request, pk)
    require_somewhere(person(request), naming_right(campaign, person(request)))
    form = ContactForm(request.POST, units=naming_units(request, campaign))
    if form.is_valid():
        given = form.cleaned_data
        try:
            services.name_contact(campaign, given["unit"], given["user"], actor=person(request), at=clock.now())
        except Refused as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            messages.success(request, f"已登记{given['unit'].short_name}联络员：{given['user'].name}。")
            return redirect("campaigns:campaign_people", pk)
    context = people_context(request, campaign, contact_form=form)
    return render(request, "campaigns/campaign_people.html", context, status=422)


@login_required
@require_POST
def contact_end(request: HttpRequest, pk: int, contact_pk: int) -> HttpResponse:
    campaign = campaign_for(request, pk)
    require_somewhere(person(request), naming_right(campaign, person(request)))
    rows = ContactPerson.objects.filter(campaign=campaign, unit__in=naming_units(request, campaign))
    row = get_object_or_404(rows.select_related("unit", "campaign", "user"), pk=contact_pk)
    user, at = person(request), clock.now()
    return carried_out(
        request, lambda: services.end_contact(row, actor=user, at=at), "联络员已撤下。", "campaigns:campaign_people", pk
    )


@login_required
@require_http_methods(["GET", "POST"])
def pledge_sign(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = campaign_for(request, pk)
    require_somewhere(person(request), "visit.record")
    text = services.pledge_text(campaign, person(request))
    form = PledgeForm(request.POST or None, printed=services.printed_year(text))
    if request.method == "POST" and form.is_valid():
        try:
            given = form.cleaned_data
            services.sign_pledge(campaign, person(request), name=given["name"], year=given.get("year"), at=clock.now())
        except Refused as refusal:
            form.add_error(refusal.field or None, refusal.message)
        else:
            messages.success(request, "承诺书已签署。")
            return redirect("campaigns:pledge_sign", pk)
    context = {
        **page_of(request, campaign),
        "form": form,
        "pledge": text,
        "signed": campaign.pledges.filter(user=person(request)).first(),
    }
    return render(request, "campaigns/pledge_sign.html", context, status=422 if request.method == "POST" else 200)
