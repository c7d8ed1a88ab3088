from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.urls import reverse

from accounts.models import LoginFailure, User
from accounts.tasks import sweep_failures
from core import clock
from core.models import AuditEvent
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
LOGIN = "/login/"


def attempt(client, username, password, address="10.0.0.1"):
    return client.post(LOGIN, {"username": username, "password": password}, REMOTE_ADDR=address)


def test_the_right_password_opens_the_workbench(client, cast):
    answer = attempt(client, "officer_a", PASSWORD)
    assert answer.status_code == 302
    assert AuditEvent.objects.filter(action="accounts.login", actor_id=cast.officer_a.pk).count() == 1


@pytest.mark.parametrize("username", ["officer_a", "nobody", "disabled"])
def test_one_sentence_for_a_wrong_name_a_wrong_password_and_a_closed_account(client, cast, username):
    answer = attempt(client, username, "Wrong-2020-mima")
    assert answer.status_code == 422
    assert "账号或密码不正确" in answer.content.decode()


def test_what_was_typed_stays_but_the_password_does_not(client, cast):
    page = attempt(client, "officer_a", "Wrong-2020-mima").content.decode()
    assert 'value="officer_a"' in page
    assert "Wrong-2020-mima" not in page


def test_five_failures_lock_the_pair_even_for_the_right_password(client, cast):
    for _ in range(5):
        attempt(client, "officer_a", "no")
    answer = attempt(client, "officer_a", PASSWORD)
    assert answer.status_code == 429
    assert "分钟后再试" in answer.content.decode()


def test_the_lock_does_not_fall_on_the_owner_elsewhere(client, cast):
    for _ in range(5):
        attempt(client, "officer_a", "no", address="203.0.113.9")
    assert attempt(client, "officer_a", PASSWORD, address="10.0.0.2").status_code == 302


def test_many_addresses_close_the_account_to_unknown_browsers_only(client, cast):
    attempt(client, "officer_a", PASSWORD)
    client.post("/logout/")
    now = clock.now()
    LoginFailure.objects.bulk_create(
        LoginFailure(username="officer_a", address=f"203.0.113.{n}", count=4, last_at=now) for n in range(20)
    )
    assert attempt(client, "officer_a", PASSWORD).status_code == 302, "the owner's browser is known"
    client.cookies.clear()
    assert attempt(client, "officer_a", PASSWORD).status_code == 429


def test_a_lock_ends(client, cast):
    for _ in range(5):
        attempt(client, "officer_a", "no")
    with clock.travel(clock.now() + timedelta(seconds=settings.LOGIN_LOCK_SECONDS + 1)):
        assert attempt(client, "officer_a", PASSWORD).status_code == 302


def test_failures_are_forgotten_when_their_window_is_over(client, cast):
    attempt(client, "officer_a", "no")
    sweep_failures()
    assert LoginFailure.objects.count() == 1
    with clock.travel(clock.now() + timedelta(seconds=settings.LOGIN_LOCK_SECONDS + 1)):
        assert sweep_failures() == 1
    assert not LoginFailure.objects.exists()


def test_next_leads_only_into_the_platform(client, cast):
    answer = client.post(f"{LOGIN}?next=https://evil.example/", {"username": "officer_a", "password": PASSWORD})
    assert "evil" not in answer["Location"]


def test_an_idle_session_ends_and_says_so(client, cast):
    attempt(client, "officer_a", PASSWORD)
    with clock.travel(clock.now() + timedelta(seconds=settings.IDLE_LOGOUT_SECONDS + 5)):
        answer = client.get(reverse("accounts:password_change"))
    assert answer.status_code == 302
    assert "ended=1" in answer["Location"]


@pytest.mark.parametrize("idle", [False, True])
@pytest.mark.parametrize(
    "sent_from,back",
    [
        ("http://testserver/issues/7/?sort=number#x", "/issues/7/?sort=number"),
        ("https://evil.example/issues/7/", ""),
        ("", ""),
    ],
)
def test_what_was_sent_as_the_session_ended_leads_back_to_its_page(client, cast, idle, sent_from, back):
    if idle:
        attempt(client, "officer_a", PASSWORD)
    with clock.travel(clock.now() + timedelta(seconds=settings.IDLE_LOGOUT_SECONDS + 5)):
        answer = client.post(reverse("inspections:issue_report", args=[7]), headers={"referer": sent_from})
    assert answer.status_code == 302
    asked = parse_qs(urlsplit(answer["Location"]).query, keep_blank_values=True)
    assert asked["next"] == [back], "never the address of the deed, which nobody can open"
    assert ("ended" in asked) is idle


def test_a_first_password_must_be_changed_before_anything_else(client, cast):
    User.objects.filter(pk=cast.officer_a.pk).update(must_change_password=True)
    attempt(client, "officer_a", PASSWORD)
    assert client.get("/").headers["Location"] == reverse("accounts:password_change")


@pytest.mark.parametrize(
    "old,new,again,sentence",
    [
        ("wrong", "Xin-mima-2020", "Xin-mima-2020", "原密码不正确"),
        (PASSWORD, "Xin-mima-2020", "Xin-mima-2021", "两次输入的新密码不一致"),
        (PASSWORD, "short1", "short1", "至少"),
        (PASSWORD, "abcdefghijkl", "abcdefghijkl", "至少 2 种"),
        (PASSWORD, PASSWORD, PASSWORD, "不能与原密码相同"),
    ],
)
def test_a_bad_new_password_is_refused_with_its_reason(client, cast, old, new, again, sentence):
    client.force_login(cast.officer_a)
    answer = client.post(reverse("accounts:password_change"), {"old": old, "new": new, "again": again})
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_changed_password_keeps_the_session_and_opens_the_platform(client, cast):
    User.objects.filter(pk=cast.officer_a.pk).update(must_change_password=True)
    client.force_login(User.objects.get(pk=cast.officer_a.pk))
    form = {"old": PASSWORD, "new": "Xin-mima-2020", "again": "Xin-mima-2020"}
    assert client.post(reverse("accounts:password_change"), form).status_code == 302
    assert not User.objects.get(pk=cast.officer_a.pk).must_change_password
