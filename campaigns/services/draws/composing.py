"""The document that is sealed: what the draw is, how its seed comes about, and what is drawn from."""

from typing import Any

from campaigns.draw_rules import FORMAT
from campaigns.models import Draw, DrawParticipant
from campaigns.services.draws.gathering import COLUMNS, PERSON_COLUMNS, Gathered, weights_of
from campaigns.services.draws.libraries import rows_of
from campaigns.services.draws.rates import sealed_rates


def summary(found: Gathered) -> dict[str, Any]:
    return {
        "strata": found.strata,
        "total": found.total,
        "pool": len(found.enterprises),
        "excluded": len(found.excluded),
        "inspectors": len(found.inspectors),
        "excluded_inspectors": len(found.excluded_inspectors),
        "recusals": len(found.recusals),
        "quota": found.quota,
    }


def head(row: Draw) -> dict[str, Any]:
    """What the draw is, and how its seed will come about."""
    assert row.items
    assert row.enterprises
    assert row.inspectors
    before = row.redraw_of
    people = DrawParticipant.objects.filter(draw=row).select_related("user__unit").order_by("role")
    return {
        "format": FORMAT,
        "draw": {
            "number": row.number,
            "title": row.title,
            "unit": row.unit.name,
            "campaign": row.campaign.title,
            "inspect_on": str(row.inspect_on),
            "redraw_of": before.number if before else "",
            "redraw_reason": row.redraw_reason,
        },
        "items": {"version": row.items.number, "rows": rows_of(row.items)},
        "pools": {
            "enterprises": {"version": row.enterprises.number, "digest": row.enterprises.digest},
            "inspectors": {"version": row.inspectors.number, "digest": row.inspectors.digest},
        },
        "earlier": [[one.number, one.state, one.pool_digest] for one in Draw.objects.siblings(row)],
        "witnessing": {
            "participants": [
                [one.role, one.user.name, one.user.unit.name if one.user.unit else "", one.user_id] for one in people
            ],
            "commit_by": row.commit_by.isoformat(),
            "reveal_by": row.reveal_by.isoformat(),
            "public_at": row.public_at.isoformat(),
            "public_source": row.source,
        },
    }


def body(row: Draw, found: Gathered) -> dict[str, Any]:
    """What `perform` reads, and who was left out."""
    return {
        "terms": {
            "filters": row.filters,
            "strata_by": row.strata_by,
            "team_size": row.team_size,
            "speciality": row.speciality,
            "cross_region": row.cross_region,
            "avoid_previous": row.avoid_previous,
            "weights": dict(weights_of(row)),
            "rates": sealed_rates(found.rates),
            "partners": row.partners,
            "checks": row.checks,
        },
        "strata": found.strata,
        "enterprises": {"columns": COLUMNS, "rows": found.enterprises},
        "inspectors": {"columns": PERSON_COLUMNS, "rows": found.inspectors},
        "excluded_enterprises": found.excluded,
        "excluded_inspectors": found.excluded_inspectors,
        "recusals": found.recusals,
    }
