"""The proof of a draw: one file from which anybody performs it again (scripts/verify_draw.py)."""

import json
from typing import Any

from campaigns.draw_rules import canonical, digest_of
from campaigns.models import Draw, DrawAdjustment
from campaigns.services.draws.holding import moment
from core.refusals import Refused


def proof_of(draw: Draw) -> dict[str, Any]:
    """Everything that was published, said and drawn. `digest` covers the rest of the file."""
    if not draw.seed:
        raise Refused("抽取后才有证明文件。")
    said = {
        **draw.protocol,
        "frozen": json.loads(draw.frozen.text),
        "pool_digest": draw.pool_digest,
        "seed": draw.seed,
        "results": [
            [one.order, one.stratum, one.target_id, one.drawn_team] for one in draw.drawn.order_by("order").iterator()
        ],
        "result_digest": draw.result_digest,
        "adjustments": adjustments_of(draw),
    }
    return said | {"digest": digest_of(said)}


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
