"""Rows of a plan: spread at once, set by hand, written out and read back; every fault by its column."""

import io
from datetime import date

import openpyxl
import pytest
import yaml
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns.blueprint_files import ROOT
from campaigns.models import Assignment, InspectorProfile, Plan, PlanRow, Rating, Recusal, Target
from campaigns.services import plans
from core import clock
from core.refusals import Refused
from enterprises.models import Enterprise
from tests import factories as make
from tests.campaigns import plan_scene as scene
from tests.campaigns import scene as henan

AT = scene.APRIL


@pytest.fixture
def plan(cast):
    campaign = scene.campaign(cast, coverage="all", exempt=["positive", "small"])
    scene.enterprises(campaign, cast, 6)
    return scene.county_plan(campaign, cast)


def workbook(*rows):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["对象编号", "排污单位", "检查周", "主办人", "协办人"])
    for row in rows:
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def said(errors):
    return {(error.row, error.title): error.message for error in errors}


@pytest.mark.req("HS-01")
def test_nobody_on_the_list_is_left_out(plan, cast):
    assert plans.coverage(plan, AT).unplanned == 6
    with pytest.raises(Refused, match="还有 6 家应检查企业没有安排检查周和责任人"):
        plans.start_plan(plan, actor=cast.officer_a, at=AT)
    scene.spread(plan, cast)
    assert plans.coverage(plan, AT).unplanned == 0
    one = plan.rows.first().target
    plans.remove_row(plan, one, actor=cast.officer_a, at=AT)
    assert list(plans.unplanned(plan, AT)) == [one]
    with pytest.raises(Refused, match="还有 1 家"):
        plans.start_plan(plan, actor=cast.officer_a, at=AT)


@pytest.mark.req("HS-11")
def test_the_tasks_of_the_weeks_and_months_add_up_to_the_list(plan, cast):
    scene.spread(plan, cast)
    table = plans.load_table(plan, plans.scope_of(plan, date(2020, 4, 20)))
    assert table.total == Target.objects.filter(unit=cast.county_a).count() == 6
    assert sum(count for _, count in table.months) == sum(table.totals) == 6
    assert max(table.totals) - min(table.totals) <= 1


@pytest.mark.req("HS-03")
def test_the_list_has_three_classes_and_everyone_to_be_examined_has_somebody(cast):
    asked = yaml.safe_load((ROOT / "hengshui-2020" / "blueprint.yaml").read_text(encoding="utf-8"))["planning"]
    campaign = scene.campaign(cast, **asked)
    scene.enterprises(campaign, cast, 6)
    plan = scene.county_plan(campaign, cast)
    listed, small, tiny, *others = Target.objects.order_by("pk")
    henan.on_positive_list(listed.enterprise)
    for target, size in ((small, "small"), (tiny, "micro")):
        Rating.objects.create(
            enterprise=target.enterprise, size=size, basis="统计", rated_by=cast.officer_a, rated_at=AT
        )
    seen = plans.coverage(plan, AT)
    assert (seen.classes, seen.due) == ({"positive": 1, "small": 2}, 3)
    plans.set_row(
        plan,
        plans.Wish(others[0], date(2020, 5, 12), cast.inspector_a, cast.second_a),
        actor=cast.officer_a,
        at=AT,
    )
    with pytest.raises(Refused, match="不能报备：还有 2 家应体检企业没有安排检查周和责任人"):
        plans.report_plan(plan, actor=cast.officer_a, at=AT)
    assert Plan.objects.get().state == "draft"
    scene.spread(plan, cast)
    assert {row.target for row in plan.rows.all()} == set(others)
    assert plans.report_plan(plan, actor=cast.officer_a, at=AT).state == "reported"


def test_the_yellow_river_comes_first_and_is_counted_by_itself(cast):
    campaign = scene.campaign(cast, coverage="all")
    scene.enterprises(campaign, cast, 30)
    river = make.enterprise("示例黄河厂", cast.county_a, cast.region_a, is_key=True, in_yellow_river_basin=True)
    target = make.target(campaign, river)
    plan = scene.county_plan(campaign, cast)
    scene.spread(plan, cast)
    assert plan.rows.get(target=target).week_on == min(row.week_on for row in plan.rows.all())
    assert (plans.coverage(plan, AT).basin, plans.coverage(plan, AT).basin_visited) == (1, 0)
    Target.objects.filter(pk=target.pk).update(visited_at=AT)
    assert plans.coverage(plan, AT).basin_visited == 1


def test_only_the_working_days_that_are_left_carry_visits(plan, cast):
    sunday, friday = clock.at_local(date(2020, 5, 3), 20), clock.at_local(date(2020, 5, 15), 9)
    scene.enterprises(plan.campaign, cast, 30, town="示例乡")
    plans.spread_plan(plan, actor=cast.officer_a, at=sunday)
    # Labour Day lasts to Tuesday: nothing is left of the week of 04-27.
    assert min(row.week_on for row in plan.rows.all()) == date(2020, 5, 4)
    weeks = plans.scope_of(plan, date(2020, 5, 15)).weeks_left(True, cast.county_a.path, date(2020, 5, 15))
    assert [(week.first, week.workdays) for week in weeks[:2]] == [(date(2020, 5, 15), 1), (date(2020, 5, 18), 5)]
    plans.spread_plan(plan, afresh=True, actor=cast.officer_a, at=friday)
    assert plan.rows.filter(week_on=date(2020, 5, 11)).count() <= 1
    after = plans.scope_of(plan, date(2021, 1, 1)).weeks_left(True, cast.county_a.path, date(2021, 1, 1))
    assert after == []


def test_what_was_set_by_hand_stays(plan, cast):
    target = Target.objects.first()
    wish = plans.Wish(target, date(2020, 6, 11), cast.second_a)
    plans.set_row(plan, wish, actor=cast.officer_a, at=AT)
    scene.spread(plan, cast)
    assert plan.rows.get(target=target).week_on == date(2020, 6, 8)
    plans.spread_plan(plan, afresh=True, actor=cast.officer_a, at=AT)
    assert plan.rows.count() == 6
    assert plan.rows.get(target=target).week_on != date(2020, 6, 8)


def test_what_is_over_carries_nothing(plan, cast):
    plans.spread_plan(plan, actor=cast.officer_a, at=henan.MAY.replace(month=6))
    assert min(row.week_on for row in plan.rows.all()) >= date(2020, 6, 8)


def test_who_is_recused_is_not_sent(plan, cast):
    extra = make.user("third_a", "赵三检", cast.county_a)
    make.grant(extra, "inspector", over=cast.county_a)
    make.certificate(extra)
    target = Target.objects.first()
    Recusal.objects.create(
        user=cast.inspector_a, enterprise=target.enterprise, kind="own", reason="亲属", entered_by=extra, entered_at=AT
    )
    scene.spread(plan, cast)
    row = plan.rows.get(target=target)
    assert cast.inspector_a not in (row.lead, row.second)


def test_without_two_certificates_nobody_is_placed(plan, cast):
    cast.second_a.certificates.update(valid_to=date(2020, 4, 1))
    with pytest.raises(Refused, match="至少两名执法证有效的执法人员"):
        scene.spread(plan, cast)
    assert not plan.rows.exists()


@pytest.mark.parametrize(
    ("change", "column", "sentence"),
    [
        ({"day": date(2020, 7, 1)}, "week_on", "2020-07-01 所在的周不在检查时段（2020-04-21 至 2020-06-20）内。"),
        ({"lead": "inspector_b"}, "lead", "主办人周三检不是源汇区的执法人员。"),
        ({"lead": "officer_a"}, "lead", "主办人孙经办不是源汇区的执法人员。"),
        ({"second": "inspector_a"}, "second", "主办人和协办人须是两个人。"),
        ({"target": "site_b"}, "target", "由召陵区负责，不是源汇区的检查对象。"),
    ],
)
def test_a_row_that_cannot_stand_is_refused_by_its_column(plan, cast, change, column, sentence):
    people = {name: getattr(cast, change[name]) for name in ("lead", "second") if name in change}
    target = make.target(plan.campaign, cast.site_b) if "target" in change else Target.objects.first()
    wish = plans.Wish(target, change.get("day", date(2020, 5, 12)), **({"lead": cast.inspector_a} | people))
    with pytest.raises(Refused) as refused:
        plans.set_row(plan, wish, actor=cast.officer_a, at=AT)
    assert sentence in "".join(refused.value.errors[column])
    assert not PlanRow.objects.exists()


def test_an_inspector_without_a_certificate_in_that_week_is_refused(plan, cast):
    cast.inspector_a.certificates.update(valid_to=date(2020, 5, 12))
    wish = plans.Wish(Target.objects.first(), date(2020, 5, 12), cast.inspector_a)
    with pytest.raises(Refused, match="主办人李一检在 2020-05-11 至 2020-05-17 期间没有有效的执法证"):
        plans.set_row(plan, wish, actor=cast.officer_a, at=AT)


def test_a_past_week_takes_no_object_and_is_folded(plan, cast):
    scene.spread(plan, cast)
    later = clock.local(AT).replace(month=6, day=10)
    scope = plans.scope_of(plan, later.date())
    first, *_, last = plans.folded(plans.load_table(plan, scope), later.date())
    assert (first.said, first.lines[-1].monday, last.total >= 0) == ("已过去", date(2020, 6, 1), True)
    wish = plans.Wish(Target.objects.first(), date(2020, 5, 12), cast.inspector_a)
    plan.rows.filter(target=wish.target).delete()
    with pytest.raises(Refused, match="这一周已经过去"):
        plans.set_row(plan, wish, actor=cast.officer_a, at=later)


def test_a_sheet_goes_out_is_changed_and_comes_back(plan, cast):
    first, second, *_ = Target.objects.order_by("pk")
    content = workbook(
        [first.pk, "随便", "2020-05-13", "李一检", "王二检"], [second.pk, "", "2020年6月9日", "second_a", ""]
    )
    read = plans.read_rows(plan, content, name="计划.xlsx", at=AT)
    assert read.errors == []
    assert plans.set_rows(plan, read.wishes, actor=cast.officer_a, at=AT) == 2
    assert [(row.target, row.week_on, row.lead, row.second) for row in plan.rows.order_by("pk")] == [
        (first, date(2020, 5, 11), cast.inspector_a, cast.second_a),
        (second, date(2020, 6, 8), cast.second_a, None),
    ]


def test_a_sheet_with_faults_names_row_and_column_and_writes_nothing(plan, cast):
    first, second, third, fourth, *_ = Target.objects.order_by("pk")
    other = make.target(plan.campaign, cast.site_b)
    cast.second_a.certificates.update(valid_to=date(2020, 6, 1))
    content = workbook(
        [first.pk, "", "2020-05-13", "李一检", ""],
        [second.pk, "", "2020-05-13", "", ""],
        [third.pk, "", "2020-08-13", "李一检", ""],
        [other.pk, "", "2020-05-13", "李一检", ""],
        [fourth.pk, "", "2020-06-09", "李一检", "王二检"],
        [first.pk, "", "2020-05-20", "不认识", ""],
    )
    read = plans.read_rows(plan, content, name="计划.xlsx", at=AT)
    assert said(read.errors) == {
        (3, "主办人"): "“主办人”不能为空。如果这里是合并的单元格，请取消合并后逐行填写。",
        (4, "检查周"): "2020-08-13 所在的周不在检查时段（2020-04-21 至 2020-06-20）内。",
        (5, "对象编号"): f"对象编号 {other.pk} 不是源汇区的检查对象。",
        (6, "协办人"): "协办人王二检在 2020-06-08 至 2020-06-14 期间没有有效的执法证。",
        (7, "对象编号"): f"对象编号 {first.pk} 在第 2 行已经出现过。",
        (7, "主办人"): "主办人“不认识”不是源汇区的执法人员。",
    }
    assert {error.column for error in read.errors} == {"A", "C", "D", "E"}
    assert not plan.rows.exists()


def test_who_carries_no_tag_leads_no_inspection_of_a_non_key_one(cast):
    campaign = scene.campaign(cast, lead_tags=["千名精兵", "业务骨干"])
    target = scene.enterprises(campaign, cast, 1, is_key=False)[0]
    plan = scene.county_plan(campaign, cast)
    wish = plans.Wish(target, date(2020, 5, 12), cast.inspector_a, cast.second_a)
    with pytest.raises(Refused, match="主办人李一检没有“千名精兵”或“业务骨干”标签"):
        plans.set_row(plan, wish, actor=cast.officer_a, at=AT)
    InspectorProfile.objects.create(
        user=cast.inspector_a, specialities=["业务骨干"], changed_by=cast.officer_a, changed_at=AT
    )
    plans.set_row(plan, wish, actor=cast.officer_a, at=AT)
    assert plan.rows.get().lead == cast.inspector_a


def test_ten_thousand_cost_the_queries_of_ten(cast):
    campaign = scene.campaign(cast)
    scene.enterprises(campaign, cast, 10)
    plan = scene.county_plan(campaign, cast)
    with CaptureQueriesContext(
        connection,
    ) as few:
        scene.spread(plan, cast)
    many_targets(campaign, cast, 10_000)
    with CaptureQueriesContext(connection) as many:
        plans.spread_plan(plan, actor=cast.officer_a, at=AT)
    assert plan.rows.count() == 10_010
    assert len(many) == len(few)
    assert not Assignment.objects.exists()


def many_targets(campaign, cast, count):
    like = Enterprise.objects.order_by("-pk").first()
    sites = Enterprise.objects.bulk_create(
        Enterprise(
            entity=like.entity,
            site_number=place + 2,
            name=f"示例大批厂{place}",
            unit=cast.county_a,
            region=cast.region_a,
            town=f"镇{place % 30}",
            is_key=True,
            created_at=AT,
            updated_at=AT,
        )
        for place in range(count)
    )
    Target.objects.bulk_create(
        Target(campaign=campaign, enterprise=site, unit=cast.county_a, is_key=True, listed_at=AT) for site in sites
    )
