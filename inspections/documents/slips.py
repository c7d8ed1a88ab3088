"""The one-time notice and the registration form: one page each."""

from core import clock
from core.documents import PaperField
from core.wording import degrees
from inspections.documents.source import SIGNERS, Paper, Source, person, signature_lines
from inspections.models import Signature
from inspections.rules.told import notice_text
from inspections.services import facts


def told(source: Source) -> Paper:
    text = source.record.notice_text or notice_text(source.findings, facts.handling_names(source.record.visit))
    fields = [
        PaperField("被告知单位", source.said("visit_basic.unit.name") or source.record.visit.enterprise.name),
        PaperField("统一社会信用代码", source.snapshot["uscc"], required=False),
        PaperField(
            "检查日期", clock.day_of(source.record.visit.started_at) if source.record.visit.started_at else None
        ),
        PaperField("执法人员", "、".join(one["name"] for one in source.snapshot["inspectors"])),
        PaperField("告知内容", text, wide=True),
        PaperField("帮扶指导意见", source.said("visit_closing.advice.text"), wide=True),
        PaperField("权利告知", "对告知内容有异议的，可以向本机关陈述、申辩。", wide=True),
    ]
    roles = [(Signature.Role.RECEIPT, "签收人"), (Signature.Role.LEAD, "执法人员"), (Signature.Role.SECOND, "执法人员")]
    return {"signatures": signature_lines(source, roles)}, fields


# 附件3“全面体检”活动入企检查登记表: eleven titles, to the letter.
COLUMNS = (
    "序号",
    "检查日期",
    "企业名称",
    "法人代表",
    "是否正面清单企业",
    "企业地址",
    "经纬度",
    "企业类型",
    "行业类别",
    "现场检查情况",
    "现场执法人员",
)


def registration(source: Source) -> Paper:
    snapshot, visit = source.snapshot, source.record.visit
    industry = snapshot["industry_name"] + (f"（{snapshot['industry_text']}）" if snapshot["industry_text"] else "")
    located = snapshot["longitude"] and snapshot["latitude"]
    values = {
        "序号": str(visit.number or ""),
        "检查日期": clock.day_of(visit.started_at) if visit.started_at else None,
        "企业名称": source.said("visit_basic.unit.name") or visit.enterprise.name,
        "法人代表": snapshot["representative"],
        "是否正面清单企业": snapshot["is_positive"],
        "企业地址": snapshot["address"],
        "经纬度": f"{degrees(snapshot['longitude'])}, {degrees(snapshot['latitude'])}" if located else "",
        "企业类型": snapshot["enterprise_type"],
        "行业类别": industry,
        "现场检查情况": scene_text(source),
        "现场执法人员": "、".join(person(one["name"], one["certificate"]) for one in snapshot["inspectors"]),
    }
    wide = {"现场检查情况", "现场执法人员", "企业地址"}
    fields = [PaperField(title, values[title], wide=title in wide) for title in COLUMNS]
    return {"signatures": signature_lines(source, SIGNERS[1:3])}, fields


def scene_text(source: Source) -> str:
    """全部环境违法问题、隐患和拟采取的行政处罚措施、整改要求、时限，一次性告知，帮扶指导意见."""
    if source.sheet is None:
        return source.record.outcome_note
    text = source.record.notice_text or notice_text(source.findings, facts.handling_names(source.record.visit))
    advice = source.said("visit_closing.advice.text")
    return f"{text}\n帮扶指导意见、建议：{advice}" if advice else text
