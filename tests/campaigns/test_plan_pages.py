"""The pages of plans, walked as the people who use them."""

import io
import re
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from campaigns.models import Plan, Target
from campaigns.services import plans
from core import clock
from core.models import AuditEvent
from tests.campaigns import plan_scene as scene


@pytest.fixture(autouse=True)
def april():
    with clock.travel(scene.APRIL):
        yield


@pytest.fixture
def luohe(cast):
    campaign = scene.campaign(cast, coverage="all", **scene.FILED)
    scene.enterprises(campaign, cast, 5)
    return campaign


def url(name, plan, *more):
    return reverse(f"campaigns:{name}", args=[plan.pk, *more])


def text_of(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


def test_a_plan_is_made_filed_and_started_on_its_pages(luohe, cast, client):
    client.force_login(cast.officer_a)
    client.post(reverse("campaigns:plan_create"), {"campaign": luohe.pk, "unit": cast.county_a.pk})
    plan = Plan.objects.get()
    page = text_of(client, url("plan_detail", plan))
    assert "计划要素“执法时段”没有填写" in page
    assert "还有 5 家应检查企业没有安排检查周和责任人" in page
    assert 'data-dialog="plan-report"' not in page
    client.post(url("plan_elements", plan), {f"element_{place}": "按方案执行" for place in range(4)})
    client.post(url("plan_spread", plan))
    page = text_of(client, url("plan_detail", plan))
    assert 'data-dialog="plan-report"' in page
    assert 'data-label="李一检"' in page, "on a phone a week is a card that names each"
    assert re.search(r'>工作日</th>\s*<th scope="col" class="num">合计</th>', page), "the sum is never beyond the edge"
    client.post(url("plan_report", plan))
    assert client.get(url("plan_file", plan)).status_code == 403
    client.force_login(cast.officer_city)
    assert "备案" in text_of(client, url("plan_detail", plan))
    client.post(url("plan_file", plan), {"number": "漯环备〔2020〕1号", "filed_on": "2020-04-20"})
    client.force_login(cast.officer_a)
    client.post(url("plan_start", plan))
    plan.refresh_from_db()
    assert plan.state == "in_force"
    assert "漯环备〔2020〕1号" in text_of(client, url("plan_detail", plan))
    target = Target.objects.first()
    assert reverse("inspections:visit_plan", args=[target.pk]) in text_of(client, url("plan_rows", plan))
    client.post(url("plan_revise", plan), {"reason": "人员调整"})
    newer = Plan.objects.get(version=2)
    assert "与上一版没有差异" in text_of(client, url("plan_compare", newer))


@pytest.mark.req("LH-11")
def test_no_visit_is_assigned_from_a_plan_that_is_not_in_force(luohe, cast, client):
    """The plan's own door to a visit opens with force; the gate's answer is in test_plan_gate."""
    client.force_login(cast.officer_a)
    plan = scene.county_plan(luohe, cast)
    scene.spread(plan, cast)
    door = reverse("inspections:visit_plan", args=[Target.objects.first().pk])
    assert door not in text_of(client, url("plan_rows", plan))
    scene.filed(plan, cast)
    assert door not in text_of(client, url("plan_rows", plan))
    plans.start_plan(plan, actor=cast.officer_a, at=scene.APRIL)
    assert door in text_of(client, url("plan_rows", plan))


def test_a_row_is_moved_on_its_page_and_a_fault_stands_at_its_field(luohe, cast, client):
    client.force_login(cast.officer_a)
    plan = scene.county_plan(luohe, cast)
    target = Target.objects.first()
    sent = {"week_on": "2020-05-11", "lead": cast.inspector_a.pk, "second": cast.inspector_a.pk}
    response = client.post(url("plan_row", plan, target.pk), sent)
    assert response.status_code == 422
    assert "主办人和协办人须是两个人" in response.content.decode()
    response = client.post(url("plan_row", plan, target.pk), sent | {"second": cast.second_a.pk})
    assert response.status_code == 302
    assert plan.rows.get().week_on == date(2020, 5, 11)
    client.post(url("plan_row_remove", plan, target.pk))
    assert not plan.rows.exists()
    other = scene.make.target(luohe, cast.site_b)
    assert client.get(url("plan_row", plan, other.pk)).status_code == 404


def test_the_sheet_that_goes_out_comes_back(luohe, cast, client):
    client.force_login(cast.officer_a)
    plan = scene.county_plan(luohe, cast)
    scene.spread(plan, cast)
    content = b"".join(client.get(url("plan_export", plan)).streaming_content)
    assert AuditEvent.objects.filter(action="campaigns.plan.export", object_id=str(plan.pk)).exists()
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.active
    assert sheet.max_row == 6
    before = list(plan.rows.order_by("target").values_list("target", "week_on", "lead", "second"))
    response = client.post(url("plan_import", plan), {"file": SimpleUploadedFile("计划.xlsx", content)})
    assert response.status_code == 302, response.content.decode()
    assert list(plan.rows.order_by("target").values_list("target", "week_on", "lead", "second")) == before
    sheet.cell(row=3, column=8).value = None
    broken = io.BytesIO()
    book.save(broken)
    response = client.post(url("plan_import", plan), {"file": SimpleUploadedFile("计划.xlsx", broken.getvalue())})
    page = response.content.decode()
    assert response.status_code == 422
    assert "没有写入任何一行" in page
    assert "第 3 行 H 列" in page


def test_the_objects_without_a_row_are_a_sheet_to_fill_in(luohe, cast, client):
    client.force_login(cast.officer_a)
    plan = scene.county_plan(luohe, cast)
    content = b"".join(client.get(url("plan_export", plan) + "?left=1").streaming_content)
    assert openpyxl.load_workbook(io.BytesIO(content)).active.max_row == 6
    assert "5 家应检查企业没有检查周和责任人" in text_of(client, url("plan_rows", plan) + "?show=unplanned")


def test_pages_cost_the_same_for_many_rows(luohe, cast, client, django_assert_max_num_queries):
    client.force_login(cast.officer_a)
    plan = scene.county_plan(luohe, cast)
    scene.spread(plan, cast)
    for name in ("plan_detail", "plan_rows"):
        with django_assert_max_num_queries(60) as few:
            client.get(url(name, plan))
        scene.enterprises(luohe, cast, 20, town=name)
        scene.spread(plan, cast)
        with django_assert_max_num_queries(len(few)):
            client.get(url(name, plan))


def test_another_city_sees_no_plan(luohe, cast, client):
    plan = scene.county_plan(luohe, cast)
    client.force_login(cast.officer_other)
    assert client.get(url("plan_detail", plan)).status_code == 404
    assert "还没有执法计划" in text_of(client, reverse("campaigns:plan_list"))


@pytest.mark.req("HN-59")
def test_the_yellow_river_has_a_bar_of_its_own(luohe, cast, client):
    client.force_login(cast.officer_a)
    plan = scene.county_plan(luohe, cast)
    assert "黄河流域排污单位" not in text_of(client, url("plan_detail", plan))
    river, done = scene.enterprises(luohe, cast, 2, in_yellow_river_basin=True, town="黄河镇")
    Target.objects.filter(pk=done.pk).update(visited_at=scene.APRIL)
    page = text_of(client, url("plan_detail", plan))
    assert "其中黄河流域排污单位" in page
    bars = re.findall(r'<progress max="(\d+)"\s+value="(\d+)"\s+aria-label="([^"]+)"', page)
    assert ("2", "1", "其中黄河流域排污单位") in bars
    assert [label for *_, label in bars].count("其中黄河流域排污单位") == 1
    plans.spread_plan(plan, actor=cast.officer_a, at=scene.APRIL)
    assert plan.rows.get(target=river).week_on == min(row.week_on for row in plan.rows.all())
