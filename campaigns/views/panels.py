"""Where a site stands on the lists of the campaigns, as a fragment of its page."""

from django.contrib.auth.decorators import login_required
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.models import User
from campaigns.models import Assignment, Campaign, RegisterEntry, Target
from campaigns.registers.rules import field_of
from campaigns.registers.services.checks import VOID
from campaigns.registers.services.loading import version_of
from campaigns.registers.services.rights import ordered_by
from campaigns.registers.services.risks import risks_of
from campaigns.states import STANDING
from campaigns.views.frame import person
from enterprises.models import Enterprise
from enterprises.views.frame import is_own, shown_site

SHOWN = 10
INCENTIVE = "incentive"


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
        .select_related("campaign__blueprint")
        .order_by("-campaign__year", "-pk")
    )
    context = {
        "site": site,
        "targets": list(rows[:SHOWN]),
        "own": is_own(request, site),
        "incentives": incentives(person(request), site),
        "risks": risks_of(site),
    }
    return render(request, "campaigns/_enterprise_panel.html", context)


def incentives(user: User, site: Enterprise) -> list[tuple[str, RegisterEntry | None]]:
    """The kinds of incentives (激励事项) with the newest entry of each, None where the site has none.

    [] where no plan that the person sees orders the register and nothing stands in it.
    """
    version = version_of(INCENTIVE)
    if version is None:
        return []
    rows = RegisterEntry.objects.visible_to(user).filter(register=INCENTIVE, enterprise=site).exclude(state=VOID)
    held = {row.values["kind"]: row for row in rows.order_by("occurred_on", "pk")}
    ordering = Campaign.objects.visible_to(user).published().select_related("blueprint")
    if not held and not any(INCENTIVE in ordered_by(row) for row in ordering):
        return []
    return [(one["label"], held.get(one["value"])) for one in field_of(version.data, "kind")["options"]]
