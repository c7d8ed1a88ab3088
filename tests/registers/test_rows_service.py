"""What single registers ask for: help to enterprises, warnings, transfers, supervision, teams and equipment."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign, RegisterEntry
from campaigns.registers import services
from campaigns.registers.services import clocks
from core import clock
from core.calendar import amend
from core.models import Notice, Obligation
from core.refusals import NotAllowed, Refused
from reporting.services.reminders import sweep_obligations
from reporting.tasks import sweep_obligations as sweep_tasks
from tests import factories as make
from tests.campaigns.scene import on_positive_list
from tests.cast import Cast
from tests.registers import scene
from tests.registers.test_rows_people import DAY, lines, sees


def refused_at(key: str, actor: object, plan: Campaign, **values: object) -> dict[str, list[str]]:
    with pytest.raises(Refused) as refused:
        scene.file(key, actor, plan, **values)  # type: ignore[arg-type]
    return refused.value.errors


def stopped(row: RegisterEntry, action: str, actor: object, **values: object) -> dict[str, list[str]]:
    with pytest.raises(Refused) as refused:
        services.move(row, action, values, actor=actor, at=scene.AT)  # type: ignore[arg-type]
    return refused.value.errors


def row_url(row: RegisterEntry) -> str:
    return reverse("campaigns:register_entry", args=[row.pk])


def moved(row: RegisterEntry, action: str, actor: object, **values: object) -> RegisterEntry:
    return services.move(row, action, values, actor=actor, at=scene.AT)  # type: ignore[arg-type]


@pytest.mark.req("HS-18")
def test_the_verdict_of_a_monthly_spot_check_stands_at_the_record_that_was_checked(
    cast: Cast, plan: Campaign, client: Client
) -> None:
    scene.load("spot_check")
    visit = make.visit(make.assignment(make.target(plan, cast.site_a), cast.inspector_a, cast.second_a, state="done"))
    checked = {
        "county": str(cast.county_a.pk),
        "checked_on": scene.DAY,
        "verdict": "登记有遗漏",
        "detail": "漏记一处堆存。",
    }
    assert "visit" in refused_at("spot_check", cast.officer_city, plan, **checked)
    assert "源汇区" in [name for name, _, _ in lines("spot_check", "counties", cast.officer_city)]
    client.force_login(cast.officer_city)
    with clock.travel(scene.AT):
        given = checked | {"campaign": plan.pk, "filing_unit": cast.city.pk, "visit": str(visit.pk)}
        assert client.post(reverse("campaigns:register_new", args=["spot_check"]), given).status_code == 302
        row = RegisterEntry.objects.get(register="spot_check")
        link = row.links.get()
        assert (link.kind, link.key, row.enterprise) == ("visit", str(visit.pk), cast.site_a)
        sheet = reverse("inspections:visit_view", args=[visit.pk])
        assert sheet in client.get(row_url(row)).content.decode()
        assert row_url(row) in client.get(sheet).content.decode()
        client.force_login(cast.inspector_b)
        assert client.get(row_url(row)).status_code == 404
    assert "源汇区" not in [name for name, _, _ in lines("spot_check", "counties", cast.officer_city)]
    june = DAY.replace(month=6)
    named = lines("spot_check", "counties", cast.officer_city, of=june, today=june)
    assert "源汇区" in [name for name, _, _ in named], "every month anew"


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
    assert scene.version("service_question").data["clocks"][0]["workdays"] == 5
    sweep_obligations(clock.at_local(date(2020, 5, 20), 9))
    reminded = Notice.objects.get(recipient=cast.officer_a, body__contains="【逾期】答复企业提问：排污许可变更")
    assert "05-19" in reminded.body
    hour = timedelta(hours=1)
    services.move(row, "assign", {"handler": str(cast.inspector_a.pk)}, actor=cast.officer_a, at=scene.AT + hour)
    services.move(row, "answer", {"answer": "需要。"}, actor=cast.inspector_a, at=scene.AT + 2 * hour)
    row = services.move(row, "confirm", {"content": "yes"}, actor=cast.enterprise_a, at=scene.AT + 3 * hour)
    times = [(step.action, step.at) for step in row.steps.all()]
    wanted = ("create", "assign", "answer", "confirm")
    assert times == [(action, scene.AT + n * hour) for n, action in enumerate(wanted)]


def test_an_amended_day_moves_a_term_in_working_days_and_the_list_shows_it(cast: Cast, plan: Campaign) -> None:
    scene.load("service_question")
    make.target(plan, cast.site_a)
    said = {"enterprise": str(cast.site_a.pk), "subject": "排污许可变更", "detail": "更换炉型是否需要变更？"}
    row = scene.file("service_question", cast.enterprise_a, plan, **said)
    amend(date(2020, 5, 15), is_off=True, name="示例节", actor=cast.administrator, at=scene.AT, reason="示例通知")
    term = Obligation.objects.get(kind="register_service_question")
    assert term.due_at == clock.end_of_day(date(2020, 5, 20)), "the fifteenth does not count any more"
    sweep_tasks()
    row.refresh_from_db()
    assert row.due_at == term.due_at
    assert clocks.follow_calendar() == 0


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
    for day, is_red in ((30, False), (31, True)):
        with clock.travel(clock.at_local(date(2020, 6, 1) + timedelta(days=day - 1), 12)):
            client = Client()
            client.force_login(cast.officer_province)
            for address in (row_url(row), reverse("campaigns:register_list", args=["warning_letter"])):
                shown = client.get(address).content.decode()
                assert row.label in shown
                assert ("逾期 1 天" in shown and "badge-red" in shown) is is_red, address
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
    again = {"again_on": "2020-06-10"}
    row = services.move(row, "return", again, actor=cast.officer_city, at=scene.AT, reason="残留未清")
    term = Obligation.objects.open().get(subject__startswith=f"register_entry:{row.pk}")
    assert term.due_at == clock.end_of_day(date(2020, 6, 10)), "what was sent back is owed again"
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
