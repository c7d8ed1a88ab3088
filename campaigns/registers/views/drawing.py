"""The page on which entries of a register are drawn at random."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.gate import deny
from accounts.models import Unit
from campaigns.registers import services
from campaigns.registers.services.rights import Places
from campaigns.registers.views.frame import crumbs_of, person, register_for
from core import clock
from core.refusals import Refused


class DrawForm(forms.Form):
    campaign = forms.TypedChoiceField(label="专项行动", coerce=int)
    unit = forms.ModelChoiceField(
        label="抽取范围", queryset=Unit.objects.none(), empty_label=None, help_text="本单位及所辖。"
    )
    count = forms.IntegerField(label="抽取家数", initial=5)

    def __init__(self, data: Any, *, places: Places) -> None:
        super().__init__(data)
        campaign, unit = self.fields["campaign"], self.fields["unit"]
        assert isinstance(campaign, forms.ChoiceField)
        assert isinstance(unit, forms.ModelChoiceField)
        campaign.choices = [(row.pk, row.title) for row in places.campaigns]
        unit.queryset = places.units


@login_required
@require_http_methods(["GET", "POST"])
def register_draw(request: HttpRequest, key: str) -> HttpResponse:
    version, user = register_for(request, key), person(request)
    if "draws" not in version.data:
        raise Http404
    places = services.creation_places(version, user)
    if not places:
        deny(user, f"register.{key}", version)
    form = DrawForm(request.POST or None, places=places)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        campaign = next(row for row in places.campaigns if row.pk == given["campaign"])
        try:
            drawn = services.draw_entries(version, campaign, given["unit"], given["count"], actor=user, at=clock.now())
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, f"已从 {drawn.pool} 家中随机抽取 {len(drawn.entries)} 家，请逐家入企填写问卷。")
            return redirect("campaigns:register_list", key)
    context = {"register": version, "form": form, "crumbs": crumbs_of(version, "随机抽取"), "title": "随机抽取"}
    context["said"] = "从本行动已检查、还没有回访的企业中随机抽取，种子和名单摘要写入登记，可以复核。"
    status = 422 if request.method == "POST" else 200
    return render(request, "campaigns/registers/entry_form.html", context, status=status)
