"""The gate as the plans of Hengshui, Luohe and Gansu have it: each rule through planning itself."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from accounts.models import EnforcementCertificate
from campaigns import services
from campaigns.models import Assignment, Campaign, Draw, ReadinessEntry, Target
from campaigns.services import draws, leads
from campaigns.services.readiness import readiness_items
from core import clock
from core.refusals import Refused
from tests import factories as make
from tests.campaigns import scene
from tests.campaigns.scene import plan

pytestmark = pytest.mark.django_db

WINTER = datetime(2020, 12, 1, 1, 0, tzinfo=UTC)
WINTER_DAY = date(2020, 12, 8)
SPRING = datetime(2021, 3, 1, 1, 0, tzinfo=UTC)
SPRING_DAY = date(2021, 3, 10)
LATE_MARCH = datetime(2018, 3, 27, 1, 0, tzinfo=UTC)


@pytest.fixture
def certified(cast):
    """Certificates of the cast hold for all the years of these plans."""
    EnforcementCertificate.objects.update(valid_from=date(2017, 1, 1), valid_to=date(2022, 12, 31))
    return cast


def refused(target, cast, **fields):
    with pytest.raises(Refused) as refusal:
        plan(target, cast, **fields)
    return refusal.value.message


class TestHengshui:
    @pytest.fixture
    def cast(self, certified):
        return certified

    @pytest.fixture
    def campaign(self, cast):
        row = scene.campaign_of("hengshui-2020", cast, 2020, WINTER)
        for key in (item["key"] for item in readiness_items(row, cast.county_a.level) if item.get("gates")):
            self.approved(row, cast, key)
        return row

    def approved(self, campaign, cast, key):
        """The branch's own plan of action, which the plan wants before anything is assigned."""
        stamps = {"filed_by": cast.officer_a, "filed_at": WINTER, "decided_by": cast.leader_city, "decided_at": WINTER}
        ReadinessEntry.objects.create(
            campaign=campaign, unit=cast.county_a, key=key, kind="document", version=1, state="approved", **stamps
        )

    @pytest.fixture
    def target(self, campaign, cast):
        return scene.listed(campaign, cast)

    @pytest.fixture
    def hundred(self, campaign, target, cast):
        """A hundred enterprises on the list, of which ninety-nine were visited."""
        for number in range(100 - campaign.targets.count()):
            make.target(campaign, make.enterprise(f"源汇示例{number:03d}厂", cast.county_a, cast.region_a))
        visited = [target.pk, *campaign.targets.exclude(pk=target.pk).values_list("pk", flat=True)[:98]]
        Target.objects.filter(pk__in=visited).update(visit_count=1, visited_at=WINTER)
        target.refresh_from_db()
        return target

    @pytest.mark.req("HS-02")
    def test_after_the_end_of_march_no_check_up_is_planned(self, target, cast, campaign):
        scene.pledged(campaign, cast.inspector_a, cast.second_a)
        said = refused(target, cast, planned_on=date(2021, 4, 1), at=WINTER)
        assert "不在“全面体检”阶段（2020-12-07 至 2021-03-31）内，阶段已经结束" in said
        assert plan(target, cast, planned_on=date(2021, 3, 31), at=WINTER).state == "planned"

    @pytest.mark.req("HS-09")
    def test_on_the_sixth_of_december_the_phase_has_not_come(self, target, cast, campaign):
        scene.pledged(campaign, cast.inspector_a, cast.second_a)
        assert "阶段尚未到" in refused(target, cast, planned_on=date(2020, 12, 6), at=WINTER)
        assert plan(target, cast, planned_on=date(2020, 12, 7), at=WINTER).state == "planned"

    @pytest.mark.req("HS-12")
    def test_at_99_percent_a_second_visit_needs_an_exception(self, hundred, cast, campaign):
        scene.pledged(campaign, cast.inspector_a, cast.second_a)
        said = refused(hundred, cast, planned_on=WINTER_DAY, at=WINTER)
        assert "已检查 99 家、共 100 家（99.0%）" in said
        assert "全部检查一遍之前不重复检查" in said
        lead = make.lead(hundred.enterprise, cast.officer_a, at=WINTER)
        row = plan(hundred, cast, planned_on=WINTER_DAY, at=WINTER, lead=lead, reason="群众反映夜间冒烟")
        assert (row.state, row.exception, row.reason, row.lead) == ("planned", "complaint", "群众反映夜间冒烟", lead)

    @pytest.mark.req("HS-12")
    def test_anything_else_waits_for_a_leader_and_full_coverage_ends_the_rule(self, hundred, cast, campaign):
        scene.pledged(campaign, cast.inspector_a, cast.second_a)
        assert "须写明理由" in refused(hundred, cast, planned_on=WINTER_DAY, at=WINTER, exception="other")
        row = plan(hundred, cast, planned_on=WINTER_DAY, at=WINTER, exception="other", reason="治污设施大修")
        assert row.state == "asked"
        services.refuse_assignment(row, actor=cast.leader_a, at=WINTER, reason="不必")
        Target.objects.filter(campaign=campaign).update(visit_count=1)
        hundred.refresh_from_db()
        assert plan(hundred, cast, planned_on=WINTER_DAY, at=WINTER).state == "planned"

    @pytest.mark.req("HS-39")
    @pytest.mark.parametrize("source", ["exceedance", "power"])
    def test_an_alarm_of_the_monitors_is_ground_for_another_visit(self, hundred, cast, campaign, source):
        scene.pledged(campaign, cast.inspector_a, cast.second_a)
        told = leads.Told(source, "二氧化硫小时均值超标", WINTER - timedelta(hours=3), enterprise=hundred.enterprise)
        lead = leads.register(told, unit=cast.county_a, actor=cast.officer_a, at=WINTER)
        row = plan(hundred, cast, planned_on=WINTER_DAY, at=WINTER, lead=lead)
        assert (row.state, row.exception) == ("planned", "exceedance")
        lead.refresh_from_db()
        assert lead.state == "assigned"

    def test_a_ground_without_its_lead_is_no_ground(self, hundred, cast, campaign):
        scene.pledged(campaign, cast.inspector_a, cast.second_a)
        assert "须引用或填写相应的线索" in refused(
            hundred, cast, planned_on=WINTER_DAY, at=WINTER, exception="complaint"
        )

    @pytest.mark.req("HS-21")
    def test_who_has_not_signed_cannot_be_chosen_and_is_not_sent(self, client, target, cast, campaign):
        assert "尚未签署" in refused(target, cast, planned_on=WINTER_DAY, at=WINTER)
        scene.pledged(campaign, cast.inspector_a)
        client.force_login(cast.officer_a)
        with clock.travel(WINTER):
            page = client.get(reverse("inspections:visit_plan", args=[target.pk])).content.decode()
        choices = re.findall(r'<option value="\d+"( disabled)?>([^<（]+)（', page)
        barred = {name: bool(disabled) for disabled, name in choices}
        assert (barred["李一检"], barred["王二检"]) == (False, True)


class TestLuohe:
    @pytest.fixture
    def cast(self, certified):
        return certified

    @pytest.fixture
    def campaign(self, cast):
        return scene.without_plans(scene.campaign_of("luohe-2021", cast, 2021, SPRING))

    @pytest.fixture
    def target(self, campaign, cast):
        return scene.listed(campaign, cast)

    @pytest.mark.req("LH-05")
    def test_a_key_site_of_the_list_is_visited_only_for_a_lead_of_a_kind_that_was_chosen(self, target, cast):
        scene.on_positive_list(cast.site_a, until=None)
        assert "不得直接派单" in refused(target, cast, planned_on=SPRING_DAY, at=SPRING)
        drone = make.lead(cast.site_a, cast.officer_a, at=SPRING, kind="drone", detail="无人机见料堆未苫盖")
        assert "不在本行动规定的例外" in refused(target, cast, planned_on=SPRING_DAY, at=SPRING, lead=drone)
        lead = make.lead(cast.site_a, cast.officer_a, at=SPRING, kind="exceedance", detail="二氧化硫超标")
        row = plan(target, cast, planned_on=SPRING_DAY, at=SPRING, lead=lead)
        assert row.state == "planned"
        kept = next(said for said in row.gate["rules"] if said["rule"] == "positive_list")
        assert f"有已登记的线索（{lead.number}）" in kept["message"]
        assert "二氧化硫" not in str(row.gate)
        assert "豁免监督执法正面清单重点排污单位" in kept["source"]

    def test_where_no_exception_was_chosen_no_lead_goes_past_the_list(self, target, cast, campaign):
        campaign.parameters["exempt_leads"] = "none"
        campaign.save()
        scene.on_positive_list(cast.site_a, until=None)
        lead = make.lead(cast.site_a, cast.officer_a, at=SPRING, kind="exceedance")
        assert "本行动没有设例外" in refused(target, cast, planned_on=SPRING_DAY, at=SPRING, lead=lead)

    def test_a_lead_typed_by_the_planner_waits_for_a_leader(self, target, cast):
        scene.on_positive_list(cast.site_a, until=None)
        row = plan(target, cast, planned_on=SPRING_DAY, at=SPRING, lead_kind="complaint", lead_detail="异味")
        assert row.state == "asked"

    @pytest.mark.req("LH-06")
    def test_another_site_of_the_list_is_left_off_and_weighs_less_in_a_draw(self, campaign, cast):
        spared = make.enterprise("源汇示例木业厂", cast.county_a, cast.region_a)
        scene.on_positive_list(spared, until=None)
        key = scene.listed(campaign, cast)
        names = set(campaign.targets.values_list("enterprise__name", flat=True))
        assert key.enterprise.name in names
        assert "源汇示例木业厂" not in names
        # What is put on the list of the law after it was put on the campaign's is still drawn, by half.
        other = campaign.targets.get(enterprise=cast.site_b)
        scene.on_positive_list(cast.site_b, until=None)
        draw = self.draw(campaign, cast)
        row = next(one for one in draws.gather(draw).enterprises if one[0] == other.pk)
        assert row[-1] == 50
        campaign.blueprint.data["gate"]["positive_list"]["draw_weight"] = 20
        campaign.blueprint.save()
        row = next(one for one in draws.gather(self.draw(campaign, cast)).enterprises if one[0] == other.pk)
        assert row[-1] == 20

    def draw(self, campaign, cast):
        fresh = Campaign.objects.select_related("blueprint").get(pk=campaign.pk)
        return Draw(
            campaign=fresh, unit=cast.city, inspect_on=SPRING_DAY, filters={}, strata_by=[], ratios={}, ratio=10
        )

    @pytest.mark.req("LH-12")
    def test_two_tasks_within_thirty_days_are_to_be_one(self, target, cast, campaign):
        second = make.campaign(cast.city, year=campaign.year)
        other = make.target(second, cast.site_a)
        theirs = make.assignment(
            other, cast.inspector_b, cast.second_a, planned_on=SPRING_DAY - timedelta(days=30), sent_by=cast.county_b
        )
        with pytest.raises(Refused, match=r"召陵分局.*建议合并为一次检查") as refusal:
            plan(target, cast, planned_on=SPRING_DAY, at=SPRING)
        assert refusal.value.field == "reason"
        row = plan(target, cast, planned_on=SPRING_DAY, at=SPRING, reason="核与辐射专项，人员资质不同")
        assert row.state == "planned"
        services.cancel_assignment(row, actor=cast.officer_a, at=SPRING, reason="重排")
        Assignment.objects.filter(pk=theirs.pk).update(planned_on=SPRING_DAY - timedelta(days=31))
        assert plan(target, cast, planned_on=SPRING_DAY, at=SPRING).state == "planned"


class TestGansu:
    @pytest.fixture
    def cast(self, certified):
        return certified

    @pytest.fixture
    def campaign(self, cast):
        return scene.campaign_of("gansu-2018", cast, 2018, LATE_MARCH)

    @pytest.fixture
    def target(self, campaign, cast):
        return scene.listed(campaign, cast)

    @pytest.fixture
    def superior_visit(self, campaign, cast, target):
        """The city's team looked at the monitors of A on 2018-03-28, in a campaign of its own."""
        theirs = make.target(make.campaign(cast.city, year=campaign.year), cast.site_a)
        return make.assignment(
            theirs,
            cast.officer_city,
            cast.second_a,
            planned_on=date(2018, 3, 28),
            state="done",
            ended_at=datetime(2018, 3, 28, 8, 0, tzinfo=UTC),
            sent_by=cast.city,
            items=["自动监控"],
        )

    @pytest.mark.req("GS-56")
    def test_after_a_superiors_visit_not_again_that_month_on_the_same_matter(self, target, cast, superior_visit):
        same = {"at": LATE_MARCH, "items": ["自动监控"]}
        said = refused(target, cast, planned_on=date(2018, 3, 30), **same)
        assert "2018-03-28" in said
        assert "同一自然月内原则上不再对同一事项检查" in said
        asked = plan(target, cast, planned_on=date(2018, 3, 30), reason="群众反复举报数据造假", **same)
        assert asked.state == "asked"
        assert services.approve_assignment(asked, actor=cast.leader_a, at=LATE_MARCH).state == "planned"

    @pytest.mark.req("GS-56")
    @pytest.mark.parametrize(("day", "items"), [(date(2018, 4, 1), ["自动监控"]), (date(2018, 3, 30), ["危险废物"])])
    def test_the_next_month_or_another_matter_is_free(self, target, cast, superior_visit, day, items):
        assert plan(target, cast, planned_on=day, at=LATE_MARCH, items=items).state == "planned"

    def test_a_visit_to_everything_meets_what_the_superior_saw(self, target, cast, superior_visit):
        assert "原则上不再" in refused(target, cast, planned_on=date(2018, 3, 30), at=LATE_MARCH)

    def test_read_as_thirty_days_april_is_not_free(self, target, cast, campaign, superior_visit):
        campaign.parameters["same_month"] = "days"
        campaign.save()
        said = refused(target, cast, planned_on=date(2018, 4, 1), at=LATE_MARCH, items=["自动监控"])
        assert "30 日内原则上不再" in said

    def test_a_neighbours_visit_is_no_superiors(self, target, cast, superior_visit):
        Assignment.objects.filter(pk=superior_visit.pk).update(sent_by=cast.county_b)
        assert plan(target, cast, planned_on=date(2018, 3, 30), at=LATE_MARCH, items=["自动监控"]).state == "planned"

    @pytest.mark.req("GS-54")
    def test_whose_certificate_ran_out_is_not_sent(self, target, cast):
        EnforcementCertificate.objects.filter(user=cast.second_a).update(valid_to=date(2018, 4, 9))
        assert "执法证在检查当日无效" in refused(target, cast, planned_on=date(2018, 4, 10), at=LATE_MARCH)
        assert plan(target, cast, planned_on=date(2018, 4, 9), at=LATE_MARCH).state == "planned"


class TestYearlyCap:
    """No plan of the five names a number; a blueprint may, and what it frees does not count."""

    @pytest.fixture
    def target(self, henan, cast):
        found = scene.listed(henan, cast)
        scene.pledged(henan, cast.inspector_a, cast.second_a)
        cap = {"times": 1, "free": ["recheck", "request", "lead"], "quote": "限", "lines": "1", "source": "一"}
        henan.blueprint.data["gate"]["yearly_cap"] = cap
        henan.blueprint.save()
        return found

    @pytest.mark.parametrize(
        ("before", "now"),
        [
            ({"exception": "recheck"}, {}),
            ({}, {"exception": "request"}),
            ({}, {"lead": "registered"}),
        ],
    )
    def test_rechecks_requests_and_leads_do_not_count(self, target, cast, henan, before, now):
        other = make.target(make.campaign(cast.city), cast.site_a)
        make.assignment(other, cast.inspector_a, cast.second_a, planned_on=date(2020, 2, 1), state="done", **before)
        lead = {"lead": make.lead(cast.site_a, cast.officer_a)} if "lead" in now else {}
        assert plan(target, cast, **now | lead).state == "planned"

    def test_one_more_than_the_cap_is_refused(self, target, cast, henan):
        other = make.target(make.campaign(cast.city), cast.site_a)
        row = make.assignment(other, cast.inspector_a, cast.second_a, planned_on=date(2020, 2, 1), state="done")
        assert "上限 1 次" in refused(target, cast)
        Assignment.objects.filter(pk=row.pk).update(planned_on=date(2019, 12, 31))
        assert plan(target, cast).state == "planned"


def test_a_lead_of_another_enterprise_or_used_up_sends_nobody(henan, cast):
    target = scene.listed(henan, cast)
    scene.pledged(henan, cast.inspector_a, cast.second_a)
    assert "不是这家企业的" in refused(target, cast, lead=make.lead(cast.site_b, cast.officer_a))
    used = make.lead(cast.site_a, cast.officer_a)
    row = plan(target, cast, lead=used)
    assert row.lead == used
    services.record_visit(target.pk, scene.MAY, actor=cast.inspector_a)
    assert "已经派查" in refused(target, cast, lead=used, exception="complaint")
    merged = make.lead(cast.site_a, cast.officer_a, state="refused", ended_at=scene.MAY, end_reason="不实")
    assert "合并、不予受理或办结" in refused(target, cast, lead=merged, exception="complaint")


def test_a_cancelled_visit_gives_its_lead_back(henan, cast):
    target = scene.listed(henan, cast)
    scene.pledged(henan, cast.inspector_a, cast.second_a)
    lead = make.lead(cast.site_a, cast.officer_a)
    services.cancel_assignment(plan(target, cast, lead=lead), actor=cast.officer_a, at=scene.MAY, reason="人员调整")
    lead.refresh_from_db()
    assert lead.state == "accepted"
    row = plan(target, cast, lead=lead)
    moved = services.postpone(row, to=date(2020, 5, 25), actor=cast.inspector_a, at=scene.MAY, reason="停产")
    assert (moved.lead, moved.state) == (lead, "planned")


def test_a_whole_plan_costs_the_same_queries_for_ten_and_for_two_hundred(certified, django_assert_num_queries):
    cast = certified
    campaign = scene.campaign_of("gansu-2018", cast, 2018, LATE_MARCH)
    people = [make.user(f"crew{n}", f"检{n}", cast.county_a) for n in range(40)]
    for one in people:
        make.grant(one, "inspector", over=cast.county_a)
        make.certificate(one)
    for number in range(200):
        make.target(campaign, make.enterprise(f"源汇示例{number:03d}厂", cast.county_a, cast.region_a))

    def cost(count):
        rows = Target.objects.select_related("campaign__blueprint", "enterprise", "unit").order_by("pk")[:count]
        crew = list(type(people[0]).objects.filter(pk__in=[one.pk for one in people]))
        asked = [
            (row, services.Proposal(date(2018, 5, 2), crew[n % 40], crew[(n + 1) % 40])) for n, row in enumerate(rows)
        ]
        with django_assert_num_queries(13):
            return services.judge_many(asked, LATE_MARCH)

    assert len(cost(10)) == 10
    many = cost(200)
    assert {decision.answer for decision in many} == {"allow"}
    first = Target.objects.select_related("campaign__blueprint", "enterprise", "unit").order_by("pk")[0]
    alone = services.judge(first, services.Proposal(date(2018, 5, 2), people[0], people[1]), LATE_MARCH)
    assert alone == many[0]
