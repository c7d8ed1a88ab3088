"""The gate with real rows: what it gathers, what a plan becomes, and what a leader decides."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection

from accounts.models import EnforcementCertificate
from campaigns import services
from campaigns.models import Assignment, Lead, Recusal, Target
from core.models import AuditEvent, Notice
from core.refusals import Refused
from tests import factories as make
from tests.campaigns import scene
from tests.campaigns.scene import MAY, VISIT_DAY, plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def target(henan, cast):
    found = scene.listed(henan, cast)
    scene.pledged(henan, cast.inspector_a, cast.second_a)
    return found


def refused_by(target, cast, **fields):
    with pytest.raises(Refused) as refused:
        plan(target, cast, **fields)
    assert not Assignment.objects.exists()
    return refused.value.message


def test_a_plain_visit_is_planned_and_keeps_what_the_gate_said(target, cast):
    row = plan(target, cast)
    assert (row.state, row.gate["answer"]) == ("planned", "allow")
    assert {said["rule"] for said in row.gate["rules"]} >= {"phase_open", "positive_list", "certificates", "pledge"}
    assert Notice.objects.filter(key=f"assignment.planned:{row.pk}").count() == 2
    assert AuditEvent.objects.filter(action="campaigns.assignment.plan", object_id=str(row.pk)).exists()


def test_the_phase_is_that_of_the_unit_and_of_the_class_of_the_site(target, cast, henan):
    assert "不在“执法检查”阶段" in refused_by(target, cast, planned_on=date(2020, 6, 21))
    other = henan.targets.get(enterprise=cast.site_b)
    scene.pledged(henan, cast.inspector_b)
    with pytest.raises(Refused, match="不在“非重点执法检查”阶段（2020-05-01 至 2020-10-31）"):
        plan(other, cast, planned_on=date(2020, 11, 1))


def test_one_certificate_is_not_enough(target, cast):
    """HN-25: two valid certificates on the planned day, or nobody goes."""
    EnforcementCertificate.objects.filter(user=cast.second_a).update(valid_to=VISIT_DAY - timedelta(days=1))
    said = refused_by(target, cast)
    assert "有效执法证只有 1 个" in said
    assert "王二检" in said
    EnforcementCertificate.objects.filter(user=cast.second_a).update(valid_to=VISIT_DAY)
    assert plan(target, cast).state == "planned"


def test_a_withdrawn_certificate_does_not_count(target, cast):
    EnforcementCertificate.objects.filter(user=cast.inspector_a).update(withdrawn_on=date(2020, 5, 1))
    assert "不足两个" in refused_by(target, cast)


def test_an_expert_is_no_officer_even_with_a_certificate(target, cast, henan):
    """HN-25: 可选专家(专家无执法权)."""
    make.certificate(cast.expert)
    scene.pledged(henan, cast.expert)
    assert "专家没有执法权" in refused_by(target, cast, second_inspector=cast.expert)
    assert plan(target, cast, expert=cast.expert).expert == cast.expert


def test_an_inspector_of_another_county_has_no_right_here(target, cast, henan):
    scene.pledged(henan, cast.inspector_b)
    assert "周三检在该辖区没有执法权限" in refused_by(target, cast, second_inspector=cast.inspector_b)


def test_somebody_who_is_no_expert_cannot_be_taken_along_as_one(target, cast):
    assert "不是本辖区登记的专家" in refused_by(target, cast, expert=cast.officer_a)


def test_without_the_pledge_nobody_is_sent(henan, cast):
    target = scene.listed(henan, cast)
    assert "李一检、王二检尚未签署" in refused_by(target, cast)


def test_a_closed_site_is_not_visited(target, cast):
    cast.site_a.state = "closed"
    cast.site_a.save()
    assert "关停注销" in refused_by(target, cast)


def test_a_day_gone_by_is_refused(target, cast):
    assert "早于今天" in refused_by(target, cast, planned_on=date(2020, 5, 10))


@pytest.mark.req("HN-02")
def test_a_second_visit_in_the_campaign_needs_a_ground_of_the_list(target, cast):
    services.record_visit(plan(target, cast).target_id, MAY)
    Assignment.objects.all().delete()
    target.refresh_from_db()
    assert "再次检查须选择例外理由" in refused_by(target, cast)
    assert "不在例外之列" in refused_by(target, cast, exception="顺路")
    again = plan(target, cast, exception="recheck", reason="核实整改")
    assert (again.state, again.exception, again.reason) == ("planned", "recheck", "核实整改")


@pytest.mark.req("HN-58")
def test_a_site_on_the_positive_list_is_not_simply_visited(target, cast):
    scene.on_positive_list(cast.site_a, until=VISIT_DAY)
    said = refused_by(target, cast)
    assert "正面清单" in said
    assert "不得直接派单" in said


@pytest.mark.req("HN-58")
def test_with_a_lead_that_a_leader_approves_it_is_visited_and_recorded(target, cast):
    scene.on_positive_list(cast.site_a)
    row = plan(target, cast, lead_kind="complaint", lead_detail="群众举报夜间异味")
    assert row.state == "asked"
    assert Notice.objects.filter(recipient=cast.leader_a, key=f"assignment.asked:{row.pk}").exists()
    approved = services.approve_assignment(row, actor=cast.leader_a, at=MAY)
    assert (approved.state, approved.approved_by) == ("planned", cast.leader_a)
    assert approved.gate["answer"] == "needs_reason"
    assert approved.gate["approved"]["answer"] == "allow"
    lead = Lead.objects.get()
    assert (lead.approved_by, str(lead)) == (cast.leader_a, "信访举报：群众举报夜间异味")


@pytest.mark.req("HN-58")
def test_from_the_day_after_the_list_ends_it_is_planned_as_any_other(target, cast):
    scene.on_positive_list(cast.site_a, until=VISIT_DAY - timedelta(days=1))
    assert plan(target, cast).state == "planned"


def test_a_removed_entry_no_longer_protects(target, cast):
    entry = scene.on_positive_list(cast.site_a)
    entry.removed_on, entry.removed_reason = date(2020, 5, 10), "超标"
    entry.save()
    assert plan(target, cast).state == "planned"


def test_the_planner_does_not_approve_the_own_lead(target, cast):
    scene.on_positive_list(cast.site_a)
    row = plan(target, cast, actor=cast.leader_a, lead_kind="complaint", lead_detail="举报")
    with pytest.raises(Refused, match="派单人不能批准自己的派单"):
        services.approve_assignment(row, actor=cast.leader_a, at=MAY)


def test_what_was_allowed_when_planned_is_asked_again_at_approval(target, cast):
    scene.on_positive_list(cast.site_a)
    row = plan(target, cast, lead_kind="exceedance", lead_detail="在线监控 5 月 9 日超标")
    EnforcementCertificate.objects.filter(user=cast.second_a).update(withdrawn_on=date(2020, 5, 11))
    with pytest.raises(Refused, match="不足两个"):
        services.approve_assignment(row, actor=cast.leader_a, at=MAY)
    row.refresh_from_db()
    assert row.state == "asked"


def test_a_refused_lead_frees_the_site_and_tells_the_planner(target, cast):
    scene.on_positive_list(cast.site_a)
    row = plan(target, cast, lead_kind="complaint", lead_detail="举报")
    services.refuse_assignment(row, actor=cast.leader_a, at=MAY, reason="线索不实")
    assert Notice.objects.filter(recipient=cast.officer_a, body__contains="线索不实").exists()
    assert plan(target, cast, lead_kind="transfer", lead_detail="省厅交办").state == "asked"


def test_a_standing_assignment_stops_another_and_a_cancelled_one_does_not(target, cast):
    row = plan(target, cast)
    with pytest.raises(Refused, match="未完成的派单"):
        plan(target, cast)
    with pytest.raises(Refused, match="须填写理由"):
        services.cancel_assignment(row, actor=cast.officer_a, at=MAY, reason="")
    services.cancel_assignment(row, actor=cast.officer_a, at=MAY, reason="人员调整")
    assert plan(target, cast).state == "planned"


def test_a_visit_counts_for_the_gate_and_a_halted_one_is_planned_anew(target, cast):
    row = plan(target, cast)
    fresh = services.postpone(row, to=date(2020, 5, 25), actor=cast.inspector_a, at=MAY, reason="设备检修停产")
    row.refresh_from_db()
    target.refresh_from_db()
    assert (row.state, fresh.state, fresh.planned_on) == ("postponed", "planned", date(2020, 5, 25))
    assert (target.visit_count, fresh.exception) == (0, "")
    services.record_visit(target.pk, MAY, actor=cast.inspector_a)
    target.refresh_from_db()
    fresh.refresh_from_db()
    assert (target.visit_count, target.visited_at, fresh.state) == (1, MAY, "done")


def test_a_halted_visit_is_not_moved_out_of_the_phase(target, cast):
    row = plan(target, cast)
    with pytest.raises(Refused, match="不在“执法检查”阶段"):
        services.postpone(row, to=date(2020, 7, 1), actor=cast.inspector_a, at=MAY, reason="停产")
    row.refresh_from_db()
    assert row.state == "planned"


def test_the_facts_cost_the_same_queries_whatever_the_rows(target, cast, henan, django_assert_num_queries):
    def cost():
        found = Target.objects.select_related("campaign__blueprint", "enterprise", "unit").get(pk=target.pk)
        people = [type(person).objects.get(pk=person.pk) for person in (cast.inspector_a, cast.second_a)]
        with django_assert_num_queries(13):
            services.gather(found, services.Proposal(VISIT_DAY, *people), MAY)

    cost()
    for n in range(30):
        row = make.assignment(target, cast.inspector_a, cast.second_a, state="cancelled")
        scene.on_positive_list(cast.site_a, until=date(2020, 4, 1) + timedelta(days=n))
        make.certificate(cast.inspector_a)
        recused(cast.inspector_a, site_like(cast, n), cast)
        assert row.pk
    cost()


def recused(person, enterprise, cast):
    entered = {"entered_by": cast.officer_city, "entered_at": MAY}
    return Recusal.objects.create(user=person, enterprise=enterprise, kind="own", reason="岳父任厂长", **entered)


def site_like(cast, number):
    return make.enterprise(f"漯河另外{number:02d}厂", cast.county_a, cast.region_a)


@pytest.mark.parametrize("place", ["lead_inspector", "second_inspector"])
def test_who_is_recused_is_not_planned_and_the_ground_stays_private(target, cast, place):
    person = {"lead_inspector": cast.inspector_a, "second_inspector": cast.second_a}[place]
    row = recused(person, cast.site_a, cast)
    with pytest.raises(Refused, match=f"{person.name}（自行回避）须回避该企业") as refusal:
        plan(target, cast)
    assert "岳父" not in refusal.value.message
    Recusal.objects.filter(pk=row.pk).update(ended_at=MAY)
    assert plan(target, cast).state == "planned"


def test_a_recusal_from_another_enterprise_stops_no_visit(target, cast):
    recused(cast.inspector_a, site_like(cast, 1), cast)
    assert plan(target, cast).state == "planned"


@pytest.mark.django_db(transaction=True)
def test_of_many_plans_at_once_one_stands(cast):
    scene.load()
    campaign = scene.published(cast)
    target = scene.listed(campaign, cast)
    scene.pledged(campaign, cast.inspector_a, cast.second_a)
    said = []

    def attempt():
        try:
            said.append(plan(target, cast).state)
        except Refused as refused:
            said.append(refused.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said.count("planned") == 1
    assert sum("未完成的派单" in one for one in said) == 7
    assert Assignment.objects.count() == 1
