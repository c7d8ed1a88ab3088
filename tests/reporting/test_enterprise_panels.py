"""What the page of a site shows of other rooms: lists, checks, cases; to its own people nothing before its time."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from core import clock
from enterprises.models import Enterprise
from inspections.models import SelfCheck
from penalties.models import PenaltyCase
from tests import factories as make
from tests.reporting.scene import Scene, sh

pytestmark = pytest.mark.django_db
ROOMS = ("campaigns", "inspections", "penalties")


def address(room: str, site: Enterprise) -> str:
    return reverse(f"{room}:enterprise_panel", args=[site.pk])


def opened(user: User, url: str) -> tuple[int, str]:
    client = Client()
    with clock.travel(sh("05-13 10:00")):
        client.force_login(user)
        answer = client.get(url)
    return answer.status_code, answer.content.decode()


def panel(user: User, room: str, site: Enterprise) -> str:
    status, said = opened(user, address(room, site))
    assert status == 200
    assert "<html" not in said, "a fragment"
    return said


@pytest.mark.parametrize("room", ROOMS)
def test_a_panel_is_for_the_site_and_for_who_supervises_it(scene: Scene, room: str) -> None:
    cast = scene.cast
    expected = {
        cast.enterprise_a: 200,
        cast.officer_a: 200,
        cast.inspector_a: 200,
        cast.officer_city: 200,
        cast.officer_province: 200,
        cast.enterprise_b: 404,
        cast.inspector_b: 404,
        cast.officer_other: 404,
        cast.expert: 404,
        cast.discipline: 404,
        cast.security: 404,
    }
    url = address(room, cast.site_a)
    assert {user.username: opened(user, url)[0] for user in expected} == {
        user.username: status for user, status in expected.items()
    }
    assert Client().get(url).status_code == 302


def test_the_page_of_a_site_asks_for_all_three(scene: Scene) -> None:
    _, said = opened(scene.cast.officer_a, reverse("enterprises:enterprise_detail", args=[scene.cast.site_a.pk]))
    assert all(f'hx-get="{address(room, scene.cast.site_a)}"' in said for room in ROOMS)


def planned(scene: Scene, site: Enterprise) -> None:
    cast = scene.cast
    row = make.assignment(
        make.target(scene.campaign, site), cast.inspector_a, cast.second_a, planned_on=date(2020, 5, 14)
    )
    make.visit(row)


def test_a_planned_visit_is_kept_from_the_enterprise(scene: Scene) -> None:
    planned(scene, scene.cast.site_a)
    officer, own = scene.cast.officer_a, scene.cast.enterprise_a
    assert "已派单 05-14" in panel(officer, "campaigns", scene.cast.site_a).replace("</a>", "")
    assert "2020-05-14 计划" in panel(officer, "inspections", scene.cast.site_a)
    for room in ROOMS:
        said = panel(own, room, scene.cast.site_a)
        assert "05-14" not in said
        assert "派单" not in said
        assert "未检查" not in said
    assert "还没有现场检查" in panel(own, "inspections", scene.cast.site_a)


def test_what_was_checked_and_found_stands_with_its_counts(scene: Scene) -> None:
    record = scene.visited(scene.cast.site_a, "05-12 10:00")
    scene.found(record, deadline_on=date(2020, 5, 12))
    scene.closed(scene.reported(scene.found(record), "05-12 16:00"), "05-13 09:00")
    scene.voided(scene.found(record, description="作废的一条"), "05-12 12:00")
    for user in (scene.cast.officer_a, scene.cast.enterprise_a):
        said = panel(user, "inspections", scene.cast.site_a)
        assert "未销号 1 · 逾期 1 · 已销号 1" in said
        assert "2020-05-12 检查" in said
        assert "发现问题" in said
        assert "作废的一条" not in said
    assert "未检查" not in panel(scene.cast.officer_a, "inspections", scene.cast.site_a)


def test_a_sheet_that_is_being_filled_is_its_enterprises_alone(scene: Scene) -> None:
    SelfCheck.objects.create(
        campaign=scene.campaign, enterprise=scene.cast.site_a, unit=scene.cast.county_a, state="draft",
        client_id="00000000-0000-0000-0000-000000000001", created_at=sh("05-01 09:00"),
    )  # fmt: skip
    assert "填写中" in panel(scene.cast.enterprise_a, "inspections", scene.cast.site_a)
    assert "没有提交过自查情况表" in panel(scene.cast.officer_a, "inspections", scene.cast.site_a)


def test_a_case_is_its_partys_from_the_prior_notice_on_and_its_decision_from_the_service_on(scene: Scene) -> None:
    officer, own, site = scene.cast.officer_a, scene.cast.enterprise_a, scene.cast.site_a
    case = scene.filed(scene.found(scene.visited(site, "05-12 10:00")), "05-12 15:00")
    assert case.number in panel(officer, "penalties", site)
    assert "没有行政处罚案件" in panel(own, "penalties", site)
    scene.stepped(case, "notice", "05-12 16:00", fine="280000")
    PenaltyCase.objects.update(state="noticed")
    assert "拟罚款 280,000 元" in panel(own, "penalties", site)
    scene.stepped(case, "decide", "05-13 09:00", fine="200000.50")
    PenaltyCase.objects.update(state="decided")
    assert "罚款 200,000.50 元" in panel(officer, "penalties", site)
    assert "拟罚款" not in panel(officer, "penalties", site)
    assert "拟罚款 280,000 元" in panel(own, "penalties", site)
    assert "已决定" not in panel(own, "penalties", site)
    scene.stepped(case, "serve", "05-14 09:00")
    PenaltyCase.objects.update(state="served")
    assert "罚款 200,000.50 元" in panel(own, "penalties", site)
    assert "拟罚款" not in panel(own, "penalties", site)


def test_a_list_says_class_and_standing(scene: Scene) -> None:
    target = make.target(scene.campaign, scene.cast.site_a)
    said = panel(scene.cast.officer_a, "campaigns", scene.cast.site_a)
    assert scene.campaign.title in said
    assert "自查未提交 · 未检查" in said
    assert "重点" in said
    target.self_checked_at = target.visited_at = sh("05-12 10:00")
    target.visit_count = 2
    target.save()
    said = panel(scene.cast.enterprise_a, "campaigns", scene.cast.site_a)
    assert "2020-05-12 提交自查 · 2020-05-12 已检查（共 2 次）" in said


def test_a_campaign_that_is_not_published_is_nobodys_news(scene: Scene) -> None:
    make.target(scene.campaign, scene.cast.site_a)
    type(scene.campaign).objects.update(state="approved", published_at=None)
    assert "还没有列入" in panel(scene.cast.enterprise_a, "campaigns", scene.cast.site_a)


@pytest.mark.parametrize("room", ROOMS)
def test_a_panel_costs_the_same_however_much_there_is(scene: Scene, room: str) -> None:
    site = scene.cast.site_a

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            panel(scene.cast.officer_a, room, site)
        return len(asked)

    scene.filed(scene.found(scene.visited(site, "05-12 10:00")), "05-12 15:00")
    few = cost()
    for hour in range(10, 18):
        scene.filed(scene.found(scene.visited(site, f"05-12 {hour}:00")), "05-12 18:00")
    assert cost() == few
