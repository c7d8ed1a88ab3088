"""现场检查（勘察）笔录: every field that domain rules 6.2 lists, the checklist, the photos, signatures on each page."""

from collections.abc import Mapping
from typing import Any

from core.documents import PaperField, cn_date, cn_datetime
from core.form_engine.rendering import ReadSection, read_sections
from core.models import Submission
from core.wording import degrees
from inspections.documents.source import SIGNERS, Paper, Source, person, photos_of, signature_lines
from inspections.models import Signature
from inspections.rules import findings as rules
from inspections.rules import selfcheck
from inspections.rules.places import full_address
from inspections.services import past, sheets
from inspections.services.own_problems import own_problems
from inspections.states import RecordState

NONE = "无"


def notes(source: Source) -> Paper:
    fields = [*head_fields(source), *(scene_fields(source) if source.sheet else ending_fields(source))]
    context = {
        "signatures": signature_lines(source),
        "page_signatures": page_line(source),
        "photos": photos_of(source.record),
        "submission": source.sheet,
        "checklist": checklist_of(source.sheet),
        "own_problems": ticks(source),
        "past": clues(source),
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
        PaperField("地址", address_of(source) if snapshot["address"] else "", required=False, wide=True),
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


def place_of(source: Source) -> str:
    one = source.snapshot
    east, north = degrees(one["longitude"]), degrees(one["latitude"])
    spot = f"（东经 {east}°，北纬 {north}°）" if east and north else ""
    return f"{address_of(source)}{spot}"


def address_of(source: Source) -> str:
    """With province, city and county: a letter must arrive."""
    one = source.snapshot
    return full_address([*one.get("regions", []), one["county"], one["town"]], one["address"])


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


def page_line(source: Source) -> list[dict[str, Any]]:
    """Every page is signed and dated by the person of the enterprise and the two inspectors."""
    return signature_lines(source, [(SIGNERS[0][0], "被检查人"), (SIGNERS[1][0], "检查人"), (SIGNERS[2][0], "检查人")])


def checklist_of(sheet: Submission | None) -> list[ReadSection]:
    """The campaign's own parts; what stands around them is in the boxes above."""
    if sheet is None:
        return []
    around = {section["title"] for section in sheets.frame()["sections"]}
    return [part for part in read_sections(sheet) if part.title not in around]


def clues(source: Source) -> list[dict[str, str]]:
    """The clues of the enterprise's history with what was seen of each (HN-56)."""
    return past.told(past.of_visit(source.record.visit), source.answers)


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
