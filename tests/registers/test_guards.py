"""What a hard reader tried against the registers: every way round a rule that was found, closed."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from campaigns.models import Campaign, RegisterEntry, WorkGroup
from campaigns.registers import services
from core import clock
from core.refusals import Refused
from tests import factories as make
from tests.cast import Cast
from tests.registers import scene
from tests.registers.test_rows_people import CLEAN, sees, team

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
