"""The public page with the telephones for complaints, and the form that anybody may send (HN-65)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from campaigns.forms.complaints import ComplaintForm
from campaigns.services.complaints import Complaint, complain, hotlines
from core import clock
from core.refusals import Refused


@never_cache
@require_http_methods(["GET", "POST"])
def complaint(request: HttpRequest) -> HttpResponse:
    """Open to everybody: no account is asked, and what was sent is never shown again."""
    numbers = list(hotlines())
    form = ComplaintForm(request.POST or None, hotlines=numbers)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            row = complain(Complaint(**form.cleaned_data), at=clock.now())
        except Refused as refusal:
            form.add_error(None, refusal.message)
            status = refusal.status
        else:
            return render(request, "campaigns/complaint.html", {"numbers": numbers, "number": row.number})
    return render(request, "campaigns/complaint.html", {"numbers": numbers, "form": form}, status=status)
