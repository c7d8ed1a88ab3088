"""Seal and publish: from here on nobody can change what is drawn from."""

import json
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from campaigns import notices
from campaigns.draw_rules import FORMAT, WEIGHTS, canonical, eligible_counts, sealed
from campaigns.models import Draw, DrawnTarget, DrawParticipant, FrozenPool, PoolVersion
from campaigns.services.draws.gathering import COLUMNS, PERSON_COLUMNS, Gathered, gather
from campaigns.services.draws.libraries import items_of, keep_version, rows_of
from campaigns.services.draws.preparing import locked_draft, refuse_near_witness
from campaigns.states import DRAWS, CampaignState, DrawState
from core import locks
from core.numbering import next_number
from core.refusals import Refused
from core.states import advance

NAMED = 5


def objections(draw: Draw, found: Gathered) -> list[str]:
    """Why what was gathered cannot be drawn from, in sentences; [] when it can."""
    if not found.strata:
        return ["抽取范围内没有检查对象，请先在检查计划中纳入，或放宽范围。"]
    said = [empty_stratum(one) for one in found.strata if not one["size"] and one["ratio"]]
    gone = set(draw.ratios) - {one["key"] for one in found.strata}
    if gone:
        said.append(f"有 {len(gone)} 个单独设了比例的分层已没有检查对象，请重新保存分层比例。")
    if not found.quota and not said:
        said.append("所有分层都设为不抽，没有可抽取的企业。")
    if len(found.inspectors) < draw.team_size:
        people = len(found.inspectors)
        said.append(f"每组需要 {draw.team_size} 名执法人员，符合条件的只有 {people} 名，请补充人员。")
    elif not said:
        said += shortages(draw, found)
    return said


def empty_stratum(one: dict[str, Any]) -> str:
    return f"分层“{one['label']}”没有可抽取的企业（{one['excluded']} 家全部排除），不能空抽，请改为本次不抽或换分层。"


def shortages(draw: Draw, found: Gathered) -> list[str]:
    """Enterprises for which recusal leaves too few people: seen before anything is published, never after the draw."""
    counts = eligible_counts(body(draw, found))
    names = {row[0]: row[1] for row in found.enterprises}
    short = [pk for pk, count in counts.items() if count < draw.team_size]
    if not short:
        return []
    first = "、".join(f"{names[pk]}（可派 {counts[pk]} 名）" for pk in short[:NAMED])
    return [f"回避后有 {len(short)} 家企业凑不齐 {draw.team_size} 名执法人员：{first}。请增加人员或缩小范围。"]


def refuse_second(row: Draw, found: Gathered) -> None:
    """Two results over the same enterprises, and somebody could use the one that pleases."""
    waiting = DrawnTarget.objects.filter(draw=OuterRef("pk"), assignment=None, is_dropped=False)
    still = Draw.objects.siblings(row).filter(Q(state=DrawState.PUBLISHED) | Q(Exists(waiting), state=DrawState.DRAWN))
    pool = {one[0] for one in found.enterprises}
    for other in still.select_related("frozen"):
        same = sum(one[0] in pool for one in json.loads(other.frozen.text)["enterprises"]["rows"])
        if same:
            raise Refused(
                f"不能公布：同一行动的 {other}（{other.get_state_display()}）还没有办完，与本次有 {same} 家相同的对象。"
                "请先把那一次抽取并全部转为派单或调整，或者撤销、作废、重抽，不得多抽一次挑选结果。"
            )


def publish(draw: Draw, *, actor: User, at: datetime) -> Draw:
    """Gather once more, refuse what cannot be drawn, keep the versions, hash, publish. Participants are told."""
    with transaction.atomic():
        locks.hold("draw-publish", str(draw.unit_id), str(draw.campaign_id))
        row = locked_draft(draw.pk)
        if row.campaign.state != CampaignState.PUBLISHED:
            raise Refused("行动发布后才能组织随机抽查。")
        if row.commit_by <= at:
            raise Refused("承诺截止时间已过，请先修改时间安排。")
        refuse_near_witness(row.participants.get(role="witness").user, row.created_by, row.unit, at)
        items = items_of(row.unit)
        if items is None:
            raise Refused("还没有抽查事项清单，请先在“一单两库”中登记。")
        found = gather(row)
        if said := objections(row, found):
            raise Refused("不能公布：" + "".join(said), errors={"": said})
        refuse_second(row, found)
        return seal(row, items, found, actor, at)


def seal(row: Draw, items: PoolVersion, found: Gathered, actor: User, at: datetime) -> Draw:
    scope = f"campaign:{row.campaign_id}"
    kinds = PoolVersion.Kind
    row.items = items
    row.enterprises = keep_version(row.unit, kinds.ENTERPRISES, found.library, actor=actor, at=at, scope=scope)
    row.inspectors = keep_version(row.unit, kinds.INSPECTORS, found.roster, actor=actor, at=at)
    year = row.inspect_on.year
    row.number = f"{row.unit.document_mark or row.unit.short_name}双随机〔{year}〕{number(row, year)}号"
    text = canonical(head(row) | body(row, found))
    FrozenPool.objects.create(draw=row, text=text)
    stamps = {
        "items": row.items,
        "enterprises": row.enterprises,
        "inspectors": row.inspectors,
        "number": row.number,
        "published_at": at,
        "pool_digest": sealed(text),
        "summary": summary(found) | {"source": row.source},
    }
    said = {name: stamps[name] for name in ("number", "pool_digest")}
    done = advance(Draw, row.pk, "publish", table=DRAWS, actor=actor, at=at, stamps=stamps, said=said)
    notices.draw_published(done, at)
    return done


def number(row: Draw, year: int) -> int:
    return next_number("draw", row.unit.path, year)


def summary(found: Gathered) -> dict[str, Any]:
    return {
        "strata": found.strata,
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
            "weights": dict(WEIGHTS),
        },
        "strata": found.strata,
        "enterprises": {"columns": COLUMNS, "rows": found.enterprises},
        "inspectors": {"columns": PERSON_COLUMNS, "rows": found.inspectors},
        "excluded_enterprises": found.excluded,
        "excluded_inspectors": found.excluded_inspectors,
        "recusals": found.recusals,
    }
