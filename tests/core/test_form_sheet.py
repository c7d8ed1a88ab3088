"""A sheet in a real browser: filled, kept, sent, lost network, lost session, two people, photos."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from PIL import Image
from playwright.sync_api import Page, expect

from core import clock
from core.form_engine import registry
from core.models import StoredFile, Submission, SubmissionConflict
from tests import factories as make
from tests.browser import HAND
from tests.cast import Cast, assemble
from tests.core import form_subject, sample

pytestmark = [pytest.mark.journey, pytest.mark.urls("tests.core.form_urls")]


@pytest.fixture
def cast(transactional_db: None) -> Iterator[Cast]:
    registry.register(form_subject.KIND, form_subject.SampleHandler)
    with clock.travel(make.MORNING):
        yield assemble()
    registry.unregister(form_subject.KIND)


@pytest.fixture
def opened(cast: Cast, live_server: Any, new_window: Callable[..., Page]) -> Callable[..., Page]:
    """Open the sample form as somebody, on a phone unless told otherwise."""

    def opener(user: Any, **options: object) -> Page:
        page = new_window(**(options or HAND))
        sign_in(page, user, live_server.url)
        page.goto(f"{live_server.url}/sample/{cast.site_a.pk}/")
        return page

    return opener


def sign_in(page: Page, user: Any, url: str) -> None:
    client = Client()
    client.force_login(user)
    value = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": value, "url": url}])


def status(page: Page) -> Any:
    return page.locator("[data-form-status]")


def choose(page: Page, path: str, label: str) -> None:
    page.locator(f'[data-form-field="{path}"]').get_by_role("radio", name=label, exact=True).check()


def fill_up(page: Page) -> None:
    """Answer what sample.complete() answers."""
    choose(page, "systems.targets.established", "有")
    choose(page, "systems.targets.carried_out", "无")
    choose(page, "systems.radiation.established", "不适用")
    page.locator('[data-form-field="systems.radiation.reason"] input').fill("没有辐射源")
    part(page, "permits")
    choose(page, "permits.eia.holds", "涉及")
    page.locator('[data-form-field="permits.eia.number"] input').fill("漯环审〔2018〕3号")
    choose(page, "permits.eia.lawful", "是")
    choose(page, "permits.eia.matches", "否")
    part(page, "facilities")
    choose(page, "facilities.treatment.result", "符合")
    part(page, "mobile")
    choose(page, "mobile.machines.has", "无")


def part(page: Page, key: str) -> None:
    page.locator(f'[data-form-tab="{key}"]').click()


def send(page: Page) -> None:
    page.locator("[data-form-submit]").click()
    page.get_by_role("button", name="确认提交").click()


def test_a_sheet_is_filled_kept_and_received(cast: Cast, opened: Callable[..., Page]) -> None:
    page = opened(cast.enterprise_a)
    fill_up(page)
    expect(page.locator("[data-form-missing]")).to_have_text("已填齐")
    send(page)
    expect(status(page)).to_contain_text("已收讫 · 回执 2020-0000001")
    assert Submission.objects.get().answers == sample.complete()


def test_what_is_missing_is_named_and_reached(cast: Cast, opened: Callable[..., Page]) -> None:
    page = opened(cast.enterprise_a)
    expect(page.locator("[data-form-missing]")).to_have_text("缺 5 项")
    page.locator("[data-form-missing]").click()
    page.get_by_role("button", name="四、移动源 · 非道路移动机械：未填写").click()
    expect(page.locator('[data-form-field="mobile.machines.has"]')).to_be_in_viewport()
    choose(page, "mobile.machines.has", "无")
    expect(page.locator('[data-form-tab="mobile"]')).to_have_text("✓ 移动源 1")
    page.get_by_role("button", name="下一项未填").click()
    expect(page.locator('[data-form-field="systems.targets.established"]')).to_be_in_viewport()


def test_a_draft_is_on_the_server_and_comes_back(cast: Cast, opened: Callable[..., Page]) -> None:
    page = opened(cast.enterprise_a)
    part(page, "facilities")
    page.locator('[data-form-field="facilities.volume.tons"] input').fill("１，２３４．５")
    page.get_by_role("button", name="暂存").click()
    expect(status(page)).to_contain_text("已存到服务器")
    assert Submission.objects.get().answers == {"facilities": {"volume": {"tons": 1234.5}}}
    page.reload()
    expect(page.locator('[data-form-field="facilities.volume.tons"] input')).to_have_value("1234.5")


def test_a_lost_network_loses_nothing_and_heals(cast: Cast, opened: Callable[..., Page]) -> None:
    page = opened(cast.enterprise_a)
    page.context.set_offline(True)
    fill_up(page)
    expect(status(page)).to_contain_text("无网络 · 已保存在本机")
    expect(status(page)).to_contain_text("待上传")
    send(page)
    expect(status(page)).to_contain_text("提交待上传")
    assert not Submission.objects.exists()
    page.context.set_offline(False)
    expect(status(page)).to_contain_text("已收讫 · 回执 2020-0000001")


def test_what_was_kept_offline_survives_a_closed_page(
    cast: Cast, opened: Callable[..., Page], live_server: Any
) -> None:
    page = opened(cast.enterprise_a)
    page.route("**/api/v1/submissions/**", lambda route: route.abort())
    choose(page, "systems.targets.established", "有")
    expect(status(page)).to_contain_text("已保存在本机")
    url = page.url
    context = page.context
    page.close()
    again = context.new_page()
    again.goto(url)
    expect(status(again)).to_contain_text("已存到服务器")
    assert Submission.objects.get().answers == {"systems": {"targets": {"established": "have"}}}


def test_an_answer_lost_after_the_commit_makes_no_conflict(cast: Cast, opened: Callable[..., Page]) -> None:
    page = opened(cast.enterprise_a)
    lost = []

    def lose_first(route: Any) -> None:
        if lost:
            route.continue_()
            return
        route.fetch()
        lost.append(route.request.url)
        route.abort()

    page.route("**/api/v1/submissions/**", lose_first)
    choose(page, "systems.targets.established", "有")
    expect(status(page)).to_contain_text("无网络")
    assert Submission.objects.get().revision == 1
    choose(page, "systems.targets.carried_out", "无")
    expect(status(page)).to_contain_text("已存到服务器")
    assert Submission.objects.get().revision == 2
    assert not SubmissionConflict.objects.exists()


def test_an_ended_session_says_so_and_goes_on_after_login(
    cast: Cast, opened: Callable[..., Page], live_server: Any
) -> None:
    page = opened(cast.enterprise_a)
    cookies = page.context.cookies()
    page.context.clear_cookies()
    choose(page, "systems.targets.established", "有")
    expect(status(page)).to_contain_text("登录已失效")
    link = page.get_by_role("link", name="重新登录")
    assert f"/sample/{cast.site_a.pk}/" in (link.get_attribute("href") or "").replace("%2F", "/")
    page.context.add_cookies(cookies)
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(status(page)).to_contain_text("已存到服务器")
    assert Submission.objects.get().answers == {"systems": {"targets": {"established": "have"}}}


def test_two_people_choose_field_by_field(cast: Cast, opened: Callable[..., Page]) -> None:
    make.grant(cast.second_a, "enterprise", kind="enterprise", subject_id=cast.site_a.pk)
    mine, other = opened(cast.enterprise_a), opened(cast.second_a)
    choose(other, "systems.targets.established", "无")
    choose(other, "systems.radiation.established", "有")
    other.get_by_role("button", name="暂存").click()
    expect(status(other)).to_contain_text("已存到服务器")
    choose(mine, "systems.targets.established", "有")
    choose(mine, "systems.radiation.established", "无")
    mine.get_by_role("button", name="暂存").click()
    dialog = mine.locator('[data-form-dialog="conflict"]')
    expect(dialog).to_contain_text("王二检")
    expect(dialog.locator("fieldset")).to_have_count(2)
    dialog.locator("fieldset").nth(1).get_by_role("radio", name="对方的").check()
    dialog.get_by_role("button", name="按所选保存").click()
    expect(status(mine)).to_contain_text("已存到服务器")
    kept = Submission.objects.get().answers["systems"]
    assert (kept["targets"]["established"], kept["radiation"]["established"]) == ("have", "have")
    assert SubmissionConflict.objects.get().answers["systems"]["radiation"] == {"established": "none"}


def test_a_second_window_of_the_same_sheet_waits(cast: Cast, opened: Callable[..., Page]) -> None:
    page = opened(cast.enterprise_a)
    second = page.context.new_page()
    second.goto(page.url)
    expect(status(second)).to_contain_text("正在另一个窗口填写")


def test_a_double_click_on_submit_has_one_effect(cast: Cast, opened: Callable[..., Page]) -> None:
    page = opened(cast.enterprise_a)
    fill_up(page)
    page.locator("[data-form-submit]").click()
    page.get_by_role("button", name="确认提交").dblclick()
    expect(status(page)).to_contain_text("已收讫")
    assert form_subject.notices() == 1
    assert not SubmissionConflict.objects.exists()


def test_a_photo_travels_apart_with_its_caption(cast: Cast, opened: Callable[..., Page], tmp_path: Path) -> None:
    page = opened(cast.enterprise_a)
    photo = tmp_path / "台账.jpg"
    Image.effect_noise((640, 480), 60).convert("RGB").save(photo)
    page.locator('[data-form-field="systems.targets.photos"] input[type=file]').set_input_files(photo)
    page.get_by_role("button", name="照片 1，查看、写说明或移除").click()
    page.get_by_label("说明（拍的是什么）").fill("压差")
    page.get_by_role("button", name="完成").click()
    page.get_by_role("button", name="暂存").click()
    expect(status(page)).to_contain_text("已存到服务器")
    expect(status(page)).not_to_contain_text("待上传")
    kept = Submission.objects.get()
    assert kept.answers["systems"]["targets"]["photos"][0]["caption"] == "压差"
    assert [file.name for file in kept.files.all()] == ["台账.jpg"]
    elsewhere = opened(cast.enterprise_a).locator('[data-form-field="systems.targets.photos"] img')
    expect(elsewhere).to_have_js_property("naturalWidth", 160)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("说明.txt", b"text", "不是图片"),
        ("空.jpg", b"", "空文件"),
        ("假.jpg", b"\xff\xd8\xff no picture", "打不开"),
        ("大.jpg", b"\xff\xd8\xff" + bytes(30 * 1024 * 1024), "超过 20 MB"),
    ],
)
def test_what_is_no_photo_is_refused_and_nothing_is_lost(
    cast: Cast, opened: Callable[..., Page], tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    page = opened(cast.enterprise_a)
    choose(page, "systems.targets.established", "有")
    wrong = tmp_path / name
    wrong.write_bytes(content)
    field = page.locator('[data-form-field="systems.targets.photos"]')
    field.locator("input[type=file]").set_input_files(wrong)
    expect(field).to_contain_text(said)
    expect(page.get_by_role("radio", name="有").first).to_be_checked()
    assert not StoredFile.objects.exists()


def test_a_correction_opens_with_the_old_answers_and_asks_why(
    cast: Cast, opened: Callable[..., Page], live_server: Any
) -> None:
    page = opened(cast.enterprise_a)
    fill_up(page)
    send(page)
    expect(status(page)).to_contain_text("已收讫")
    page.goto(f"{page.url.partition('#')[0]}?correct=1")
    expect(page.locator("[data-form-missing]")).to_have_text("缺 1 项")
    part(page, "systems")
    choose(page, "systems.targets.carried_out", "有")
    page.get_by_label("更正理由").fill("看错台账")
    send(page)
    expect(status(page)).to_contain_text("已收讫 · 回执 2020-0000002")
    newest = Submission.objects.final().get()
    assert (newest.version, newest.reason) == (2, "看错台账")


def test_extra_inputs_of_the_room_travel_and_come_back(cast: Cast, opened: Callable[..., Page]) -> None:
    page = opened(cast.enterprise_a)
    page.evaluate(
        """() => { const input = document.querySelector('[data-extra="findings"]');
        input.value = '[{"text": "除尘器破损"}]'; input.dispatchEvent(new Event("change", {bubbles: true})); }"""
    )
    page.get_by_role("button", name="暂存").click()
    expect(status(page)).to_contain_text("已存到服务器")
    assert Submission.objects.get().answers == {"_findings": [{"text": "除尘器破损"}]}
    page.reload()
    expect(page.locator('[data-extra="findings"]')).to_have_value('[{"text":"除尘器破损"}]')


def test_rows_are_added_warned_about_and_removed(cast: Cast, opened: Callable[..., Page]) -> None:
    page = opened(cast.enterprise_a)
    part(page, "mobile")
    choose(page, "mobile.machines.has", "有")
    field = page.locator('[data-form-field="mobile.machines.list"]')
    for pin in ("LG01", "ＬＧ０１"):
        field.get_by_role("button", name="添加一行").click()
        field.get_by_label("PIN码").last.fill(pin)
    expect(field).to_contain_text("PIN码 LG01 在第 1、2 行重复出现")
    field.get_by_role("button", name="删除第 1 行").click()
    expect(field).not_to_contain_text("重复出现")
    page.get_by_role("button", name="暂存").click()
    expect(status(page)).to_contain_text("已存到服务器")
    assert Submission.objects.get().answers["mobile"]["machines"]["list"] == [{"pin": "LG01"}]


def test_a_page_with_a_next_step_saves_before_it_leaves(cast: Cast, opened: Callable[..., Page]) -> None:
    page = opened(cast.enterprise_a)
    page.goto(f"{page.url}?next=/healthy-next/")
    fill_up(page)
    page.locator("[data-form-continue]").click()
    page.wait_for_url("**/healthy-next/")
    assert Submission.objects.get().answers == sample.complete()


def test_gaps_are_marked_only_after_somebody_asked(cast: Cast, opened: Callable[..., Page]) -> None:
    page = opened(cast.enterprise_a)
    choose(page, "systems.radiation.established", "不适用")
    gap = page.locator('[data-form-field="systems.radiation.reason"]')
    expect(gap).not_to_contain_text("未填写")
    page.locator("[data-form-missing]").click()
    expect(gap).to_contain_text("未填写")


def test_the_sheet_passes_the_accessibility_rules_and_fits_the_phone(cast: Cast, opened: Callable[..., Page]) -> None:
    page = opened(cast.enterprise_a)
    choose(page, "systems.radiation.established", "不适用")
    page.locator("[data-form-missing]").click()
    page.get_by_role("button", name="返回填写").click()
    for key in ("systems", "permits", "facilities", "mobile"):
        part(page, key)
        found = Axe().run(page).response["violations"]
        assert [v["id"] for v in found if v["impact"] in {"serious", "critical"}] == []
        assert page.evaluate("document.documentElement.scrollWidth") == 360
