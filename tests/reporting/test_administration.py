"""The home of each administrator: its own duty with today's figures, nothing of the others' and nothing of business."""

import io
from datetime import date, timedelta

import pytest
from django.core.management import call_command

from accounts.models import EnforcementCertificate, Grant, LoginFailure, User
from core import audit, clock
from core.audit import seal
from core.models import HolidayYear
from core.notices import notify
from reporting import administration
from tests import factories as make
from tests.reporting.scene import Scene, sh

pytestmark = pytest.mark.django_db
NOW = sh("05-13 14:00")
HOMES = {"administrator": "系统运行", "security": "人员与授权", "auditor": "操作日志"}


@pytest.fixture(autouse=True)
def may():
    with clock.travel(NOW):
        yield


def figures(user: User) -> dict[str, object]:
    person = User.objects.get(pk=user.pk)
    return {one.label: one.value for section in administration.sections(person, NOW) for one in section.figures}


@pytest.mark.parametrize("name", HOMES)
def test_each_has_a_home_that_fits_the_duty(client, cast, name):
    client.force_login(getattr(cast, name))
    page = client.get("/").content.decode()
    main = page[page.index("<main") : page.index("</main>")]
    assert "目前没有已发布的专项行动" not in main
    assert "我该办的" not in main
    assert [title for title in HOMES.values() if f">{title}</h2>" in main] == [HOMES[name]]


def test_every_figure_and_link_opens_for_its_administrator(client, cast):
    for name in HOMES:
        person = User.objects.get(pk=getattr(cast, name).pk)
        client.force_login(person)
        for section in administration.sections(person, NOW):
            addresses = [one.url for one in section.figures if one.url] + [url for _, url in section.links]
            assert {client.get(address).status_code for address in addresses} == {200}, name


def test_nobody_else_has_such_a_home(cast):
    for person in (cast.officer_province, cast.leader_a, cast.enterprise_a, cast.expert):
        assert administration.sections(person, NOW) == []


def test_security_sees_locked_accounts_and_what_runs_out(cast):
    LoginFailure.objects.create(
        username="officer_a", address="a", count=5, last_at=NOW, locked_until=NOW + timedelta(minutes=9)
    )
    LoginFailure.objects.create(
        username="officer_a", address="b", count=5, last_at=NOW, locked_until=NOW + timedelta(minutes=9)
    )
    LoginFailure.objects.create(
        username="leader_a", address="a", count=5, last_at=NOW, locked_until=NOW - timedelta(minutes=1)
    )
    EnforcementCertificate.objects.filter(user=cast.inspector_a).update(valid_to=date(2020, 6, 1))
    Grant.objects.filter(user=cast.officer_a).update(valid_to=date(2020, 6, 12))
    User.objects.filter(pk=cast.expert.pk).update(must_change_password=True)
    found = figures(cast.security)
    assert found["登录锁定的账号"] == 1
    assert found["30 天内到期的授权"] == 1
    assert found["30 天内到期的执法证"] == 1
    assert found["尚未修改初始密码"] == 1
    assert found["在用账号"] == User.objects.filter(is_active=True).count()


def test_audit_sees_denials_what_is_not_sealed_and_the_last_verification(cast):
    assert figures(cast.auditor)["最近一次导出核验"] == "没有"
    audit.record("denied.people.manage", None, actor=cast.officer_a, at=NOW)
    audit.record("accounts.login.failed", None, actor=None, at=NOW)
    audit.record("accounts.login", None, actor=cast.officer_a, at=NOW - timedelta(days=1))
    found = figures(cast.auditor)
    assert (found["今日记录"], found["今日越权被拒"], found["今日登录失败"], found["尚未封存"]) == (2, 1, 1, 3)
    seal()
    call_command("dump_audit", stdout=io.StringIO(), stderr=io.StringIO())
    found = figures(cast.auditor)
    assert (found["尚未封存"], found["链头编号"]) == (1, 3)
    assert found["最近一次导出核验"] == "05-13 14:00"


def test_system_sees_sweeps_that_did_not_come(scene: Scene):
    cast = scene.cast
    assert figures(cast.administrator)["未按时封账的周报"] == 0
    scene.campaign.periods.create(
        number=3, nominal_on=date(2020, 5, 8), starts_at=sh("04-30 17:30"), cutoff_at=sh("05-08 17:30")
    )
    notify([cast.officer_a], "早的", key="early", at=NOW - timedelta(minutes=6))
    notify([cast.officer_a], "刚写的", key="now", at=NOW)
    audit.record("accounts.login", None, actor=cast.officer_a, at=NOW - timedelta(minutes=6))
    found = figures(cast.administrator)
    assert (found["未按时封账的周报"], found["未送出的消息"], found["未封存的日志"]) == (1, 1, 1)


def test_system_sees_which_calendar_holds(scene: Scene):
    found = figures(scene.cast.administrator)
    assert found["2020 年节假日安排"] == "第 1 版"
    HolidayYear.objects.filter(year=2021).delete()
    assert figures(scene.cast.administrator)["2021 年节假日安排"] == "暂定"


def test_a_home_costs_the_same_with_many_people(client, cast, django_assert_max_num_queries):
    client.force_login(cast.security)
    for number in range(20):
        make.user(f"more{number}", f"同事{number}", cast.county_a)
    with django_assert_max_num_queries(20):
        client.get("/")
