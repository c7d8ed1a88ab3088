"""Whoever leads a visit without a training of the campaign is pointed out to the planner (HN-48, HN-73)."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from campaigns.models import Campaign
from campaigns.registers import services
from campaigns.registers.services.indicators import figure
from campaigns.services.gate import Proposal, judge
from core import clock
from core.refusals import Refused
from tests import factories as make
from tests.cast import Cast
from tests.registers import scene
from tests.registers.test_rows_people import lines

DAY = date(2020, 5, 13)


def attendance(user: User) -> str:
    version = scene.version("training")
    rule = next(one for one in version.data["indicators"] if one["key"] == "attendance")
    return figure(version, rule, user, DAY, DAY).words


def train(cast: Cast, plan: Campaign) -> None:
    held = scene.filler("training", cast, cast.officer_a) | {"kind": "执法培训", "trainees": [str(cast.inspector_a.pk)]}
    held.pop("layers", None)
    scene.file("training", cast.officer_a, plan, **held)


@pytest.mark.req("HN-48")
def test_an_untrained_lead_is_a_warning_and_no_obstacle(cast: Cast, plan: Campaign, client: Client) -> None:
    scene.load("training")
    target = make.target(plan, cast.site_a)
    proposal = Proposal(planned_on=DAY, lead_inspector=cast.inspector_a, second_inspector=cast.second_a)
    client.force_login(cast.officer_a)
    url = reverse("inspections:visit_plan_gate", args=[target.pk])
    asked = {"planned_on": DAY.isoformat(), "lead_inspector": cast.inspector_a.pk, "second_inspector": cast.second_a.pk}
    for warned in (True, False):
        if not warned:
            train(cast, plan)
        said = next(one for one in judge(target, proposal, scene.AT).rules if one.rule == "trained")
        assert (said.answer, said.label) == (("allow", "提醒") if warned else ("allow", "放行"))
        assert warned or said.message == "主办人已参加本行动的培训。"
        with clock.travel(scene.AT):
            page = client.post(url, asked).content.decode()
        assert ("主办人李一检没有本行动的培训记录" in page) is warned


def test_who_came_to_a_training_that_was_cancelled_is_not_trained(cast: Cast, plan: Campaign) -> None:
    scene.load("training")
    train(cast, plan)
    target = make.target(plan, cast.site_a)
    row = target.campaign.register_entries.get()
    services.move(row, "cancel", {}, actor=cast.officer_a, at=scene.AT, reason="录错")
    proposal = Proposal(planned_on=DAY, lead_inspector=cast.inspector_a, second_inspector=cast.second_a)
    assert "没有本行动的培训记录" in next(
        one.message for one in judge(target, proposal, scene.AT).rules if one.rule == "trained"
    )


def test_a_plan_that_orders_no_training_asks_for_none(cast: Cast, plan: Campaign) -> None:
    plan.blueprint.data = {"registers": []}
    plan.blueprint.save()
    target = make.target(plan, cast.site_a)
    proposal = Proposal(planned_on=DAY, lead_inspector=cast.inspector_a, second_inspector=cast.second_a)
    assert all("没有本行动的培训记录" not in one.message for one in judge(target, proposal, scene.AT).rules)


def test_attendance_of_the_provincial_training_by_city(cast: Cast, plan: Campaign) -> None:
    scene.load("training")
    held = {
        "subject": "一体化执法启动培训",
        "kind": "省级统一培训",
        "held_on": scene.DAY,
        "hours": 8,
        "audience": "全市执法人员",
        "head_count": 45,
        "expected": 50,
    }
    assert attendance(cast.officer_province) == "无数据", "nobody registered any"
    with pytest.raises(Refused) as refused:
        scene.file("training", cast.officer_city, plan, **held | {"head_count": 51})
    assert "参训人数不能多于应训人数" in str(refused.value.errors)
    scene.file("training", cast.officer_city, plan, **held)
    assert attendance(cast.officer_province) == "缺 2 项"
    found = lines("training", "attendance", cast.officer_province)
    assert found == [("漯河市", "45/50，90.0%", True), ("洛阳市", "没有登记", True)]
