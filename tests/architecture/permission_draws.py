"""Draws of county A for the permission matrix, one at each step, and another draw's children for the wrong parent."""

from datetime import date, datetime, timedelta
from typing import Any

from campaigns import documents
from campaigns.draw_rules import commitment
from campaigns.models import Draw
from campaigns.services import draws
from enterprises.rules.quarters import Quarter
from tests import factories as make
from tests.campaigns.draw_scene import ITEMS, SECRETS, VALUE, settings
from tests.cast import Cast

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def build(cast: Cast, campaign: Any, now: datetime) -> dict[str, Any]:
    """Draft, sealed, committed, waiting for the value, ready, drawn, another drawn: each sealed one in a campaign of
    its own, because no two may share an enterprise."""
    draws.keep_items(cast.county_a, ITEMS, actor=cast.officer_a, at=now)
    rows: dict[str, Any] = {"draft": made(cast, campaign, now), "other draft": made(cast, campaign, now)}
    for name in ("draft", "other draft"):
        rows[f"{name} recusal"] = recused(cast, rows[name], now)
    rows["sealed"] = publish(cast, made(cast, like(campaign), now - MINUTE), now - MINUTE)
    rows["committed"] = committed(publish(cast, made(cast, like(campaign), now - HOUR), now - HOUR), now - MINUTE)
    earlier = now - timedelta(days=4)
    for name in ("waiting", "ready", "drawn", "other drawn"):
        draw = committed(publish(cast, made(cast, like(campaign), earlier), earlier), earlier + MINUTE)
        rows[name] = draw
        if name != "waiting":
            for person in (cast.officer_a, cast.discipline):
                draws.enter_value(draw, person, VALUE, at=now)
        if "drawn" in name:
            rows[name] = draws.hold(draw, actor=cast.officer_a, at=now)
            rows[f"{name} row"] = rows[name].drawn.get(order=2)
            rows[f"{name} adjustment"] = draws.ask_adjustment(
                rows[name].drawn.get(order=1), kind="drop", reason="已停产", actor=cast.officer_a, at=now
            )
    values = dict.fromkeys(draws.RATIOS, 1000) | {"frequency": 4}
    terms = {"source": "年度方案", "reports": {}, "reason": ""}
    rows["rates"] = draws.ask_rates(cast.county_a, Quarter(2020, 2), values, **terms, actor=cast.officer_a, at=now)
    rows["paper"] = documents.draw_proof(rows["drawn"], by=cast.officer_a, at=now)
    return rows


def like(campaign: Any) -> Any:
    other = make.campaign(campaign.unit)
    for target in campaign.targets.select_related("enterprise"):
        make.target(other, target.enterprise)
    return other


def made(cast: Cast, campaign: Any, at: datetime) -> Draw:
    times = {"commit_by": at + 2 * HOUR, "reveal_by": at + 3 * HOUR}
    chosen = settings(ratio=5000, avoid_previous=False, inspect_on=date(2020, 6, 10), **times)
    return draws.create(campaign, cast.county_a, chosen, witness=cast.discipline, actor=cast.officer_a, at=at)


def recused(cast: Cast, draw: Draw, at: datetime) -> Any:
    return draws.recuse(draw, cast.inspector_b, enterprise=None, kind="own", reason="请假", actor=cast.officer_a, at=at)


def publish(cast: Cast, draw: Draw, at: datetime) -> Draw:
    return draws.publish(draw, actor=cast.officer_a, at=at)


def committed(draw: Draw, at: datetime) -> Draw:
    for one in draw.participants.select_related("user"):
        draws.commit(draw, one.user, commitment(draw.pool_digest, one.role, SECRETS[one.role]), at=at)
    return draw
