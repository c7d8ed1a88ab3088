"""The ledger as the Hengshui annex prints it: nineteen columns, their titles and order to the letter (HS-67)."""

from collections.abc import Iterator, Mapping

from django.db.models import OuterRef, QuerySet, Subquery

from core.clock import day_of
from core.sheets import Column, SheetSpec
from inspections.models import Issue, IssueSignature, OffsiteCheck

YES_NO = {True: "是", False: "否"}
CHUNK = 2000


def ledger_spec(lists: Mapping[str, Mapping[int, str]]) -> SheetSpec:
    """The sheet for one adopted set of lists: {"industry"|"issue_type"|"handling": {number: name}}."""

    def numbered(kind: str, number: int) -> str:
        return f"{number} {lists[kind].get(number, '')}".strip()

    def industry(row: Issue) -> str:
        said = numbered("industry", row.industry)
        return f"{said}（{row.industry_text}）" if row.industry_text else said

    columns = (
        Column("occurred_at", "检查日期", 11, "date", lambda row: day_of(row.occurred_at)),
        Column("number", "序号", 7, "int"),
        Column("inspectors", "检查人员", 14),
        Column("enterprise_name", "企业名称", 26),
        Column("enterprise_type", "企业类型", 14),
        Column("industry", "行业类别(从现有类型中选择)", 16, read=industry),
        Column("is_ultra_low", "是否超低排放改造的企业", 10, read=lambda row: YES_NO[row.is_ultra_low]),
        Column("performance_grade", "是否绩效分级A级或B级企业", 10),
        Column(
            "self_accepted_since_2019",
            "是否2019年以来自主验收的企业项目(含涉VOCs新建项目)",
            14,
            read=lambda row: YES_NO[row.self_accepted_since_2019],
        ),
        Column("longitude", "经度", 12, "longitude"),
        Column("latitude", "纬度", 11, "latitude"),
        Column("county", "县市区", 10),
        Column("town", "乡镇或开发区", 13),
        Column("description", "存在的问题", 40),
        Column("issue_type", "问题类型(从现有类型中选择)", 24, read=lambda row: numbered("issue_type", row.issue_type)),
        Column("handling", "查处情况(从现有类型中选择)", 18, read=lambda row: numbered("handling", row.handling)),
        Column("rectification_text", "整改情况", 30),
        Column("penalty_text", "处罚情况", 20),
        Column("signed_by", "责任人签字", 11),
    )
    return SheetSpec("问题台账", columns, landscape=True, paper="A3", frozen_columns=4)


def with_signature(rows: QuerySet[Issue]) -> QuerySet[Issue]:
    """Each row with the name under its rectification, or None: one statement however many rows."""
    signed = IssueSignature.objects.filter(issue=OuterRef("pk"), voided_at=None).values("user__name")[:1]
    return rows.annotate(signed_by=Subquery(signed))


def ledger_rows(rows: QuerySet[Issue]) -> Iterator[Issue]:
    """The rows in the order shown, streamed by a server-side cursor."""
    return with_signature(rows).iterator(chunk_size=CHUNK)


OFFSITE_SHEET = SheetSpec(
    "非现场检查",
    (
        Column("enterprise", "企业名称", 28, read=lambda row: row.enterprise.name),
        Column("unit", "单位", 12, read=lambda row: row.unit.short_name),
        Column("campaign", "行动", 30, read=lambda row: row.campaign.title),
        Column("means", "方式", 10, read=lambda row: row.get_means_display()),
        Column("planned_on", "期限", 12, "date"),
        Column("inspector", "执法人员", 10, read=lambda row: row.inspector.name),
        Column("state", "状态", 10, read=lambda row: row.get_state_display()),
        Column("done_at", "完成时间", 18, "datetime"),
        Column("indicator", "指标", 20),
        Column("value", "数值", 12, "number"),
        Column("value_unit", "单位（数值）", 10),
        Column("limit", "限值", 12, "number"),
        Column("finding", "结果", 22, read=lambda row: row.get_finding_display()),
        Column("conclusion", "检查情况和结论", 44),
        Column("lead", "转现场线索", 18, read=lambda row: row.lead.number if row.lead else ""),
        Column("lead_state", "线索状态", 10, read=lambda row: row.lead.get_state_display() if row.lead else ""),
        Column("rule_said", "所依据的规则", 60),
    ),
    frozen_columns=1,
)


def offsite_rows(rows: QuerySet[OffsiteCheck]) -> Iterator[OffsiteCheck]:
    related = ("enterprise", "unit", "campaign", "inspector", "lead")
    yield from rows.select_related(*related).order_by("-planned_on", "-pk").iterator(chunk_size=CHUNK)
