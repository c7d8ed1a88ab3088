"""Official notices of a campaign: the list, one notice with its receipts, publishing, correcting, signing for it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.gate import deny, holdings, may, require_somewhere
from accounts.models import Unit
from campaigns import services
from campaigns.forms import BulletinForm, CampaignContactForm
from campaigns.models import Bulletin, BulletinFile, BulletinReceipt, Campaign
from campaigns.services.bulletins import PUBLISH
from campaigns.views.frame import campaign_for, page_of, person
from core import clock
from core.commands import carried_out
from core.files import serve
from core.once import once
from core.paging import KeysetPage
from core.refusals import Refused

SEE = "visit.view"


@login_required
@require_GET
def bulletin_list(request: HttpRequest, pk: int) -> HttpResponse:
    campaign, user = campaign_for(request, pk), person(request)
    require_somewhere(user, SEE)
    seen = Bulletin.objects.visible_to(user).filter(campaign=campaign)
    # The newest version that reached the person: a correction not sent to a unit takes nothing from it.
    rows = seen.exclude(pk__in=seen.exclude(replaces=None).values("replaces"))
    page = KeysetPage(
        rows.select_related("published_by").prefetch_related("receipts"), ("-published_at", "-id"), size=20
    ).for_request(request)
    context = {
        **page_of(request, campaign),
        "page": page,
        "contact": services.contact_of(campaign),
        "publishes": campaign.state == Campaign.State.PUBLISHED and may(user, PUBLISH, campaign),
    }
    return render(request, "campaigns/bulletin_list.html", context)


def bulletin_for(request: HttpRequest, pk: int, bulletin_pk: int) -> Bulletin:
    """A notice of this very campaign that the person sees."""
    campaign = campaign_for(request, pk)
    require_somewhere(person(request), SEE)
    rows = Bulletin.objects.visible_to(person(request)).filter(campaign=campaign)
    related = ("campaign__unit", "published_by", "replaces", "replaced_by")
    return get_object_or_404(rows.select_related(*related), pk=bulletin_pk)


@login_required
@require_GET
def bulletin_detail(request: HttpRequest, pk: int, bulletin_pk: int) -> HttpResponse:
    row, user = bulletin_for(request, pk, bulletin_pk), person(request)
    scope = holdings(user).scope("campaign.view")
    seen = row.receipts.select_related("unit", "read_by", "confirmed_by").order_by("unit__path")
    receipts = [one for one in seen if scope.covers_path(one.unit.path) or row.campaign_id in scope.campaign_ids]
    versions = Bulletin.objects.visible_to(user)
    context = {
        **page_of(request, row.campaign),
        "bulletin": row,
        "newer": versions.filter(replaces=row).first(),
        "older": versions.filter(replaced_by=row).first(),
        "receipts": receipts,
        "read": sum(one.read_at is not None for one in receipts),
        "confirmed": sum(one.confirmed_at is not None for one in receipts),
        "own": [one for one in receipts if services.receives(user, one.unit)],
        "amends": row.is_current and may(user, PUBLISH, row.campaign),
    }
    return render(request, "campaigns/bulletin_detail.html", context)


def publisher(request: HttpRequest, pk: int) -> Campaign:
    return campaign_for(request, pk, PUBLISH)


@login_required
@require_http_methods(["GET", "POST"])
@once
def bulletin_publish(request: HttpRequest, pk: int) -> HttpResponse:
    return written(request, publisher(request, pk))


@login_required
@require_http_methods(["GET", "POST"])
@once
def bulletin_amend(request: HttpRequest, pk: int, bulletin_pk: int) -> HttpResponse:
    campaign = publisher(request, pk)
    return written(request, campaign, bulletin_for(request, pk, bulletin_pk))


def written(request: HttpRequest, campaign: Campaign, before: Bulletin | None = None) -> HttpResponse:
    """The form of a new notice, or of the next version of one."""
    units = services.addressable(campaign)
    initial: dict[str, Any] = {"units": units}
    if before is not None:
        sent = Unit.objects.filter(pk__in=before.receipts.values("unit"))
        units = (units | sent).distinct()
        initial = {
            "title": before.title,
            "body": before.body,
            "units": sent,
            "asks_confirmation": before.asks_confirmation,
        }
    form = BulletinForm(request.POST or None, request.FILES or None, units=units, initial=initial)
    if request.method == "POST" and form.is_valid() and (row := published(request, campaign, form, before)):
        return redirect("campaigns:bulletin_detail", campaign.pk, row.pk)
    context = {
        **page_of(request, campaign),
        "form": form,
        "before": before,
        "contact": services.contact_of(campaign),
    }
    return render(request, "campaigns/bulletin_form.html", context, status=422 if request.method == "POST" else 200)


def published(request: HttpRequest, campaign: Campaign, form: BulletinForm, before: Bulletin | None) -> Any:
    """The notice, or None with what it lacks on the form."""
    given = {name: value for name, value in form.cleaned_data.items() if name != "attachments"}
    try:
        row = services.publish_bulletin(
            campaign,
            **given,
            uploads=form.cleaned_data["attachments"],
            replaces=before,
            actor=person(request),
            at=clock.now(),
        )
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return None
    messages.success(request, f"通知已发布，发给 {row.receipts.count()} 个单位。")
    return row


def receipt_for(request: HttpRequest, pk: int, bulletin_pk: int, receipt_pk: int) -> BulletinReceipt:
    """A receipt of this very notice, for those who sign for its unit."""
    row = bulletin_for(request, pk, bulletin_pk)
    receipt = get_object_or_404(row.receipts.select_related("unit", "bulletin"), pk=receipt_pk)
    if not services.receives(person(request), receipt.unit):
        deny(person(request), "bulletin.receive", receipt)
    return receipt


@login_required
@require_POST
def bulletin_read(request: HttpRequest, pk: int, bulletin_pk: int, receipt_pk: int) -> HttpResponse:
    receipt, user, at = receipt_for(request, pk, bulletin_pk, receipt_pk), person(request), clock.now()
    return signed(request, receipt, lambda: services.read_bulletin(receipt, actor=user, at=at), "已签收。")


@login_required
@require_POST
def bulletin_confirm(request: HttpRequest, pk: int, bulletin_pk: int, receipt_pk: int) -> HttpResponse:
    receipt, user, at = receipt_for(request, pk, bulletin_pk, receipt_pk), person(request), clock.now()
    return signed(request, receipt, lambda: services.confirm_bulletin(receipt, actor=user, at=at), "已确认。")


def signed(request: HttpRequest, receipt: BulletinReceipt, command: Any, said: str) -> HttpResponse:
    answer = carried_out(request, command, said, "campaigns:bulletin_list", receipt.bulletin.campaign_id)
    answer["Location"] = reverse("campaigns:bulletin_detail", args=[receipt.bulletin.campaign_id, receipt.bulletin_id])
    return answer


@login_required
@require_GET
def bulletin_file(request: HttpRequest, pk: int, bulletin_pk: int, file_pk: int) -> HttpResponseBase:
    row = bulletin_for(request, pk, bulletin_pk)
    held: BulletinFile = get_object_or_404(row.files.select_related("file"), pk=file_pk)
    return serve(request, held.file, held.name, inline=True)


def contact_of(campaign: Campaign) -> dict[str, str]:
    return services.contact_of(campaign) | {"hotline": services.hotline_of(campaign)}


@login_required
@require_http_methods(["GET", "POST"])
def contact_set(request: HttpRequest, pk: int) -> HttpResponse:
    campaign = campaign_for(request, pk, "campaign.manage")
    form = CampaignContactForm(request.POST or None, initial=contact_of(campaign))
    if request.method == "POST" and form.is_valid():
        services.set_contact(campaign, **form.cleaned_data, actor=person(request), at=clock.now())
        messages.success(request, "联系方式已更新；以后的通知用新的，已发的不变。")
        return redirect("campaigns:bulletin_list", pk)
    context = {**page_of(request, campaign), "form": form, "title": "行动联系方式"}
    return render(request, "campaigns/decision_form.html", context, status=422 if request.method == "POST" else 200)
