"""Papers of a visit: the notes of the inspection (现场检查（勘察）笔录), the one-time notice, the registration form."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from campaigns.models import CampaignForm
from core import clock, locks
from core.documents import (
    PaperField,
    cn_date,
    cn_datetime,
    issue_pdf,
    preview_pdf,
    signature_data_url,
)
from core.form_engine.rendering import ReadSection, read_sections
from core.form_engine.rules import display
from core.models import PrintedDocument, Submission
from core.refusals import Refused
from inspections.models import Evidence, Signature, VisitRecord
from inspections.rules import findings as rules
from inspections.rules import selfcheck
from inspections.rules.told import notice_text
from inspections.services import checking, facts, sheets
from inspections.services.own_problems import own_problems
from inspections.states import RecordState

NOTES, TOLD, REGISTRATION = "notes", "told", "registration"
TITLES = {NOTES: "现场检查（勘察）笔录", TOLD: "一次性告知书", REGISTRATION: "入企检查登记表"}
NONE = "无"
NOT_ORIGINAL = "非原件"


@dataclass(frozen=True)
class Source:
    """Everything a paper of one record is made from; of a draft as it stands, of a locked one as it was locked."""

    record: VisitRecord
    sheet: Submission | None
    answers: Mapping[str, Any]
    snapshot: Mapping[str, Any]
    findings: list[rules.Finding]
    signatures: dict[str, Signature]
    ended_at: datetime | None

    def said(self, path: str) -> str:
        return facts.said(self.answers, path)

    def shown(self, path: str) -> str:
        """An answer in the words of the form."""
        if self.sheet is None:
            return ""
        section, item, key = path.split(".")
        for part in self.sheet.definition.data["sections"]:
            for one in part["items"] if part["key"] == section else []:
                for field in one["fields"] if one["key"] == item else []:
                    if field["key"] == key:
                        return display(field, self.said(path))
        return ""


def source_of(record: VisitRecord, at: datetime) -> Source:
    draft = record.state == RecordState.DRAFT
    sheet = sheets.sheet_of(record.client_id) if draft else record.submission
    answers = sheet.answers if sheet else {}
    if draft and sheet:
        signatures = checking.standing(record, sheet.definition, answers)
        ended_at = checking.ended_of(record.visit, answers, at).at
        snapshot = facts.snapshot_of(record.visit, answers)
    else:
        rows = record.signatures.standing().select_related("image")
        signatures, ended_at, snapshot = {row.role: row for row in rows}, record.ended_at, record.snapshot
    return Source(record, sheet, answers, snapshot, checking.findings_of(answers), signatures, ended_at)


def issue(record: VisitRecord, kind: str, *, by: User, at: datetime) -> PrintedDocument:
    """The paper of a locked record: made once, given again afterwards. Refused when something is missing on it."""
    if record.state == RecordState.DRAFT:
        raise Refused("检查记录提交后才能制作文书，现在可以预览。")
    with transaction.atomic():
        locks.hold("visit-paper", kind, str(record.pk))
        kept = PrintedDocument.objects.of(record).valid().filter(kind=paper_kind(kind)).last()
        if kept is not None:
            return kept
        made = paper(record, kind, at)
        return issue_pdf(
            made["template"],
            made["context"],
            kind=paper_kind(kind),
            title=TITLES[kind],
            subject=record,
            by=by,
            at=at,
            number=made["number"],
            fields=made["fields"],
            unit_path=record.gate_path,
            unit_name=record.visit.unit.name,
            mark=made["mark"],
        )


def preview(record: VisitRecord, kind: str, at: datetime) -> bytes:
    made = paper(record, kind, at)
    return preview_pdf(
        made["template"],
        made["context"],
        title=TITLES[kind],
        at=at,
        number=made["number"],
        unit_name=record.visit.unit.name,
        fields=made["fields"],
    )


def paper_kind(kind: str) -> str:
    return f"visit_{kind}"


def paper(record: VisitRecord, kind: str, at: datetime) -> dict[str, Any]:
    """Template, context, fields, number and mark of one kind of paper."""
    source = source_of(record, at)
    makers = {NOTES: notes, TOLD: told, REGISTRATION: registration}
    context, fields = makers[kind](source)
    own = kind == NOTES and source.sheet is not None and not is_original(record)
    return {
        "template": f"documents/inspections/{kind}.html",
        "context": context | {"record": record, "source": source},
        "fields": fields,
        "number": number_of(record),
        "mark": NOT_ORIGINAL if own else "",
    }


def is_original(record: VisitRecord) -> bool:
    """Whether the plan gave the sheet itself; a sheet made after its text is marked on every page."""
    return CampaignForm.objects.filter(
        campaign=record.visit.campaign_id, purpose=sheets.PURPOSE, is_original=True
    ).exists()


def number_of(record: VisitRecord) -> str:
    """漯环源现检〔2020〕12号; of a correction the version too."""
    visit = record.visit
    if visit.number is None:
        return ""
    mark = visit.unit.document_mark or visit.unit.short_name
    version = f"（更正第{record.version}版）" if record.version > 1 else ""
    return f"{mark}现检〔{visit.campaign.year}〕{visit.number}号{version}"


Paper = tuple[dict[str, Any], list[PaperField]]


def notes(source: Source) -> Paper:
    fields = [*head_fields(source), *(scene_fields(source) if source.sheet else ending_fields(source))]
    context = {
        "signatures": signature_lines(source),
        "page_signatures": page_line(source),
        "photos": photos_of(source.record),
        "submission": source.sheet,
        "checklist": checklist_of(source.sheet),
        "own_problems": ticks(source),
        "refusals": [one for one in source.signatures.values() if one.is_refusal],
        "correction": source.record.correction_reason,
    }
    return context, fields


def head_fields(source: Source) -> list[PaperField]:
    """Time, place, people, rights told: what domain rules 6.2 asks of the head of these notes."""
    record, snapshot = source.record, source.snapshot
    started_at = record.visit.started_at
    until = cn_datetime(source.ended_at) if source.ended_at else ""
    lead, second = [*snapshot["inspectors"], {}, {}][:2]
    writer = record.writer.name if record.writer else lead.get("name", "")
    numbers = {one["name"]: one["certificate"] for one in snapshot["inspectors"]}
    return [
        PaperField("检查时间", f"{cn_datetime(started_at)}至{until}" if started_at and until else "", wide=True),
        PaperField("检查地点", place_of(source), wide=True),
        PaperField("检查人（执法证号）", person(lead.get("name"), lead.get("certificate"))),
        PaperField("检查人（执法证号）", person(second.get("name"), second.get("certificate"))),
        PaperField("记录人（执法证号）", person(writer, numbers.get(writer))),
        PaperField("专家", snapshot["expert"]),
        PaperField("被检查单位", source.said("visit_basic.unit.name") or record.visit.enterprise.name),
        PaperField("统一社会信用代码", snapshot["uscc"], required=False),
        PaperField("法定代表人", snapshot["representative"], required=False),
        PaperField("地址", snapshot["address"], required=False),
        *(rights_fields(source) if source.sheet else []),
    ]


def rights_fields(source: Source) -> list[PaperField]:
    where = "visit_procedure"
    recusal = "；".join(
        one for one in (source.shown(f"{where}.rights.recusal"), source.said(f"{where}.rights.recusal_text")) if one
    )
    return [
        PaperField("现场负责人", source.said(f"{where}.person.name")),
        PaperField("职务", source.said(f"{where}.person.post")),
        PaperField("身份", source.shown(f"{where}.person.identity")),
        PaperField("证件号码", source.said(f"{where}.person.id_number"), required=False),
        PaperField("出示证件及确认", shown_text(source), wide=True),
        PaperField("告知申请回避", f"已告知申请回避的权利，被检查单位{recusal}" if recusal else "", wide=True),
        PaperField(
            "告知陈述申辩", confirmed(source, f"{where}.rights.statement", "已告知享有陈述、申辩的权利"), wide=True
        ),
        PaperField(
            "告知配合义务", confirmed(source, f"{where}.rights.duty", "已告知配合检查、如实说明情况的义务"), wide=True
        ),
    ]


def confirmed(source: Source, path: str, sentence: str) -> str:
    return f"{sentence}，被检查单位已知悉" if source.said(path) == "yes" else ""


def shown_text(source: Source) -> str:
    if source.said("visit_procedure.identity.shown") != "yes":
        return ""
    names = "、".join(person(one["name"], one["certificate"]) for one in source.snapshot["inspectors"])
    return f"{names}已向被检查单位出示执法证件，被检查单位已核对并确认"


def scene_fields(source: Source) -> list[PaperField]:
    """建设生产、手续、设施、违法、采样拍摄陪同, then guidance and the enterprise's own words."""
    where = "visit_closing"
    state = source.shown(f"{where}.production.state")
    production = "。".join(one for one in (state, source.said(f"{where}.production.text")) if one)
    sampling = source.said(f"{where}.recording.sampling_text") or source.shown(f"{where}.recording.sampled")
    return [
        PaperField("建设、生产情况", production, wide=True),
        PaperField("环保手续", source.said(f"{where}.permits.text"), wide=True),
        PaperField("产污与治污设施", source.said(f"{where}.facilities.text"), wide=True),
        PaperField("违法情况", offences(source), wide=True),
        PaperField("采样情况", sampling),
        PaperField("拍摄情况", filmed(source)),
        PaperField("陪同人员", source.said(f"{where}.recording.companions"), wide=True),
        PaperField("帮扶指导意见", source.said(f"{where}.advice.text"), wide=True),
        PaperField("被检查单位意见", source.said(f"{where}.opinion.text"), wide=True),
        PaperField("修改情况", source.record.correction_reason or NONE, wide=True),
        PaperField("审阅确认", reviewed(source), wide=True),
    ]


def ending_fields(source: Source) -> list[PaperField]:
    record = source.record
    return [
        PaperField("检查结果", record.get_outcome_display(), wide=True),
        PaperField("现场情况", record.outcome_note, wide=True),
        PaperField("改期至", record.visit.new_date, required=False),
        PaperField("见证人", source.snapshot.get("witness"), required=False),
    ]


def person(name: str | None, certificate: str | None) -> str:
    return f"{name}（{certificate}）" if name and certificate else name or ""


def place_of(source: Source) -> str:
    one = source.snapshot
    spot = f"（东经 {one['longitude']}°，北纬 {one['latitude']}°）" if one["longitude"] and one["latitude"] else ""
    return f"{one['county']}{one['town']}{one['address']}{spot}"


def offences(source: Source) -> str:
    if not source.findings:
        return "现场检查未发现违法行为"
    return "\n".join(
        f"{n}．（{rules.NATURES.get(one.nature, '')}）{one.description}" for n, one in enumerate(source.findings, 1)
    )


def filmed(source: Source) -> str:
    taken = len(photos_of(source.record))
    said = source.shown("visit_closing.recording.filmed")
    return f"{said}，照片 {taken} 张" if taken and said else said


def reviewed(source: Source) -> str:
    held = source.signatures.get(Signature.Role.ENTERPRISE)
    if held is None:
        return "（签名后生成）" if source.record.state == RecordState.DRAFT else ""
    if held.is_refusal:
        return f"{held.name}拒绝签名：{held.refusal_reason}。见证人：{held.witness_name}"
    return f"以上笔录已审阅确认，与实际情况相符。{held.name}，{cn_date(held.signed_at)}"


SIGNERS = [
    (Signature.Role.ENTERPRISE, "被检查单位现场负责人"),
    (Signature.Role.LEAD, "检查人（主办）"),
    (Signature.Role.SECOND, "检查人（协办）"),
    (Signature.Role.EXPERT, "专家"),
    (Signature.Role.RECEIPT, "一次性告知签收人"),
]


def signature_lines(source: Source, roles: list[tuple[Any, str]] | None = None) -> list[dict[str, Any]]:
    return [line(label, source.signatures[role]) for role, label in roles or SIGNERS if role in source.signatures]


def line(label: str, held: Signature) -> dict[str, Any]:
    refused = f"拒签：{held.refusal_reason}（见证人 {held.witness_name}）" if held.is_refusal else ""
    return {
        "label": label,
        "name": held.name,
        "image": signature_data_url(held.image) if held.image else "",
        "refused": refused,
        "day": cn_date(held.signed_at),
    }


def page_line(source: Source) -> list[dict[str, Any]]:
    """Every page is signed and dated by the person of the enterprise and the two inspectors."""
    return signature_lines(source, [(SIGNERS[0][0], "被检查人"), (SIGNERS[1][0], "检查人"), (SIGNERS[2][0], "检查人")])


def photos_of(record: VisitRecord) -> list[Evidence]:
    """Each photo once, at the first place that shows it."""
    rows = Evidence.objects.filter(visit=record.visit_id).select_related("file", "taken_by")
    return list({row.file_id: row for row in reversed(rows)}.values())[::-1]


def checklist_of(sheet: Submission | None) -> list[ReadSection]:
    """The campaign's own parts; what stands around them is in the boxes above."""
    if sheet is None:
        return []
    around = {section["title"] for section in sheets.frame()["sections"]}
    return [part for part in read_sections(sheet) if part.title not in around]


def ticks(source: Source) -> list[dict[str, str]]:
    kept = source.answers.get("_selfcheck")
    said = kept if isinstance(kept, Mapping) else {}
    words = selfcheck.TICKS
    return [
        {
            "item": one.item,
            "problem": one.problem,
            "tick": words.get(selfcheck.tick_of(said.get(one.key)), NONE),
        }
        for one in own_problems(source.record.visit)
    ]


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
        "经纬度": f"{snapshot['longitude']}, {snapshot['latitude']}" if located else "",
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
