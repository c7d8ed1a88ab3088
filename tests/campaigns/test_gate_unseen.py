"""The gate asked about cases at the edges of the five plans: teams of a bureau, exempt sites, both approvals, moves."""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from accounts.models import EnforcementCertificate, Grant
from campaigns import services
from campaigns.models import Assignment, Draw, Rating, Target
from campaigns.services import draws, due
from core import clock
from core.models import AuditEvent, Obligation
from core.refusals import Refused
from enterprises.models import PositiveListEntry
from enterprises.services import sites
from tests import factories as make
from tests.campaigns import scene
from tests.campaigns.scene import plan

pytestmark = pytest.mark.django_db

MARCH_2018 = datetime(2018, 3, 27, 1, 0, tzinfo=UTC)
MONITORS = {"at": MARCH_2018, "planned_on": date(2018, 3, 30), "items": ["自动监控"]}
WINTER = datetime(2020, 12, 1, 1, 0, tzinfo=UTC)
SPRING = datetime(2021, 3, 1, 1, 0, tzinfo=UTC)
AUGUST = datetime(2021, 8, 2, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def certified(cast):
    """Certificates of the cast hold for all the years of these plans."""
    EnforcementCertificate.objects.update(valid_from=date(2017, 1, 1), valid_to=date(2022, 12, 31))


def refused(target, cast, **fields):
    with pytest.raises(Refused) as refusal:
        plan(target, cast, **fields)
    return refusal.value.message


def listed_now(site):
    return PositiveListEntry.objects.create(
        enterprise=site, ground="环保信用诚信企业", valid_from=date(2018, 1, 1), entered_at=MARCH_2018
    )


def crew(parent, name):
    """A team under a bureau, and two of its people."""
    unit = make.unit(name, "team", parent, short_name=name)
    people = [make.user(f"crew{unit.pk}{n}", f"队员{n}", unit) for n in "ab"]
    for person in people:
        make.grant(person, "inspector", over=parent)
        make.certificate(person)
    EnforcementCertificate.objects.update(valid_from=date(2017, 1, 1), valid_to=date(2022, 12, 31))
    return unit, {"lead_inspector": people[0], "second_inspector": people[1]}


class TestSameMonth:
    """下级环保部门同一月内原则上不再实施检查: of two departments, not of a bureau and its own team."""

    @pytest.fixture
    def target(self, cast):
        return scene.listed(scene.campaign_of("gansu-2018", cast, 2018, MARCH_2018), cast)

    @pytest.fixture
    def before(self, cast, target):
        """Somebody looked at the monitors on 2018-03-28; each test says whose people went."""
        theirs = make.target(make.campaign(cast.city, year=2018), cast.site_a)
        day, ended = date(2018, 3, 28), datetime(2018, 3, 28, 8, 0, tzinfo=UTC)
        done = {"planned_on": day, "state": "done", "ended_at": ended, "items": ["自动监控"]}
        row = make.assignment(theirs, cast.officer_city, cast.second_a, sent_by=cast.city, **done)

        def sent_by(unit):
            Assignment.objects.filter(pk=row.pk).update(sent_by=unit)

        return sent_by

    @pytest.mark.req("GS-56")
    def test_the_team_of_the_city_is_the_superior(self, target, cast, before):
        unit, _ = crew(cast.city, "市执法支队")
        before(unit)
        assert "市执法支队已于 2018-03-28 对该企业检查" in refused(target, cast, **MONITORS)

    def test_a_bureau_is_no_superior_of_its_own_team(self, target, cast, before):
        _, people = crew(cast.county_a, "源汇执法大队")
        before(cast.county_a)
        assert plan(target, cast, **MONITORS, **people).state == "planned"

    def test_nor_the_city_of_the_team_of_the_city(self, target, cast, before):
        _, people = crew(cast.city, "市执法支队")
        assert plan(target, cast, **MONITORS, **people).state == "planned"

    def test_a_site_of_bad_credit_is_checked_more_often_on_that_ground(self, target, cast):
        Target.objects.filter(pk=target.pk).update(visit_count=1)
        target.refresh_from_db()
        assert plan(target, cast, **MONITORS, exception="credit", reason="环境信用不良").state == "planned"

    def test_of_a_superior_whom_nobody_let_in_nothing_was_inspected(self, target, cast, before):
        before(cast.city)
        Assignment.objects.update(in_vain=True)
        row = plan(target, cast, **MONITORS)
        assert row.state == "planned"
        said = next(one["message"] for one in row.gate["rules"] if one["rule"] == "same_month")
        assert said == "检查当月没有上级对同一事项的检查在先。"


class TestGrantsOnTheDay:
    """The right to enforce is asked for on the day of the visit, as the certificate is."""

    DAY = date(2018, 3, 30)

    @pytest.fixture
    def target(self, cast):
        return scene.listed(scene.campaign_of("gansu-2018", cast, 2018, MARCH_2018), cast)

    def grants(self, person, **fields):
        Grant.objects.filter(user=person).update(**fields)

    def test_who_may_no_longer_enforce_by_then_is_not_planned(self, target, cast):
        self.grants(cast.second_a, valid_to=date(2018, 3, 29))
        said = refused(target, cast, **MONITORS)
        assert f"{cast.second_a.name}在该辖区没有执法权限（按检查日期 2018-03-30 核对）" in said
        self.grants(cast.second_a, valid_to=self.DAY)
        assert plan(target, cast, **MONITORS).state == "planned"

    def test_who_may_from_that_day_on_is(self, target, cast):
        self.grants(cast.second_a, valid_from=date(2018, 3, 31))
        assert "在该辖区没有执法权限" in refused(target, cast, **MONITORS)
        self.grants(cast.second_a, valid_from=self.DAY)
        assert plan(target, cast, **MONITORS).state == "planned"

    def test_nor_does_an_expert_go_whose_place_ends_before(self, target, cast):
        self.grants(cast.expert, valid_to=date(2018, 3, 29))
        assert "不是本辖区登记的专家" in refused(target, cast, **MONITORS, expert=cast.expert)

    def test_what_was_taken_back_holds_on_no_day(self, target, cast):
        self.grants(cast.second_a, revoked_at=MARCH_2018)
        assert "在该辖区没有执法权限" in refused(target, cast, **MONITORS)


class TestHengshui:
    @pytest.fixture
    def campaign(self, cast):
        row = scene.campaign_of("hengshui-2020", cast, 2020, WINTER)
        row.blueprint.data["readiness"] = []
        row.blueprint.save()
        scene.pledged(row, cast.inspector_a, cast.second_a)
        return row

    @pytest.fixture
    def visited(self, campaign, cast):
        """Of two enterprises the first was visited."""
        found = scene.listed(campaign, cast)
        Target.objects.filter(pk=found.pk).update(visit_count=1, visited_at=WINTER)
        found.refresh_from_db()
        return found

    @pytest.mark.parametrize("exempt", ["positive", "small"])
    def test_whom_the_plan_exempts_is_not_waited_for(self, visited, cast, exempt):
        day = {"planned_on": date(2020, 12, 8), "at": WINTER}
        assert "共 2 家" in refused(visited, cast, **day)
        if exempt == "positive":
            listed_now(cast.site_b)
        else:
            Rating.objects.create(
                enterprise=cast.site_b, size="small", basis="营业执照", rated_by=cast.officer_city, rated_at=WINTER
            )
        row = plan(visited, cast, **day)
        said = next(one["message"] for one in row.gate["rules"] if one["rule"] == "repeat")
        assert "共 1 家（100.0%），已全部检查一遍" in said

    def test_a_lead_that_nobody_registered_waits_for_a_leader(self, visited, cast):
        day = {"planned_on": date(2020, 12, 8), "at": WINTER}
        row = plan(visited, cast, **day, lead_kind="hotline", lead_detail="夜间冒烟")
        assert row.state == "asked"
        assert services.approve_assignment(row, actor=cast.leader_a, at=WINTER).state == "planned"


class TestLuohe:
    @pytest.fixture
    def campaign(self, cast):
        return scene.campaign_of("luohe-2021", cast, 2021, SPRING)

    @pytest.fixture
    def target(self, campaign, cast):
        return scene.listed(campaign, cast)

    def read_as(self, campaign, **chosen):
        campaign.parameters.update(chosen)
        campaign.save()

    @pytest.mark.req("LH-13")
    def test_where_both_must_approve_one_is_not_enough(self, client, campaign, target, cast):
        self.read_as(campaign, approvers="both")
        row = plan(target, cast, planned_on=date(2021, 3, 10), at=SPRING, reason="群众反映")
        approve, detail = (reverse(f"inspections:assignment_{verb}", args=[row.pk]) for verb in ("approve", "detail"))
        for leader, state, said in (
            (cast.leader_a, "asked", "还须上级生态环境部门批准"),
            (cast.leader_a, "asked", "钱局长已于 2021-03-01 批准，本次还须上级生态环境部门批准"),
            (cast.leader_city, "planned", "已批准派单"),
        ):
            client.force_login(leader)
            with clock.travel(SPRING):
                client.post(approve)
                assert said in client.get(detail).content.decode()
            row.refresh_from_db()
            assert row.state == state
        assert (row.approval, row.gate["first"]["approval"]) == ("superior", "own")
        assert AuditEvent.objects.filter(action="campaigns.assignment.approve_first").count() == 1

    def test_where_either_is_enough_one_is(self, target, cast):
        row = plan(target, cast, planned_on=date(2021, 3, 10), at=SPRING, reason="群众反映")
        assert services.approve_assignment(row, actor=cast.leader_city, at=SPRING).state == "planned"

    def test_without_exceptions_no_way_past_the_list_is_promised(self, campaign, target, cast):
        self.read_as(campaign, exempt_leads="none")
        listed_now(cast.site_a)
        said = refused(target, cast, planned_on=date(2021, 3, 10), at=SPRING, reason="抽查")
        assert "不得直接派单，本行动没有设例外。" in said

    def test_research_on_the_list_says_why(self, campaign, target, cast):
        scene.without_plans(campaign)
        listed_now(cast.site_a)
        fields = {"planned_on": date(2021, 3, 10), "at": SPRING, "kind": "research"}
        assert "原则上不进行现场调研指导" in refused(Target.objects.get(pk=target.pk), cast, **fields)
        row = plan(Target.objects.get(pk=target.pk), cast, **fields, reason="企业改造方案请求指导")
        assert row.state == "planned"


class TestDatong:
    """A plan of many actions in one year, which also orders checks of the positive list (清单第9行)."""

    @pytest.fixture
    def target(self, cast):
        return scene.listed(scene.campaign_of("datong-2021", cast, 2021, AUGUST), cast)

    def test_the_next_action_of_the_plan_is_a_ground(self, target, cast):
        Target.objects.filter(pk=target.pk).update(visit_count=1)
        target.refresh_from_db()
        day = {"planned_on": date(2021, 10, 12), "at": AUGUST}
        assert "须选择例外理由" in refused(target, cast, **day)
        assert plan(target, cast, **day, exception="ordered", reason="清单第21行").state == "planned"

    def test_what_a_draw_drew_again_goes(self, target, cast):
        Target.objects.filter(pk=target.pk).update(visit_count=1)
        target.refresh_from_db()
        listed_now(cast.site_a)
        assert (
            plan(target, cast, planned_on=date(2021, 10, 12), at=AUGUST, drawn=True, reason="抽中").state == "planned"
        )

    def test_each_draw_of_the_year_draws_from_who_was_visited_and_from_the_list(self, target, cast):
        Target.objects.filter(pk=target.pk).update(visit_count=1)
        listed_now(cast.site_a)
        terms = {"filters": {}, "strata_by": [], "ratios": {}, "ratio": 10}
        draw = Draw(campaign=target.campaign, unit=cast.city, inspect_on=date(2021, 10, 12), **terms)
        assert target.pk in {row[0] for row in draws.gather(draw).enterprises}

    def test_a_check_of_the_list_is_approved_and_meets_the_citys_quarter(self, target, cast):
        listed_now(cast.site_a)
        _, people = crew(cast.city, "市执法支队")
        day = {"planned_on": date(2021, 10, 12), "at": AUGUST}
        assert "写明检查的必要" in refused(target, cast, **day, **people)
        row = plan(target, cast, **day, **people, reason="清单第9行")
        assert row.state == "asked"
        services.approve_assignment(row, actor=cast.leader_a, at=AUGUST)
        compiled = Obligation.objects.get(subject="due.positive", campaign_id=target.campaign_id)
        texts = {"清单名单": "漯河示例纸业有限公司", "起止日期": "2021-08-20 起"}
        due.submit(compiled, texts, actor=cast.officer_city, at=clock.at_local(date(2021, 8, 20), 10))
        open_rows = Obligation.objects.filter(subject__in=["row.9.1", "row.9.2"], met_at=None)
        assert {"2021-Q4", "2021-10"} <= set(open_rows.values_list("period", flat=True))
        services.record_visit(target.pk, clock.at_local(date(2021, 10, 12), 16), actor=people["lead_inspector"])
        met = Obligation.objects.filter(subject__startswith="row.9.", met_at__isnull=False)
        assert list(met.values_list("subject", flat=True)) == ["row.9.1"]


class TestMoved:
    @pytest.fixture
    def target(self, cast):
        return scene.listed(scene.campaign_of("gansu-2018", cast, 2018, MARCH_2018), cast)

    def test_of_another_county_are_the_people_there(self, target, cast):
        sites.change_unit(cast.site_a, cast.county_b, actor=make_editor(cast), at=MARCH_2018, reason="区划调整")
        assert "在该辖区没有执法权限" in refused(target, cast, **MONITORS)
        second = make.user("second_b", "郑四检", cast.county_b)
        make.grant(second, "inspector", over=cast.county_b)
        make.certificate(second)
        row = plan(target, cast, **MONITORS, lead_inspector=cast.inspector_b, second_inspector=second)
        assert (row.state, row.target.unit) == ("planned", cast.county_b)
        moved = AuditEvent.objects.get(action="campaigns.target.follow", object_id=str(row.target_id))
        assert (moved.unit_path, moved.actor_id) == (cast.county_b.path, None)

    def test_of_another_city_nobody_goes(self, target, cast):
        type(cast.site_a).objects.filter(pk=cast.site_a.pk).update(unit=cast.other_county)
        assert "该企业现由涧西区监管，不在本行动的范围之内" in refused(target, cast, **MONITORS)


def make_editor(cast):
    editor = make.user("editor", "戚经办", cast.city)
    make.grant(editor, "officer", over=cast.city)
    return editor


class TestYearlyCap:
    @pytest.fixture
    def target(self, henan, cast):
        found = scene.listed(henan, cast)
        scene.pledged(henan, cast.inspector_a, cast.second_a)
        cap = {"times": 1, "free": ["lead"], "quote": "限", "lines": "1", "source": "一"}
        henan.blueprint.data["gate"]["yearly_cap"] = cap
        henan.blueprint.save()
        return found

    def visit(self, cast, **more):
        other = make.target(make.campaign(cast.city), cast.site_a)
        fields = {"planned_on": date(2020, 2, 1), "state": "done"} | more
        return make.assignment(other, cast.inspector_a, cast.second_a, **fields)

    def test_a_visit_planned_for_the_last_day_of_a_year_counts_where_it_was_made(self, target, cast):
        self.visit(cast, planned_on=date(2019, 12, 31), ended_at=datetime(2020, 1, 2, 8, 0, tzinfo=UTC))
        assert "上限 1 次" in refused(target, cast)

    def test_a_lead_that_nobody_registered_is_free_only_with_a_leader(self, target, cast):
        self.visit(cast)
        assert plan(target, cast, lead_kind="hotline", lead_detail="异味").state == "asked"


def test_a_closed_campaign_is_over_and_not_unpublished(cast):
    campaign = scene.campaign_of("gansu-2018", cast, 2018, MARCH_2018)
    target = scene.listed(campaign, cast)
    services.close(campaign, actor=cast.officer_city, at=MARCH_2018, reason="年度结束")
    assert "行动已经结束" in refused(Target.objects.get(pk=target.pk), cast, **MONITORS)


@pytest.mark.parametrize("name", ["hengshui-2020", "luohe-2021", "gansu-2018", "datong-2021"])
def test_whatever_does_not_simply_pass_names_its_source(name, cast):
    """Every rule that refuses or asks says on what it stands."""
    year = int(name[-4:])
    at = datetime(year, 3, 1, 1, 0, tzinfo=UTC)
    target = scene.listed(scene.campaign_of(name, cast, year, at), cast)
    listed_now(cast.site_a)
    Target.objects.filter(pk=target.pk).update(visit_count=1)
    proposal = services.Proposal(date(year, 2, 1), cast.expert, cast.expert, cast.inspector_b)
    fresh = Target.objects.select_related("campaign__blueprint", "campaign__unit", "enterprise", "unit")
    decision = services.judge(fresh.get(pk=target.pk), proposal, at)
    silent = [said.rule for said in decision.rules if said.answer != "allow" and not said.source]
    assert silent == []
