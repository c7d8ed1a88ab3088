"""A draw in the browser: the secret stays there, and a room sees one stratum after another."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from campaigns.draw_rules import commitment
from campaigns.models import Draw
from core import clock
from tests.campaigns import draw_scene as scene

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def opened(live_server, client) -> Callable[[Page, User, str], None]:
    def open_as(page: Page, user: User, address: str) -> None:
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        page.goto(live_server.url + address)

    return open_as


def url(name: str, draw: Draw) -> str:
    return reverse(f"campaigns:{name}", args=[draw.pk])


def test_the_secret_is_made_in_the_browser_and_opens_the_commitment(cast, page, opened, tmp_path):
    draw = scene.sealed(cast)
    with clock.travel(scene.SOON):
        opened(page, cast.discipline, url("draw_detail", draw))
        page.get_by_role("button", name="在本机生成密值").click()
        value = page.locator("[data-secret-value]").inner_text()
        sent = page.get_by_label("承诺值", exact=True).input_value()
        assert (len(value), sent) == (64, commitment(draw.pool_digest, "witness", value))
        with page.expect_download() as told:
            page.get_by_role("button", name="下载保管").click()
        told.value.save_as(tmp_path / "secret.txt")
        assert value in (tmp_path / "secret.txt").read_text(encoding="utf-8")
        page.get_by_role("button", name="提交承诺值").click()
        expect(page.get_by_text("承诺值已提交。")).to_be_visible()
    place = draw.participants.get(role="witness")
    assert (place.commitment, place.value) == (sent, "")


def test_a_room_sees_one_enterprise_after_another(cast, page, opened):
    draw = scene.ready(cast)
    with clock.travel(scene.AFTER):
        opened(page, cast.officer_city, url("draw_detail", draw))
        page.get_by_role("button", name="在大屏上抽取").click()
        expect(page.get_by_role("button", name="开始公布")).to_be_visible()
        expect(page.locator("[data-drawn]:visible")).to_have_count(0)
        page.get_by_role("button", name="开始公布").click()
        expect(page.locator("[data-drawn]:visible")).to_have_count(1)
        expect(page.get_by_text("已公布 4 / 4 家")).to_be_visible()
        expect(page.locator("[data-stratum]:visible")).to_have_count(2)
        expect(page.get_by_role("button", name="再看一遍")).to_be_visible()


def test_a_room_that_waits_sees_the_draw_begin(cast, page, opened):
    draw = scene.ready(cast)
    with clock.travel(scene.AFTER):
        opened(page, cast.discipline, url("draw_watch", draw))
        expect(page.locator(".stage-steps li.is-done")).to_have_count(5)
        scene.draws.hold(draw, actor=cast.officer_city, at=scene.AFTER)
        expect(page.get_by_role("button", name="开始公布")).to_be_visible()


def test_on_a_phone_no_page_of_a_draw_runs_over(cast, phone, opened):
    draw = scene.drawn(cast)
    with clock.travel(scene.AFTER):
        for name in ("draw_detail", "draw_watch"):
            opened(phone, cast.officer_city, url(name, draw))
            assert phone.evaluate("document.documentElement.scrollWidth") <= 360
