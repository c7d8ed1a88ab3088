"""The papers of a visit, read back from the PDF."""

import io
import re
from typing import Any

import pytest
import weasyprint
from django.template.loader import render_to_string
from pypdf import PdfReader
from weasyprint.formatting_structure.boxes import TextBox

from core.documents import PaperField, preview_pdf, rendering
from core.models import PrintedDocument
from core.refusals import Refused
from inspections import documents
from inspections.documents.source import signature_lines, source_of
from inspections.models import Visit, VisitRecord
from inspections.services import ending, locking
from inspections.services.ending import Ending
from tests.inspections import scene as stage
from tests.inspections.scene import NOON, Scene

# Requirements E22: the eleven titles of the registration form, to the letter.
ELEVEN = [
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
]


def locked(scene: Scene, *findings: dict[str, Any]) -> VisitRecord:
    stage.filed(scene, bad=("systems.funds",))
    record = stage.begun(scene)
    answers = stage.record_answers(record, *findings, _selfcheck={"systems.funds": {"state": "standing"}})
    said = {
        "production.text": "碱回收炉运行",
        "permits.text": "排污许可证有效",
        "facilities.text": "布袋除尘器一套",
        "recording.sampling_text": "总排口采样一组",
        "recording.companions": "赵班长",
        "advice.text": "更换滤袋",
        "opinion.text": "无意见",
    }
    for path, value in said.items():
        stage.put_path(answers, f"visit_closing.{path}", value)
    for path, value in {"name": "赵班长", "post": "车间主任", "identity": "site", "id_number": "4111021980"}.items():
        stage.put_path(answers, f"visit_procedure.person.{path}", value)
    stage.save(record, answers)
    stage.sign_all(record, roles=("lead", "second", "enterprise", *(["receipt"] if findings else [])))
    outcome = locking.submit(record, late_reason="", actor=record.writer, at=NOON)
    assert not outcome.problems, [one.text for one in outcome.problems]
    return stage.fresh(record)


def pages(pdf: bytes) -> list[str]:
    return ["".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def issued(scene: Scene, record: VisitRecord, kind: str) -> tuple[PrintedDocument, list[str]]:
    document = documents.issue(record, kind, by=scene.cast.inspector_a, at=NOON)
    with document.file.open() as kept:
        return document, pages(kept.read())


# Domain rules 6.2, 现场检查（勘察）笔录: every field of the list, with what must stand in it here.
FIELDS = {
    "机关名称": "漯河市生态环境局源汇分局",
    "文书名称": "现场检查（勘察）笔录",
    "文号": "漯环源现检〔2020〕1号",
    "起止时间": "检查时间2020年5月12日9时00分至2020年5月12日11时40分",
    "地点": "检查地点河南省漯河市源汇区示例镇示例路",
    "检查人（执法证号）": "李一检（豫L",
    "第二名检查人（执法证号）": "王二检（豫L",
    "记录人（执法证号）": "记录人（执法证号）李一检（豫L",
    "当事人名称": "漯河示例纸业有限公司",
    "当事人代码": "91411102MA",
    "当事人地址": "地址河南省漯河市源汇区示例镇示例路",
    "现场负责人": "现场负责人赵班长",
    "现场负责人职务": "职务车间主任",
    "现场负责人身份": "身份现场负责人",
    "现场负责人证件": "证件号码4111021980",
    "出示证件及确认": "已向被检查单位出示执法证件，被检查单位已核对并确认",
    "告知回避": "已告知申请回避的权利，被检查单位不申请回避",
    "告知陈述申辩": "已告知享有陈述、申辩的权利，被检查单位已知悉",
    "告知配合义务": "已告知配合检查、如实说明情况的义务，被检查单位已知悉",
    "建设生产情况": "正常生产。碱回收炉运行",
    "环保手续": "环保手续排污许可证有效",
    "产污与治污设施": "布袋除尘器一套",
    "违法情况": "（违法）检查时正在生产；排口可见烟羽；布袋除尘设施不正常运行",
    "采样": "采样情况总排口采样一组",
    "拍摄": "拍摄情况是",
    "陪同": "陪同人员赵班长",
    "专家": "专家未配专家",
    "被检查单位意见": "被检查单位意见无意见",
    "修改处": "修改情况无",
    "审阅确认": "以上笔录已审阅确认，与实际情况相符。赵班长，2020年5月12日",
    "空白处": "以下空白",
}


def test_the_notes_carry_every_field_of_the_rules(scene: Scene) -> None:
    _, found = issued(scene, locked(scene, stage.finding()), documents.NOTES)
    text = "".join(found)
    assert {name: words for name, words in FIELDS.items() if words not in text} == {}


def test_every_page_of_the_notes_is_numbered_signed_and_dated(scene: Scene) -> None:
    document, found = issued(scene, locked(scene, stage.finding()), documents.NOTES)
    for number, text in enumerate(found, 1):
        assert f"第{number}页共{len(found)}页" in text
        assert text.count("2020年5月12日") >= 3
        assert "被检查人：" in text
        assert document.token in text.replace(" ", "")
    with document.file.open() as kept:
        images = [len(page.images) for page in PdfReader(io.BytesIO(kept.read())).pages]
    assert min(images) >= 3


def test_the_checklist_and_the_self_check_are_part_of_the_notes(scene: Scene) -> None:
    _, found = issued(scene, locked(scene, stage.finding()), documents.NOTES)
    text = "".join(found)
    assert "附：一体化执法现场检查记录表" in text
    form = stage.definition("record")
    missing = [
        item["title"] for part in form["sections"] for item in part["items"] if squeezed(item["title"]) not in text
    ]
    assert missing == []
    assert "环保投入管理台账缺三月份记录未整改" in text


def squeezed(words: str) -> str:
    return re.sub(r"\s", "", words)


def test_a_sheet_that_the_plan_did_not_give_is_marked(scene: Scene) -> None:
    record = locked(scene)
    assert "非原件" in "".join(issued(scene, record, documents.NOTES)[1])
    assert "非原件" not in "".join(issued(scene, record, documents.TOLD)[1])


def test_a_refusal_to_sign_stands_on_the_paper(scene: Scene) -> None:
    record = stage.begun(scene)
    stage.save(record, stage.record_answers(record))
    stage.sign_all(record, roles=("lead", "second"))
    drawn = stage.Drawn("enterprise", name="赵班长", refused=True, reason="不认可笔录", witness="网格员刘某")
    stage.signing.sign(record, drawn, actor=record.writer, at=NOON)
    locking.submit(record, late_reason="", actor=record.writer, at=NOON)
    text = "".join(issued(scene, stage.fresh(record), documents.NOTES)[1])
    assert "赵班长拒绝签名：不认可笔录。见证人：网格员刘某" in text


def right_edges(template: str, context: dict[str, Any]) -> dict[str, float]:
    """Every piece of text as the press sets it, and how far it reaches, in points."""
    sheet, fonts = rendering.typecase()
    paper = rendering.Paper(title="样张", at=NOON, unit_name="漯河市生态环境局")
    html = weasyprint.HTML(
        string=render_to_string(template, {**context, "paper": paper}),
        base_url="paper:",
        url_fetcher=rendering.OurFilesOnly(),
    )
    made = html.render(stylesheets=[sheet], font_config=fonts)
    boxes = [box for page in made.pages for box in page._page_box.descendants() if isinstance(box, TextBox)]
    return {box.text: (box.position_x + box.width) * 0.75 for box in boxes}


def test_a_refusal_with_a_long_reason_leaves_every_name_and_date_on_the_paper(scene: Scene) -> None:
    """Domain rules 6.2: signature and date."""
    reason = "现场负责人称须等总经理回厂后再签，经两次说明拒签后果仍不签，随后离开现场" * 3
    record = stage.begun(scene)
    stage.save(record, stage.record_answers(record, stage.finding()))
    stage.sign_all(record, roles=("lead", "second"))
    for role in ("enterprise", "receipt"):
        drawn = stage.Drawn(role, name="赵班长", refused=True, reason=reason, witness="网格员刘某")
        stage.signing.sign(record, drawn, actor=record.writer, at=NOON)
    lines = signature_lines(source_of(stage.fresh(record), NOON))
    edges = right_edges("documents/inspections/registration.html", {"signatures": lines, "fields": []})
    named = {words: edge for words, edge in edges.items() if "2020年5月12日" in words}
    assert {words.split("\u3000")[0] for words in named} == {"赵班长", "李一检", "王二检"}
    # A4 is 595 points wide, its right margin 20 mm.
    assert max(edges.values()) <= 595.3 - 56.6
    assert reason in "".join(edges)


def test_the_signatures_never_stand_alone_on_the_last_page(scene: Scene) -> None:
    for lines in range(9):
        fields = [PaperField(f"第 {n} 行", "检查内容", wide=True) for n in range(14 + lines)]
        signatures = [{"label": "检查人", "name": "李一检", "image": "", "refused": "", "day": "2020年5月12日"}] * 4
        pdf = preview_pdf(
            "documents/inspections/registration.html",
            {"signatures": signatures},
            title="样张",
            at=NOON,
            unit_name="漯河市生态环境局",
            fields=fields,
        )
        last = pages(pdf)[-1]
        assert "检查内容" in last, lines
        assert last.index("以下空白") < last.index("李一检")


@pytest.mark.parametrize("above", range(24, 34))
def test_a_row_never_leaves_its_label_behind_on_the_page_before(above: int) -> None:
    offence = "1．（违法）检查时正在生产；排口可见烟羽；布袋除尘设施不正常运行，滤袋破损两条，未及时更换，压差计无读数"
    for words in (offence, "\n".join([offence] * 12)):
        fields = [
            PaperField("现场情况", "\n".join(["检查内容"] * above), wide=True),
            PaperField("违法情况", words, wide=True),
        ]
        pdf = preview_pdf("documents/form.html", {}, title="样张", at=NOON, unit_name="漯河市生态环境局", fields=fields)
        labelled = next(page for page in pages(pdf) if "违法情况" in page)
        assert "1．（违法）检查时正在生产" in labelled


@pytest.mark.req("HS-64")
def test_the_registration_form_has_the_eleven_titles_to_the_letter(scene: Scene) -> None:
    record = locked(scene, stage.finding())
    assert list(documents.COLUMNS) == ELEVEN
    _, found = issued(scene, record, documents.REGISTRATION)
    text = "".join(found)
    places = [text.index(title) for title in ELEVEN]
    assert places == sorted(places)
    for words in ("序号1", "检查日期2020年5月12日", "法人代表赵示例", "经纬度114.012345,33.56789", "行业类别化工"):
        assert words in text
    assert "整改要求：立即检修除尘设施，于2020年5月22日前完成" in text
    assert "帮扶指导意见、建议：更换滤袋" in text


@pytest.mark.req("HS-64")
def test_without_a_longitude_the_record_is_refused(scene: Scene) -> None:
    record = stage.begun(scene)
    answers = stage.put_path(stage.record_answers(record), "visit_basic.place.longitude", "")
    stage.save(record, answers)
    with pytest.raises(Refused, match="地理位置"):
        stage.sign_all(record)


def test_everything_is_told_on_one_paper_with_its_receipt(scene: Scene) -> None:
    both = [stage.finding(), stage.finding(key="f2", behaviour="危废间未防渗", handling=3, deadline_on="")]
    _, found = issued(scene, locked(scene, *both), documents.TOLD)
    text = "".join(found)
    assert "发现你单位存在以下2个问题，现一次性告知" in text
    assert text.index("布袋除尘") < text.index("危废间未防渗")
    assert "签收人：" in text


def test_asked_for_again_it_is_the_same_paper(scene: Scene) -> None:
    record = locked(scene)
    first, second = (documents.issue(record, documents.NOTES, by=scene.cast.inspector_a, at=NOON) for _ in range(2))
    assert (first.pk, PrintedDocument.objects.count()) == (second.pk, 1)


def test_a_draft_is_only_previewed(scene: Scene) -> None:
    record = stage.begun(scene)
    stage.save(record, stage.record_answers(record, stage.finding()))
    with pytest.raises(Refused, match="提交后才能制作文书"):
        documents.issue(record, documents.NOTES, by=scene.cast.inspector_a, at=NOON)
    text = "".join(pages(documents.preview(stage.fresh(record), documents.NOTES, NOON)))
    assert "预览" in text
    assert "布袋除尘设施不正常运行" in text


def test_a_visit_that_met_a_shut_door_has_its_short_notes(scene: Scene) -> None:
    record = stage.begun(scene)
    met = Ending(
        "refused",
        "门卫拒绝开门，称负责人不在",
        witness="村委会王某",
        lead_signature=stage.png(),
        second_signature=stage.png(),
    )
    ending.end(record.visit, met, actor=scene.cast.inspector_a, at=NOON)
    text = "".join(issued(scene, stage.fresh(record), documents.NOTES)[1])
    for words in ("检查结果拒绝检查", "门卫拒绝开门，称负责人不在", "见证人村委会王某", "李一检"):
        assert words in text
    assert Visit.objects.get().state == "closed"
