"""A plan from draft to force: what must be there, who files it, what a new version keeps."""

from datetime import date

import pytest

from campaigns.models import Plan
from campaigns.services import plans
from core.models import Notice
from core.refusals import NotAllowed, Refused
from tests.campaigns import plan_scene as scene

AT = scene.APRIL
DAY = date(2020, 4, 20)


@pytest.fixture
def luohe(cast):
    """Plans with four elements, filed with the superior."""
    campaign = scene.campaign(cast, **scene.FILED)
    scene.enterprises(campaign, cast, 4)
    return campaign


def ready(campaign, cast):
    plan = scene.county_plan(campaign, cast)
    scene.spread(plan, cast)
    return plan


@pytest.mark.req("LH-36")
@pytest.mark.parametrize("name", scene.ELEMENTS)
def test_a_plan_that_lacks_an_element_cannot_be_reported(luohe, cast, name):
    plan = ready(luohe, cast)
    plans.set_elements(plan, {**scene.WRITTEN, name: "  "}, actor=cast.officer_a, at=AT)
    with pytest.raises(Refused, match=f"计划要素“{name}”没有填写"):
        plans.report_plan(plan, actor=cast.officer_a, at=AT)
    assert Plan.objects.get().state == "draft"


def test_an_empty_plan_cannot_be_reported(luohe, cast):
    plan = scene.county_plan(luohe, cast)
    with pytest.raises(Refused, match="还没有安排任何检查对象"):
        plans.report_plan(plan, actor=cast.officer_a, at=AT)


def test_draft_reported_filed_in_force(luohe, cast):
    plan = ready(luohe, cast)
    assert plans.report_plan(plan, actor=cast.officer_a, at=AT).state == "reported"
    assert Notice.objects.filter(recipient=cast.officer_city, title__contains="待备案").exists()
    with pytest.raises(Refused, match="不能修改"):
        scene.spread(plan, cast)
    filed = plans.file_plan(plan, number="漯环备〔2020〕1号", filed_on=DAY, actor=cast.officer_city, at=AT)
    assert (filed.state, filed.filed_by, filed.filings.get().organ) == ("filed", cast.officer_city, cast.city.name)
    assert plans.start_plan(plan, actor=cast.officer_a, at=AT).state == "in_force"


def test_nobody_files_for_the_own_unit_nor_what_the_person_made(luohe, cast):
    plan = ready(luohe, cast)
    plans.report_plan(plan, actor=cast.officer_a, at=AT)
    for person in (cast.officer_a, cast.leader_a, cast.officer_other):
        with pytest.raises(NotAllowed):
            plans.file_plan(plan, number="1", filed_on=DAY, actor=person, at=AT)
    Plan.objects.update(made_by=cast.officer_city)
    with pytest.raises(Refused, match="其他经办人"):
        plans.file_plan(plan, number="1", filed_on=DAY, actor=cast.officer_city, at=AT)
    assert Plan.objects.get().state == "reported"
    assert not plan.filings.exists()


def test_a_returned_plan_is_mended_and_reported_again(luohe, cast):
    plan = ready(luohe, cast)
    plans.report_plan(plan, actor=cast.officer_a, at=AT)
    with pytest.raises(Refused, match="理由"):
        plans.return_plan(plan, actor=cast.officer_city, at=AT, reason=" ")
    returned = plans.return_plan(plan, actor=cast.officer_city, at=AT, reason="执法标准过于笼统")
    assert (returned.state, returned.return_reason) == ("returned", "执法标准过于笼统")
    assert Notice.objects.filter(recipient=cast.officer_a, title__contains="执法标准过于笼统").exists()
    plans.set_elements(plan, scene.WRITTEN, actor=cast.officer_a, at=AT)
    assert plans.report_plan(plan, actor=cast.officer_a, at=AT).return_reason == ""


def test_an_unfiled_plan_does_not_start(luohe, cast):
    plan = ready(luohe, cast)
    with pytest.raises(Refused, match="上级生态环境部门备案，不能实施"):
        plans.start_plan(plan, actor=cast.officer_a, at=AT)
    plans.report_plan(plan, actor=cast.officer_a, at=AT)
    with pytest.raises(Refused, match="不能实施"):
        plans.start_plan(plan, actor=cast.officer_a, at=AT)


@pytest.mark.req("GS-16")
@pytest.mark.parametrize("first", ["government", "superior"])
def test_a_plan_filed_with_one_of_the_two_is_not_in_force(cast, first):
    campaign = scene.campaign(cast, filing=["government", "superior"])
    scene.enterprises(campaign, cast, 2)
    plan = ready(campaign, cast)
    plans.report_plan(plan, actor=cast.officer_a, at=AT)

    def file(receiver):
        if receiver == "superior":
            return plans.file_plan(plan, number="漯环备1号", filed_on=DAY, actor=cast.officer_city, at=AT)
        return plans.enter_government(
            plan, organ="源汇区人民政府", number="源政备1号", filed_on=DAY, actor=cast.officer_a, at=AT
        )

    other = "superior" if first == "government" else "government"
    file(first)
    lacking = {"government": "本级人民政府", "superior": "上级生态环境部门"}[other]
    with pytest.raises(Refused, match=f"还没有向{lacking}备案，不能实施"):
        plans.start_plan(plan, actor=cast.officer_a, at=AT)
    assert not Plan.objects.in_force().exists()
    file(other)
    with pytest.raises(Refused, match=r"已经登记|不能办理"):
        file(first)
    assert plans.start_plan(plan, actor=cast.officer_a, at=AT).state == "in_force"
    said = {(row.receiver, row.organ, row.number, row.filed_on) for row in plan.filings.all()}
    assert said == {
        ("government", "源汇区人民政府", "源政备1号", DAY),
        ("superior", cast.city.name, "漯环备1号", DAY),
    }


def test_a_filing_of_a_text_that_was_returned_counts_no_more(cast):
    campaign = scene.campaign(cast, filing=["government", "superior"])
    scene.enterprises(campaign, cast, 2)
    plan = ready(campaign, cast)
    plans.report_plan(plan, actor=cast.officer_a, at=AT)
    said = {"organ": "源汇区人民政府", "filed_on": DAY, "actor": cast.officer_a, "at": AT}
    first = plans.enter_government(plan, number="源政备1号", **said)
    plans.return_plan(plan, actor=cast.officer_city, at=AT, reason="检查时段须调整")
    plans.report_plan(plan, actor=cast.officer_a, at=AT)
    plans.file_plan(plan, number="漯环备1号", filed_on=DAY, actor=cast.officer_city, at=AT)
    with pytest.raises(Refused, match="还没有向本级人民政府备案，不能实施"):
        plans.start_plan(plan, actor=cast.officer_a, at=AT)
    again = plans.enter_government(plan, number="源政备2号", **said)
    assert plans.start_plan(plan, actor=cast.officer_a, at=AT).state == "in_force"
    ended = {row.pk: row.ended_at for row in plan.filings.filter(receiver="government")}
    assert ended == {first.pk: AT, again.pk: None}


def test_a_filing_of_tomorrow_is_refused(luohe, cast):
    plan = ready(luohe, cast)
    plans.report_plan(plan, actor=cast.officer_a, at=AT)
    with pytest.raises(Refused, match="不能晚于今天"):
        plans.file_plan(plan, number="1", filed_on=date(2020, 4, 21), actor=cast.officer_city, at=AT)


def test_a_campaign_without_filing_needs_none(cast):
    campaign = scene.campaign(cast)
    scene.enterprises(campaign, cast, 2)
    plan = ready(campaign, cast)
    with pytest.raises(Refused, match="可以直接实施"):
        plans.report_plan(plan, actor=cast.officer_a, at=AT)
    assert plans.start_plan(plan, actor=cast.officer_a, at=AT).state == "in_force"


def test_a_new_version_replaces_the_old_one_when_it_starts(luohe, cast):
    old = scene.in_force(luohe, cast)
    with pytest.raises(Refused, match="理由"):
        plans.revise_plan(old, reason="", actor=cast.officer_a, at=AT)
    new = plans.revise_plan(old, reason="一家企业停产", actor=cast.officer_a, at=AT)
    assert (new.version, new.rows.count(), new.elements) == (2, 4, scene.WRITTEN)
    with pytest.raises(Refused, match="已有一份新版"):
        plans.revise_plan(old, reason="再改", actor=cast.officer_a, at=AT)
    moved, dropped = (row.target for row in new.rows.order_by("pk")[:2])
    plans.set_row(
        new,
        plans.Wish(moved, date(2020, 6, 9), cast.second_a, cast.inspector_a),
        actor=cast.officer_a,
        at=AT,
    )
    plans.remove_row(new, dropped, actor=cast.officer_a, at=AT)
    assert Plan.objects.in_force().get() == old
    scene.filed(new, cast)
    plans.start_plan(new, actor=cast.officer_a, at=AT)
    assert [plan.state for plan in Plan.objects.order_by("version")] == ["replaced", "in_force"]
    assert old.rows.count() == 4
    assert {(change.target, change.after) for change in plans.changes(old, new)} == {
        (moved.enterprise.name, "2020-06-08 周，王二检、李一检"),
        (dropped.enterprise.name, None),
    }


def test_one_plan_a_unit_and_campaign(luohe, cast):
    scene.county_plan(luohe, cast)
    with pytest.raises(Refused, match="已有本行动的执法计划"):
        scene.county_plan(luohe, cast)
    with pytest.raises(Refused, match="不在本行动的范围内"):
        plans.create_plan(luohe, cast.other_county, actor=cast.officer_other, at=AT)
