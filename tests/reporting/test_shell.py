"""What stands around every page: unit, campaign, phase, countdown, badges; cheap, and lazy for fragments."""

from datetime import timedelta

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.models import User
from campaigns.models import Plan
from core import clock
from core.obligations import open_obligation
from reporting.context import campaign_line, campaign_of_page, shell, shell_of
from reporting.models import UnitReport
from reporting.services import reports
from reporting.services.freeze import sweep
from tests import factories as make
from tests.reporting.scene import sh

pytestmark = pytest.mark.django_db
NOW = sh("05-13 14:18")


def request_of(person: User, path: str = "/"):
    request = RequestFactory().get(path)
    request.user = User.objects.get(pk=person.pk)
    request.resolver_match = None
    return request


def around(person: User) -> dict:
    request = request_of(person)
    with clock.travel(NOW):
        return shell_of(request, request.user) | campaign_line(request.user, None)


def week(campaign, number: int, cutoff: str):
    return campaign.periods.create(
        number=number,
        nominal_on=sh(cutoff).date(),
        starts_at=sh(cutoff) - timedelta(days=7),
        cutoff_at=sh(cutoff),
    )


def test_an_officer_sees_campaign_phase_week_and_countdown(scene):
    week(scene.campaign, 3, "05-08 17:30")
    week(scene.campaign, 4, "05-15 17:30")
    said = around(scene.cast.officer_a)
    assert said["unit"] == "漯河市生态环境局源汇分局"
    assert said["campaign"] == scene.campaign
    assert said["phase_label"] == "依法处理等 3 个阶段 · 第 4 周"
    assert (said["countdown"].due_at, said["countdown"].late) == (sh("05-15 17:30"), False)


def chip(person: User, at: str) -> str:
    """The words of the chip on a page at a moment."""
    client = Client()
    with clock.travel(sh(at)):
        client.force_login(person)
        said = client.get(reverse("reporting:inbox")).content.decode()
    return said.split("data-countdown-text>")[1].split("<")[0]


def test_who_has_not_sent_reads_how_long_that_is_overdue_until_it_is_sent(scene):
    contact, province = scene.cast.contact_city, scene.cast.officer_province
    scene.published("05-08 18:00")
    sweep(sh("05-12 09:00"))
    assert chip(contact, "05-15 17:00").startswith("距周报截止 ")
    assert chip(contact, "05-15 19:35") == "周报已逾期 2 小时 5 分", "not frozen yet"
    sweep(sh("05-15 19:36"))
    assert chip(contact, "05-16 17:30") == "周报已逾期 1 天 0 小时 0 分", "frozen, and still owed"
    assert chip(province, "05-16 17:30").startswith("距周报截止 "), "the province owes nothing"
    assert chip(contact, "05-21 09:00").startswith("距周报截止 1 天 "), "the next one is nearer"
    report = UnitReport.objects.get(period__number=4, unit=scene.cast.city)
    reports.send(report, "补报说明。", False, seen="", actor=contact, at=sh("05-16 18:00"))
    sweep(sh("05-16 18:01"))
    assert chip(contact, "05-16 18:01").startswith("距周报截止 5 天 ")


def test_an_open_page_says_overdue_at_the_cutoff_only_to_who_has_not_sent(scene):
    scene.published("05-08 18:00")
    sweep(sh("05-12 09:00"))
    assert around(scene.cast.contact_city)["countdown"].gone == "周报已逾期"
    assert around(scene.cast.officer_province)["countdown"].gone == ""
    report = UnitReport.objects.get(period__number=4, unit=scene.cast.city)
    reports.send(report, "按计划进行。", False, seen="", actor=scene.cast.contact_city, at=sh("05-13 09:00"))
    assert around(scene.cast.contact_city)["countdown"].gone == ""


def test_an_enterprise_sees_no_weekly_countdown(scene):
    make.target(scene.campaign, scene.cast.site_a)
    week(scene.campaign, 4, "05-15 17:30")
    said = around(scene.cast.enterprise_a)
    assert said["campaign"] == scene.campaign
    assert said["countdown"] is None


def test_a_citys_campaign_displaces_the_provinces_in_the_city_alone_and_no_countdown(scene):
    cast = scene.cast
    own = make.campaign(cast.city, year=2020)
    week(scene.campaign, 4, "05-15 17:30")
    assert around(cast.officer_province)["campaign"] == scene.campaign
    for person in (cast.officer_city, cast.officer_a):
        said = around(person)
        assert (said["campaign"], said["countdown"].due_at) == (own, sh("05-15 17:30"))
        assert "周" not in said["phase_label"], "the week is another campaign's"
    client = Client()
    client.force_login(cast.officer_city)
    with clock.travel(NOW):
        assert client.get(reverse("reporting:report_list")).context["campaign"] == scene.campaign, "it has reports"
        client.get(reverse("reporting:report_list"), {"campaign": scene.campaign.pk})
        answer = client.get(reverse("reporting:workbench"))
    assert answer.context["campaign"] == scene.campaign, "the choice is kept"
    assert bar(answer) == scene.campaign.title


def bar(answer) -> str:
    """The name in the top bar."""
    said = answer.content.decode().split('class="topbar-campaign"')[1].split("</strong>")[0]
    return said.rsplit(">", 1)[1]


def test_the_bar_names_the_campaign_that_a_page_is_of_and_the_choice_made_in_it_is_kept(scene):
    own = make.campaign(scene.cast.city, year=2020)
    own.title = "漯河市本级执法行动"
    own.save(update_fields=["title"])
    week(scene.campaign, 4, "05-15 17:30")
    plan = Plan.objects.create(
        campaign=scene.campaign, unit=scene.cast.county_a, version=1, made_by=scene.cast.leader_a, made_at=NOW
    )
    client = Client()
    client.force_login(scene.cast.leader_a)
    with clock.travel(NOW):
        desk, page = (
            client.get(reverse("reporting:workbench")),
            client.get(reverse("campaigns:plan_detail", args=[plan.pk])),
        )
        assert (bar(desk), bar(page)) == (own.title, scene.campaign.title)
        assert "距“2020 年度排污单位…”周报截止" in desk.content.decode(), "the countdown of another campaign names it"
        assert "距周报截止" in page.content.decode(), "that of the page's own does not"
        assert bar(client.get(reverse("reporting:inbox"))) == own.title, "looking is not choosing"
        switch = f"{reverse('reporting:workbench')}?campaign={scene.campaign.pk}"
        assert f'href="{switch}"' in desk.content.decode()
        client.get(switch)
        for name in ("reporting:inbox", "campaigns:plan_figures", "inspections:target_list"):
            assert bar(client.get(reverse(name))) == scene.campaign.title, f"{name} keeps the choice"


def test_the_bar_names_no_campaign_that_its_person_does_not_see(scene):
    assert campaign_of_page(scene.cast.officer_other, {"campaign": make.campaign(scene.cast.county_a)}) is None


def test_what_is_due_next_year_says_so(cast):
    open_obligation(
        kind="test", subject="a", unit_path=cast.county_a.path, due_at=sh("05-20 09:00"), at=NOW, title="上报"
    )
    client = Client()
    client.force_login(cast.officer_a)
    with clock.travel(NOW):
        assert "2020-05-20 09:00" in client.get(reverse("reporting:workbench")).content.decode()


def test_without_a_campaign_nothing_is_promised(cast):
    said = around(cast.officer_a)
    assert (said["campaign"], said["phase_label"], said["countdown"]) == (None, "", None)


def test_the_workbench_badge_counts_what_is_late_or_due_today(cast):
    for subject, due in (("a", "05-12 09:00"), ("b", "05-13 23:59:59"), ("c", "05-14 00:00")):
        open_obligation(
            kind="test", subject=subject, unit_path=cast.county_a.path, due_at=sh(due), at=NOW, title="上报"
        )
    entries = {entry["title"]: entry for group in around(cast.officer_a)["nav"] for entry in group["entries"]}
    assert entries["工作台"]["badge"] == 2
    assert around(cast.officer_city)["nav"][0]["entries"][0]["badge"] == 1, "the superior is told of what is late below"
    assert around(cast.officer_other)["nav"][0]["entries"][0]["badge"] is None


def test_a_menu_shows_only_what_its_person_may_open(cast):
    def titles(person):
        return {entry["title"] for group in around(person)["nav"] for entry in group["entries"]}

    assert "人员与授权" in titles(cast.security)
    assert "人员与授权" not in titles(cast.officer_a)


def test_nothing_is_asked_until_a_template_looks(cast, django_assert_num_queries):
    request = request_of(cast.officer_a)
    with django_assert_num_queries(0):
        shell(request)


def test_a_broken_page_without_a_user_has_no_shell():
    assert shell(RequestFactory().get("/")) == {"shell": None}


def test_the_shell_takes_eight_queries_at_most_and_one_more_for_who_sends(scene, django_assert_max_num_queries):
    week(scene.campaign, 4, "05-15 17:30")
    request = request_of(scene.cast.officer_a)
    with django_assert_max_num_queries(8), clock.travel(NOW):
        shell_of(request, request.user)
    sender = request_of(scene.cast.contact_city)
    with django_assert_max_num_queries(9), clock.travel(NOW):
        shell_of(sender, sender.user)


@pytest.mark.parametrize("name", ["officer_a", "inspector_a", "enterprise_a", "expert", "security"])
def test_every_person_gets_a_workbench_with_the_way_out(client, cast, name):
    client.force_login(getattr(cast, name))
    said = client.get(reverse("reporting:workbench")).content.decode()
    assert f'action="{reverse("accounts:logout")}"' in said
    assert reverse("accounts:password_change") in said
    assert 'aria-current="page"' in said
