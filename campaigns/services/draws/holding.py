"""The draw is held, once; a redraw keeps the old result; what was drawn becomes planned visits."""

import json
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.models import User
from campaigns import notices
from campaigns.draw_rules import perform, published_after, results_digest, sealed, seed_of
from campaigns.models import Assignment, Draw, DrawnTarget, DrawParticipant
from campaigns.public_sources import sealed_source
from campaigns.services import due
from campaigns.services.draws.adjusting import locked
from campaigns.services.draws.schemes import keep_scheme
from campaigns.services.draws.witnessing import locked_published
from campaigns.states import DRAWS, AdjustmentState
from core import audit, clock
from core.refusals import Refused
from core.states import advance

BATCH = 2000


def protocol_of(draw: Draw, frozen: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Who said what and when, with the participants' names as they were sealed."""
    names = {role: name for role, name, *_ in frozen["witnessing"]["participants"]}
    entered, confirmed = draw.value_entered_by, draw.value_confirmed_by
    return {
        "published_at": moment(draw.published_at),
        "participants": [
            {
                "role": one.role,
                "id": one.user_id,
                "name": names[one.role],
                "commitment": one.commitment,
                "committed_at": moment(one.committed_at),
                "value": one.value,
                "revealed_at": moment(one.revealed_at),
            }
            for one in draw.participants.order_by("role")
        ],
        "public": {
            "source": draw.public_source,
            "value": draw.public_value,
            "entered_by": [entered.pk, entered.name] if entered else [],
            "entered_at": moment(draw.value_entered_at),
            "confirmed_by": [confirmed.pk, confirmed.name] if confirmed else [],
            "confirmed_at": moment(draw.value_confirmed_at),
        },
        "drawn_at": moment(at),
    }


def moment(at: datetime | None) -> str:
    return at.astimezone(UTC).isoformat() if at else ""


def contributions(draw: Draw) -> list[tuple[str, str, str]]:
    return [(one.role, one.commitment, one.value) for one in draw.participants.order_by("role")]


def hold(draw: Draw, *, actor: User, at: datetime) -> Draw:
    """Perform the draw. Who presses and when changes no result: it follows from what is published.

    Two at once: the second waits for the lock and is refused.
    """
    with transaction.atomic():
        row = locked_published(draw.pk)
        if row.value_confirmed_by_id is None:
            raise Refused("公共值还没有经两人录入一致，不能抽取。")
        text = row.frozen.text
        if sealed(text) != row.pool_digest:
            raise Refused("封存名单与公布的指纹不符，已被改动，不能抽取。")
        seed = seed_of(row.pool_digest, contributions(row), row.public_source, row.public_value)
        frozen = json.loads(text)
        results = perform(frozen, seed)
        DrawnTarget.objects.bulk_create(
            (
                DrawnTarget(
                    draw=row,
                    order=one.order,
                    stratum=one.stratum,
                    target_id=one.enterprise,
                    drawn_team=list(one.team),
                    team=list(one.team),
                )
                for one in results
            ),
            batch_size=BATCH,
        )
        protocol = protocol_of(row, frozen, at)
        digest = results_digest(seed, [one.as_row() for one in results], protocol)
        said = {"seed": seed, "result_digest": digest}
        stamps = said | {"protocol": protocol, "drawn_by": actor, "drawn_at": at}
        done = advance(Draw, row.pk, "hold", table=DRAWS, actor=actor, at=at, stamps=stamps, said=said)
        due.done(due.DRAW, campaign=done.campaign, unit=done.unit, on=clock.day_of(at), at=at)
        notices.draw_held(done, len(results), at)
    return done


AGAIN = (
    *("campaign_id", "unit_id", "title", "filters", "strata_by", "ratio", "ratios", "team_size", "speciality"),
    *("cross_region", "avoid_previous", "inspect_on", "public_source", "partners", "checks"),
)


def redraw(draw: Draw, *, actor: User, at: datetime, reason: str) -> Draw:
    """A draft on the same terms takes the place of a result, which stays. Refused once visits were planned from it."""
    with transaction.atomic():
        row = Draw.objects.select_for_update(of=("self",)).get(pk=draw.pk)
        taken = row.drawn.exclude(assignment=None).count()
        if taken:
            raise Refused(f"本次结果已有 {taken} 家转为派单，不能重抽；个别变动请用“抽取后调整”。")
        stamps = {"ended_at": at, "end_reason": reason.strip()[:200]}
        old = advance(Draw, draw.pk, "supersede", table=DRAWS, actor=actor, at=at, reason=reason, stamps=stamps)
        day = timedelta(days=1)
        made = Draw.objects.create(
            **{name: getattr(old, name) for name in AGAIN},
            token=secrets.token_hex(16),
            commit_by=at + day,
            reveal_by=(reveal_by := at + day + timedelta(hours=1)),
            public_at=published_after(sealed_source(old.public_source), reveal_by),
            created_by=old.created_by,
            created_at=at,
            redraw_of=old,
            redraw_reason=old.end_reason,
        )
        for one in old.participants.all():
            DrawParticipant.objects.create(draw=made, role=one.role, user_id=one.user_id)
        audit.record("campaigns.draw.create", made, actor=actor, at=at, reason=made.redraw_reason)
        keep_scheme(made, actor=actor, at=at)
    return made


def to_take(pk: int) -> DrawnTarget:
    """A drawn row as it stands now, locked behind its draw. Refused while a change of it waits for approval."""
    row = locked(pk)
    if row.adjustments.filter(state=AdjustmentState.ASKED).exists():
        raise Refused("这家企业有一项待批准的调整，办完后再转为派单。")
    return row


def took_over(drawn: DrawnTarget, assignment: Assignment, *, actor: User, at: datetime) -> None:
    """A visit was planned from a drawn enterprise: said once."""
    if not DrawnTarget.objects.filter(pk=drawn.pk, assignment=None, is_dropped=False).update(assignment=assignment):
        raise Refused("这家企业已转为派单，或已经调整为不再检查。")
    after = {"assignment": assignment.pk}
    audit.record("campaigns.drawntarget.take_over", drawn, actor=actor, at=at, after=after)
