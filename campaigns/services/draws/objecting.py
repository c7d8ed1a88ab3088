"""What keeps a draw from being published, in sentences that name the stratum, the enterprise or the item."""

from typing import Any

from campaigns.draw_rules import eligible_counts, percent, quota
from campaigns.models import Draw
from campaigns.services.draws.composing import body
from campaigns.services.draws.gathering import Gathered
from campaigns.services.draws.libraries import items_of, rows_of
from enterprises.models import Permit
from enterprises.rules.quarters import Quarter

NAMED = 5
CITY_SHARE = 1000  # 市级对季度内新领证单位的抽查比例不低于 10%, in ten-thousandths


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
    said += low_ratios(found) + too_few_new(draw, found) + strange_items(draw)
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


def low_ratios(found: Gathered) -> list[str]:
    """Strata that would be drawn below what was approved for the quarter."""
    least = found.rates.minimum if found.rates else 0
    return [
        f"分层“{one['label']}”的比例 {percent(one['ratio'])}% 低于批准的最低抽查比例 {percent(least)}%。"
        for one in found.strata
        if one["ratio"] and one["ratio"] < least
    ]


def too_few_new(draw: Draw, found: Gathered) -> list[str]:
    """Of the enterprises that were licensed in a quarter a city takes one in ten at least, rounded up."""
    asked = draw.filters.get("new_permits", "")
    if not asked:
        return []
    quarter = Quarter.read(asked)
    new = Permit.objects.first_issued(quarter, draw.unit.path).values("enterprise").distinct().count()
    least = quota(new, CITY_SHARE)
    if found.quota >= least:
        return []
    return [f"{quarter.label}新领证 {new} 家，按不低于 10% 至少抽 {least} 家，现在只抽 {found.quota} 家。"]


def strange_items(draw: Draw) -> list[str]:
    """Items that the list in force does not have: what is checked must be in the published list."""
    items = items_of(draw.unit)
    listed = {row[1] for row in rows_of(items)} if items else set()
    strange = [name for name in draw.checks if name not in listed]
    return [f"检查事项“{name}”不在现行抽查事项清单内，不能检查。" for name in strange]
