"""What the province downloads: a workbook with a sheet a city, a paper in official layout, the same bytes each time."""

import io

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from core.documents.rendering import Paper, render_pdf
from core.models import PrintedDocument
from reporting.documents import summary_context
from reporting.figures import vocabulary
from reporting.models import Summary, UnitReport
from reporting.services import reports
from reporting.services.freeze import sweep
from reporting.services.lines import UNSAID, SummarySheet, lines_of
from tests.reporting.scene import Scene, busy, sh

pytestmark = pytest.mark.django_db


@pytest.fixture
def summary(scene: Scene) -> Summary:
    """Week 4: one city in time with a text, the other missing."""
    scene.published("05-08 18:00")
    busy(scene)
    sweep(sh("05-12 09:00"))
    row = UnitReport.objects.get(period__number=4, unit=scene.cast.city)
    reports.send(
        row, "重点检查化工行业。\n下周铸造。", False, seen="", actor=scene.cast.contact_city, at=sh("05-15 16:42")
    )
    sweep(sh("05-15 17:31"))
    return Summary.objects.get(period__number=4)


def content(summary: Summary, kind: str) -> bytes:
    stored = summary.workbook if kind == "workbook" else summary.paper.file
    with stored.open() as source:
        return source.read()


def paper_text(summary: Summary) -> str:
    pages = PdfReader(io.BytesIO(content(summary, "paper"))).pages
    return "".join(page.extract_text() for page in pages).replace("\n", "").replace(" ", "")


def test_the_workbook_has_a_total_sheet_and_one_a_city(summary: Summary) -> None:
    book = load_workbook(io.BytesIO(content(summary, "workbook")))
    assert book.sheetnames == ["全省汇总", "分项指标", "漯河市", "洛阳市"]
    rows = list(book["全省汇总"].iter_rows(values_only=True))
    assert rows[0][0] == "一体化专项执法行动第 4 周情况汇总"
    assert rows[1][0] == "统计期间：05-09 至 05-15，数字截至 2020-05-15 17:30 封账。第 1 版。"
    assert rows[4][:7] == (1, "漯河市", "按时 16:42", 2, 2, 1, 1)
    assert rows[5][:5] == (2, "洛阳市", "未报", 0, 0)
    assert rows[5][-1] == "系统按封账数生成，缺文字说明"
    assert book["分项指标"]["D3"].value == "全省"
    assert rows[6][1:5] == ("合计", "1/2 已报送", 2, 2)
    assert rows[4][-1] == "重点检查化工行业。\n下周铸造。"


def test_a_citys_sheet_shows_its_counties_beside_it(summary: Summary) -> None:
    book = load_workbook(io.BytesIO(content(summary, "workbook")))
    rows = list(book["漯河市"].iter_rows(values_only=True))
    assert rows[0][0] == "漯河市第 4 周执法检查情况"
    assert rows[2][3::2] == ("漯河市", "市本级", "源汇区", "召陵区")
    by_metric = {(row[0], row[1]): row[3:] for row in rows[4:]}
    assert by_metric[("现场检查", "检查排污单位")] == (2, 2, 0, 0, 1, 1, 1, 1)
    assert by_metric[("立案处罚", "罚款金额")][:2] == (280000.5, 280000.5)
    assert by_metric[("按环境要素", "水")][:2] == (1, 1)
    assert by_metric[("发现问题与整改", "逾期未改")][:2] == (None, 1)
    assert rows[-1][0] == "情况说明：重点检查化工行业。\n下周铸造。"


def test_the_sheets_print_on_paper(summary: Summary) -> None:
    sheet = load_workbook(io.BytesIO(content(summary, "workbook")))["全省汇总"]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 8)
    assert sheet.print_title_rows == "$1:$4"
    assert str(sheet.freeze_panes) == "C5"


def test_the_paper_says_the_week_and_who_is_missing(summary: Summary) -> None:
    text = paper_text(summary)
    for said in (
        "一体化专项执法行动第4周情况汇总",
        "本周统计期间为5月9日至5月15日，数字截至2020年5月15日17时30分封账",
        "本周共检查排污单位2家，其中重点排污单位1家；发现问题1个；立案1件，作出处罚决定1件，罚款280,000.50元",
        "应报送2个市，已报送1个市。未报：洛阳市，其数字按平台封账数计入。",
        "下周铸造。",
        "河南省生态环境厅",
    ):
        assert said in text
    assert summary.paper.number == ""


def test_the_total_never_stands_alone_on_a_page(summary: Summary) -> None:
    """Twenty cities fill the first page to its foot: the total takes the last of them along."""
    reports = list(UnitReport.objects.filter(period=summary.period).select_related("unit", "period"))
    line = lines_of(summary.period, reports, sh("05-15 17:31"))[1]
    sheet = SummarySheet(summary.period, 1, [line] * 20, vocabulary(summary.period.campaign), {}, "示" * 30)
    paper = Paper(title=sheet.title, at=sh("05-15 17:31"), unit_name="河南省生态环境厅")
    pdf = render_pdf("documents/reporting/summary.html", summary_context(sheet), paper)
    pages = [page.extract_text().replace(" ", "") for page in PdfReader(io.BytesIO(pdf)).pages]
    total = next(text for text in pages if "合计" in text)
    assert "三、各市情况" not in total, "the table no longer reaches over the foot of its page"
    assert "洛阳市" in total.partition("合计")[0]


def test_recalled_words_go_nowhere(scene: Scene) -> None:
    """A report sent and taken back in time, never sent again: the week froze without a word of it."""
    scene.published("05-08 18:00")
    busy(scene)
    sweep(sh("05-12 09:00"))
    row = UnitReport.objects.select_related("period").get(period__number=4, unit=scene.cast.city)
    actor = scene.cast.contact_city
    reports.send(row, "先报后撤的话。", False, seen="", actor=actor, at=sh("05-15 16:00"))
    reports.recall(row, actor=actor, at=sh("05-15 16:10"), reason="报错了")
    sweep(sh("05-15 17:31"))
    found = Summary.objects.get(period=row.period)
    assert "先报后撤" not in paper_text(found)
    book = load_workbook(io.BytesIO(content(found, "workbook")))
    cells = [str(cell) for sheet in book for values in sheet.iter_rows(values_only=True) for cell in values]
    assert not [cell for cell in cells if "先报后撤" in cell]
    assert [row[-1] for row in book["全省汇总"].iter_rows(min_row=5, values_only=True)][:1] == [UNSAID]
    assert found.figures["units"][str(scene.cast.city.pk)]["text"] == UNSAID


def test_a_recalled_report_of_nothing_is_none(scene: Scene) -> None:
    scene.published("05-08 18:00")
    sweep(sh("05-12 09:00"))
    row = UnitReport.objects.select_related("period").get(period__number=4, unit=scene.cast.city)
    actor = scene.cast.contact_city
    reports.send(row, "", True, seen="", actor=actor, at=sh("05-15 16:00"))
    reports.recall(row, actor=actor, at=sh("05-15 16:10"), reason="报错了")
    sweep(sh("05-15 17:31"))
    found = Summary.objects.get(period=row.period)
    assert "零报告" not in paper_text(found)
    assert found.figures["units"][str(scene.cast.city.pk)]["is_nothing"] is False


def test_a_draft_of_a_correction_is_not_what_was_sent(scene: Scene, summary: Summary) -> None:
    row = UnitReport.objects.get(period=summary.period, unit=scene.cast.city)
    reports.return_report(row, actor=scene.cast.officer_province, at=sh("05-18 09:00"), reason="有误")
    reports.save_text(row, "更正草稿", False, actor=scene.cast.officer_city, at=sh("05-18 10:00"))
    row.refresh_from_db()
    assert lines_of(summary.period, [row], sh("05-18 10:01"))[0].text == "重点检查化工行业。\n下周铸造。"


def test_the_paper_can_be_checked_and_dates_from_the_freeze(summary: Summary) -> None:
    document = PrintedDocument.objects.get(pk=summary.paper_id)
    assert (document.kind, document.version, document.issued_at) == ("weekly_summary", 1, sh("05-15 17:31"))


def test_a_character_no_font_has_never_holds_up_the_freeze(scene: Scene) -> None:
    scene.published("05-08 18:00")
    sweep(sh("05-12 09:00"))
    row = UnitReport.objects.get(period__number=4, unit=scene.cast.city)
    reports.send(row, "突出问题", False, seen="", actor=scene.cast.contact_city, at=sh("05-15 16:42"))
    row.versions.update(text="突出问题😀")
    sweep(sh("05-15 17:31"))
    assert "突出问题〓" in paper_text(Summary.objects.get(period__number=4))
