"""After the draw: one person asks for a change with a reason, a leader approves; what was drawn stays beside it."""

import json
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.models import User
from campaigns import notices
from campaigns.draw_rules.performing import Bench
from campaigns.models import Draw, DrawAdjustment, DrawnTarget, Recusal
from campaigns.states import ADJUSTMENTS, DrawState
from core import audit
from core.refusals import Refused
from core.states import advance


def may_join(drawn: DrawnTarget) -> list[tuple[int, str]]:
    """Who could take a place in this team: of the published pool, not recused then or today, not in it already."""
    frozen = json.loads(drawn.draw.frozen.text)
    bench = Bench(frozen)
    columns = frozen["enterprises"]["columns"]
    rows = (row for row in frozen["enterprises"]["rows"] if row[0] == drawn.target_id)
    eligible = set(bench.eligible(dict(zip(columns, next(rows), strict=True)))) - recused_today(drawn)
    return [(one["id"], one["name"]) for one in bench.people if one["id"] in eligible and one["id"] not in drawn.team]


def recused_today(drawn: DrawnTarget) -> set[int]:
    here = Q(enterprise__targets=drawn.target_id) | Q(draw=drawn.draw_id)
    return set(Recusal.objects.filter(here, ended_at=None).values_list("user_id", flat=True))


def ask_adjustment(
    drawn: DrawnTarget,
    *,
    kind: str,
    reason: str,
    actor: User,
    at: datetime,
    person_out: User | None = None,
    person_in: User | None = None,
) -> DrawAdjustment:
    """Ask for a change of one row. Refused for who is recused or was not in the published pool."""
    if not reason.strip():
        raise Refused("请写明调整的理由。", field="reason", status=422)
    try:
        with transaction.atomic():
            row = locked(drawn.pk)
            refuse_unfit(row, kind, person_out, person_in)
            replaces = kind == DrawAdjustment.Kind.REPLACE
            asked = DrawAdjustment.objects.create(
                drawn=row,
                kind=kind,
                person_out=person_out if replaces else None,
                person_in=person_in if replaces else None,
                reason=reason.strip()[:200],
                asked_by=actor,
                asked_at=at,
            )
            audit.record("campaigns.drawadjustment.ask", asked, actor=actor, at=at, reason=asked.reason)
            notices.adjustment_asked(asked, at)
    except IntegrityError as error:
        raise Refused("这家企业已有一项待批准的调整。") from error
    return asked


def locked(pk: int) -> DrawnTarget:
    """The row as it stands now, its draw locked first: the order in which a redraw locks them."""
    Draw.objects.select_for_update(of=("self",)).get(drawn=pk)
    rows = DrawnTarget.objects.select_related("draw__unit", "target__enterprise").select_for_update(of=("self",))
    row = rows.get(pk=pk)
    if row.draw.state != Draw.State.DRAWN:
        raise Refused(f"当前为“{DrawState(row.draw.state).label}”，不能调整。")
    if row.is_dropped or row.assignment_id:
        raise Refused("这家企业已转为派单，或已经调整为不再检查。")
    return row


def refuse_unfit(row: DrawnTarget, kind: str, person_out: User | None, person_in: User | None) -> None:
    if kind != DrawAdjustment.Kind.REPLACE:
        return
    if person_out is None or person_out.pk not in row.team:
        raise Refused("请选择要换下的检查人员。", field="person_out", status=422)
    if person_in is None or person_in.pk not in dict(may_join(row)):
        raise Refused("换上的人员须在公布的执法人员名单中，且不须回避该企业。", field="person_in", status=422)


def approve_adjustment(adjustment: DrawAdjustment, *, actor: User, at: datetime) -> DrawAdjustment:
    """Another person approves; the team of today changes, the drawn one stays."""
    with transaction.atomic():
        row = locked(adjustment.drawn_id)
        if adjustment.asked_by_id == actor.pk:
            raise Refused("提出调整的人不能批准自己的调整。")
        if adjustment.person_in_id in recused_today(row):
            raise Refused("换上的人员现在须回避该企业，不能批准，请另行调整。")
        stamps = {"decided_by": actor, "decided_at": at}
        done = advance(DrawAdjustment, adjustment.pk, "approve", table=ADJUSTMENTS, actor=actor, at=at, stamps=stamps)
        if done.kind == DrawAdjustment.Kind.DROP:
            row.is_dropped = True
        else:
            row.team = [done.person_in_id if pk == done.person_out_id else pk for pk in row.team]
        row.save(update_fields=["team", "is_dropped"])
    return done


def refuse_adjustment(adjustment: DrawAdjustment, *, actor: User, at: datetime, reason: str) -> DrawAdjustment:
    if adjustment.asked_by_id == actor.pk:
        raise Refused("提出调整的人不能办理自己的调整。")
    stamps = {"decided_by": actor, "decided_at": at, "decision_reason": reason.strip()[:200]}
    return advance(
        DrawAdjustment, adjustment.pk, "refuse", table=ADJUSTMENTS, actor=actor, at=at, reason=reason, stamps=stamps
    )
