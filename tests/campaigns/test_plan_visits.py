"""From a week of a plan in force to visits: chosen together, answered one by one."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.models import Assignment, PlanRow
from campaigns.services import plans
from campaigns.services.plans.waiting import nth_of
from core import clock
from core.calendar import calendar
from inspections.models import Visit
from tests.campaigns import plan_scene as scene
from tests.campaigns import scene as henan


@pytest.fixture(autouse=True)
def april():
    with clock.travel(scene.APRIL):
        yield


@pytest.fixture
def luohe(cast):
    return scene.campaign(cast, outside="approval", **scene.FILED)


def page(plan, week=None):
    found = reverse("inspections:plan_visits", args=[plan.pk])
    return f"{found}?week={week}" if week else found


def week_of(plan):
    """All rows in the week of the first, which are led by one inspector."""
    rows = list(plan.rows.order_by("week_on", "pk"))
    plan.rows.update(week_on=rows[0].week_on, lead=rows[0].lead, second=rows[0].second)
    return rows[0].week_on, list(plan.rows.order_by("target__enterprise__sort_key", "pk"))


def sent(rows, days, **more):
    return {"chosen": [row.pk for row in rows], **{f"day_{row.pk}": days[row.pk] for row in rows}, **more}


def test_a_lead_goes_from_one_to_the_next_over_the_working_days():
    days = [date(2020, 5, 11) + timedelta(days=place) for place in range(5)]
    assert [nth_of(days, place, 5) for place in range(5)] == days
    assert [nth_of(days, place, 2) for place in range(2)] == [days[0], days[2]]
    assert [nth_of(days, place, 10) for place in range(10)] == sorted(days * 2)


def test_a_week_is_sent_together_and_what_is_refused_stays(luohe, cast, client):
    scene.enterprises(luohe, cast, 6)
    plan = scene.in_force(luohe, cast)
    week, rows = week_of(plan)
    listed = rows[0].target.enterprise
    henan.on_positive_list(listed, until=None)
    client.force_login(cast.officer_a)
    text = client.get(page(plan)).content.decode()
    days = plans.days_for(plan, plans.waiting_in(plan, week), today=clock.today())
    assert all(calendar().is_workday(day) and week <= day < week + timedelta(days=7) for day in days.values())
    assert len(set(days.values())) > 1
    assert "不得直接派单" in text
    assert (text.count(" checked"), text.count('name="chosen"')) == (5, 6)  # what the gate lets pass is ticked
    assert all(f'value="{day}"' in text for day in days.values())
    answer = client.post(page(plan, week), sent(rows[:5], days))
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "已派单 4 家" in text
    assert "有 1 家没有派出" in text
    assert "正面清单" in text
    assert reverse("inspections:visit_plan", args=[rows[0].target_id]) in text
    made = Assignment.objects.all()
    assert {one.target_id for one in made} == {row.target_id for row in rows[1:5]}
    assert {one.planned_on for one in made} == {days[row.pk] for row in rows[1:5]}
    assert {(one.lead_inspector, one.second_inspector) for one in made} == {(rows[0].lead, rows[0].second)}
    assert Visit.objects.count() == 4
    assert set(plans.waiting_in(plan, week)) == {rows[0], rows[5]}
    assert client.post(page(plan, week), sent([rows[1]], days)).status_code == 422  # it is sent already
    assert client.post(page(plan, week), sent([rows[5]], days)).status_code == 302
    assert Visit.objects.count() == 5


def test_the_day_may_be_changed_and_must_be_there(luohe, cast, client):
    scene.enterprises(luohe, cast, 2)
    plan = scene.in_force(luohe, cast)
    week, rows = week_of(plan)
    client.force_login(cast.officer_a)
    answer = client.post(page(plan, week), {"chosen": [rows[0].pk], f"day_{rows[0].pk}": ""})
    assert "选中的企业须填写检查日期" in answer.content.decode()
    answer = client.post(page(plan, week), {"chosen": [rows[0].pk], f"day_{rows[0].pk}": "五月"})
    assert answer.status_code == 422
    assert not Assignment.objects.exists()
    friday = week + timedelta(days=4)
    client.post(page(plan, week), sent(rows[:1], {rows[0].pk: friday}))
    assert Assignment.objects.get().planned_on == friday


def test_a_row_without_a_second_is_sent_on_its_own(luohe, cast, client):
    scene.enterprises(luohe, cast, 2)
    plan = scene.in_force(luohe, cast)
    week, rows = week_of(plan)
    PlanRow.objects.filter(pk=rows[0].pk).update(second=None)
    client.force_login(cast.officer_a)
    text = client.get(page(plan, week)).content.decode()
    assert "协办人派单时再定" in text
    assert f'value="{rows[0].pk}"' not in text
    assert client.post(page(plan, week), sent(rows[:1], {rows[0].pk: week})).status_code == 422
    assert not Assignment.objects.exists()


def test_only_a_plan_in_force_is_sent_by_who_plans(luohe, cast, client):
    scene.enterprises(luohe, cast, 2)
    plan = scene.county_plan(luohe, cast)
    scene.spread(plan, cast)
    client.force_login(cast.officer_a)
    assert "计划没有实施" in client.get(page(plan)).content.decode()
    client.force_login(cast.inspector_a)
    assert client.get(page(plan)).status_code == 403
    client.force_login(cast.inspector_b)
    assert client.get(page(plan)).status_code == 404


def test_the_single_form_begins_with_what_the_plan_says(luohe, cast, client):
    target = scene.enterprises(luohe, cast, 2)[0]
    plan = scene.in_force(luohe, cast)
    row = plan.rows.get(target=target)
    client.force_login(cast.officer_a)
    answer = client.get(reverse("inspections:visit_plan", args=[target.pk]))
    form = answer.context["form"]
    assert form["lead_inspector"].value() == row.lead_id
    assert form["second_inspector"].value() == row.second_id
    day = form["planned_on"].value()
    assert row.week_on <= day < row.week_on + timedelta(days=7)
    assert calendar().is_workday(day)
    assert answer.context["gate"]["label"] == "放行"
    assert answer.context["departures"] == []


def test_what_departs_from_the_plan_in_force_is_said_and_not_refused(luohe, cast, client):
    target = scene.enterprises(luohe, cast, 2)[0]
    row = scene.in_force(luohe, cast).rows.get(target=target)
    sunday = row.week_on + timedelta(days=13)
    while calendar().is_workday(sunday):
        sunday += timedelta(days=7)
    client.force_login(cast.officer_a)
    asked = {"planned_on": sunday, "lead_inspector": row.second_id, "second_inspector": row.lead_id}
    answer = client.post(reverse("inspections:visit_plan_gate", args=[target.pk]), asked)
    text = answer.content.decode()
    assert f"实施中的计划安排在 {row.week_on} 起的一周，现定 {sunday}。" in text
    assert f"计划的主办人是{row.lead.name}，现选另一人。" in text
    assert f"计划的协办人是{row.second.name}，现选另一人。" in text
    assert f"{sunday} 是休息日。" in text


def test_without_a_plan_the_form_begins_today(luohe, cast, client):
    target = scene.enterprises(luohe, cast, 1)[0]
    client.force_login(cast.officer_a)
    form = client.get(reverse("inspections:visit_plan", args=[target.pk])).context["form"]
    assert (form["planned_on"].value(), form["lead_inspector"].value()) == (clock.today(), None)


@pytest.mark.parametrize("count", [10, 40])
def test_the_page_asks_the_same_number_of_questions_whatever_the_rows(luohe, cast, client, count):
    scene.enterprises(luohe, cast, count)
    plan = scene.in_force(luohe, cast)
    week_of(plan)
    client.force_login(cast.officer_a)
    client.get(page(plan))
    with CaptureQueriesContext(connection) as asked:
        assert client.get(page(plan)).status_code == 200
    assert len(asked) < 50
