"""A pytest plugin: the journeys' browser. It is never skipped: what is missing fails with the name of its package.

`page` is a desk (1440 px) and `phone` a hand (360 px, touch); both start signed out, in Chinese and Shanghai time. A
script error or a refusal by the content security policy on any page fails the test that caused it.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "找不到浏览器：请安装软件包 chromium 和 fonts-wqy-microhei（Debian：apt-get install）。"
DESK = {"viewport": {"width": 1440, "height": 900}}
HAND = {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True, "device_scale_factor": 2}
PLACE = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"}
WAIT_MILLISECONDS = 10_000


def find_browser() -> str:
    """The browser's program: CHROMIUM from the environment, else the first on PATH."""
    names = (os.environ["CHROMIUM"],) if os.environ.get("CHROMIUM") else PROGRAMS
    return next((found for name in names if (found := shutil.which(name))), "")


def require_browser() -> str:
    return find_browser() or pytest.fail(MISSING)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = require_browser()
    # The synchronous driver keeps an event loop on this thread, which Django would take for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    expect.set_options(timeout=WAIT_MILLISECONDS)
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


@contextmanager
def window(browser: Browser, **options: object) -> Iterator[Page]:
    """A page in a context of its own (cookies, storage); complains at the end about script and policy errors."""
    errors: list[str] = []
    context = browser.new_context(**PLACE, **options)
    context.set_default_timeout(WAIT_MILLISECONDS)
    context.on("weberror", lambda error: errors.append(str(error.error)))
    context.on("console", lambda message: errors.extend(_policy_errors(message)))
    yield context.new_page()
    context.close()
    assert not errors, "\n".join(errors)


def _policy_errors(message: ConsoleMessage) -> list[str]:
    return [message.text] if message.type == "error" and "Content Security Policy" in message.text else []


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    with window(browser, **DESK) as opened:
        yield opened


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    with window(browser, **HAND) as opened:
        yield opened


@pytest.fixture
def new_window(browser: Browser) -> Iterator[Callable[..., Page]]:
    """More people at once: `new_window(**HAND)` opens another signed-out browser context."""
    opened = []

    def opener(**options: object) -> Page:
        manager = window(browser, **(options or DESK))
        opened.append(manager)
        return manager.__enter__()

    yield opener
    for manager in opened:
        manager.__exit__(None, None, None)
