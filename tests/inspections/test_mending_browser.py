"""The enterprise reports what it mended from a telephone: nothing typed is lost, whatever goes wrong between."""

import io
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from accounts.models import User
from core import clock
from inspections.states import IssueState
from tests.cast import Cast, assemble
from tests.inspections.mending import LATER, picture

pytestmark = pytest.mark.journey
TEXT = "已更换布袋 12 条，补记台账"


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    return assemble()


def sign_in(page: Page, address: str, user: User) -> None:
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": address}])


def file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


def report(page: Page) -> None:
    page.get_by_role("button", name="报告整改完成").click()


def before_picture() -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (64, 48), "green").save(content, "JPEG")
    return content.getvalue()


def heavy(folder: Path) -> Path:
    """A photo of thirty megabytes: a picture in front, ballast behind it."""
    path = folder / "太大.jpg"
    path.write_bytes(picture() + bytes(30 * 1024 * 1024))
    return path


def test_what_was_typed_survives_refusals_and_an_ended_session(cast, issue, phone, live_server, tmp_path):
    page, address = phone, reverse("inspections:issue_detail", args=[issue.pk])
    words, photos = page.get_by_label("整改了什么"), page.locator("#issue-report input[type=file]")
    with clock.travel(LATER):
        sign_in(page, live_server.url, cast.enterprise_a)
        page.goto(live_server.url + address)
        words.fill("已更换布袋")
        photos.set_input_files(heavy(tmp_path))
        expect(page.locator("#issue-report")).to_contain_text("超过 20 MB 的上限")
        photos.set_input_files([file("整改前.jpg", before_picture()), file("文字.jpg", "这不是照片".encode() * 50)])
        report(page)
        expect(page.locator("#issue-report")).to_contain_text("“文字.jpg”不是照片")
        expect(page.locator("#id_photos_error")).to_contain_text("不是照片")
        expect(words).to_have_value("已更换布袋")
        assert page.url == live_server.url + address, "the page goes by its own address again"
        kept = page.locator("[data-photo-held]")
        expect(kept).to_have_count(1)
        assert kept.locator("img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
        page.get_by_role("button", name="移除 整改前.jpg").click()
        expect(kept).to_have_count(0)

        words.fill(TEXT)
        photos.set_input_files(file("整改.jpg", picture()))
        page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
        report(page)
        expect(page.get_by_role("button", name="登录")).to_be_visible()
        assert page.locator("input[name=next]").input_value() == address
        sign_in(page, live_server.url, cast.enterprise_a)
        page.goto(live_server.url + address)
        page.get_by_role("button", name="恢复填写").click()
        expect(words).to_have_value(TEXT)

        photos.set_input_files(file("整改.jpg", picture()))
        page.get_by_role("button", name="报告整改完成").dblclick()
        expect(page.get_by_text("已报告整改完成，等待复核。")).to_be_visible()
    issue.refresh_from_db()
    assert (issue.state, issue.rectification_text) == (IssueState.REPORTED, TEXT)
    assert issue.rectifications.count() == 1, "pressed twice, reported once"
