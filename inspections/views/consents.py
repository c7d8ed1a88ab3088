"""The enterprise's word on a research visit: its own account answers, or an officer keeps the paper that it signed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.gate import may, require
from campaigns.models import Consent
from campaigns.services import consents
from core import clock, files
from core.refusals import Refused
from inspections.views.access import person

OWN, PLAN = "visit.countersign", "visit.plan"


class ConsentForm(forms.Form):
    answer = forms.ChoiceField(
        label="答复", choices=[("agreed", "同意"), ("declined", "不同意")], widget=forms.RadioSelect
    )
    signer = forms.CharField(label="答复人姓名", max_length=40)
    paper = forms.FileField(label="企业签字的书面答复", help_text="照片或 PDF。")

    def __init__(self, data: Any, uploaded: Any, *, is_own: bool) -> None:
        super().__init__(data, uploaded)
        if is_own:
            del self.fields["paper"]


@login_required
@require_http_methods(["GET", "POST"])
def consent_answer(request: HttpRequest, pk: int) -> HttpResponse:
    user = person(request)
    rows = Consent.objects.visible_to(user).select_related(
        "assignment__target__enterprise", "assignment__target__unit", "answered_by", "paper"
    )
    row = get_object_or_404(rows, pk=pk)
    is_own = may(user, OWN, row)
    if request.method == "POST" and not is_own:
        require(user, PLAN, row)
    form = ConsentForm(request.POST or None, request.FILES or None, is_own=is_own)
    if request.method == "POST" and form.is_valid():
        try:
            answer(request, row, form.cleaned_data)
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, "答复已登记，检查人员已收到通知。")
            return redirect("inspections:consent_answer", pk)
    context = {"row": row, "form": form, "answers": not row.answer and (is_own or may(user, PLAN, row))}
    status = 422 if request.method == "POST" else 200
    return render(request, "inspections/consent.html", context, status=status)


def answer(request: HttpRequest, row: Consent, given: dict[str, Any]) -> None:
    user, at = person(request), clock.now()
    paper = None
    if file := given.get("paper"):
        paper = files.store(file, name=file.name, by=user, at=at)
    consents.answer_consent(row, given["answer"], signer=given["signer"], actor=user, at=at, paper=paper)
