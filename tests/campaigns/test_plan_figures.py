"""How plans are carried out: sources counted once, two ratios, objects claimed twice, brigades by month."""

import io
from datetime import UTC, date, datetime

import openpyxl
import pytest
from django.urls import reverse

from campaigns.models import Assignment, Campaign, Patch, PlanRow, Target
from campaigns.services import plans
from core import clock
from core.models import AuditEvent
from core.refusals import Refused
from tests import factories as make
from tests.campaigns import plan_scene as scene

AT = scene.APRIL
WINTER = datetime(2021, 1, 25, 1, 0, tzinfo=UTC)


def done(target, cast, source="special", **fields):
    values = {"state": "done", "source": source} | fields
    return make.assignment(target, cast.inspector_a, cast.second_a, **values)


def tasks(lines):
    return {line.name: (line.tasks, line.done, line.enterprises) for line in lines if line.tasks}


@pytest.mark.req("HS-10")
def test_visits_are_counted_by_source_and_no_enterprise_twice(cast):
    campaign = scene.campaign(cast)
    first, second, third = scene.enterprises(campaign, cast, 3)
    done(first, cast, "special")
    done(first, cast, "random")
    done(second, cast, "random")
    done(second, cast, "complaint", state="cancelled")
    done(third, cast, "exceedance", state="planned")
    lines, whole = plans.by_source(Assignment.objects.all())
    assert tasks(lines) == {"专项行动": (1, 1, 1), "双随机": (2, 2, 2), "超标报警": (1, 0, 0)}
    # Three visits, but of two enterprises: the one of two sources counts once.
    assert (whole.tasks, whole.done, whole.enterprises) == (4, 3, 2)
    assert {label for _, label in Assignment.Source.choices} >= {
        "专项行动",
        "交叉互查",
        "双随机",
        "信访举报",
        "超标报警",
        "全面体检",
    }


@pytest.mark.req("GS-13")
def test_every_task_is_of_one_of_three_ways_and_they_add_up(cast):
    campaign = scene.campaign(cast)
    for target, source in zip(scene.enterprises(campaign, cast, 8), Assignment.Source.values, strict=True):
        done(target, cast, source)
    lines, whole = plans.by_mode(Assignment.objects.all())
    assert tasks(lines) == {"双随机监管": (1, 1, 1), "信用监管": (1, 1, 1), "重点监管": (6, 6, 6)}
    assert sum(line.tasks for line in lines) == whole.tasks == 8


@pytest.mark.req("HS-04")
def test_a_random_check_counts_as_an_examination_where_it_is_ticked(cast):
    campaign = scene.campaign(cast, coverage="all", task="checkup")
    ticked, bare, _ = scene.enterprises(campaign, cast, 3)
    for target in (ticked, bare):
        Target.objects.filter(pk=target.pk).update(visited_at=AT, visit_count=1)
    done(ticked, cast, "random", as_checkup=True)
    done(bare, cast, "random")
    plan = scene.county_plan(campaign, cast)
    assert plans.coverage(plan, AT).visited == 1
    scene.spread(plan, cast)
    # Who was examined by another action is not planned again; who was only checked still is.
    assert ticked not in {row.target for row in plan.rows.all()}
    assert bare in {row.target for row in plan.rows.all()}
    assert plans.coverage(plan, AT).unplanned == 0


@pytest.mark.req("GS-17")
def test_key_ones_are_covered_whole_and_general_ones_by_random_checks(cast):
    campaign = scene.campaign(cast)
    key = scene.enterprises(campaign, cast, 3)
    general = scene.enterprises(campaign, cast, 4, is_key=False, town="乡")
    Target.objects.filter(pk__in=[target.pk for target in key[:2]]).update(visited_at=AT)
    done(general[0], cast, "random")
    done(general[1], cast, "complaint")
    (line,) = plans.ratios(Target.objects.filter(campaign=campaign))
    assert (line.key_percent, line.general_percent, line.is_short) == (66.6, 25.0, True)
    Target.objects.filter(pk=key[2].pk).update(visited_at=AT)
    (line,) = plans.ratios(Target.objects.filter(campaign=campaign))
    assert (line.key_percent, line.is_short) == (100.0, False)


@pytest.mark.req("GS-19")
def test_an_object_that_two_units_claim_is_a_conflict(cast):
    campaign = scene.campaign(cast)
    first, *_ = scene.enterprises(campaign, cast, 3)
    county = scene.county_plan(campaign, cast)
    scene.spread(county, cast)
    assert plans.conflicts(PlanRow.objects.all(), 2020) == []
    city = plans.create_plan(campaign, cast.city, actor=cast.officer_city, at=AT)
    wish = plans.Wish(first, date(2020, 5, 12), cast.inspector_a, cast.second_a)
    plans.set_row(city, wish, actor=cast.officer_city, at=AT)
    (conflict,) = plans.conflicts(PlanRow.objects.all(), 2020)
    assert conflict.name == first.enterprise.name
    assert {row.plan.unit for row in conflict.claims} == {cast.county_a, cast.city}
    plans.remove_row(county, first, actor=cast.officer_a, at=AT)
    assert plans.conflicts(PlanRow.objects.all(), 2020) == []


@pytest.fixture
def winter(cast):
    """Hengshui's winter: a brigade of the city's and Raoyang as county A, January 2021."""
    campaign = scene.campaign(cast, task="checkup")
    Campaign.objects.filter(pk=campaign.pk).update(year=2020)
    brigade = make.unit("市支队一大队", "team", cast.city, short_name="一大队")
    people = []
    for name in ("brigade_1", "brigade_2"):
        people.append(make.user(name, f"队员{name[-1]}", brigade))
        make.grant(people[-1], "inspector", over=cast.city)
        make.certificate(people[-1])
    plans.give_patch(campaign, brigade, cast.county_a, actor=cast.officer_city, at=AT)
    return campaign, brigade, people


def test_a_patch_lies_within_the_campaign(winter, cast):
    campaign, brigade, _ = winter
    with pytest.raises(Refused, match="不在本行动的范围内") as refused:
        plans.give_patch(campaign, brigade, cast.other_county, actor=cast.officer_city, at=AT)
    assert refused.value.field == "county"
    with pytest.raises(Refused, match="不在本行动的范围内") as refused:
        plans.give_patch(campaign, cast.other_county, cast.county_b, actor=cast.officer_city, at=AT)
    assert refused.value.field == "brigade"
    assert Patch.objects.count() == 1


def examined(campaign, cast, count, day, *, lead, second, **fields):
    for target in scene.enterprises(campaign, cast, count, town=f"{day}{count}"):
        make.assignment(target, lead, second, planned_on=day, **({"state": "done", "source": "checkup"} | fields))


@pytest.mark.req("HS-17")
def test_a_brigade_with_four_enterprises_in_a_month_is_short(winter, cast, client):
    campaign, _, (one, two) = winter
    examined(campaign, cast, 3, date(2021, 1, 4), lead=one, second=two)
    examined(campaign, cast, 1, date(2021, 1, 31), lead=cast.inspector_a, second=two)
    # Not theirs, not done, not an examination, not in January.
    examined(campaign, cast, 1, date(2021, 1, 5), lead=cast.inspector_a, second=cast.second_a)
    examined(campaign, cast, 1, date(2021, 1, 6), lead=one, second=two, state="planned")
    examined(campaign, cast, 1, date(2021, 1, 7), lead=one, second=two, source="complaint")
    examined(campaign, cast, 1, date(2021, 2, 1), lead=one, second=two)
    (share,) = plans.shares(campaign, Patch.objects.all(), date(2021, 1, 20))
    assert (share.count, share.is_short, share.word) == (4, True, "未达标")
    with clock.travel(WINTER):
        client.force_login(cast.officer_city)
        page = client.get(reverse("campaigns:plan_brigades")).content.decode()
        assert "未达标" in page
        assert "4 家" in page
        content = b"".join(client.get(reverse("campaigns:plan_brigades_export")).streaming_content)
        assert AuditEvent.objects.filter(action="campaigns.patch.export").exists()
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert [cell.value for cell in sheet[2]] == ["一大队", "源汇区", "2021-01", 4, 5, "未达标"]
    examined(campaign, cast, 1, date(2021, 1, 29), lead=one, second=two)
    (share,) = plans.shares(campaign, Patch.objects.all(), date(2021, 1, 20))
    assert (share.count, share.word) == (5, "达标")


@pytest.mark.req("HS-19")
def test_a_county_has_one_brigade_unless_the_blueprint_says_otherwise(winter, cast):
    campaign, brigade, _ = winter
    second = make.unit("市支队二大队", "team", cast.city, short_name="二大队")
    with pytest.raises(Refused, match="源汇区已由一大队包片，一个县区只能有一个包片大队"):
        plans.give_patch(campaign, second, cast.county_a, actor=cast.officer_city, at=AT)
    plans.give_patch(campaign, brigade, cast.county_b, actor=cast.officer_city, at=AT)
    campaign.blueprint.data["planning"]["brigades"] = "many"
    campaign.blueprint.save()
    assert plans.give_patch(campaign, second, cast.county_a, actor=cast.officer_city, at=AT).brigade == second
    with pytest.raises(Refused, match="已经登记"):
        plans.give_patch(campaign, second, cast.county_a, actor=cast.officer_city, at=AT)


def test_the_page_of_figures_names_conflicts_and_ratios(cast, client, django_assert_max_num_queries):
    campaign = scene.campaign(cast)
    first, *_ = scene.enterprises(campaign, cast, 2)
    with clock.travel(AT):
        scene.spread(scene.county_plan(campaign, cast), cast)
        city = plans.create_plan(campaign, cast.city, actor=cast.officer_city, at=AT)
        plans.set_row(city, plans.Wish(first, date(2020, 5, 12), cast.inspector_a), actor=cast.officer_city, at=AT)
        client.force_login(cast.officer_city)
        with django_assert_max_num_queries(60) as few:
            page = client.get(reverse("campaigns:plan_figures")).content.decode()
        assert "未全覆盖" in page
        assert "漯河市执法计划第1版" in page
        for target in scene.enterprises(campaign, cast, 10, town="乡"):
            done(target, cast)
        with django_assert_max_num_queries(len(few)):
            client.get(reverse("campaigns:plan_figures"))
