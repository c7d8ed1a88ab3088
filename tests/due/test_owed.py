"""What is due of plans and brigades: met by what was done, red the moment the day is over."""

from datetime import date

import pytest
from django.urls import reverse

from campaigns import services
from campaigns.models import Plan
from campaigns.services import due, plans
from core import clock
from core.models import Obligation
from core.refusals import Refused
from tests import factories as make
from tests.campaigns import plan_scene
from tests.campaigns import scene as hengshui

pytestmark = pytest.mark.django_db
NOVEMBER = clock.at_local(date(2020, 11, 26), 10)
DECEMBER = clock.at_local(date(2020, 12, 9), 10)


@pytest.fixture
def brigade(cast):
    return make.unit("市支队执法一大队", "team", cast.city, short_name="一大队")


@pytest.fixture
def team(cast, brigade):
    people = [make.user(f"brigade_{place}", f"队员{place}", brigade) for place in (1, 2)]
    for one in people:
        make.grant(one, "inspector", over=cast.city)
        make.certificate(one)
    return people


@pytest.fixture
def campaign(cast, brigade):
    with clock.travel(NOVEMBER):
        return hengshui.campaign_of("hengshui-2020", cast, 2020, NOVEMBER)


def owed(campaign, subject, unit, day):
    rows = Obligation.objects.filter(campaign_id=campaign.pk, subject=subject, unit_path=unit.path)
    return next(row for row in rows if clock.day_of(row.due_at) == date.fromisoformat(day))


def examined(targets, team, day):
    """One visit after the other, as the field ends them."""
    for target in targets:
        make.assignment(target, *team, planned_on=day, source="checkup")
        services.record_visit(target.pk, clock.at_local(day, 15))


def is_red(row, at):
    row.refresh_from_db()
    return row.met_at is None and row.is_late(at)


@pytest.mark.req("HS-17")
def test_a_brigade_owes_five_enterprises_a_county_each_natural_month(cast, campaign, brigade, team, client):
    row = owed(campaign, "due.quota", brigade, "2021-01-31")
    targets = plan_scene.enterprises(campaign, cast, 5)
    plans.give_patch(campaign, brigade, cast.county_a, actor=cast.officer_city, at=NOVEMBER)
    examined(targets[:4], team, date(2021, 1, 20))
    february = clock.at_local(date(2021, 2, 1))
    assert is_red(row, february)
    assert not is_red(row, clock.at_local(date(2021, 1, 31), 23))
    with clock.travel(february):
        client.force_login(cast.officer_city)
        text = client.get(reverse("campaigns:due_detail", args=[row.pk])).content.decode()
    assert "已检查 4 家，应不少于 5 家" in text
    assert "未达标" in text
    assert "还没有办结" in text
    with pytest.raises(Refused, match="自动办结，不需要报送"):
        due.submit(row, {"报送内容": "已经完成"}, actor=cast.officer_city, at=february)
    examined(targets[4:], team, date(2021, 1, 29))
    row.refresh_from_db()
    assert row.met_at == clock.at_local(date(2021, 1, 29), 15)
    other = owed(campaign, "due.quota", brigade, "2020-12-31")
    assert other.met_at is None  # each month for itself


def test_every_county_of_the_brigade_counts_for_itself(cast, campaign, brigade, team):
    row = owed(campaign, "due.quota", brigade, "2021-01-31")
    for county in (cast.county_a, cast.county_b):
        plans.give_patch(campaign, brigade, county, actor=cast.officer_city, at=NOVEMBER)
    examined(plan_scene.enterprises(campaign, cast, 6), team, date(2021, 1, 20))
    assert is_red(row, clock.at_local(date(2021, 2, 1)))
    sites = [make.enterprise(f"邻县示例厂{place}", cast.county_b, cast.region_b, is_key=True) for place in range(5)]
    examined([make.target(campaign, site) for site in sites], team, date(2021, 1, 21))
    row.refresh_from_db()
    assert row.met_at is not None


@pytest.mark.req("HS-44")
def test_who_nobody_answers_for_is_red_after_the_tenth_of_december(cast, campaign, client):
    row = owed(campaign, "due.plan", cast.county_a, "2020-12-10")
    targets = plan_scene.enterprises(campaign, cast, 3)
    last_moment, red = clock.at_local(date(2020, 12, 10), 23, 59, 59), clock.at_local(date(2020, 12, 11))
    with clock.travel(DECEMBER):
        plan = plans.create_plan(campaign, cast.county_a, actor=cast.officer_a, at=DECEMBER)
        for target in targets[:2]:
            wish = plans.Wish(target, date(2020, 12, 15), cast.inspector_a, cast.second_a)
            plans.set_row(plan, wish, actor=cast.officer_a, at=DECEMBER)
    with pytest.raises(Refused, match="还有 1 家应体检企业没有安排检查周和责任人"):
        plans.report_plan(plan, actor=cast.officer_a, at=last_moment)
    assert not is_red(row, last_moment)
    assert is_red(row, red)
    with clock.travel(red):
        client.force_login(cast.officer_city)
        text = client.get(reverse("campaigns:due_detail", args=[row.pk])).content.decode()
        assert "逾期" in text
        assert targets[2].enterprise.name in text
        assert targets[0].enterprise.name not in text
        wish = plans.Wish(targets[2], date(2020, 12, 15), cast.inspector_a, cast.second_a)
        plans.set_row(plan, wish, actor=cast.officer_a, at=red)
        plans.report_plan(plan, actor=cast.officer_a, at=red)
        seen = plans.coverage(Plan.objects.get(pk=plan.pk), red)
    assert (seen.planned, seen.unplanned) == (seen.due, 0)
    row.refresh_from_db()
    assert row.met_at == red


def test_a_plan_that_is_returned_is_owed_again(cast, campaign):
    row = owed(campaign, "due.plan", cast.county_a, "2020-12-10")
    (target,) = plan_scene.enterprises(campaign, cast, 1)
    with clock.travel(DECEMBER):
        plan = plans.create_plan(campaign, cast.county_a, actor=cast.officer_a, at=DECEMBER)
        wish = plans.Wish(target, date(2020, 12, 15), cast.inspector_a, cast.second_a)
        plans.set_row(plan, wish, actor=cast.officer_a, at=DECEMBER)
        plans.report_plan(plan, actor=cast.officer_a, at=DECEMBER)
        row.refresh_from_db()
        assert row.met_at == DECEMBER
        plans.return_plan(plan, actor=cast.officer_city, at=DECEMBER, reason="力量不足")
    row.refresh_from_db()
    assert row.met_at is None


def test_without_a_plan_the_light_names_everybody(cast, campaign, client):
    row = owed(campaign, "due.plan", cast.county_a, "2020-12-10")
    targets = plan_scene.enterprises(campaign, cast, 2)
    with clock.travel(DECEMBER):
        client.force_login(cast.officer_a)
        text = client.get(reverse("campaigns:due_detail", args=[row.pk])).content.decode()
    assert all(target.enterprise.name in text for target in targets)
    assert "还没有编制执法计划" in text
    assert 'name="files"' not in text  # there is nothing to hand in
