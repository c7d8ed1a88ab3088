"""The public page with the telephones for complaints, and the form that anybody may send (HN-65)."""

from urllib.parse import urlencode

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from campaigns.forms.complaints import ComplaintForm
from campaigns.services.complaints import Complaint, complain, hotlines
from core import clock
from core.once import once
from core.refusals import Refused

SENT, SHOWN_SECONDS = "complaint.sent", 3600


@never_cache
@require_http_methods(["GET", "POST"])
@once
def complaint(request: HttpRequest) -> HttpResponse:
    """Open to everybody: no account is asked, and what was sent is never shown again."""
    numbers = list(hotlines())
    form = ComplaintForm(request.POST or None, hotlines=numbers)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            row = complain(Complaint(**form.cleaned_data), at=clock.now())
        except Refused as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
            status = refusal.status
        else:
            sent = signing.dumps(row.number, salt=SENT)
            return redirect(f"{reverse('campaigns:complaint')}?{urlencode({'sent': sent})}")
    context = {"numbers": numbers, "form": form, "number": number_of(request.GET.get("sent", ""))}
    return render(request, "campaigns/complaint.html", context, status=status)


def number_of(sent: str) -> str:
    """The number that the page itself gave out just now: reloading it files nothing again."""
    try:
        return str(signing.loads(sent, salt=SENT, max_age=SHOWN_SECONDS)) if sent else ""
    except signing.BadSignature:
        return ""
