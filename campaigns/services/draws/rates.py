"""Ratios and frequency of a unit's draws by quarter: each change cites a report or says so, and is approved."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from accounts.models import Unit, User
from campaigns.draw_rules import LAYERS, WHOLE, percent
from campaigns.models import DrawRates
from campaigns.states import RATES
from core import audit
from core.refusals import Refused
from core.states import advance
from enterprises.rules.quarters import Quarter

RATIOS = {"minimum": "最低抽查比例", **{key: f"{label}抽查比例" for key, label in LAYERS.items()}}
PARAMETERS = RATIOS | {"frequency": "每年抽查频次"}
MOST_OFTEN = 366


def told(key: str, value: int) -> str:
    return f"每年 {value} 次" if key == "frequency" else f"{percent(value)}%"


def rates_for(unit: Unit, day: date) -> DrawRates | None:
    """The approved rates in force on a day: the unit's own, else those of the nearest unit above."""
    asked = Quarter.of(day)
    rows = DrawRates.objects.approved().filter(unit__path__in=[*above(unit.path), unit.path]).select_related("unit")
    until = (row for row in rows if (row.year, row.quarter) <= (asked.year, asked.number))
    return max(until, key=lambda row: (len(row.unit.path), row.year, row.quarter, row.pk), default=None)


def above(path: str) -> list[str]:
    """The paths of the units above one."""
    parts = path.strip("/").split("/")
    return ["/" + "/".join(parts[:length]) + "/" for length in range(1, len(parts))]


def ask_rates(
    unit: Unit,
    quarter: Quarter,
    values: Mapping[str, int],
    *,
    source: str,
    reports: Mapping[str, str],
    reason: str,
    actor: User,
    at: datetime,
) -> DrawRates:
    """Ask for other rates from a quarter on. Draws that are published keep theirs."""
    refuse_wrong(values)
    if not source.strip():
        raise Refused("请写明参数的来源（方案、文件的名称和条款）。", field="source", status=422)
    before = rates_for(unit, quarter.last)
    changes = differences(before.values, values, reports) if before else []
    if before and not changes:
        raise Refused(f"与现行参数（{before.year}年第{before.quarter}季度起）完全相同，没有要批准的变更。", status=422)
    if changes and not reason.strip():
        raise Refused("改变抽查比例或频次须写明理由。", field="reason", status=422)
    said = {"values": dict(values), "source": source.strip()[:200], "changes": changes, "reason": reason.strip()[:200]}
    try:
        with transaction.atomic():
            row = DrawRates.objects.create(
                unit=unit, year=quarter.year, quarter=quarter.number, asked_by=actor, asked_at=at, **said
            )
            audit.record("campaigns.drawrates.ask", row, actor=actor, at=at, reason=row.reason, after=said)
    except IntegrityError as error:
        raise Refused("本单位已有一项待批准的参数变更，请先办完。") from error
    return row


def refuse_wrong(values: Mapping[str, int]) -> None:
    for key, name in RATIOS.items():
        if not 0 < values[key] <= WHOLE:
            raise Refused(f"{name}须大于 0、不超过 100%。", field=key, status=422)
        if values[key] < values["minimum"]:
            raise Refused(f"{name}不能低于最低抽查比例 {percent(values['minimum'])}%。", field=key, status=422)
    if not 0 < values["frequency"] <= MOST_OFTEN:
        raise Refused(f"每年抽查频次须是 1 至 {MOST_OFTEN} 的整数。", field="frequency", status=422)


def differences(
    before: Mapping[str, int], after: Mapping[str, int], reports: Mapping[str, str]
) -> list[dict[str, str]]:
    """What is changed, each with the number of the report it cites, or "" where it cites none."""
    return [
        {
            "key": key,
            "name": name,
            "before": told(key, before[key]),
            "after": told(key, after[key]),
            "report": reports.get(key, "").strip()[:60],
        }
        for key, name in PARAMETERS.items()
        if before[key] != after[key]
    ]


def approve_rates(row: DrawRates, *, actor: User, at: datetime) -> DrawRates:
    refuse_own(row, actor)
    stamps = {"decided_by": actor, "decided_at": at}
    return advance(DrawRates, row.pk, "approve", table=RATES, actor=actor, at=at, stamps=stamps)


def refuse_rates(row: DrawRates, *, actor: User, at: datetime, reason: str) -> DrawRates:
    refuse_own(row, actor)
    stamps = {"decided_by": actor, "decided_at": at, "decision_reason": reason.strip()[:200]}
    return advance(DrawRates, row.pk, "refuse", table=RATES, actor=actor, at=at, reason=reason, stamps=stamps)


def refuse_own(row: DrawRates, actor: User) -> None:
    if row.asked_by_id == actor.pk:
        raise Refused("提出变更的人不能批准自己的变更。")


def refuse_below(unit: Unit, day: date, ratio: int, field: str, name: str) -> None:
    """A ratio of a single draw below what was approved for the quarter would be a change without approval."""
    rates = rates_for(unit, day)
    if rates and ratio < rates.minimum:
        quarter = f"{rates.year}年第{rates.quarter}季度起"
        said = f"{name} {percent(ratio)}% 低于批准的最低抽查比例 {percent(rates.minimum)}%（{quarter}）"
        raise Refused(f"{said}；要降低的，先在“抽查参数”中申请变更。", field=field, status=422)


def sealed_rates(rates: DrawRates | None) -> dict[str, Any]:
    """The rates as sealed with a draw; {} where nobody set any."""
    if rates is None:
        return {}
    said = {"unit": rates.unit.name, "year": rates.year, "quarter": rates.quarter, "source": rates.source}
    return said | {"values": rates.values, "reports": {one["key"]: one["report"] for one in rates.changes}}
