"""What the plugins of the tests promise: own places for workers, a browser or a named package, real processes."""

import os
import subprocess

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Browser, Page

from config.celery import app
from tests.browser import DESK, MISSING, find_browser, require_browser, window
from tests.launching import ask
from tests.running import child_environment
from tests.servers import numbered

POLICY = {"content-security-policy": "script-src 'self'", "content-type": "text/html"}


@pytest.mark.parametrize(
    "url, expected",
    [
        ("unix:///run/redis.sock?db=0", "unix:///run/redis.sock?db=3"),
        ("redis://:secret@localhost:6379/0", "redis://:secret@localhost:6379/3"),
        ("redis://localhost", "redis://localhost/3"),
    ],
)
def test_each_worker_has_a_numbered_redis_database(url, expected):
    assert numbered(url, 3) == expected


def test_a_run_is_marked_as_a_test_with_a_state_folder_of_its_own():
    assert settings.TESTING
    assert not settings.DEMO
    assert settings.STATE_DIR.is_relative_to(os.environ["TESTS_FOLDER"])


def test_a_missing_browser_fails_and_names_the_packages(monkeypatch):
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    assert find_browser() == ""
    with pytest.raises(pytest.fail.Exception, match="请安装软件包 chromium 和 fonts-wqy-microhei"):
        require_browser()
    assert "apt-get" in MISSING


def show(page: Page, body: str) -> None:
    page.route("http://page.example/", lambda route: route.fulfill(headers=POLICY, body=body))
    page.goto("http://page.example/")


def test_a_page_that_breaks_the_policy_fails_its_test(browser: Browser):
    opened = window(browser, **DESK)
    show(opened.__enter__(), "<p>页面</p><script>document.title = 1</script>")
    with pytest.raises(AssertionError, match="Content Security Policy"):
        opened.__exit__(None, None, None)


def test_a_page_that_keeps_to_the_policy_shows_chinese(page: Page):
    show(page, "<meta charset=utf-8><p>漯河示例纸业</p>")
    assert page.inner_text("p") == "漯河示例纸业"


def test_the_phone_is_narrow_and_in_shanghai(phone: Page):
    assert phone.evaluate("screen.width") == 360
    assert phone.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone") == "Asia/Shanghai"


def test_children_use_the_database_of_the_test(db):
    assert ask(child_environment()["DATABASE_URL"], "select current_database()") == connection.settings_dict["NAME"]


def test_a_real_worker_answers_on_the_real_broker(celery_worker: subprocess.Popen):
    assert len(app.control.ping(timeout=2)) == 1
    celery_worker.kill()
    celery_worker.wait()
    assert app.control.ping(timeout=0.5) == []
