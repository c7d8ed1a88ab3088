"""The gate and plans: what no plan in force holds needs one of two approvals, and who may lead."""

from datetime import date

import pytest

from campaigns import services
from campaigns.models import Assignment, InspectorProfile
from campaigns.services import plans
from core import clock
from core.models import Notice
from core.refusals import Refused
from inspections.models import Visit
from inspections.services import planning
from tests import factories as make
from tests.campaigns import plan_scene as scene
from tests.campaigns import scene as henan

AT = scene.APRIL
DAY = date(2020, 5, 12)


@pytest.fixture(autouse=True)
def april():
    with clock.travel(AT):
        yield


@pytest.fixture
def luohe(cast):
    return scene.campaign(cast, outside="approval", **scene.FILED)


def send(target, cast, **fields):
    """Plan a visit as the county's officer does on the page."""
    values = {"planned_on": DAY, "lead_inspector": cast.inspector_a, "second_inspector": cast.second_a, "expert": None}
    return planning.plan(target, **(values | fields), actor=cast.officer_a, at=AT)


def rule(row, name):
    return next(said for said in row.gate["rules"] if said["rule"] == name)


def test_what_a_plan_in_force_holds_needs_nobody(luohe, cast):
    target = scene.enterprises(luohe, cast, 2)[0]
    scene.in_force(luohe, cast)
    row = send(target, cast)
    assert (row.state, rule(row, "planned")["answer"]) == ("planned", "allow")
    assert Visit.objects.filter(assignment=row).exists()


@pytest.mark.req("LH-13")
@pytest.mark.parametrize(("approver", "kind"), [("leader_a", "own"), ("leader_city", "superior")])
def test_outside_the_plan_nobody_signs_in_before_one_of_two_approves(luohe, cast, approver, kind):
    scene.enterprises(luohe, cast, 2)
    scene.in_force(luohe, cast)
    outside = scene.enterprises(luohe, cast, 1, town="外镇")[0]
    with pytest.raises(Refused, match="不在实施中的执法计划内") as refused:
        send(outside, cast)
    assert refused.value.field == "reason"
    assert not Assignment.objects.exists()
    row = send(outside, cast, reason="群众反映强烈")
    assert row.state == "asked"
    assert not Visit.objects.exists()  # there is no visit at which anybody could sign in
    told = Notice.objects.filter(title__contains="派单待批准").values_list("recipient", flat=True)
    assert set(told) == {cast.leader_a.pk, cast.leader_city.pk}
    with pytest.raises(Refused, match="派单人不能批准"):
        planning.approve(row, actor=cast.officer_a, at=AT)
    visit = planning.approve(row, actor=getattr(cast, approver), at=AT)
    row.refresh_from_db()
    assert (visit.assignment, row.state, row.approval) == (row, "planned", kind)
    assert row.approved_by == getattr(cast, approver)


def test_who_is_refused_stays_without_a_visit(luohe, cast):
    outside = scene.enterprises(luohe, cast, 1)[0]
    row = send(outside, cast, reason="群众反映强烈")
    planning.refuse(row, actor=cast.leader_a, at=AT, reason="列入下一版计划")
    assert not Visit.objects.exists()


@pytest.mark.req("LH-11")
@pytest.mark.parametrize("state", ["draft", "reported", "filed"])
def test_a_plan_that_is_not_in_force_carries_no_visit(luohe, cast, state):
    target = scene.enterprises(luohe, cast, 2)[0]
    plan = scene.county_plan(luohe, cast)
    scene.spread(plan, cast)
    if state == "reported":
        plans.report_plan(plan, actor=cast.officer_a, at=AT)
    if state == "filed":
        scene.filed(plan, cast)
    with pytest.raises(Refused, match="备案实施之前不能按计划派单"):
        send(target, cast)
    assert not Assignment.objects.exists()


def test_a_campaign_that_asks_for_no_approval_sends_freely(cast):
    target = scene.enterprises(scene.campaign(cast, **scene.FILED), cast, 1)[0]
    assert send(target, cast).state == "planned"


def test_a_postponed_visit_keeps_its_approval(luohe, cast):
    outside = scene.enterprises(luohe, cast, 1)[0]
    row = send(outside, cast, reason="群众反映强烈")
    planning.approve(row, actor=cast.leader_city, at=AT)
    later = services.postpone(row, to=date(2020, 5, 20), actor=cast.inspector_a, at=AT, reason="停产")
    assert (later.state, later.approval, later.approved_by) == ("planned", "superior", cast.leader_city)


@pytest.mark.req("HN-49")
def test_who_carries_no_tag_leads_no_inspection_of_a_non_key_one(cast, blueprints):
    campaign = henan.published(cast)
    site = make.enterprise("源汇示例家具厂", cast.county_a, cast.region_a)
    target = henan.listed(campaign, cast, site)
    henan.pledged(campaign, cast.inspector_a, cast.second_a)
    InspectorProfile.objects.all().delete()
    with pytest.raises(Refused, match="主办人李一检没有“千名精兵”或“业务骨干”标签"):
        send(target, cast)
    assert not Assignment.objects.exists()
    InspectorProfile.objects.create(
        user=cast.inspector_a, specialities=["千名精兵"], changed_by=cast.officer_a, changed_at=AT
    )
    row = send(target, cast)
    assert row.state == "planned"
    assert "千名精兵" in rule(row, "lead_tag")["source"]
    assert send(henan.listed(campaign, cast), cast, lead_inspector=cast.second_a, second_inspector=cast.inspector_a)


@pytest.mark.parametrize(
    ("fields", "source"),
    [
        ({}, "special"),
        ({"lead_kind": "complaint", "lead_detail": "夜间异味"}, "complaint"),
        ({"lead_kind": "exceedance", "lead_detail": "在线超标"}, "exceedance"),
        ({"source": "cross"}, "cross"),
    ],
)
def test_a_visit_has_one_source(cast, fields, source):
    target = scene.enterprises(scene.campaign(cast), cast, 1)[0]
    assert send(target, cast, **fields).source == source
