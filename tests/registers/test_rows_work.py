"""What single registers ask for: help to enterprises, warnings, transfers, supervision, teams and equipment."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from campaigns.models import Campaign, RegisterEntry
from campaigns.registers import services
from campaigns.registers.services.indicators import figure
from core import clock
from core.models import Notice, Obligation
from core.refusals import NotAllowed, Refused
from reporting.services.reminders import sweep_obligations
from tests import factories as make
from tests.campaigns.scene import on_positive_list
from tests.cast import Cast
from tests.registers import scene
from tests.registers.test_rows_people import lines, sees


def refused_at(key: str, actor: object, plan: Campaign, **values: object) -> dict[str, list[str]]:
    with pytest.raises(Refused) as refused:
        scene.file(key, actor, plan, **values)  # type: ignore[arg-type]
    return refused.value.errors


def stopped(row: RegisterEntry, action: str, actor: object, **values: object) -> dict[str, list[str]]:
    with pytest.raises(Refused) as refused:
        services.move(row, action, values, actor=actor, at=scene.AT)  # type: ignore[arg-type]
    return refused.value.errors


def moved(row: RegisterEntry, action: str, actor: object, **values: object) -> RegisterEntry:
    return services.move(row, action, values, actor=actor, at=scene.AT)  # type: ignore[arg-type]


@pytest.mark.req("HS-18")
def test_the_verdict_of_a_spot_check_refers_to_the_record_that_was_checked(cast: Cast, plan: Campaign) -> None:
    scene.load("spot_check")
    visit = make.visit(make.assignment(make.target(plan, cast.site_a), cast.inspector_a, cast.second_a, state="done"))
    checked = {
        "enterprise": str(cast.site_a.pk),
        "checked_on": scene.DAY,
        "verdict": "登记有遗漏",
        "detail": "漏记一处散乱堆存。",
    }
    assert "visit" in refused_at("spot_check", cast.officer_city, plan, **checked)
    row = scene.file("spot_check", cast.officer_city, plan, **checked, visit=str(visit.pk))
    link = row.links.get()
    assert (link.kind, link.key) == ("visit", str(visit.pk))


@pytest.mark.req("LH-16")
def test_an_opinion_that_nobody_answered_in_time_is_recalled(cast: Cast, plan: Campaign) -> None:
    scene.load("opinion")
    make.target(plan, cast.site_a)
    said = {"subject": "检查频次偏多", "kind": "执法行为", "detail": "一个月来了三次。"}
    row = scene.file("opinion", cast.enterprise_a, plan, enterprise=str(cast.site_a.pk), **said)
    assert (row.unit, row.due_at) == (cast.county_a, clock.end_of_day(date(2020, 5, 19)))
    late = datetime(2020, 5, 21, 2, 0, tzinfo=UTC)
    with clock.travel(late):
        sweep_obligations(late)
    for person in (cast.officer_a, cast.officer_city):
        told = Notice.objects.filter(recipient=person, title__contains="逾期 1 项")
        assert "回复企业意见：检查频次偏多" in told.get().body, person.name
    row = moved(row, "reply", cast.officer_a, reply="已合并检查。")
    assert Notice.objects.filter(recipient=cast.enterprise_a, title__startswith="意见建议已回复").exists()


@pytest.mark.req("LH-18")
def test_an_alert_says_value_limit_and_time_is_acknowledged_and_is_not_sent_twice(cast: Cast) -> None:
    scene.load("alert")
    said = {
        "enterprise": str(cast.site_a.pk),
        "item": "氮氧化物",
        "value": 132,
        "limit": 100,
        "measured": "2020-05-12 08:00",
        "advice": "请立即检查脱硝设施。",
    }
    for missing in ("value", "limit", "measured"):
        assert missing in refused_at("alert", cast.officer_a, None, **(said | {missing: ""}))  # type: ignore[arg-type]
    row = scene.file("alert", cast.officer_a, **said)
    assert Notice.objects.filter(recipient=cast.enterprise_a, title__startswith="监测数据预警提醒").exists()
    again = refused_at("alert", cast.officer_a, None, **said)  # type: ignore[arg-type]
    assert again["item"] == ["该企业同一指标的异常还在持续，已经发过提醒，不重复发送。"]
    at = scene.AT + timedelta(minutes=20)
    row = services.move(row, "acknowledge", {"action_taken": "已加大喷氨"}, actor=cast.enterprise_a, at=at)
    assert row.steps.get(action="acknowledge").at == at
    moved(row, "end", cast.officer_a)
    assert scene.file("alert", cast.officer_a, **said).number == 2


@pytest.mark.req("LH-26")
def test_help_says_its_way_and_is_no_visit(cast: Cast, plan: Campaign) -> None:
    scene.load("service_order")
    target = make.target(plan, cast.site_a)
    said = {
        "enterprise": str(cast.site_a.pk),
        "experts": "蒋专家",
        "served_on": scene.DAY,
        "matter": "除尘改造",
        "advice": "更换滤袋。",
    }
    assert "way" in refused_at("service_order", cast.officer_a, plan, **said)
    assert "way" in refused_at("service_order", cast.officer_a, plan, **said, way="书面")
    for way in ("网络远程", "现场实地"):
        scene.file("service_order", cast.officer_a, plan, **said, way=way)
    target.refresh_from_db()
    assert (target.visit_count, target.visited_at) == (0, None)


@pytest.mark.req("LH-27")
def test_a_question_keeps_its_four_times_and_is_recalled(cast: Cast, plan: Campaign) -> None:
    scene.load("service_question")
    make.target(plan, cast.site_a)
    said = {"enterprise": str(cast.site_a.pk), "subject": "排污许可变更", "detail": "更换炉型是否需要变更？"}
    row = scene.file("service_question", cast.enterprise_a, plan, **said)
    term = Obligation.objects.get(kind="register_service_question")
    assert term.due_at == clock.end_of_day(date(2020, 5, 19)), "five working days"
    hour = timedelta(hours=1)
    services.move(row, "assign", {"handler": str(cast.inspector_a.pk)}, actor=cast.officer_a, at=scene.AT + hour)
    services.move(row, "answer", {"answer": "需要。"}, actor=cast.inspector_a, at=scene.AT + 2 * hour)
    row = services.move(row, "confirm", {"content": "yes"}, actor=cast.enterprise_a, at=scene.AT + 3 * hour)
    times = [(step.action, step.at) for step in row.steps.all()]
    wanted = ("create", "assign", "answer", "confirm")
    assert times == [(action, scene.AT + n * hour) for n, action in enumerate(wanted)]


@pytest.mark.req("LH-28")
def test_only_a_listed_or_well_graded_enterprise_is_shown_to_others(cast: Cast, plan: Campaign) -> None:
    scene.load("exchange")
    said = {"subject": "观摩除尘", "kind": "观摩培训", "held_on": scene.DAY, "head_count": 20, "content": "现场讲解"}
    errors = refused_at("exchange", cast.officer_a, plan, **said, model=str(cast.site_a.pk))
    assert errors["model"] == ["只能选择监督执法正面清单企业或绩效分级A、B级企业"]
    cast.site_a.performance_grade = "B级"
    cast.site_a.save()
    assert scene.file("exchange", cast.officer_a, plan, **said, model=str(cast.site_a.pk)).pk
    cast.site_a.performance_grade = "否"
    cast.site_a.save()
    on_positive_list(cast.site_a)
    assert scene.file("exchange", cast.officer_a, plan, **said, model=str(cast.site_a.pk)).pk


@pytest.mark.req("LH-29")
def test_help_after_a_finding_refers_to_the_issue_before_it_is_sent_out(cast: Cast, plan: Campaign) -> None:
    scene.load("expert_help")
    visit = make.visit(make.assignment(make.target(plan, cast.site_a), cast.inspector_a, cast.second_a, state="done"))
    issue = make.issue(make.locked_record(visit), at=scene.AT)
    said = {"enterprise": str(cast.site_a.pk), "matter": "喷漆房收集率"}
    assert "from" in refused_at("expert_help", cast.officer_a, plan, **said, **{"from": "其他"})
    sent = {"expert": "蒋专家", "plan_on": scene.DAY}
    invited = scene.file("expert_help", cast.officer_a, plan, **said, **{"from": "企业邀请"})
    assert moved(invited, "dispatch", cast.officer_a, **sent).state == "dispatched"
    found = scene.file("expert_help", cast.officer_a, plan, **said, **{"from": "检查发现"})
    assert stopped(found, "dispatch", cast.officer_a, **sent)[""] == ["来源为“检查发现”的须关联问题编号，才能派发。"]
    values = said | {"from": "检查发现", "issue": f"{issue.number:04d}"}
    found = services.correct_entry(found, values, actor=cast.officer_a, at=scene.AT, reason="补问题编号")
    assert moved(found, "dispatch", cast.officer_a, **sent).links.get(kind="issue").key == str(issue.pk)


@pytest.mark.req("GS-31")
def test_an_internal_handover_goes_both_ways_escalates_and_its_result_is_seen(cast: Cast) -> None:
    scene.load("handover")
    ways = {"审批移交执法": (cast.officer_city, cast.county_a), "执法通报业务": (cast.officer_a, cast.city)}
    for way, (actor, receiver) in ways.items():
        row = scene.file("handover", actor, subject=way, way=way, receiver=str(receiver.pk), detail="见材料")
        assert Obligation.objects.get(subject=f"register_entry:{row.pk}").unit_path == receiver.path
    down = RegisterEntry.objects.get(values__way="审批移交执法")
    late = datetime(2020, 5, 18, 2, 0, tzinfo=UTC)
    with clock.travel(late):
        sweep_obligations(late)
    superior = Notice.objects.filter(recipient=cast.leader_city, title__contains="逾期")
    assert "接收内部移交：审批移交执法" in superior.get().body
    with pytest.raises(NotAllowed):
        moved(down, "receive", cast.officer_other)
    moved(down, "receive", cast.officer_a)
    down = moved(down, "finish", cast.officer_a, result="已立案")
    assert sees(cast.officer_city, down)
    assert down.values["result"] == "已立案"
    assert Notice.objects.filter(recipient=cast.officer_city, title__startswith="移交事项已有结果").exists()
    up = RegisterEntry.objects.get(values__way="执法通报业务")
    moved(moved(up, "receive", cast.officer_city), "finish", cast.officer_city, result="制度已修订")
    assert sees(cast.officer_a, up)


@pytest.mark.req("GS-33")
def test_the_rate_of_terminals_and_of_electronic_papers(cast: Cast, plan: Campaign) -> None:
    scene.load("devices")
    at = datetime(2018, 12, 31, 8, 0, tzinfo=UTC)
    said = {"on": "2018-12-31", "bodies": 8, "equipped": 7, "papers": 200, "electronic": 150}
    scene.file("devices", cast.officer_a, plan, at=at, **said)
    whole = said | {"equipped": 8, "electronic": 200}
    scene.file("devices", cast.officer_city, plan, at=at, **whole)
    year = {"of": date(2018, 12, 31), "today": date(2019, 1, 1)}
    found = lines("devices", "equipped", cast.officer_city, **year)
    assert found == [
        ("漯河市", "8/8，100.0%", False),
        ("源汇区", "7/8，87.5%", True),
        ("召陵区", "没有登记", True),
    ]
    assert ("源汇区", "150/200，75.0%", True) in lines("devices", "electronic", cast.officer_city, **year)


@pytest.mark.req("GS-38")
def test_a_warning_letter_is_one_a_month_and_city_and_late_after_the_next_month(cast: Cast, plan: Campaign) -> None:
    scene.load("warning_letter")
    said = {"document": "环办〔2020〕1号", "city": str(cast.city.pk), "issued_on": scene.DAY, "matter": "优良天数"}
    row = scene.file("warning_letter", cast.officer_province, plan, **said)
    again = refused_at("warning_letter", cast.officer_province, plan, **(said | {"issued_on": "2020-05-02"}))
    assert again["city"] == ["同一个市同一个月已经登记过预警函。"]
    assert scene.file("warning_letter", cast.officer_province, plan, **(said | {"issued_on": "2020-04-30"})).pk
    other = said | {"city": str(cast.other_city.pk)}
    assert scene.file("warning_letter", cast.officer_province, plan, **other).pk
    term = Obligation.objects.get(subject=f"register_entry:{row.pk}")
    assert (term.due_at, term.unit_path) == (clock.end_of_day(date(2020, 6, 30)), cast.city.path)
    errors = stopped(row, "feedback", cast.officer_city)
    assert {"handling", "material"} <= set(errors) or "handling" in errors
    errors = stopped(row, "feedback", cast.officer_city, handling="已查处三家")
    assert "material" in errors
    material = [scene.attachment(cast.officer_city)]
    assert moved(row, "feedback", cast.officer_city, handling="已查处三家", material=material).state == "done"


@pytest.mark.req("GS-39")
def test_a_dispute_ends_with_one_of_four_kinds_and_the_treatment_that_belongs_to_it(cast: Cast, plan: Campaign) -> None:
    scene.load("dispute")
    treatments = {"诉求合理": "解决", "诉求无理": "思想教育", "非环保职能": "服务引导", "扬言串联": "主动协调"}
    row = scene.file("dispute", cast.officer_a, plan, **scene.filler("dispute", cast, cast.officer_a))
    assert "kind" in stopped(row, "close", cast.officer_a, handling="解决", result="好")
    assert "kind" in stopped(row, "close", cast.officer_a, kind="其他", handling="解决", result="好")
    for kind, right in treatments.items():
        for wrong in set(treatments.values()) - {right}:
            assert "handling" in stopped(row, "close", cast.officer_a, kind=kind, handling=wrong, result="好")
    for kind, right in treatments.items():
        row = scene.file("dispute", cast.officer_a, plan, **scene.filler("dispute", cast, cast.officer_a))
        assert moved(row, "close", cast.officer_a, kind=kind, handling=right, result="好").state == "closed"


@pytest.mark.req("GS-44")
@pytest.mark.req("DT-12")
def test_nothing_is_taken_off_the_list_before_its_mending_was_verified(cast: Cast, plan: Campaign) -> None:
    scene.load("supervised")
    said = {
        "subject": "非法倾倒案",
        "listed_on": scene.DAY,
        "due_on": "2020-05-29",
        "receiver": str(cast.county_a.pk),
        "demands": "限期清运",
    }
    row = scene.file("supervised", cast.officer_city, plan, **said)
    with pytest.raises(Refused, match="不能办理“摘牌销号”"):
        moved(row, "delist", cast.officer_city)
    term = Obligation.objects.get(subject=f"register_entry:{row.pk}")
    assert (term.due_at, term.unit_path) == (clock.end_of_day(date(2020, 5, 29)), cast.county_a.path)
    assert not term.is_late(clock.at_local(date(2020, 5, 29), 23, 59))
    assert term.is_late(clock.at_local(date(2020, 5, 30), 0, 1)), "red on the day after"
    row = moved(row, "feedback", cast.officer_a, feedback="已清运")
    with pytest.raises(Refused, match="不能办理“摘牌销号”"):
        moved(row, "delist", cast.officer_city)
    verified = {"verified_on": scene.DAY, "verifier": "吴经办"}
    row = moved(row, "verify", cast.officer_city, **verified, verdict="整改不到位")
    assert stopped(row, "delist", cast.officer_city)[""] == ["核查结论不是“整改到位”，不能摘牌。"]
    row = services.move(row, "return", {}, actor=cast.officer_city, at=scene.AT, reason="残留未清")
    row = moved(
        moved(row, "feedback", cast.officer_a, feedback="全部清运"),
        "verify",
        cast.officer_city,
        **verified,
        verdict="整改到位",
    )
    assert moved(row, "delist", cast.officer_city).state == "delisted"


@pytest.mark.req("GS-47")
def test_an_urgent_joint_inquiry_tells_both_sides_at_once_and_counts_the_minutes(
    cast: Cast, plan: Campaign, client
) -> None:  # type: ignore[no-untyped-def]
    scene.load("urgent")
    police = make.user("police", "公联络", cast.county_a)
    row = scene.file(
        "urgent",
        cast.officer_a,
        plan,
        subject="夜间倾倒危险废物",
        place="示例河桥下",
        police=[str(police.pk)],
        officers=[str(cast.inspector_a.pk)],
        detail="群众报警。",
    )
    told = Notice.objects.filter(title__startswith="紧急联合调查启动")
    assert {(one.recipient, one.created_at) for one in told} == {(police, scene.AT), (cast.inspector_a, scene.AT)}
    assert sees(police, row)
    at = scene.AT + timedelta(minutes=47)
    services.move(row, "collect", {"evidence": "封存罐车一辆"}, actor=cast.inspector_a, at=at)
    client.force_login(cast.officer_a)
    assert "47 分钟" in client.get(reverse("campaigns:register_entry", args=[row.pk])).content.decode()


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
    errors = refused_at("uplift", cast.officer_a, plan, **said, treatment="关停取缔")
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


@pytest.mark.req("DT-25")
def test_a_quarter_without_a_case_review_is_red_on_the_day_after(cast: Cast, plan: Campaign) -> None:
    scene.load("case_review")
    said = {"subject": "第一季度审查会", "held_on": "2020-03-20"}
    assert "reviews" in refused_at("case_review", cast.officer_city, plan, **said)
    scene.file(
        "case_review", cast.officer_city, plan, **said, reviews=[{"number": "同环罚〔2020〕1号", "verdict": "适当"}]
    )
    assert lines("case_review", "quarter", cast.officer_city, of=date(2020, 2, 1)) == [
        ("合计", "1 次，至少 1 次", False)
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
    assert lines("cross", "count", cast.officer_city) == [("合计", "1 次，至少 2 次", True)]
    assert lines("cross", "themes", cast.officer_city) == [("合计", "尚缺：自动监测造假", True)]
    version = scene.version("cross")
    for rule in version.data["indicators"]:
        assert figure(version, rule, cast.officer_city, date(2020, 5, 1), date(2020, 12, 31)).tone == "amber"
        assert figure(version, rule, cast.officer_city, date(2020, 5, 1), date(2021, 1, 1)).tone == "red"
    scene.file("cross", cast.officer_city, plan, **(said | {"theme": "自动监测造假"}))
    assert lines("cross", "count", cast.officer_city) == [("合计", "2 次，至少 2 次", False)]
    assert lines("cross", "themes", cast.officer_city) == []


@pytest.mark.req("DT-37")
def test_the_aims_of_the_drill_at_the_end_of_the_year(cast: Cast, plan: Campaign) -> None:
    scene.load("drill")
    scene.file("drill", cast.officer_city, plan, name="李一检", award="国家级先进个人", awarded_on=scene.DAY)
    end = {"of": date(2020, 12, 31), "today": date(2021, 1, 1)}
    assert lines("drill", "national", cast.officer_city, **end) == [("合计", "1 个，至少 1 个", False)]
    assert lines("drill", "provincial", cast.officer_city, **end) == [("合计", "0 个，至少 1 个", True)]


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
