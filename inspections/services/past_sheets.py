"""The history of enterprises in and out as a table: of a good file every row comes in, of a bad one none (HN-56)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from accounts.gate import Scope
from accounts.models import User
from campaigns.models import Campaign
from campaigns.services.lead_sheets import Rows, matched, read_rows, refuse_problems
from core import audit, clock, locks
from core.refusals import Refused
from core.sheets import Column, SheetSpec
from enterprises.models import Enterprise
from inspections.models import PastProblem
from inspections.services.past import is_asked

KINDS: Final = {label: value for value, label in PastProblem.Kind.choices}
COLUMNS: Final = (
    Column("enterprise", "企业名称", 28, aliases=("排污单位",), read=lambda row: row.enterprise.name, max_length=100),
    Column("uscc", "统一社会信用代码", 22, read=lambda row: row.enterprise.entity.uscc or ""),
    Column("kind", "线索类别", 40, "choice", required=True, choices=KINDS, read=lambda row: row.get_kind_display()),
    Column("text", "线索内容", 44, required=True, max_length=300, aliases=("问题", "存在的问题")),
    Column("source", "来源", 22, max_length=100, aliases=("来源文号",)),
    Column("dated_on", "日期", 12, "date", aliases=("发现日期",)),
    Column("measures", "原整改情况", 28, max_length=200, aliases=("整改情况",)),
)
IMPORT: Final = SheetSpec("历史线索", COLUMNS)
EXPORT: Final = SheetSpec(
    "历史线索",
    (
        Column("unit", "单位", 14, read=lambda row: row.unit.short_name),
        *COLUMNS,
        Column("conclusion", "核销结论", 12, read=lambda row: row.word),
        Column("remark", "说明", 30),
        Column("answered_by", "核销人", 12, read=lambda row: row.answered_by.name if row.answered_by else ""),
        Column("answered_at", "核销时间", 18, "datetime"),
    ),
    heading="历史线索核销表",
    frozen_columns=2,
)


@dataclass(frozen=True)
class Imported:
    added: int
    known: int


def import_past(content: bytes, name: str, *, campaign: Campaign, scope: Scope, actor: User, at: datetime) -> Imported:
    """Refused (422) with the place of every fault; what is known already adds nothing."""
    if not is_asked(campaign):
        raise Refused("该行动的方案没有要求对照历史线索。", field="campaign", status=422)
    rows = read_rows(content, name, IMPORT)
    sites = sites_of(rows, campaign, scope, actor, at)
    with transaction.atomic():
        locks.hold("past-problems", str(campaign.pk))
        ids = {site.pk for site in sites.values()}
        held = PastProblem.objects.filter(campaign=campaign, enterprise__in=ids)
        taken = set(held.values_list("enterprise_id", "kind", "text"))
        built = (past_of(values, sites[number], campaign, actor, at) for number, values in rows)
        fresh = {(row.enterprise_id, row.kind, row.text): row for row in built}
        fresh = {key: row for key, row in fresh.items() if key not in taken}
        PastProblem.objects.bulk_create(fresh.values(), batch_size=1000)
        done = Imported(len(fresh), len(rows) - len(fresh))
        after = {"campaign": campaign.pk, "added": done.added, "known": done.known}
        audit.record("inspections.pastproblem.import", campaign, actor=actor, at=at, after=after)
    return done


def sites_of(rows: Rows, campaign: Campaign, scope: Scope, actor: User, at: datetime) -> dict[int, Enterprise]:
    found, problems = matched(rows, actor)
    for number, values in rows:
        site, day = found.get(number), values.get("dated_on")
        if number in problems:
            continue
        if site is None:
            problems[number] = f"第 {number} 行：{missing(values)}"
        elif not scope.covers_path(site.unit.path):
            problems[number] = f"第 {number} 行：{site.name}不在您负责的单位内"
        elif not site.unit.path.startswith(campaign.unit.path):  # no visit of the campaign would ever answer it
            problems[number] = f"第 {number} 行：{site.name}不在本行动的范围内"
        elif day and day > clock.day_of(at):
            problems[number] = f"第 {number} 行：日期不能晚于今天"
    refuse_problems([problems[number] for number in sorted(problems)])
    return found


def missing(values: dict[str, Any]) -> str:
    said = [str(values.get(name) or "").strip() for name in ("enterprise", "uscc")]
    if not any(said):
        return "企业名称和统一社会信用代码至少填写一项"
    return f"企业库中没有“{' '.join(filter(None, said))}”"


def past_of(values: dict[str, Any], site: Enterprise, campaign: Campaign, actor: User, at: datetime) -> PastProblem:
    return PastProblem(
        campaign=campaign,
        enterprise=site,
        unit=site.unit,
        kind=values["kind"],
        text=str(values["text"]).strip(),
        source=str(values.get("source") or "").strip(),
        dated_on=values.get("dated_on"),
        measures=str(values.get("measures") or "").strip(),
        imported_by=actor,
        imported_at=at,
    )


def export_rows(rows: QuerySet[PastProblem]) -> Iterator[PastProblem]:
    related = rows.select_related("unit", "enterprise__entity", "answered_by").order_by(
        "unit__path", "enterprise", "kind"
    )
    yield from related.iterator(chunk_size=1000)
