"""The leaflet of a campaign: read by everybody whom the campaign reaches, pushed, and the report of receipts."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts.gate import able_somewhere, deny, require_somewhere
from accounts.models import Unit
from campaigns.documents import leaflet_paper
from campaigns.models import Campaign, RegisterEntry, Target
from campaigns.registers.services import leaflets
from campaigns.services import list_items
from campaigns.views.frame import campaign_for, page_of, person
from core import audit, clock
from core.refusals import Refused
from core.sheets import Column, SheetSpec, workbook_response

LOOK = "issue.view"
RATES = SheetSpec(
    "签收统计",
    (
        Column("unit", "单位", width=20),
        Column("listed", "检查对象", width=12, kind="int"),
        Column("given", "已推送或发放", width=14, kind="int"),
        Column("signed", "已签收", width=12, kind="int"),
        Column("missing", "未签收", width=12, kind="int"),
        Column("rate", "签收率", width=12),
    ),
)


class PushForm(forms.Form):
    """Which of the listed enterprises: those named, or all of a unit, an industry, the key ones."""

    names = forms.CharField(
        label="指定企业",
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="每行一家，企业全称；不填的按下面的条件推送。",
    )
    unit = forms.ModelChoiceField(label="责任单位", required=False, queryset=Unit.objects.none(), empty_label="全部")
    industry = forms.TypedChoiceField(label="行业", required=False, coerce=int, empty_value=None)
    key_only = forms.BooleanField(label="只推送重点排污单位", required=False)

    def __init__(self, data: Any, *, campaign: Campaign, targets: QuerySet[Target]) -> None:
        super().__init__(data)
        self.targets = targets
        unit, industry = self.fields["unit"], self.fields["industry"]
        assert isinstance(unit, forms.ModelChoiceField)
        assert isinstance(industry, forms.ChoiceField)
        unit.queryset = Unit.objects.filter(pk__in=targets.values("unit")).order_by("path")
        items = [(str(item.number), str(item)) for item in list_items(campaign, "industry")]
        industry.choices = [("", "全部"), *items]

    def clean_names(self) -> list[str]:
        """The names, each of which is a listed enterprise that may still be sent the leaflet."""
        lines = [line.strip() for line in self.cleaned_data["names"].splitlines() if line.strip()]
        known = set(self.targets.filter(enterprise__name__in=lines).values_list("enterprise__name", flat=True))
        unknown = [line for line in lines if line not in known]
        if unknown:
            said = "、".join(unknown[:5]) + ("等" if len(unknown) > 5 else "")
            raise forms.ValidationError(f"{said}不在检查对象名单内，或已经收到，请核对全称。")
        return lines

    def chosen(self) -> QuerySet[Target]:
        said, rows = self.cleaned_data, self.targets
        if said["names"]:
            return rows.filter(enterprise__name__in=said["names"])
        if said["unit"]:
            rows = rows.filter(unit=said["unit"])
        if said["industry"]:
            rows = rows.filter(enterprise__industry=said["industry"])
        return rows.filter(is_key=True) if said["key_only"] else rows


@login_required
@require_http_methods(["GET", "POST"])
def leaflet(request: HttpRequest, pk: int, kind: str = leaflets.LEAFLET) -> HttpResponse:
    campaign, user = campaign_for(request, pk), person(request)
    pushes = able_somewhere(user, leaflets.PUSH)
    if request.method == "POST" and not pushes:
        deny(user, leaflets.PUSH, campaign)
    targets = leaflets.pushable(campaign, user, kind) if pushes else Target.objects.none()
    typed = request.POST if request.method == "POST" else None
    form = PushForm(typed, campaign=campaign, targets=targets) if pushes else None
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            count = leaflets.push(campaign, form.chosen(), actor=user, at=clock.now(), kind=kind)
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            left = leaflets.pushable(campaign, user, kind).count()
            messages.success(request, f"已推送 {count} 家，企业签收后计入签收率；还有 {left} 家没有收到。")
            return redirect(f"campaigns:{kind}", pk)
    looks = able_somewhere(user, LOOK)
    lines = leaflets.receipts(campaign, user, kind) if looks else []
    own = RegisterEntry.objects.none() if looks else leaflets.given(campaign, kind)
    context = {
        **page_of(request, campaign),
        "leaflet": leaflets.text_of(campaign, kind),
        "kind": kind,
        "form_name": leaflets.FORMS[kind],
        "form": form,
        "lines": lines,
        "whole": leaflets.whole(lines),
        "own": list((own & RegisterEntry.objects.visible_to(user)).select_related("version", "enterprise")[:50]),
        "looks": looks,
    }
    return render(request, "campaigns/leaflet.html", context, status=422 if request.method == "POST" else 200)


@login_required
@require_GET
def leaflet_export(request: HttpRequest, pk: int, kind: str = leaflets.LEAFLET) -> HttpResponseBase:
    campaign, user, at = campaign_for(request, pk), person(request), clock.now()
    require_somewhere(user, LOOK)
    lines, name = leaflets.receipts(campaign, user, kind), leaflets.FORMS[kind]
    audit.record("campaigns.leaflet.export", campaign, actor=user, at=at, after={"form": name})
    sheets = [(replace(RATES, heading=f"{name}签收统计"), [*lines, leaflets.whole(lines)])]
    return workbook_response(f"{name}签收统计 {clock.local(at):%Y%m%d-%H%M}.xlsx", sheets, at=at, creator=user.name)


@login_required
@require_GET
def leaflet_print(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The text on paper, to be handed over; kept nowhere."""
    campaign = campaign_for(request, pk)
    text = leaflets.text_of(campaign, kind) if kind in leaflets.FORMS else {}
    if not text:
        raise Http404
    pdf = leaflet_paper(campaign, text, at=clock.now())
    return HttpResponse(pdf, content_type="application/pdf", headers={"Cache-Control": "private, no-store"})
