"""What a hard reader tried against the registers: every way round a rule that was found, closed."""

import uuid
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from campaigns.models import Campaign, RegisterEntry, WorkGroup
from campaigns.registers import services
from campaigns.registers.rules import answers_at
from campaigns.services.groups import refuse_inspected
from core import clock
from core.form_engine.services import Incoming, Result, put_submission
from core.models import AuditEvent
from core.refusals import NotAllowed, Refused
from tests import factories as make
from tests.cast import Cast
from tests.registers import scene
from tests.registers.test_rows_people import CLEAN, lines, sees, team

GUILTY = CLEAN | {"gifts": "有", "detail": "收下土特产一盒。"}
HELP = {"subject": "企业拒绝开门", "kind": "企业不配合", "detail": "门卫称负责人不在，拒绝进入。"}


def checked(cast: Cast, plan: Campaign, **values: object) -> tuple[RegisterEntry, RegisterEntry]:
    """A team of two of whom the second is clean, and the first one's self-check."""
    row = team(cast, plan)
    scene.file("integrity_selfcheck", cast.second_a, plan, team=row.label, **CLEAN)
    return row, scene.file("integrity_selfcheck", cast.inspector_a, plan, team=row.label, **values)


@pytest.mark.req("HN-75")
def test_a_self_check_that_made_a_lead_cannot_be_withdrawn(cast: Cast, plan: Campaign) -> None:
    _, sheet = checked(cast, plan, **GUILTY)
    with pytest.raises(Refused, match="不能作废"):
        services.move(sheet, "cancel", {}, actor=cast.inspector_a, at=scene.AT, reason="填错")


@pytest.mark.req("HN-67")
def test_the_lead_of_a_withdrawn_self_check_keeps_the_team_open(cast: Cast, plan: Campaign) -> None:
    row, sheet = checked(cast, plan, **GUILTY)
    RegisterEntry.objects.filter(pk=sheet.pk).update(state="void", is_open=False)
    scene.file("integrity_selfcheck", cast.inspector_a, plan, team=row.label, **CLEAN)
    with pytest.raises(Refused) as refused:
        services.move(row, "close", {}, actor=cast.officer_province, at=scene.AT)
    assert "还没有处理完" in refused.value.errors[""][0]


@pytest.mark.req("HN-75")
def test_an_answer_corrected_to_yes_makes_the_lead_once(cast: Cast, plan: Campaign) -> None:
    _, sheet = checked(cast, plan, **CLEAN)
    for number in (1, 2):
        said = GUILTY | {"team": sheet.values["team"], "detail": f"说明{number}"}
        services.correct_entry(sheet, said, actor=cast.inspector_a, at=scene.AT, reason="补报")
    lead = RegisterEntry.objects.get(register="integrity_lead")
    assert [row.user for row in lead.people.all()] == [cast.inspector_a]


def city_campaign(cast: Cast, plan: Campaign) -> Campaign:
    row = make.campaign(cast.city)
    WorkGroup.objects.create(campaign=row, key="command", name="调度组", order=1)
    return row


def test_a_seat_in_one_campaign_files_nothing_into_another(cast: Cast, plan: Campaign) -> None:
    scene.load("team_task")
    other = city_campaign(cast, plan)
    member = make.user("seated", "坐班员", cast.city)
    make.grant(member, "officer", over=cast.county_a)
    scene.seat(other, "command", member)
    values = {"team": "第一组", "members": [str(cast.second_a.pk)], "place": "源汇区", "started_on": scene.DAY}
    with pytest.raises(Refused) as refused:
        scene.file("team_task", member, plan, **values)
    assert "campaign" in refused.value.errors or refused.value.field == "campaign"
    assert scene.file("team_task", member, other, **values).campaign == other


def test_a_unit_outside_the_campaign_files_nothing_into_it(cast: Cast, plan: Campaign) -> None:
    scene.load("field_help")
    places = services.creation_places(scene.version("field_help"), cast.inspector_a)
    assert places.admits(cast.county_a, plan)
    assert not places.admits(cast.county_b, plan)


def test_the_writer_of_a_confidential_entry_does_not_read_it_for_ever(cast: Cast, client: Client) -> None:
    scene.load("integrity_lead")
    said = {"kind": "吃拿卡要", "from": "公开举报", "people": "李某", "detail": "索要烟酒", "reporter": "秦反映"}
    row = scene.file("integrity_lead", cast.discipline, **said)
    assert sees(cast.discipline, row)
    assert "reporter" in services.readable_fields(row, cast.discipline)
    cast.discipline.grants.update(revoked_at=scene.AT)
    moved = User.objects.get(pk=cast.discipline.pk)
    assert not sees(moved, row)
    assert "reporter" not in services.readable_fields(row, moved)
    client.force_login(moved)
    with clock.travel(scene.AT + timedelta(days=1)):
        assert client.get(reverse("campaigns:register_entry", args=[row.pk])).status_code == 404


def test_loading_leaves_what_an_administrator_wrote(cast: Cast) -> None:
    scene.load("field_help")
    text = scene.version("field_help").text.replace("hours: 24", "hours: 48")
    own = services.write_register(text, "粘贴", change="答复时限改为48小时", actor=cast.administrator, at=scene.AT)
    again = services.load_registers(at=scene.AT, only=["field_help"])
    assert (again.new, scene.version("field_help")) == ([], own)


def test_nobody_who_patrols_stands_in_a_team_and_the_other_way_round(cast: Cast, plan: Campaign) -> None:
    row = team(cast, plan)
    WorkGroup.objects.filter(campaign=plan, key="patrol").update(rights=WorkGroup.Rights.PATROL)
    said = {"team": "第四组", "place": "召陵区", "started_on": scene.DAY}
    with pytest.raises(Refused) as refused:
        scene.file("team_task", cast.officer_province, plan, members=[str(cast.discipline.pk)], **said)
    assert "巡查与被巡查须分开" in refused.value.errors["members"][0]
    member = row.people.select_related("user").first()
    assert member is not None
    with pytest.raises(Refused, match="检查组成员"):
        refuse_inspected(plan, member.user)


def test_two_who_correct_at_once_do_not_overwrite_each_other(cast: Cast, plan: Campaign, client: Client) -> None:
    scene.load("field_help")
    row = scene.file("field_help", cast.inspector_a, plan, **HELP)
    client.force_login(cast.inspector_a)
    url = reverse("campaigns:register_entry_correct", args=[row.pk])
    with clock.travel(scene.AT):
        assert 'name="seen" value="1"' in client.get(url).content.decode()
        services.correct_entry(row, HELP | {"subject": "甲"}, actor=cast.inspector_a, at=scene.AT, reason="补充")
        page = client.post(url, HELP | {"subject": "乙改的题目", "reason": "补充", "seen": "1"})
        assert page.status_code == 422
        assert "没有覆盖新的一版" in page.content.decode()
        assert "乙改的题目" in page.content.decode()
        again = client.post(url, HELP | {"subject": "乙改的题目", "reason": "补充", "seen": "2"})
    assert again.status_code == 302
    row.refresh_from_db()
    assert row.title == "乙改的题目"


def test_a_correction_by_the_form_s_own_door_is_known_to_the_register(cast: Cast, plan: Campaign) -> None:
    _, sheet = checked(cast, plan, **CLEAN)
    given = Incoming(
        client_id=uuid.uuid4(),
        form=sheet.version.form.name,
        kind="register",
        subject_id=sheet.pk,
        answers=answers_at(sheet.version.data, "create", GUILTY | {"team": sheet.values["team"]}),
        final=True,
        reason="补报",
    )
    assert put_submission(given, user=cast.inspector_a, at=scene.AT).result is Result.RECEIVED
    assert [step.action for step in sheet.steps.order_by("pk")] == ["create", "correct"]
    assert RegisterEntry.objects.filter(register="integrity_lead").count() == 1
    assert AuditEvent.objects.filter(action="campaigns.registerentry.correct", object_id=str(sheet.pk)).exists()


def test_an_insurance_that_ran_out_covers_nobody(cast: Cast) -> None:
    scene.load("insurance")
    said = {"insurer": "示例保险公司", "policy": "P-1", "insured": [str(cast.inspector_a.pk)]}
    scene.file("insurance", cast.officer_a, **said, valid_from="2019-05-01", valid_to="2020-05-11")
    assert "李一检" in lines("insurance", "uninsured", cast.officer_a)[0][1]
    said["policy"] = "P-2"
    scene.file("insurance", cast.officer_a, **said, valid_from="2020-05-01", valid_to="2020-05-12")
    assert "李一检" not in lines("insurance", "uninsured", cast.officer_a)[0][1]


def test_a_returned_matter_has_a_new_term_and_a_correction_makes_none(cast: Cast, plan: Campaign) -> None:
    scene.load("supervised")
    said = {"subject": "超标排放", "listed_on": scene.DAY, "receiver": str(cast.city.pk), "demands": "限期整改"}
    row = scene.file("supervised", cast.officer_province, plan, **said, due_on="2020-05-20")
    row = services.move(row, "feedback", {"feedback": "已停产"}, actor=cast.officer_city, at=scene.AT)
    changed = said | {"due_on": "2020-05-25"}
    row = services.correct_entry(row, changed, actor=cast.officer_province, at=scene.AT, reason="笔误")
    assert row.due_at is None
    with pytest.raises(Refused) as refused:
        services.move(row, "return", {}, actor=cast.officer_province, at=scene.AT, reason="没有照片")
    assert "again_on" in refused.value.errors
    given = {"again_on": "2020-06-01"}
    row = services.move(row, "return", given, actor=cast.officer_province, at=scene.AT, reason="没有照片")
    assert row.due_at == clock.end_of_day(date(2020, 6, 1))


def test_a_question_that_reaches_no_expert_is_refused(cast: Cast, plan: Campaign) -> None:
    scene.load("experts", "expert_question")
    said = {"subject": "精馏尾气", "industry": "化工", "topic": "产污环节", "detail": "有异味。"}
    with pytest.raises(Refused, match="没有“化工”行业的专家"):
        scene.file("expert_question", cast.inspector_a, plan, **said)
    assert not RegisterEntry.objects.filter(register="expert_question").exists()


def test_a_seat_among_the_experts_answers_no_question_of_another_industry(cast: Cast, plan: Campaign) -> None:
    scene.load("expert_question")
    row = scene.file(
        "expert_question", cast.inspector_a, plan, **scene.filler("expert_question", cast, cast.inspector_a)
    )
    smith = make.user("smith", "冶金专家", cast.city)
    scene.seat(plan, "experts", smith)
    with pytest.raises(NotAllowed):
        services.move(row, "answer", {"answer": "看负压"}, actor=smith, at=scene.AT)


def test_senseless_filters_filter_nothing(cast: Cast, plan: Campaign, client: Client) -> None:
    scene.load("integrity_lead")
    client.force_login(cast.discipline)
    page = reverse("campaigns:register_list", args=["integrity_lead"])
    for asked in ({"year": "0"}, {"year": "0000"}, {"state": "\x00"}, {"kind": "a\x00"}, {"q": "\x00"}):
        assert client.get(page, asked).status_code == 200, asked


def test_taking_a_register_away_as_a_sheet_is_in_the_trail(cast: Cast, client: Client) -> None:
    scene.load("insurance")
    client.force_login(cast.officer_a)
    client.get(reverse("campaigns:register_export", args=["insurance"]), {"q": "夜间"})
    assert AuditEvent.objects.filter(action="campaigns.register.export").count() == 1


def test_an_expert_stands_once_in_a_units_library_with_a_telephone_that_can_be_rung(cast):
    scene.load("experts")
    known = {"name": "示例水泥专家", "home": "示例大学", "industries": ["水泥"], "ways": ["现场实地"]}
    for wrong in ("abc不是电话", "12345"):
        with pytest.raises(Refused) as refused:
            scene.file("experts", cast.officer_a, **known, phone=wrong)
        assert "11 位手机号" in refused.value.errors["phone"][0]
    scene.file("experts", cast.officer_a, **known, phone="0395-1234567", expert=str(cast.inspector_a.pk))
    with pytest.raises(Refused) as refused:
        scene.file("experts", cast.officer_a, **known | {"name": "又一位"}, expert=str(cast.inspector_a.pk))
    assert "已在本单位的专家库内" in refused.value.errors["expert"][0]
