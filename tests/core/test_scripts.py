"""static/js in a real browser, on the real frames and under the real content security policy."""

import json
import re
from io import BytesIO

import pytest
from playwright.sync_api import Page, expect

from core import clock
from tests.core.script_pages import received

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
TEXT = "2# 碱回收炉布袋压差报警未处置"
OFFER = "上次填写的内容没有提交"


@pytest.fixture(autouse=True)
def pages(settings):
    settings.ROOT_URLCONF = "tests.core.script_pages"
    received.clear()


def fill(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_label("存在的问题").fill(TEXT)
    page.get_by_label("程度").select_option("3")
    page.get_by_label("已告知").check()
    page.get_by_label("口令").fill("hush-hush")


def save(page: Page) -> None:
    page.get_by_role("button", name="保存").click()
    page.wait_for_load_state()


def restored(page: Page) -> None:
    page.get_by_role("button", name="恢复填写").click()
    expect(page.get_by_label("存在的问题")).to_have_value(TEXT)
    expect(page.get_by_label("程度")).to_have_value("3")
    expect(page.get_by_label("已告知")).to_be_checked()
    expect(page.get_by_label("口令")).to_have_value("")


def test_an_expired_session_leads_back_to_the_form_and_its_content(live_server, page):
    fill(page, f"{live_server}/form?answer=login")
    save(page)
    expect(page.locator("body")).to_have_attribute("data-page", "login")
    page.get_by_role("button", name="登录").click()
    page.wait_for_url("**/form?answer=login")
    restored(page)


def test_a_refusal_keeps_what_was_typed(live_server, page):
    fill(page, f"{live_server}/form?answer=refused")
    save(page)
    expect(page.get_by_role("heading")).to_contain_text("数据已经变化")
    page.get_by_role("link", name="返回首页").click()
    page.wait_for_url("**/deeds")
    page.goto(f"{live_server}/form")
    restored(page)


def test_what_was_saved_is_not_offered_again(live_server, page):
    fill(page, f"{live_server}/form")
    save(page)
    page.wait_for_url("**/deeds")
    page.goto(f"{live_server}/form")
    expect(page.get_by_label("存在的问题")).to_have_value("")
    expect(page.get_by_text(OFFER)).to_have_count(0)


def test_a_form_that_comes_back_with_faults_offers_nothing(live_server, page):
    page.goto(f"{live_server}/form?answer=wrong")
    page.get_by_label("程度").select_option("3")
    save(page)
    expect(page.get_by_label("程度")).to_have_value("3")
    expect(page.locator("[data-error-summary]")).to_be_focused()
    expect(page.get_by_text(OFFER)).to_have_count(0)


def test_a_draft_is_offered_only_to_the_person_who_typed_it(live_server, page):
    fill(page, f"{live_server}/form?answer=refused&who=1")
    save(page)
    page.goto(f"{live_server}/form?who=2")
    expect(page.get_by_text(OFFER)).to_have_count(0)
    page.goto(f"{live_server}/form?who=1")
    expect(page.get_by_text(OFFER)).to_have_count(1)


def test_a_refused_draft_can_be_thrown_away(live_server, page):
    fill(page, f"{live_server}/form?answer=refused")
    save(page)
    page.goto(f"{live_server}/form")
    page.get_by_role("button", name="不要了").click()
    page.reload()
    expect(page.get_by_text(OFFER)).to_have_count(0)


def test_passwords_and_tokens_never_enter_a_draft(live_server, page):
    fill(page, f"{live_server}/form?keep=device")
    expect(page.locator("[data-keep-status]")).to_contain_text("已保存在本机")
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert TEXT in json.dumps(json.loads(kept), ensure_ascii=False)
    assert "hush-hush" not in kept
    assert "csrf" not in kept


def test_a_double_press_sends_once_and_carries_the_pressed_button(live_server, page):
    fill(page, f"{live_server}/form")
    page.evaluate("""() => { const press = document.querySelector('[name="press"]'); press.click(); press.click(); }""")
    page.wait_for_url("**/deeds")
    assert [sent["press"] for sent in received] == ["save"]


def test_the_button_wakes_when_the_page_comes_back(live_server, page):
    fill(page, f"{live_server}/form")
    save(page)
    page.wait_for_url("**/deeds")
    page.go_back()
    expect(page.get_by_role("button", name="保存")).to_be_enabled()


def test_a_confirmation_can_be_declined_and_given(live_server, page):
    page.goto(f"{live_server}/deeds")
    page.get_by_role("button", name="提交").click()
    page.get_by_role("dialog").get_by_role("button", name="返回").click()
    assert received == []
    page.get_by_role("button", name="提交").click()
    page.get_by_role("dialog").get_by_role("button", name="提交").click()
    page.wait_for_load_state()
    assert [sent["press"] for sent in received] == ["send"]


def test_a_dialog_opens_and_closes_by_keyboard(live_server, page):
    page.goto(f"{live_server}/deeds")
    page.get_by_role("button", name="撤销").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="撤销立案")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="撤销立案")).to_be_hidden()
    expect(page.get_by_role("button", name="撤销")).to_be_focused()


def test_the_phones_menu_works_by_keyboard(live_server, phone):
    phone.goto(f"{live_server}/deeds")
    menu = phone.get_by_role("button", name="菜单")
    menu.focus()
    phone.keyboard.press("Enter")
    expect(menu).to_have_attribute("aria-expanded", "true")
    expect(phone.get_by_role("navigation", name="主导航")).to_be_visible()
    phone.keyboard.press("Escape")
    expect(phone.get_by_role("navigation", name="主导航")).to_be_hidden()
    expect(menu).to_be_focused()


def test_a_countdown_ticks_by_the_platforms_clock(live_server, page):
    with clock.travel(clock.at_local(clock.today(), 17, 25)):
        page.goto(f"{live_server}/deeds")
        expect(page.locator("[data-countdown-text]")).to_have_text(re.compile("距周报截止 6 小时 3[34] 分"))


def test_a_fragment_carries_the_token_and_is_swapped_in(live_server, page):
    page.goto(f"{live_server}/deeds")
    page.get_by_role("button", name="片段").click()
    expect(page.locator("#answer")).to_have_text("已更新")


def test_a_refused_fragment_says_why_in_the_servers_words(live_server, page):
    page.goto(f"{live_server}/deeds")
    page.get_by_role("button", name="被拒").click()
    expect(page.locator("#toasts")).to_contain_text("该问题已由他人销号，请刷新。")
    expect(page.locator("#answer")).to_have_text("原样")


def test_an_error_page_answers_a_fragment_with_its_heading(live_server, page):
    page.goto(f"{live_server}/deeds")
    page.get_by_role("button", name="陈旧").click()
    expect(page.locator("#toasts")).to_contain_text("页面已过期，没有提交。")


def test_the_login_page_is_never_swapped_into_a_page(live_server, page):
    page.goto(f"{live_server}/deeds")
    page.get_by_role("button", name="过期").click()
    expect(page.locator("#toasts")).to_contain_text("登录已过期")
    expect(page.get_by_role("link", name="在新窗口登录")).to_have_attribute("href", "/login?next=%2Fdeeds")
    expect(page.locator("#answer")).to_have_text("原样")


def test_a_lost_network_is_said(live_server, page):
    page.goto(f"{live_server}/deeds")
    page.context.set_offline(True)
    page.get_by_role("button", name="片段").click()
    expect(page.locator("#toasts")).to_contain_text("网络不通")


def photo(name: str, size: int = 1000, kind: str = "image/jpeg") -> dict[str, object]:
    return {"name": name, "mimeType": kind, "buffer": BytesIO(b"0" * size).getvalue()}


def test_photos_are_checked_shown_and_removable_before_they_are_sent(live_server, phone, settings):
    settings.EVIDENCE_MAX_BYTES = 1024 * 1024
    phone.goto(f"{live_server}/evidence")
    chooser = phone.locator("#id_photos")
    chooser.set_input_files(
        [photo("烟羽.jpg"), photo("全景.jpg", 1_600_000), photo("台账.pdf", kind="application/pdf")]
    )
    expect(phone.locator("[data-photo-errors]")).to_contain_text("“全景.jpg”有 1.5 MB，超过 1 MB 的上限")
    expect(phone.locator("[data-photo-errors]")).to_contain_text("“台账.pdf”不是图片")
    chooser.set_input_files([photo("压差.jpg", 2000)])
    expect(phone.locator(".photo")).to_have_count(2)
    phone.get_by_role("button", name="移除 烟羽.jpg").click()
    sign(phone)
    phone.get_by_role("button", name="提交").click()
    phone.wait_for_url("**/deeds")
    assert received[0]["photos"] == ["压差.jpg"]
    assert int(str(received[0]["signature"])) > 100


def sign(page: Page) -> None:
    box = page.locator("canvas").bounding_box()
    assert box
    page.locator("canvas").scroll_into_view_if_needed()
    box = page.locator("canvas").bounding_box()
    assert box
    page.mouse.move(box["x"] + 40, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + 160, box["y"] + 120, steps=8)
    page.mouse.up()


def test_a_missing_signature_is_asked_for_and_can_be_given_again(live_server, page):
    page.goto(f"{live_server}/evidence")
    page.get_by_role("button", name="提交").click()
    expect(page.locator("[data-signature-status]")).to_have_text("请先手写签名再提交")
    sign(page)
    expect(page.locator("[data-signature-status]")).to_have_text("已签名")
    page.get_by_role("button", name="重签").click()
    expect(page.locator("[data-signature-value]")).to_have_value("")
    assert received == []


def test_a_table_becomes_a_list_of_records_on_a_phone(live_server, phone):
    phone.goto(f"{live_server}/deeds")
    cell = phone.get_by_text("05-16")
    expect(cell).to_have_attribute("data-label", "整改期限")
    expect(cell).to_have_css("display", "block")


@pytest.mark.parametrize("address", ["form", "evidence", "deeds", "login"])
def test_no_page_scrolls_sideways_on_a_phone(live_server, phone, address):
    phone.goto(f"{live_server}/{address}")
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
