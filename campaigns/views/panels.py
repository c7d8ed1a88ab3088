"""Where a site stands on the lists of the campaigns, as a fragment of its page."""

from django.contrib.auth.decorators import login_required
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from campaigns.models import Assignment, Campaign, Target
from campaigns.states import STANDING
from enterprises.views.frame import is_own, shown_site

SHOWN = 10


@login_required
@require_GET
def enterprise_panel(request: HttpRequest, pk: int) -> HttpResponse:
    """The campaigns whose list names the site. When somebody will come stands here for the authority alone."""
    site = shown_site(request, pk, "visit.view")
    standing = Assignment.objects.filter(target=OuterRef("pk"), state__in=STANDING)
    rows = (
        Target.objects.visible_to(request.user)
        .filter(enterprise=site, campaign__in=Campaign.objects.visible_to(request.user).published())
        .annotate(planned_on=Subquery(standing.values("planned_on")[:1]), plan=Subquery(standing.values("pk")[:1]))
        .select_related("campaign")
        .order_by("-campaign__year", "-pk")
    )
    context = {"site": site, "targets": list(rows[:SHOWN]), "own": is_own(request, site)}
    return render(request, "campaigns/_enterprise_panel.html", context)
