"""Seal and publish: from here on nobody can change what is drawn from."""

import json
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from campaigns import notices
from campaigns.draw_rules import canonical, sealed
from campaigns.models import Draw, DrawnTarget, FrozenPool, PoolVersion
from campaigns.services.draws.composing import body, head, summary
from campaigns.services.draws.gathering import Gathered, gather
from campaigns.services.draws.libraries import items_of, keep_version
from campaigns.services.draws.objecting import objections
from campaigns.services.draws.preparing import locked_draft, refuse_near_witness
from campaigns.states import DRAWS, CampaignState, DrawState
from core import locks
from core.numbering import next_number
from core.refusals import Refused
from core.states import advance


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
