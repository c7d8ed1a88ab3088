"""Step 7: the ledger, its workbook, what the enterprise mended, who may verify it."""

from io import BytesIO

from openpyxl import load_workbook
from playwright.sync_api import expect

from core.models import AuditEvent, Obligation
from inspections.models import Issue, Rectification
from tests.journeys.stage import Player, Stage
from tests.journeys.steps.recording import BEHAVIOUR, OTHER, photo
from tests.journeys.steps.registering import HERO

TITLES = [
    "检查日期",
    "序号",
    "检查人员",
    "企业名称",
    "企业类型",
    "行业类别(从现有类型中选择)",
    "是否超低排放改造的企业",
    "是否绩效分级A级或B级企业",
    "是否2019年以来自主验收的企业项目(含涉VOCs新建项目)",
    "经度",
    "纬度",
    "县市区",
    "乡镇或开发区",
    "存在的问题",
    "问题类型(从现有类型中选择)",
    "查处情况(从现有类型中选择)",
    "整改情况",
    "处罚情况",
    "责任人签字",
]
MENDED = "已更换 2 号除尘器滤袋并校准压差计，专人每班记录"


def ledger_is_exported(stage: Stage) -> None:
    """7: filters stand in the address; the workbook is exactly what is shown, in the annex's nineteen columns."""
    stage.travel("2020-04-29 09:30")
    county = stage.at_desk(stage.cast.officer_a)
    page = county.open("/issues/?nature=offence")
    county.reads(BEHAVIOUR)
    expect(page.get_by_text(OTHER)).to_have_count(0)
    stage.look(page, "ledger", wide=True)
    book = load_workbook(BytesIO(county.downloads(page.get_by_role("link", name="导出台账（19 列）"))))
    rows = list(book.active.iter_rows(values_only=True))
    head = next(number for number, row in enumerate(rows) if row[0] == TITLES[0])
    assert list(rows[head]) == TITLES
    assert [row[3] for row in rows[head + 1 :] if row[0]] == [HERO]
    description, issue_type, handling = (str(cell) for cell in rows[head + 1][13:16])
    assert BEHAVIOUR in description
    assert (issue_type[:2], handling[:2]) == ("7 ", "4 ")
    assert AuditEvent.objects.filter(action="inspections.issue.export").count() == 1
    county.open("/issues/?due=late")
    county.reads("没有符合条件的问题")
    stage.at_desk(stage.cast.officer_other).finds_nothing(f"/issues/{stage.facts['issue'].pk}/")
    stage.at_desk(stage.cast.enterprise_b).finds_nothing(f"/issues/{stage.facts['issue'].pk}/")


def rectification_is_reported(stage: Stage) -> None:
    """7: the enterprise reports on its phone; without a photo it is refused and the text stays."""
    stage.travel("2020-04-29 10:30")
    phone = stage.on_phone(stage.facts["owner"])
    page = phone.open("/")
    stage.look(page, "enterprise-workbench")
    page.get_by_role("link", name="问题与整改").first.click()
    page.get_by_role("link", name="0001").click()
    phone.fill(text=MENDED)
    phone.press("报告整改完成")
    expect(page.locator(".errorlist, .error-summary").first).to_be_visible()
    expect(page.locator("#id_text").first).to_have_value(MENDED)
    stage.look(page, "report-refused")
    picture = {"name": "整改后.jpg", "mimeType": "image/jpeg", "buffer": photo(30)}
    page.locator("#rectification input[type=file]").set_input_files([picture])
    phone.press("报告整改完成")
    phone.reads("已报告整改完成，等待复核。")
    stage.look(page, "reported")
    issue = Issue.objects.get(pk=stage.facts["issue"].pk)
    assert issue.state == "reported"
    assert Rectification.objects.get(issue=issue).photos.count() == 1
    assert Obligation.objects.get(kind="rectification", subject=f"issue:{issue.pk}").met_at is not None
    finder_may_not_verify(stage, issue)


def finder_may_not_verify(stage: Stage, issue: Issue) -> None:
    finder = stage.at_desk(stage.cast.inspector_a)
    finder.open(f"/issues/{issue.pk}/")
    finder.reads("您是该问题的检查人，须由另一名人员复核。")
    expect(finder.page.get_by_role("button", name="复核通过并销号")).to_have_count(0)
    refused = finder.post(f"/issues/{issue.pk}/decide/close/", {})
    assert refused.status == 403
    assert "须由另一名人员复核" in refused.text()


def issue_is_closed(stage: Stage) -> None:
    """7: unsigned it cannot be closed; a colleague signs, the officer verifies, the row closes."""
    stage.travel("2020-05-06 10:00")
    path = f"/issues/{stage.facts['issue'].pk}/"
    county = stage.at_desk(stage.cast.officer_a)
    county.open(path)
    reclassified(county)
    county.confirm("复核通过并销号", "销号")
    county.reads("责任人尚未签字")
    colleague = stage.at_desk(stage.cast.second_a)
    page = colleague.open(path)
    colleague.draw(page.locator("[data-signature] canvas"))
    colleague.press("责任人签字")
    colleague.reads("责任人签字已保存。")
    county.open(path)
    county.confirm("复核通过并销号", "销号")
    county.reads("复核通过，问题已销号。")
    stage.look(county.page, "closed")
    issue = Issue.objects.get(pk=stage.facts["issue"].pk)
    assert (issue.state, issue.verified_by, issue.issue_type) == ("closed", stage.cast.officer_a, 8)


def reclassified(county: Player) -> None:
    """Another type, with its reason; what a frozen week said of the row stays."""
    county.page.get_by_text("修改台账").click()
    county.page.locator("#id_issue_type").select_option("8")
    county.press("保存修改")
    expect(county.page.locator(".errorlist, .error-summary").first).to_be_visible()
    county.page.locator("#id_reason").first.fill("经研判属治污设施缺失")
    county.press("保存修改")
    county.reads("台账已修改，原内容保留在历史记录中。")
