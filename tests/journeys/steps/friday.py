"""Step 9: the week. Counties confirm, the city sends and recalls, the platform freezes, the province downloads."""

import time
from datetime import date
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

from openpyxl import load_workbook
from playwright.sync_api import expect
from pypdf import PdfReader

from core import clock
from core.audit import digest_of
from core.models import Obligation
from enterprises.models import Enterprise
from inspections.models import Issue, VisitRecord
from inspections.services import locking
from reporting.figures import Span, compute, places_of
from reporting.models import CountyConfirmation, ReportPeriod, UnitReport
from reporting.services.freeze import sweep
from reporting.tasks import sweep_periods
from tests.inspections import scene
from tests.journeys.stage import Player, Stage
from tests.journeys.steps.registering import HERO
from tests.running import worker

TEXT = "本周检查 1 家重点排污单位，发现问题 2 个，已一次性告知并立案 1 件；下周重点检查涉气企业。"
SWEEP_SECONDS = 40


def weeks_begin(stage: Stage) -> None:
    """9, before: nothing ran on the first Friday; on return its week is made once, and the second week is open."""
    stage.travel("2020-04-27 08:00")
    sweep(clock.now())
    first, second = ReportPeriod.objects.order_by("number")[:2]
    assert first.frozen_at is not None
    assert sweep(clock.now()) == 0
    assert first.summaries.count() == 1
    assert clock.local(second.cutoff_at).strftime("%m-%d %H:%M") == "04-30 17:30"
    report = UnitReport.objects.get(period=second, unit=stage.cast.city)
    stage.facts |= {"week": second, "report": report}


def counties_confirm(stage: Stage) -> None:
    """9: the county sees the countdown and its live figures, and says that they are right."""
    stage.travel("2020-04-30 16:30")
    county = stage.at_desk(stage.cast.officer_a)
    page = county.open("/")
    county.reads("04-30 17:30 截止封账")
    county.reads("原定 05-01（周五）逢节假日，调整到此时")
    stage.look(page, "workbench-friday")
    word = CountyConfirmation.objects.get(report=stage.facts["report"], unit=stage.cast.county_a)
    page = county.open(f"/confirmations/{word.pk}/confirm/")
    stage.look(page, "confirmation")
    county.press("数字无误，确认")
    county.reads("已确认源汇区")
    word.refresh_from_db()
    assert word.confirmed_by == stage.cast.officer_a
    assert word.figures["week"]["issues"] == 2
    stage.at_desk(stage.cast.inspector_b).finds_nothing(f"/confirmations/{word.pk}/confirm/")


def city_sends(stage: Stage) -> None:
    """9: a report of nothing is refused while there is something; sent, recalled with a reason, sent again."""
    stage.travel("2020-04-30 16:50")
    contact = stage.at_desk(stage.cast.contact_city)
    path = f"/reports/{stage.facts['report'].pk}/"
    page = contact.open(path)
    stage.look(page, "report-live")
    contact.reads("1 个单位尚未确认本周数字：召陵区")
    page.locator("#id_without").check()
    contact.fill(text="本周没有检查")
    page.locator("#id_is_nothing").check()
    contact.press("报送")
    contact.reads("现场检查 2 次、发现问题 2 个、企业已报整改完成 1 个、立案 1 件，不能作“零报告”。")
    page.locator("#id_is_nothing").uncheck()
    contact.fill(text="本周检查 1 家。")
    contact.press("报送")
    contact.reads("周报已报送。")
    stage.at_desk(stage.cast.officer_other).finds_nothing(path)
    contact.open(path)
    contact.confirm("撤回修改", "撤回", "情况说明需要补充")
    contact.reads("已撤回，可以修改后重新报送。")
    page.locator("#id_without").check()
    contact.fill(text=TEXT)
    contact.press("报送")
    contact.reads("周报已报送。")
    stage.look(page, "report-sent")
    report = UnitReport.objects.get(pk=stage.facts["report"].pk)
    assert (report.state, report.text, report.sent_by) == ("sent", TEXT, stage.cast.contact_city)
    assert report.versions.count() == 2
    assert report.figures_seen["week"]["issues"] == 2


def grows_graver(stage: Stage) -> None:
    """9: after the sending and before the cut-off the county changes a row: the freeze will show the difference."""
    stage.travel("2020-04-30 17:20")
    county = stage.at_desk(stage.cast.officer_a)
    page = county.open(f"/issues/{stage.facts['other'].pk}/")
    page.get_by_text("修改台账").click()
    page.locator("#id_gravity").select_option("major")
    page.locator("#id_reason").first.fill("经研判程度为重点")
    county.press("保存修改")
    county.reads("台账已修改，原内容保留在历史记录中。")


def platform_freezes(stage: Stage) -> None:
    """9: the real worker sweeps after 17:30; who did not send stands as 未报 with the platform's figures."""
    stage.travel("2020-04-30 17:31")
    with TemporaryDirectory() as folder, worker(Path(folder) / "worker.log"):
        sweep_periods.delay()
        give_up = time.monotonic() + SWEEP_SECONDS
        while time.monotonic() < give_up and ReportPeriod.objects.get(pk=stage.facts["week"].pk).frozen_at is None:
            time.sleep(0.2)
    week = ReportPeriod.objects.get(pk=stage.facts["week"].pk)
    assert week.frozen_at is not None, "the worker did not freeze the week"
    missing = UnitReport.objects.get(period=week, unit=stage.cast.other_city)
    assert missing.is_missing
    assert missing.figures is not None
    contact = stage.at_desk(stage.cast.contact_city)
    page = contact.open(f"/reports/{stage.facts['report'].pk}/")
    contact.reads("封账数字与报送时看到的数字有")
    contact.reads("平台封账")
    stage.look(page, "report-frozen")
    expect(page.get_by_role("button", name="撤回修改")).to_have_count(0)
    refused = contact.post(f"/reports/{stage.facts['report'].pk}/recall/", {"reason": "晚了"})
    assert "已过截止时间，周报不能撤回" in refused.text()


def province_downloads(stage: Stage) -> None:
    """9: one workbook with a sheet a city, one paper in official layout; the unsent city is marked."""
    stage.travel("2020-04-30 17:40")
    province = stage.at_desk(stage.cast.officer_province)
    week = stage.facts["week"]
    page = province.open(f"/periods/{week.pk}/")
    province.reads("未报")
    stage.look(page, "province-friday")
    book = province.downloads(page.get_by_role("link", name="下载汇总 Excel"))
    names = load_workbook(BytesIO(book)).sheetnames
    assert {"全省汇总", "漯河市", "洛阳市"} <= set(names), names
    summary = week.summaries.get()
    paper = province.fetch(f"/summaries/{summary.pk}/paper/")
    text = "".join("".join(one.extract_text().split()) for one in PdfReader(BytesIO(paper)).pages)
    for said in ("河南省生态环境厅", "漯河市", "洛阳市", "未报", "4月30日"):
        assert said in text, f"the paper does not say {said}"
    stage.facts["first_edition"] = {"workbook": book, "paper": paper}
    for stranger in (stage.cast.officer_city, stage.cast.officer_a):
        stage.at_desk(stranger).finds_nothing(f"/summaries/{summary.pk}/workbook/")


def handed_out(week: ReportPeriod, player: Player, editions: int) -> dict[str, bytes]:
    """What the frozen week hands out: every edition of the summary in both forms, and the rows behind each city."""
    found = week.summaries.filter(edition__lte=editions).order_by("edition")
    paths = [f"/summaries/{row.pk}/{form}/" for row in found for form in ("workbook", "paper")]
    paths += [f"/reports/{row.pk}/rows/sheet/?figure=issues&span=total" for row in week.reports.order_by("pk")]
    return {path: player.fetch(path) for path in paths}


def report_is_corrected(stage: Stage) -> None:
    """9: returned with a reason; the leader voids a row; the corrected version says what it changes."""
    stage.travel("2020-04-30 18:00")
    path, province = f"/reports/{stage.facts['report'].pk}/", stage.at_desk(stage.cast.officer_province)
    province.open(path)
    province.confirm("退回更正", "退回", "危险废物台账一项不成立，请核实后更正")
    province.reads("已退回漯河市更正。")
    leader = stage.at_desk(stage.cast.leader_a)
    leader.open(f"/issues/{stage.facts['other'].pk}/")
    leader.confirm("作废", "作废", "复核认定不构成问题")
    leader.reads("问题已作废，仍留在台账中备查。")
    stage.travel("2020-04-30 18:30")
    contact = stage.at_desk(stage.cast.contact_city)
    page = contact.open(path)
    contact.reads("危险废物台账一项不成立")
    stage.look(page, "report-returned")
    contact.press("报送更正版")
    contact.reads("更正理由")
    contact.fill(reason="经复核作废一个问题", text=TEXT.replace("2 个", "1 个"))
    contact.press("报送更正版")
    contact.reads("更正版已报送")
    stage.look(page, "report-corrected")
    second_edition(stage, province)


def second_edition(stage: Stage, province: Player) -> None:
    stage.travel("2020-04-30 18:32")
    assert sweep(clock.now()) == 1
    week = stage.facts["week"]
    page = province.open(f"/periods/{week.pk}/")
    province.reads("第 2 版")
    stage.look(page, "province-corrected")
    assert week.summaries.count() == 2
    version = UnitReport.objects.get(pk=stage.facts["report"].pk).versions.order_by("-number").first()
    assert version.number == 2
    assert version.differences
    assert Obligation.objects.filter(kind="correction", met_at=None).count() == 0
    page = province.open("/reports/")
    row = page.get_by_role("row").filter(has_text="漯河市")
    expect(row).to_contain_text("更正 v2")
    expect(page.get_by_role("row").filter(has_text="洛阳市")).to_contain_text("未报")
    stage.look(page, "matrix")
    first = week.summaries.get(edition=1)
    for form, before in stage.facts["first_edition"].items():
        assert province.fetch(f"/summaries/{first.pk}/{form}/") == before, "the first edition stays what it was"
    stage.facts["handed_out"] = handed_out(week, province, editions=2)


def late_upload_begins(stage: Stage) -> None:
    """9: on the same Thursday a visit is made whose record will arrive only in the next week."""
    stage.travel("2020-04-30 16:00")
    target = stage.facts["targets"][stage.cast.site_a.pk]
    of = scene.Scene(stage.cast, stage.facts["campaign"], target)
    record = scene.begun(of, at=clock.now(), planned_on=date(2020, 4, 30))
    sheet = scene.sheet_of(record)
    answers = scene.complete(sheet.definition.data, sheet.answers, date(2020, 4, 30))
    answers["visit_closing"]["ended"]["ended_time"] = "16:20"
    finding = scene.finding(deadline_on="2020-05-08")
    stage.facts["late"] = (record, answers | {"_findings": [finding]})


def late_upload_arrives(stage: Stage) -> None:
    stage.travel("2020-05-06 09:00")
    record, answers = stage.facts["late"]
    scene.save(record, answers, at=clock.now())
    scene.sign_all(record, at=clock.now())
    lead = stage.cast.inspector_a
    outcome = locking.submit(record, late_reason="厂区无信号", actor=lead, at=clock.now())
    assert not outcome.problems, [one.text for one in outcome.problems]
    assert VisitRecord.objects.get(pk=record.pk).is_late


def a_month_later(stage: Stage) -> None:
    """9: rows closed, reclassified and voided, a record uploaded late, a works renamed: the same bytes."""
    stage.travel("2020-06-01 09:00")
    renamed(stage)
    week, province = stage.facts["week"], stage.at_desk(stage.cast.officer_province)
    states = set(Issue.objects.values_list("state", flat=True))
    assert states == {"closed", "void", "mending"}
    page = province.open(f"/periods/{week.pk}/")
    stage.look(page, "a-month-later")
    again = handed_out(week, province, editions=2)
    for path, before in stage.facts["handed_out"].items():
        assert again[path] == before, f"{path} is not what it was on Friday"
    count_again(week)


def renamed(stage: Stage) -> None:
    county = stage.at_desk(stage.cast.officer_a)
    county.open(f"/enterprises/{stage.facts['hero'].pk}/edit/")
    county.fill(name="漯河沙澧示例生物制药有限公司")
    county.press("保存")
    county.reads("登记信息已更新。")
    assert not Enterprise.objects.filter(name=HERO).exists()


def count_again(week: ReportPeriod) -> None:
    """The figures of the frozen week, counted from the facts of today as of then."""
    reports = list(week.reports.select_related("unit"))
    span = Span(week.starts_at, week.cutoff_at, week.cutoff_at)
    counted = compute(week.campaign_id, places_of(report.unit for report in reports), span)
    for report in reports:
        assert digest_of(counted[report.unit_id].data()) == report.figures_digest, report.unit.name
