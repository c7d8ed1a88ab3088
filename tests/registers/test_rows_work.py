"""What single registers ask for: enterprises and projects, teams, equipment and assessments."""

from datetime import UTC, date, datetime
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from campaigns.models import Campaign, RegisterEntry
from campaigns.registers import services
from campaigns.registers.services.indicators import figure
from core import clock
from core.models import Notice
from reporting.services.reminders import sweep_obligations
from tests import factories as make
from tests.cast import Cast
from tests.registers import scene
from tests.registers.test_rows_people import lines, sees
from tests.registers.test_rows_service import moved, refused_at, stopped


@pytest.mark.req("GS-62")
def test_key_enterprises_without_an_open_day_this_year_can_be_exported(cast: Cast, plan: Campaign, client) -> None:  # type: ignore[no-untyped-def]
    scene.load("open_day")
    make.target(plan, cast.site_a)
    idle = make.enterprise("漯河示例电厂", cast.county_a, cast.region_a, is_key=True)
    day = {"enterprise": str(cast.site_a.pk), "held_on": scene.DAY, "facility": "污水处理站", "head_count": 30}
    scene.file("open_day", cast.enterprise_a, plan, **day)
    assert lines("open_day", "none", cast.officer_a) == [(idle.name, "没有登记", True)]
    assert len(lines("open_day", "none", cast.officer_a, of=date(2019, 5, 1))) == 2
    client.force_login(cast.officer_a)
    with clock.travel(scene.AT):
        url = reverse("campaigns:register_figure_export", args=["open_day", "none"])
        answer = client.get(url)
    rows = list(
        openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content))).worksheets[0].iter_rows(values_only=True)
    )
    assert any(idle.name in row for row in rows)
    assert not any(cast.site_a.name in row for row in rows)


@pytest.mark.req("GS-64")
def test_an_agency_that_forged_shows_its_projects(cast: Cast, client) -> None:  # type: ignore[no-untyped-def]
    scene.load("agency", "project")
    for name, agency in (("年产十万吨纸", "示例环评公司"), ("铸造搬迁", "另一环评公司")):
        scene.file("project", cast.officer_a, name=name, agency=agency, service="提前介入")
    client.force_login(cast.officer_a)
    checked = {"agency": "示例环评公司", "kind": "环评单位", "checked_on": scene.DAY, "detail": "数据"}
    for verdict, listed in (("一般问题", False), ("弄虚作假", True)):
        row = scene.file("agency", cast.officer_a, **checked, verdict=verdict)
        page = client.get(reverse("campaigns:register_entry", args=[row.pk])).content.decode()
        assert ("年产十万吨纸" in page) is listed
        assert "铸造搬迁" not in page


@pytest.mark.req("GS-65")
def test_assistance_to_a_court_is_recalled_and_answered_with_a_number(cast: Cast) -> None:
    scene.load("assistance")
    row = scene.file(
        "assistance",
        cast.officer_a,
        letter="示例法院函",
        court="示例区人民法院",
        received_on=scene.DAY,
        due_on="2020-05-20",
        handler=str(cast.inspector_a.pk),
        matter="损害鉴定",
    )
    today = datetime(2020, 5, 20, 2, 0, tzinfo=UTC)
    with clock.travel(today):
        sweep_obligations(today)
    assert (
        "答复技术协助：示例法院函" in Notice.objects.filter(recipient=cast.officer_a, title__contains="期限").get().body
    )
    assert "document" in stopped(row, "answer", cast.inspector_a, answer="意见如下")
    assert moved(row, "answer", cast.inspector_a, answer="意见如下", document="漯环函〔2020〕9号").state == "answered"


@pytest.mark.req("GS-67")
def test_uplift_and_closure_of_one_enterprise_exclude_each_other(cast: Cast, plan: Campaign) -> None:
    scene.load("uplift")
    said = {"enterprise": str(cast.site_a.pk), "grounds": ["手续不完善"], "reason": "能耗低"}
    assert "grounds" in refused_at("uplift", cast.officer_a, plan, **(said | {"grounds": []}), treatment="扶持提升")
    scene.file("uplift", cast.officer_a, plan, **said, treatment="扶持提升")
    assert "closing" in refused_at("uplift", cast.officer_a, plan, **said, treatment="关停取缔")
    errors = refused_at("uplift", cast.officer_a, plan, **said, treatment="关停取缔", closing=["手续不全"])
    assert errors["treatment"] == ["该企业已登记为另一种处置，扶持提升与关停取缔不能同时选。"]
    assert RegisterEntry.objects.count() == 1


@pytest.mark.req("GS-68")
def test_towns_and_parks_without_staff_are_listed(cast: Cast, plan: Campaign) -> None:
    scene.load("township")
    scene.file("township", cast.officer_a, plan, name="示例镇", kind="乡镇", has_staff="有", staff="张网格")
    scene.file("township", cast.officer_a, plan, name="示例园区", kind="工业集聚区", has_staff="无")
    assert [name for name, _, _ in lines("township", "none", cast.officer_a)] == ["示例园区"]


@pytest.mark.req("GS-71")
def test_a_project_begun_before_its_approval_becomes_a_lead(cast: Cast) -> None:
    scene.load("project", "unapproved")
    said = {"name": "示例搬迁", "enterprise": str(cast.site_a.pk), "service": "提前介入"}
    scene.file("project", cast.officer_a, **said, approved_on="2020-05-01", started_on="2020-05-01")
    assert not RegisterEntry.objects.filter(register="unapproved").exists()
    scene.file("project", cast.officer_a, **said, approved_on="2020-05-01", started_on="2020-04-30")
    lead = RegisterEntry.objects.get(register="unapproved")
    assert (lead.title, lead.enterprise, lead.values["started_on"]) == ("示例搬迁", cast.site_a, "2020-04-30")
    assert sees(cast.officer_a, lead)


@pytest.mark.req("DT-14")
def test_a_reminder_without_index_value_and_day_is_not_sent(cast: Cast, plan: Campaign) -> None:
    scene.load("remind_letter")
    whole = {"index": "PM2.5", "value": 98, "on": scene.DAY}
    said = {"document": "同环提〔2020〕1号", "receiver": str(cast.county_a.pk), "matter": "单项偏高"}
    for missing in whole:
        row = scene.file("remind_letter", cast.officer_city, plan, **said, **(whole | {missing: ""}))
        assert stopped(row, "send", cast.officer_city)[""] == ["提醒函须引用指数、数值和日期，填全后才能发出。"]
    row = scene.file("remind_letter", cast.officer_city, plan, **said, **whole)
    assert moved(row, "send", cast.officer_city).state == "sent"


def test_a_quarter_without_a_case_review_is_red_on_the_day_after(cast: Cast, plan: Campaign) -> None:
    scene.load("case_review")
    said = {"subject": "第一季度审查会", "held_on": "2020-03-20", "verdict": "适当"}
    assert "case" in refused_at("case_review", cast.officer_city, plan, **said)
    scene.file("case_review", cast.officer_city, plan, **said, case=scene.a_case(cast, plan).number)
    assert lines("case_review", "quarter", cast.officer_city, of=date(2020, 2, 1)) == [
        ("漯河市", "1 次，至少 1 次", False)
    ]
    version = scene.version("case_review")
    for today, tone in ((date(2020, 6, 30), "amber"), (date(2020, 7, 1), "red")):
        found = figure(version, version.data["indicators"][0], cast.officer_city, date(2020, 6, 1), today)
        assert found.tone == tone


@pytest.mark.req("DT-26")
def test_counties_without_a_conclusion_and_problems_that_are_not_mended(cast: Cast, plan: Campaign) -> None:
    scene.load("inspection")
    row = scene.file("inspection", cast.officer_city, plan, county=str(cast.county_a.pk), on=scene.DAY)
    missing = [name for name, _, _ in lines("inspection", "counties", cast.officer_city)]
    assert missing == ["源汇区", "召陵区"], "a task is no conclusion"
    row = moved(row, "conclude", cast.officer_city, verdict="程序不规范", problems="yes")
    version = scene.version("inspection")
    for today, tone in ((date(2020, 10, 15), "amber"), (date(2020, 10, 16), "red")):
        found = figure(version, version.data["indicators"][0], cast.officer_city, date(2020, 5, 12), today)
        assert ([line.name for line in found.lines], found.tone) == (["召陵区"], tone)
    assert stopped(row, "close", cast.officer_city)[""] == ["问题单还没有整改，不能关闭。"]
    row = moved(row, "mend", cast.officer_a, mended="已补正")
    assert moved(row, "close", cast.officer_city).state == "closed"


@pytest.mark.req("DT-28")
def test_two_cross_actions_and_both_themes_a_year(cast: Cast, plan: Campaign) -> None:
    scene.load("cross")
    said = {"name": "第一次行动", "theme": "危废犯罪", "started_on": scene.DAY, "counties": "全部"}
    scene.file("cross", cast.officer_city, plan, **said)
    assert lines("cross", "count", cast.officer_city) == [("漯河市", "1 次，至少 2 次", True)]
    assert lines("cross", "themes", cast.officer_city) == [("漯河市", "尚缺：自动监测造假", True)]
    version = scene.version("cross")
    for rule in version.data["indicators"]:
        assert figure(version, rule, cast.officer_city, date(2020, 5, 1), date(2020, 12, 31)).tone == "amber"
        assert figure(version, rule, cast.officer_city, date(2020, 5, 1), date(2021, 1, 1)).tone == "red"
    scene.file("cross", cast.officer_city, plan, **(said | {"theme": "自动监测造假"}))
    assert lines("cross", "count", cast.officer_city) == [("漯河市", "2 次，至少 2 次", False)]
    assert lines("cross", "themes", cast.officer_city) == []


@pytest.mark.req("DT-37")
def test_the_aims_of_the_drill_at_the_end_of_the_year(cast: Cast, plan: Campaign) -> None:
    scene.load("drill")
    scene.file("drill", cast.officer_city, plan, name="李一检", award="国家级先进个人", awarded_on=scene.DAY)
    end = {"of": date(2020, 12, 31), "today": date(2021, 1, 1)}
    assert lines("drill", "national", cast.officer_city, **end) == [("漯河市", "1 个，至少 1 个", False)]
    assert lines("drill", "provincial", cast.officer_city, **end) == [("漯河市", "0 个，至少 1 个", True)]


@pytest.mark.req("DT-38")
def test_counties_below_the_standard_and_uniforms_held(cast: Cast, plan: Campaign) -> None:
    scene.load("equipment")
    said = {"on": scene.DAY, "required": 10, "held": 8, "uniform_due": 20, "uniform": 20, "gaps": "缺无人机两台"}
    scene.file("equipment", cast.officer_a, plan, **said)
    found = lines("equipment", "equipment", cast.officer_city)
    assert found == [("源汇区", "8/10，80.0%", True), ("召陵区", "没有登记", True)]
    assert ("源汇区", "20/20，100.0%", False) in lines("equipment", "uniform", cast.officer_city)


SIDES = ("组织领导", "案件查处", "网格运行", "信息报送", "移动执法使用", "廉洁自律")


def scores(*weights: int) -> list[dict[str, object]]:
    return [{"side": side, "weight": weight, "score": 90} for side, weight in zip(SIDES, weights, strict=True)]


@pytest.mark.req("DT-39")
def test_six_sides_weigh_a_hundred_together(cast: Cast, plan: Campaign) -> None:
    scene.load("assessment", "assessment_rule")
    said = {"county": str(cast.county_a.pk), "on": scene.DAY}
    errors = refused_at("assessment", cast.officer_city, plan, **said, scores=scores(20, 20, 20, 20, 10, 9))
    assert errors["scores"] == ["六个方面的权重合计应为 100。"]
    assert scene.file("assessment", cast.officer_city, plan, **said, scores=scores(20, 20, 20, 20, 10, 10)).pk


@pytest.mark.req("DT-71")
def test_before_the_rule_is_in_force_an_assessment_stays_a_draft(cast: Cast, plan: Campaign) -> None:
    scene.load("assessment", "assessment_rule")
    said = {"county": str(cast.county_a.pk), "on": scene.DAY, "scores": scores(20, 20, 20, 20, 10, 10)}
    row = scene.file("assessment", cast.officer_city, plan, **said)
    assert row.state == "draft"
    rule = {"document": "考核办法（试行）", "issued_on": "2020-05-01", "effective_on": "2020-06-01"}
    scene.file("assessment_rule", cast.officer_city, **rule)
    assert stopped(row, "settle", cast.officer_city)[""] == ["考核办法还没有生效，考核结果只能存草稿。"]
    at = datetime(2020, 6, 1, 1, 0, tzinfo=UTC)
    assert services.move(row, "settle", {}, actor=cast.officer_city, at=at).state == "final"


@pytest.mark.req("DT-68")
def test_a_transfer_that_is_not_received_escalates_and_a_feedback_needs_evidence(cast: Cast, plan: Campaign) -> None:
    scene.load("transfer")
    said = {"subject": "信访转办", "receiver": str(cast.county_a.pk), "detail": "异味"}
    row = scene.file("transfer", cast.officer_city, plan, **said)
    late = datetime(2020, 5, 15, 2, 0, tzinfo=UTC)
    with clock.travel(late):
        sweep_obligations(late)
    assert (
        "接收转办单：信访转办" in Notice.objects.filter(recipient=cast.leader_city, title__contains="逾期").get().body
    )
    row = moved(row, "receive", cast.officer_a)
    assert "evidence" in stopped(row, "feedback", cast.officer_a, feedback="已整改")
    row = moved(row, "feedback", cast.officer_a, feedback="已整改", evidence=[scene.attachment(cast.officer_a)])
    row = services.move(row, "return", {}, actor=cast.officer_city, at=scene.AT, reason="照片看不清")
    assert row.state == "received"
