"""S5: what every answer tells the browser, whatever kind of answer it is."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.http import HttpResponseBase
from django.test import Client, override_settings
from django.urls import reverse

from campaigns.services import choosing
from core import clock
from tests.architecture.permission_scene import NOW, Stage, build

HSTS = "Strict-Transport-Security"
POLICY = {
    "default-src": {"'self'"},
    "script-src": {"'self'"},
    "style-src": {"'self'"},
    "img-src": {"'self'", "data:", "blob:"},
    "font-src": {"'self'"},
    "connect-src": {"'self'"},
    "object-src": {"'none'"},
    "base-uri": {"'self'"},
    "form-action": {"'self'"},
    "frame-ancestors": {"'none'"},
}
ALWAYS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"}


@pytest.fixture
def stage(db: None) -> Iterator[Stage]:
    with clock.travel(NOW):
        yield build()


def directives(answer: HttpResponseBase) -> dict[str, set[str]]:
    said = answer.headers.get("Content-Security-Policy", "")
    parts = [part.split() for part in said.split(";") if part.strip()]
    return {name: set(sources) for name, *sources in parts}


def lacking(answer: HttpResponseBase) -> list[str]:
    """The headers that are missing or say something else."""
    wrong = [name for name, value in ALWAYS.items() if answer.headers.get(name) != value]
    wrong += ["Content-Security-Policy"] if directives(answer) != POLICY else []
    seconds = answer.headers.get(HSTS, "").removeprefix("max-age=")
    return wrong + ([] if seconds.isdigit() and int(seconds) >= 31536000 else [HSTS])


def answers(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int, HttpResponseBase]]:
    """Every kind of answer over https: what it is, the status it must have, the answer itself."""
    cast, rows, browser = stage.cast, stage.rows, Client(raise_request_exception=False)

    def get(name: str, *args: object) -> HttpResponseBase:
        return browser.get(reverse(name, args=args), secure=True)

    yield "static file", 200, browser.get("/static/css/app.css", secure=True)
    yield "public page", 200, get("accounts:login")
    yield "way to the login page", 302, get("reporting:workbench")
    yield "interface, stranger", 401, get("api_issue_list")
    yield "no such token", 404, get("core:document_check", "0" * 32)
    yield "no such address", 404, browser.get("/no/such/address/", secure=True)
    browser.force_login(cast.officer_a)
    yield "page", 200, get("reporting:workbench")
    yield "interface", 200, get("api_issue_list")
    yield "interface, not found", 404, get("api_issue_detail", 999_999)
    yield "fragment", 200, get("penalties:issue_panel", rows["reported"].pk)
    yield "file", 200, get("inspections:evidence_file", rows["evidence"].pk)
    yield "paper", 200, get("inspections:paper_file", rows["paper"].pk)
    yield "workbook", 200, get("inspections:issue_export")
    yield "not allowed", 403, get("accounts:audit_list")
    yield "not now", 409, get("penalties:case_step", rows["case filed"].pk, "close")
    yield "not this method", 405, get("accounts:logout")
    yield "no form token", 403, Client(enforce_csrf_checks=True).post(reverse("accounts:logout"), secure=True)
    monkeypatch.setattr(choosing, "campaigns_of", broken)
    yield "broken", 500, get("reporting:done_list")


def broken(*args: object) -> None:
    raise RuntimeError("broken on purpose")


def test_every_kind_of_answer_has_every_header(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    for kind, status, answer in answers(stage, monkeypatch):
        assert answer.status_code == status, kind
        told += [f"{kind}: {name}" for name in lacking(answer)]
        list(getattr(answer, "streaming_content", ()))
    assert not told, told


@pytest.mark.django_db
def test_the_policy_knows_no_exception() -> None:
    policy = directives(Client().get(reverse("accounts:login"), secure=True))
    assert not [source for sources in policy.values() for source in sources if "unsafe" in source or "*" in source]


@pytest.mark.django_db
def test_pages_stand_in_no_frame_and_share_no_window() -> None:
    answer = Client().get(reverse("accounts:login"))
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.django_db
def test_only_https_promises_https() -> None:
    """RFC 6797 7.2: the header must not be sent over plain http."""
    page = reverse("accounts:login")
    assert HSTS in Client().get(page, secure=True).headers
    assert HSTS not in Client().get(page).headers


@pytest.mark.parametrize("name", ["csp.middleware.CSPMiddleware", "django.middleware.security.SecurityMiddleware"])
@pytest.mark.django_db
def test_a_guard_that_is_taken_away_is_missed(name: str) -> None:
    with override_settings(MIDDLEWARE=[one for one in settings.MIDDLEWARE if one != name]):
        assert lacking(Client().get(reverse("accounts:login"), secure=True))
