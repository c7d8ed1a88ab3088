"""What single registers ask for: training, integrity, publicity, experts."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign, RegisterEntry
from campaigns.registers import services
from campaigns.registers.services.indicators import figure
from core import clock
from core.models import Notice
from core.refusals import NotAllowed, Refused
from reporting.services.reminders import sweep_obligations
from tests import factories as make
from tests.cast import Cast
from tests.registers import scene

DAY = clock.day_of(scene.AT)
CLEAN = dict.fromkeys(("rules", "unrelated", "banquet", "gifts", "drinking", "cards"), "无") | {"filled_on": scene.DAY}


def sees(user: object, entry: RegisterEntry) -> bool:
    return RegisterEntry.objects.visible_to(user).filter(pk=entry.pk).exists()  # type: ignore[arg-type]


def lines(key: str, rule: str, user: object, **days: object) -> list[tuple[str, str, bool]]:
    version = scene.version(key)
    said = next(one for one in version.data["indicators"] if one["key"] == rule)
    of_day, today = days.get("of", DAY), days.get("today", DAY)
    found = figure(version, said, user, of_day, today)  # type: ignore[arg-type]
    return [(line.name, line.said, line.missing) for line in found.lines]


@pytest.mark.req("HN-06")
def test_a_chemical_question_reaches_only_the_experts_of_chemistry(cast: Cast, plan: Campaign) -> None:
    scene.load("experts", "expert_question")
    smith, chemist = (make.user(name, name, cast.city) for name in ("冶金专家", "化工专家"))
    for person, industry in ((smith, "钢铁"), (chemist, "化工")):
        make.grant(person, "expert", over=cast.city)
        scene.file(
            "experts",
            cast.officer_city,
            name=person.name,
            expert=str(person.pk),
            home="示例大学",
            industries=[industry],
            ways=["网络远程"],
        )
    asked = scene.file(
        "expert_question",
        cast.inspector_a,
        plan,
        subject="精馏尾气如何判断收集率",
        industry="化工",
        topic="产污环节",
        detail="冷凝后仍有异味。",
    )
    told = Notice.objects.filter(title__startswith="专家咨询待答复")
    assert {notice.recipient for notice in told} == {chemist}
    assert (sees(chemist, asked), sees(smith, asked)) == (True, False)
    with pytest.raises(NotAllowed):
        services.move(asked, "answer", {"answer": "看负压"}, actor=smith, at=scene.AT)
    row = services.move(asked, "answer", {"answer": "检查冷凝温度和负压。"}, actor=chemist, at=scene.AT)
    assert row.values["answer"] == "检查冷凝温度和负压。"


@pytest.mark.req("HN-08")
def test_a_patrol_record_names_team_and_day(cast: Cast, plan: Campaign) -> None:
    scene.load("patrol", "integrity_lead")
    values = scene.filler("patrol", cast, cast.discipline) | {"found": "no"}
    for missing in ("team", "patrolled_on"):
        with pytest.raises(Refused) as refused:
            scene.file("patrol", cast.discipline, plan, **(values | {missing: ""}))
        assert missing in refused.value.errors
    values.pop("conduct", None)
    row = scene.file("patrol", cast.discipline, plan, **(values | {"team": "漯河市第二检查组"}))
    assert row.title == "漯河市第二检查组 · 2020-05-12"
    assert not sees(cast.second_a, row), "whom it concerns does not read it"
    assert not RegisterEntry.objects.filter(register="integrity_lead").exists()


def team(cast: Cast, plan: Campaign) -> RegisterEntry:
    scene.load("team_task", "integrity_selfcheck", "integrity_lead")
    return scene.file(
        "team_task",
        cast.officer_province,
        plan,
        team="第三检查组",
        members=[str(cast.inspector_a.pk), str(cast.second_a.pk)],
        place="召陵区",
        started_on=scene.DAY,
    )


@pytest.mark.req("HN-67")
def test_a_team_cannot_be_closed_before_every_member_handed_in_the_self_check(cast: Cast, plan: Campaign) -> None:
    row = team(cast, plan)
    scene.file("integrity_selfcheck", cast.inspector_a, plan, team=row.label, **CLEAN)
    with pytest.raises(Refused) as refused:
        services.move(row, "close", {}, actor=cast.officer_province, at=scene.AT)
    assert refused.value.errors[""] == ["还有成员没有提交《廉洁自律情况自查表》，检查组不能关闭。"]
    scene.file("integrity_selfcheck", cast.second_a, plan, team=row.label, **CLEAN)
    assert services.move(row, "close", {}, actor=cast.officer_province, at=scene.AT).state == "closed"


def test_an_answer_yes_makes_a_lead_and_keeps_the_team_open(cast: Cast, plan: Campaign) -> None:
    row = team(cast, plan)
    scene.file("integrity_selfcheck", cast.second_a, plan, team=row.label, **CLEAN)
    guilty = CLEAN | {"gifts": "有", "detail": "收下土特产一盒，已退回。"}
    scene.file("integrity_selfcheck", cast.inspector_a, plan, team=row.label, **guilty)
    lead = RegisterEntry.objects.get(register="integrity_lead")
    assert (lead.values["from"], lead.created_by) == ("自查表", None)
    assert sees(cast.discipline, lead)
    assert not sees(cast.inspector_a, lead)
    with pytest.raises(Refused) as refused:
        services.move(row, "close", {}, actor=cast.officer_province, at=scene.AT)
    assert refused.value.errors[""] == ["自查表生成的廉政线索还没有处理完，检查组不能直接关闭。"]
    services.move(lead, "verify", {"verified": "已退回，有收条。"}, actor=cast.discipline, at=scene.AT)
    services.move(lead, "drop", {"ground": "已主动上交"}, actor=cast.discipline, at=scene.AT)
    assert services.move(row, "close", {}, actor=cast.officer_province, at=scene.AT).state == "closed"


@pytest.mark.req("HN-75")
@pytest.mark.parametrize("clause", ["rules", "unrelated", "banquet", "gifts", "drinking", "cards"])
def test_each_forbidden_thing_answered_yes_makes_a_lead_and_keeps_the_team_open(
    clause: str, cast: Cast, plan: Campaign
) -> None:
    row = team(cast, plan)
    scene.file("integrity_selfcheck", cast.second_a, plan, team=row.label, **CLEAN)
    scene.file(
        "integrity_selfcheck", cast.inspector_a, plan, team=row.label, **(CLEAN | {clause: "有", "detail": "说明"})
    )
    assert RegisterEntry.objects.filter(register="integrity_lead").count() == 1
    with pytest.raises(Refused):
        services.move(row, "close", {}, actor=cast.officer_province, at=scene.AT)


def lead(cast: Cast, **more: object) -> RegisterEntry:
    scene.load("integrity_lead")
    values = {"kind": "吃拿卡要", "from": "公开举报", "people": "李某", "detail": "索要烟酒"} | more
    return scene.file("integrity_lead", cast.discipline, **values)


@pytest.mark.req("HS-32")
def test_a_lead_has_a_kind_people_and_a_source_and_is_hidden_from_whom_it_concerns(cast: Cast) -> None:
    for missing in ("people", "from"):
        with pytest.raises(Refused) as refused:
            lead(cast, **{missing: ""})
        assert missing in refused.value.errors
    with pytest.raises(Refused) as refused:
        lead(cast, kind="迟到")
    assert "kind" in refused.value.errors
    for kind in ("吃拿卡要", "借机敛财", "虚报瞒报"):
        row = lead(cast, kind=kind, accused=[str(cast.discipline.pk), str(cast.inspector_a.pk)])
        assert not sees(cast.inspector_a, row)
        assert not sees(cast.discipline, row), "not even who may read all others"


@pytest.mark.req("HN-68")
@pytest.mark.req("HS-49")
def test_a_transfer_has_a_number_a_receiver_and_a_receipt_before_it_ends(cast: Cast, client: Client) -> None:
    row = lead(cast)
    with pytest.raises(Refused) as refused:
        services.move(row, "transfer", {"transfer_no": "", "receiver": ""}, actor=cast.discipline, at=scene.AT)
    assert {"transfer_no", "receiver"} <= set(refused.value.errors) or "transfer_no" in refused.value.errors
    sent = {"transfer_no": "移〔2020〕1号", "receiver": "市纪委监委驻局纪检组"}
    row = services.move(row, "transfer", sent, actor=cast.discipline, at=scene.AT)
    with pytest.raises(Refused, match="不能办理“办结”"):
        services.move(row, "close", {"result": "已处理"}, actor=cast.discipline, at=scene.AT)
    with pytest.raises(Refused) as refused:
        services.move(row, "receive", {"received_on": scene.DAY}, actor=cast.discipline, at=scene.AT)
    assert "receipt" in refused.value.errors
    receipt = [scene.attachment(cast.discipline)]
    row = services.move(
        row, "receive", {"receipt": receipt, "received_on": scene.DAY}, actor=cast.discipline, at=scene.AT
    )
    assert row.files.get(field="receipt").file.sha256 == receipt[0]
    assert services.move(row, "close", {"result": "诫勉谈话"}, actor=cast.discipline, at=scene.AT).state == "closed"
    for person in (cast.officer_city, cast.leader_city, cast.inspector_a, cast.officer_province):
        client.force_login(person)
        assert client.get(reverse("campaigns:register_entry", args=[row.pk])).status_code == 404, person.name


def test_a_bad_answer_of_an_enterprise_becomes_a_lead(cast: Cast, plan: Campaign) -> None:
    scene.load("interview", "integrity_lead")
    asked = {"enterprise": str(cast.site_a.pk), "chosen": "群众来信反映"}
    said = {"asked_on": scene.DAY, "shown": "yes", "helped": "yes", "clean": "无", "detail": "反映执法人员态度恶劣"}
    for answers, leads in (({"rating": "好"}, 0), ({"rating": "好", "clean": "有", "conduct": "借机敛财"}, 1)):
        row = scene.file("interview", cast.discipline, plan, **asked)
        services.move(row, "answer", said | answers, actor=cast.discipline, at=scene.AT)
        assert RegisterEntry.objects.filter(register="integrity_lead").count() == leads


@pytest.mark.req("HS-85")
def test_publicity_says_layers_and_forms_and_what_is_still_uncovered(cast: Cast, plan: Campaign) -> None:
    scene.load("publicity")
    given = {"enterprise": str(cast.site_a.pk), "given_on": scene.DAY, "layers": ["负责人"], "forms": ["明白纸"]}
    for missing in ("layers", "forms"):
        with pytest.raises(Refused) as refused:
            scene.file("publicity", cast.inspector_a, plan, **(given | {missing: []}))
        assert missing in refused.value.errors
    scene.file("publicity", cast.inspector_a, plan, **given)
    assert lines("publicity", "layers", cast.officer_a) == [(cast.site_a.name, "尚缺：中层、员工", True)]
    scene.file("publicity", cast.inspector_a, plan, **(given | {"layers": ["中层", "员工"]}))
    assert lines("publicity", "layers", cast.officer_a) == []


def test_the_owner_signs_for_what_was_given(cast: Cast, plan: Campaign) -> None:
    scene.load("publicity")
    given = {"enterprise": str(cast.site_a.pk), "given_on": scene.DAY, "layers": ["负责人"], "forms": ["明白纸"]}
    row = scene.file("publicity", cast.inspector_a, plan, **given)
    assert sees(cast.enterprise_a, row)
    assert not sees(cast.enterprise_b, row)
    with pytest.raises(NotAllowed):
        services.move(row, "sign", {"signed_by": "李一检"}, actor=cast.inspector_a, at=scene.AT)
    row = services.move(row, "sign", {"signed_by": "秦厂长"}, actor=cast.enterprise_a, at=scene.AT)
    assert row.steps.get(action="sign").at == scene.AT


@pytest.mark.req("GS-03")
def test_a_layer_that_no_training_reached_is_named(cast: Cast, plan: Campaign) -> None:
    scene.load("training")
    held = scene.filler("training", cast, cast.officer_a) | {"kind": "企业培训"}
    layers = ["企业法人", "分管领导", "设施运行管理人"]
    scene.file("training", cast.officer_a, plan, **(held | {"layers": layers}))
    assert lines("training", "layers", cast.officer_a) == [("源汇区", "尚缺：全体员工", True)]


def test_trainees_sign_in_for_themselves(cast: Cast, plan: Campaign) -> None:
    scene.load("training")
    held = scene.filler("training", cast, cast.officer_a) | {"kind": "执法培训", "trainees": [str(cast.inspector_a.pk)]}
    held.pop("layers", None)
    row = scene.file("training", cast.officer_a, plan, **held)
    place = row.people.get()
    with pytest.raises(NotAllowed):
        services.sign(row, place, actor=cast.officer_a, at=scene.AT)
    assert services.sign(row, place, actor=cast.inspector_a, at=scene.AT).signed_at == scene.AT
    with pytest.raises(Refused, match="已经签过"):
        services.sign(row, place, actor=cast.inspector_a, at=scene.AT + timedelta(hours=1))


@pytest.mark.req("GS-61")
def test_an_insurance_is_recalled_thirty_days_before_it_ends_and_the_uninsured_are_listed(cast: Cast) -> None:
    scene.load("insurance")
    row = scene.file(
        "insurance",
        cast.officer_a,
        insurer="示例保险公司",
        policy="P-1",
        insured=[str(cast.inspector_a.pk)],
        valid_from="2020-05-01",
        valid_to="2021-04-30",
    )
    assert row.due_at == clock.end_of_day(DAY.replace(year=2021, month=3, day=31))
    assert scene.version("insurance").data["clocks"][0]["before_days"] == 30
    sweep_obligations(clock.at_local(date(2021, 3, 31), 9))
    (told,) = Notice.objects.filter(recipient=cast.officer_a, body__contains="示例保险公司")
    assert clock.day_of(told.created_at) == date(2021, 3, 31)
    assert lines("insurance", "uninsured", cast.officer_a) == [("源汇区", "1 人：王二检", True)]
    services.move(row, "end", {}, actor=cast.officer_a, at=scene.AT, reason="退保")
    assert lines("insurance", "uninsured", cast.officer_a) == [("源汇区", "2 人：李一检、王二检", True)]
