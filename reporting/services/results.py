"""The results of a campaign (成果应用): how complete every unit is, and every enterprise with what came of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.gate import Person
from accounts.models import Unit
from campaigns.models import Campaign, Target
from core.sheets import Column, SheetSpec
from inspections.models import Issue
from inspections.states import IssueState
from penalties.models import PenaltyCase


@dataclass(frozen=True)
class Completeness:
    """One unit: enterprises on its list, results entered, results there never will be, and what is missing."""

    unit: Unit
    listed: int
    entered: int
    excused: int

    @property
    def missing(self) -> int:
        return self.listed - self.entered - self.excused

    @property
    def percent(self) -> str:
        """Of what is owed; never rounded up to the whole."""
        owed = self.listed - self.excused
        tenths = self.entered * 1000 // owed if owed else 1000
        return f"{tenths // 10}.{tenths % 10}%"


def completeness(campaign: Campaign, user: Person) -> list[Completeness]:
    """Two queries, however many units."""
    rows = Target.objects.visible_to(user).filter(campaign=campaign).order_by()
    gone = Q(result_at=None) & (Q(excused_at__isnull=False) | Q(enterprise__state="closed"))
    counted = rows.values("unit").annotate(
        listed=Count("pk"), entered=Count("pk", filter=Q(result_at__isnull=False)), excused=Count("pk", filter=gone)
    )
    found = {row["unit"]: row for row in counted}
    units = Unit.objects.filter(pk__in=found).order_by("path")
    return [
        Completeness(unit, found[unit.pk]["listed"], found[unit.pk]["entered"], found[unit.pk]["excused"])
        for unit in units
    ]


def result_rows(campaign: Campaign, user: Person, *, missing: bool = False) -> QuerySet[Target]:
    """Every enterprise that the person sees, with its issues and cases."""
    rows = Target.objects.visible_to(user).filter(campaign=campaign)
    rows = rows.unentered() if missing else rows
    same = {"campaign": campaign, "enterprise": OuterRef("enterprise")}
    issues = Issue.objects.filter(**same).exclude(state=IssueState.VOID).order_by().values("enterprise")
    cases = PenaltyCase.objects.filter(**same).exclude(state="withdrawn").order_by().values("enterprise")
    counted = {
        "issues": Coalesce(Subquery(issues.annotate(n=Count("pk")).values("n")), 0),
        "closed_issues": Coalesce(
            Subquery(issues.filter(state=IssueState.CLOSED).annotate(n=Count("pk")).values("n")), 0
        ),
        "cases": Coalesce(Subquery(cases.annotate(n=Count("pk")).values("n")), 0),
    }
    return rows.select_related("unit", "enterprise__entity").annotate(**counted)


def standing(row: Target) -> str:
    if row.result_at is not None:
        return "已录入"
    if row.excused_at is not None:
        return "无须录入"
    return "已关停注销" if row.enterprise.state == "closed" else "未录入"


SHEET: Final = SheetSpec(
    "检查结果",
    (
        Column("unit", "责任单位", 16, read=lambda row: row.unit.short_name),
        Column("enterprise", "企业名称", 30, read=lambda row: row.enterprise.name),
        Column("code", "统一社会信用代码", 22, read=lambda row: row.enterprise.entity.uscc or ""),
        Column("is_key", "重点单位", 10, read=lambda row: "是" if row.is_key else "否"),
        Column("self_checked_at", "自查提交时间", 18, "datetime"),
        Column("result_at", "检查结果录入时间", 18, "datetime"),
        Column("visit_count", "检查次数", 10, "number"),
        Column("issues", "发现问题", 10, "number"),
        Column("closed_issues", "已销号", 10, "number"),
        Column("cases", "立案", 8, "number"),
        Column("standing", "录入情况", 12, read=standing),
        Column("excused_reason", "无须录入原因", 30),
    ),
    frozen_columns=2,
)
TALLY_SHEET: Final = SheetSpec(
    "完整率",
    (
        Column("unit", "责任单位", 20, read=lambda row: row.unit.short_name),
        Column("listed", "检查对象", 10, "number"),
        Column("entered", "已录入", 10, "number"),
        Column("excused", "无须录入", 10, "number"),
        Column("missing", "未录入", 10, "number"),
        Column("percent", "完整率", 10),
    ),
)


def export_rows(rows: QuerySet[Target]) -> Iterator[Target]:
    yield from rows.order_by("unit__path", "enterprise__sort_key", "pk").iterator(chunk_size=1000)
