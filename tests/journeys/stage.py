"""The stage of the whole campaign: people with a window each, the clock of the story, and what every page must keep."""

import os
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import APIResponse, Download, Locator, Page, Response, expect

from accounts.models import User
from core import clock
from tests import factories as make
from tests.browser import DESK, HAND
from tests.cast import Cast

PICTURES = os.environ.get("JOURNEY_PICTURES", "")
WIDTHS = (1440, 360)
# Module scripts have run by then; pictures may follow.
READY: Literal["domcontentloaded"] = "domcontentloaded"
NOT_FOUND = "没有找到这个页面"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass
class Player:
    """One person at one window. Signs in whenever the platform asks for it, as people do."""

    user: User
    page: Page
    stage: "Stage"
    password: str = make.PASSWORD

    def open(self, path: str) -> Page:
        self.visit(path)
        return self.page

    def visit(self, path: str) -> Response:
        """Go there, through the login page when the session has ended; the answer of the page itself."""
        answer = self.page.goto(self.stage.url + path, wait_until=READY)
        if "/login/" in self.page.url:
            answer = self.sign_in()
        assert answer is not None
        return answer

    def sign_in(self) -> Response | None:
        self.page.get_by_label("账号").fill(self.user.username)
        self.page.get_by_label("密码").fill(self.password)
        with self.page.expect_navigation(wait_until=READY) as left:
            self.press("登录")
        assert "/login/" not in self.page.url, f"{self.user.name} could not sign in"
        return left.value

    def press(self, name: str, *, exact: bool = True) -> None:
        self.page.get_by_role("button", name=name, exact=exact).first.click()

    def fill(self, **texts: str) -> None:
        """Type into Django's fields by their names."""
        for name, text in texts.items():
            self.page.locator(f"#id_{name}").fill(text)

    def confirm(self, opener: str, label: str, reason: str = "") -> None:
        """A deed that asks first: open the question, give the reason it wants, and say yes."""
        self.press(opener)
        dialog = self.page.locator("dialog[open]")
        if reason:
            dialog.locator("textarea").fill(reason)
        dialog.get_by_role("button", name=label, exact=True).click()

    def reads(self, sentence: str) -> None:
        """The page says so, where a person sees it."""
        expect(self.page.get_by_text(sentence).locator("visible=true").first).to_be_visible()

    def finds_nothing(self, path: str) -> None:
        """What lies outside this person's units is not there: 404, in words."""
        status = self.visit(path).status
        assert status == 404, f"{self.user.name} opened {path}: {status}"
        self.reads(NOT_FOUND)

    def is_turned_away(self, path: str) -> None:
        """Inside the units, without the right: 403."""
        status = self.visit(path).status
        assert status == 403, f"{self.user.name} opened {path}: {status}"

    def fetch(self, path: str) -> bytes:
        """What a link of the page leads to, as bytes."""
        answer = self.page.request.get(self.stage.url + path)
        assert answer.status == 200, f"{path}: {answer.status}"
        return answer.body()

    def post(self, path: str, fields: dict[str, Any], *, as_json: bool = False) -> APIResponse:
        """What a person could send past the buttons of the page, with the page's own token."""
        token = next(one["value"] for one in self.page.context.cookies() if one["name"] == "csrftoken")
        given = {"data": fields} if as_json else {"form": fields}
        headers = {"X-CSRFToken": token, "Referer": self.stage.url + path}
        return self.page.request.post(self.stage.url + path, headers=headers, **given)

    def downloads(self, link: Locator) -> bytes:
        """Press a link that hands out a file."""
        with self.page.expect_download() as started:
            link.click()
        found: Download = started.value
        return Path(found.path()).read_bytes()

    def draw(self, pad: Locator) -> None:
        """A signature with the finger."""
        pad.scroll_into_view_if_needed()
        box = pad.bounding_box()
        assert box is not None
        mouse = self.page.mouse
        mouse.move(box["x"] + 30, box["y"] + box["height"] * 0.6)
        mouse.down()
        for across, down in ((0.25, 0.3), (0.45, 0.7), (0.6, 0.35), (0.8, 0.65)):
            mouse.move(box["x"] + box["width"] * across, box["y"] + box["height"] * down, steps=4)
        mouse.up()


@dataclass
class Stage:
    """Everything that the steps share. `facts` keeps what a later step needs of an earlier one."""

    url: str
    cast: Cast
    new_window: Callable[..., Page]
    clock: ExitStack
    players: dict[tuple[int, bool], Player] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    shots: int = 0

    def travel(self, moment: str) -> None:
        """Live at a Shanghai moment, "2020-04-28 09:00", and tick on from there."""
        at = datetime.strptime(moment, "%Y-%m-%d %H:%M").replace(tzinfo=clock.SHANGHAI)
        self.clock.close()
        self.clock.enter_context(clock.travel(at))

    def at_desk(self, user: User) -> Player:
        return self._player(user, DESK, by_hand=False)

    def on_phone(self, user: User) -> Player:
        return self._player(user, HAND, by_hand=True)

    def _player(self, user: User, window: dict[str, object], *, by_hand: bool) -> Player:
        key = (user.pk, by_hand)
        if key not in self.players:
            self.players[key] = Player(user, self.new_window(**window), self)
        return self.players[key]

    def new_phone(self) -> Page:
        return self.new_window(**HAND)

    def joins(self, player: Player, *, by_hand: bool) -> Player:
        """Somebody who came into being during the story."""
        self.players[player.user.pk, by_hand] = player
        return player

    def look(self, page: Page, name: str, *, wide: bool = False) -> None:
        """A page as people see it: nothing serious for axe, no scrolling sideways at either width. Keeps a picture."""
        self.shots += 1
        before = page.viewport_size
        serious = [one for one in Axe().run(page).response["violations"] if one["impact"] in {"serious", "critical"}]
        assert not serious, f"{name}: " + "; ".join(
            f"{one['id']}: {[node['html'][:200] for node in one['nodes'][:3]]}" for one in serious
        )
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900 if width > 500 else 740})
            assert wide or page.evaluate(OVERFLOW) <= 0, f"{name} scrolls sideways at {width} px"
            if PICTURES:
                page.screenshot(path=Path(PICTURES) / f"{self.shots:02d}-{name}-{width}.png", full_page=True)
        if before:
            page.set_viewport_size(before)
