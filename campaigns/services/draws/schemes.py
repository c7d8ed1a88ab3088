"""What a draft came to, version by version: computed when something is decided, read by every page."""

from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import User
from campaigns.models import (
    Assignment,
    Draw,
    DrawRates,
    DrawScheme,
    InspectorProfile,
    PoolVersion,
    Rating,
    Recusal,
    Target,
)
from campaigns.services.draws.composing import summary
from campaigns.services.draws.gathering import Gathered, gather, said_of, weights_of
from campaigns.services.draws.objecting import objections
from campaigns.services.draws.rates import sealed_rates
from enterprises.models import Enterprise, PositiveListEntry

SHOWN = 100
TERMS = (
    *("filters", "strata_by", "ratio", "ratios", "partners", "checks", "team_size", "speciality"),
    *("cross_region", "avoid_previous"),
)


def keep_scheme(draw: Draw, *, actor: User, at: datetime) -> DrawScheme:
    """The next version of a draft, computed from the lists as they are now. Call it with the draft locked."""
    last = draw.schemes.order_by("-number").values_list("number", flat=True).first() or 0
    terms = {name: getattr(draw, name) for name in TERMS} | {"inspect_on": str(draw.inspect_on)}
    found = found_of(draw, gather(draw))
    return DrawScheme.objects.create(draw=draw, number=last + 1, terms=terms, found=found, made_by=actor, made_at=at)


def found_of(draw: Draw, found: Gathered) -> dict[str, Any]:
    return summary(found) | {
        "objections": objections(draw, found),
        "rates": sealed_rates(found.rates),
        "excluded_rows": found.excluded[:SHOWN],
        "excluded_people": found.excluded_inspectors[:SHOWN],
        "people": found.inspectors[:SHOWN],
        "weighed": [
            [row[1], row[-1], "；".join([*said_of(row, weights_of(draw)), *found.layered.get(row[0], [])])]
            for row in found.enterprises[:SHOWN]
        ],
    }


def moved_since(draw: Draw, at: datetime) -> bool:
    """Whether something the draft was computed from was written to since; no list is read."""
    below = {"unit__path__startswith": draw.unit.path}
    plans = Assignment.objects.filter(target__campaign=draw.campaign_id)
    asked: list[QuerySet[Any]] = [
        Target.objects.filter(campaign=draw.campaign_id, listed_at__gt=at, **below),
        Rating.objects.filter(rated_at__gt=at, enterprise__unit__path__startswith=draw.unit.path),
        Enterprise.objects.filter(updated_at__gt=at, **below),
        PositiveListEntry.objects.filter(entered_at__gt=at),
        plans.filter(Q(planned_at__gt=at) | Q(ended_at__gt=at)),
        Recusal.objects.filter(Q(entered_at__gt=at) | Q(ended_at__gt=at)),
        InspectorProfile.objects.filter(changed_at__gt=at),
        DrawRates.objects.filter(decided_at__gt=at),
        PoolVersion.objects.filter(kind=PoolVersion.Kind.ITEMS, made_at__gt=at),
    ]
    return any(rows.exists() for rows in asked)
