"""The proof of a draw: one file from which anybody performs it again (scripts/verify_draw.py)."""

import json
from datetime import datetime
from typing import Any

from campaigns.draw_rules import canonical, digest_of
from campaigns.models import Draw, DrawAdjustment
from core.refusals import Refused


def proof_of(draw: Draw) -> dict[str, Any]:
    """Everything that was published, said and drawn. `digest` covers the rest of the file."""
    if not draw.seed:
        raise Refused("抽取后才有证明文件。")
    people = draw.participants.select_related("user").order_by("role")
    entered, confirmed = draw.value_entered_by, draw.value_confirmed_by
    said = {
        "frozen": json.loads(draw.frozen.text),
        "pool_digest": draw.pool_digest,
        "published_at": moment(draw.published_at),
        "participants": [
            {
                "role": one.role,
                "name": one.user.name,
                "commitment": one.commitment,
                "committed_at": moment(one.committed_at),
                "value": one.value,
                "revealed_at": moment(one.revealed_at),
            }
            for one in people
        ],
        "public": {
            "source": draw.public_source,
            "value": draw.public_value,
            "entered_by": entered.name if entered else "",
            "confirmed_by": confirmed.name if confirmed else "",
            "confirmed_at": moment(draw.value_confirmed_at),
        },
        "seed": draw.seed,
        "drawn_at": moment(draw.drawn_at),
        "results": [
            [one.order, one.stratum, one.target_id, one.drawn_team] for one in draw.drawn.order_by("order").iterator()
        ],
        "result_digest": draw.result_digest,
        "adjustments": adjustments_of(draw),
    }
    return said | {"digest": digest_of(said)}


def moment(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def adjustments_of(draw: Draw) -> list[dict[str, Any]]:
    """What was changed afterwards, in the order it was approved: beside the result, never in it."""
    rows = DrawAdjustment.objects.filter(drawn__draw=draw, state=DrawAdjustment.State.APPROVED)
    people = ("drawn", "person_out", "person_in", "asked_by", "decided_by")
    return [
        {
            "order": row.drawn.order,
            "kind": row.kind,
            "out": row.person_out.name if row.person_out else "",
            "in": row.person_in.name if row.person_in else "",
            "reason": row.reason,
            "asked_by": row.asked_by.name,
            "approved_by": row.decided_by.name if row.decided_by else "",
            "approved_at": moment(row.decided_at),
        }
        for row in rows.select_related(*people).order_by("decided_at", "pk")
    ]


def proof_text(draw: Draw) -> str:
    return canonical(proof_of(draw)) + "\n"
