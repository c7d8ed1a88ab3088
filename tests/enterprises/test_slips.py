"""Activation: a slip is printed once, used once, by one person, for one site."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from accounts.models import Grant, User
from core import clock
from core.models import AuditEvent
from core.refusals import Refused
from enterprises import tasks
from enterprises.models import ActivationSlip, Enterprise, SlipFailure
from enterprises.rules.slips import hashed, printed
from enterprises.services import slips
from tests import factories as make
from tests.cast import Cast
from tests.factories import PASSWORD

ACCOUNT = {"name": "钱示例", "phone": "13800000001", "username": "", "password": PASSWORD, "again": PASSWORD}


def url(name: str, *args: object) -> str:
    return reverse(f"enterprises:{name}", args=args)


@pytest.fixture
def fresh(cast: Cast) -> Enterprise:
    """A site that nobody holds yet."""
    return make.enterprise("源汇示例橡胶有限公司", cast.county_a, cast.region_a)


def code_for(site: Enterprise, cast: Cast) -> str:
    (made,) = slips.print_slips([site], actor=cast.officer_a, at=clock.now() - timedelta(minutes=5))
    return made.code


def enter(client: Client, code: str) -> Any:
    return client.post(url("activate"), {"code": code})


def open_account(client: Client, code: str, **fields: str) -> Any:
    enter(client, code)
    return client.post(url("activate_account"), ACCOUNT | fields)


def test_the_county_prints_one_pdf_with_the_codes_and_keeps_only_their_hashes(
    client: Client, cast: Cast, fresh: Enterprise
) -> None:
    client.force_login(cast.officer_a)
    answer = client.post(url("slip_print"), {"site": [fresh.pk, cast.site_a.pk]})
    text = "".join(sheet.extract_text() for sheet in PdfReader(BytesIO(answer.content)).pages)
    rows = ActivationSlip.objects.filter(enterprise__in=[fresh, cast.site_a])
    assert (answer["Content-Type"], rows.count()) == ("application/pdf", 2)
    assert all(name in text for name in (fresh.name, cast.site_a.name))
    codes = [word for word in text.split() if len(word) == 14 and word.count("-") == 2]
    assert {hashed(code) for code in codes} == set(rows.values_list("code_hash", flat=True))
    assert "no-store" in answer["Cache-Control"]


def test_a_slip_opens_an_account_for_its_site(client: Client, cast: Cast, fresh: Enterprise) -> None:
    answer = open_account(client, code_for(fresh, cast))
    person = User.objects.get(username="13800000001")
    assert answer.headers["Location"] == url("mine")
    grant = Grant.objects.get(user=person)
    assert (grant.role, grant.kind, grant.subject_id) == ("enterprise", "enterprise", fresh.pk)
    assert fresh.name in client.get(url("mine")).content.decode()
    assert client.get(url("enterprise_detail", cast.site_a.pk)).status_code == 404


def test_a_phone_in_full_width_digits_is_read(client: Client, cast: Cast, fresh: Enterprise) -> None:
    assert open_account(client, code_for(fresh, cast), phone="１３８ ０００００００１").status_code == 302
    person = User.objects.get(pk=Grant.objects.get(subject_id=fresh.pk).user_id)
    assert (person.phone, person.username) == ("13800000001", "13800000001")


def test_a_code_is_read_in_lower_case_with_spaces_and_misread_letters(
    client: Client, cast: Cast, fresh: Enterprise
) -> None:
    code = code_for(fresh, cast)
    sloppy = printed(code).lower().replace("-", " ").replace("0", "O").replace("1", "l")
    assert enter(client, sloppy).status_code == 302


def test_a_used_slip_is_refused(client: Client, cast: Cast, fresh: Enterprise) -> None:
    code = code_for(fresh, cast)
    open_account(client, code)
    client.logout()
    answer = enter(client, code)
    assert answer.status_code == 409
    assert "使用过" in answer.content.decode()


def test_two_people_with_one_paper_get_one_account(cast: Cast, fresh: Enterprise) -> None:
    first, second = Client(), Client()
    code = code_for(fresh, cast)
    enter(first, code)
    enter(second, code)
    assert first.post(url("activate_account"), ACCOUNT).status_code == 302
    late = second.post(url("activate_account"), ACCOUNT | {"phone": "13800000002"})
    assert late.headers["Location"] == url("activate")
    assert Grant.objects.filter(subject_id=fresh.pk).count() == 1
    assert not User.objects.filter(username="13800000002").exists()


def test_a_slip_that_is_held_twice_at_once_is_given_once(cast: Cast, fresh: Enterprise) -> None:
    code_for(fresh, cast)
    slip = ActivationSlip.objects.get(enterprise=fresh)
    make_account = {"name": "钱示例", "password": PASSWORD, "at": clock.now()}
    slips.activate_new(slip, username="one1", phone="13800000001", **make_account)
    with pytest.raises(Refused, match="使用过"):
        slips.activate_new(slip, username="two2", phone="13800000002", **make_account)
    assert not User.objects.filter(username="two2").exists()


def test_an_expired_slip_is_refused(client: Client, cast: Cast, fresh: Enterprise) -> None:
    code = code_for(fresh, cast)
    with clock.travel(clock.now() + timedelta(days=31)):
        assert "过期" in enter(client, code).content.decode()


def test_printing_again_voids_the_paper_before(client: Client, cast: Cast, fresh: Enterprise) -> None:
    old = code_for(fresh, cast)
    client.force_login(cast.officer_a)
    client.post(url("slip_print"), {"site": fresh.pk})
    client.logout()
    assert "作废" in enter(client, old).content.decode()
    assert ActivationSlip.objects.filter(enterprise=fresh, used_at=None, cancelled_at=None).count() == 1


def test_a_double_press_does_not_void_the_paper_of_the_first(client: Client, cast: Cast, fresh: Enterprise) -> None:
    client.force_login(cast.officer_a)
    client.post(url("slip_print"), {"site": fresh.pk})
    again = client.post(url("slip_print"), {"site": fresh.pk}, follow=True)
    assert "刚刚打印过" in again.content.decode()
    assert ActivationSlip.objects.filter(enterprise=fresh).count() == 1


def test_a_wrong_code_is_said_and_guessing_is_slowed_by_address(client: Client, cast: Cast, fresh: Enterprise) -> None:
    code = code_for(fresh, cast)
    for _ in range(10):
        assert "不正确" in enter(client, "0000-0000-0000").content.decode()
    locked = enter(client, code)
    assert locked.status_code == 429
    assert "分钟后再试" in locked.content.decode()
    assert client.post(url("activate"), {"code": code}, REMOTE_ADDR="192.0.2.7").status_code == 302
    with clock.travel(clock.now() + timedelta(minutes=16)):
        assert enter(client, code).status_code == 302


def test_a_code_of_another_length_says_how_long_it_is(client: Client, cast: Cast) -> None:
    assert "应为 12 位，现为 4 位" in enter(client, "AB12").content.decode()


def test_the_account_page_without_a_code_asks_for_one(client: Client, cast: Cast) -> None:
    assert client.get(url("activate_account")).headers["Location"] == url("activate")


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"again": "Bu-yiyang-2020"}, "两次输入的密码不一致"),
        (
            {"password": "123", "again": "123"},
            "密码至少须有 10 个字符。密码太常见，容易被猜到，请换一个。密码须包含小写字母、大写字母",
        ),
        (
            {"username": "qian_shili", "password": "qian_shili1", "again": "qian_shili1"},
            "密码与账号或邮箱太相近，请换一个。",
        ),
        ({"phone": "12"}, "11 位手机号"),
        ({"username": "officer_a"}, "已被使用"),
    ],
)
def test_an_account_that_cannot_stand_leaves_the_slip_unused(
    client: Client, cast: Cast, fresh: Enterprise, fields: dict[str, str], said: str
) -> None:
    answer = open_account(client, code_for(fresh, cast), **fields)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert "钱示例" in answer.content.decode()
    assert ActivationSlip.objects.get(enterprise=fresh).used_at is None


def test_one_person_adds_a_second_site(client: Client, cast: Cast, fresh: Enterprise) -> None:
    code = code_for(fresh, cast)
    client.force_login(cast.enterprise_a)
    enter(client, code)
    client.post(url("activate_add"))
    shown = client.get(url("mine")).content.decode()
    assert (fresh.name in shown, cast.site_a.name in shown) == (True, True)


def test_an_officer_cannot_take_a_site(client: Client, cast: Cast, fresh: Enterprise) -> None:
    code = code_for(fresh, cast)
    client.force_login(cast.officer_a)
    enter(client, code)
    answer = client.post(url("activate_add"), follow=True)
    assert "不能同时承担" in answer.content.decode()
    assert not Grant.objects.filter(subject_id=fresh.pk).exists()


def test_a_site_that_one_has_is_not_added_twice(client: Client, cast: Cast) -> None:
    code = code_for(cast.site_a, cast)
    client.force_login(cast.enterprise_a)
    enter(client, code)
    assert "不必再次激活" in client.post(url("activate_add"), follow=True).content.decode()


def test_the_county_resets_and_takes_the_site_from_who_held_it(client: Client, cast: Cast) -> None:
    client.force_login(cast.officer_a)
    assert "秦厂长" in client.get(url("enterprise_detail", cast.site_a.pk)).content.decode()
    answer = client.post(url("slip_reset", cast.site_a.pk), {"reason": "人员离职", "revoke": "on"})
    assert answer["Content-Type"] == "application/pdf"
    client.force_login(cast.enterprise_a)
    assert client.get(url("enterprise_detail", cast.site_a.pk)).status_code == 404
    assert AuditEvent.objects.filter(action="enterprises.slip.reset").count() == 1


def test_a_reset_may_leave_the_holder_in_place_and_needs_a_reason(client: Client, cast: Cast) -> None:
    client.force_login(cast.officer_a)
    assert client.post(url("slip_reset", cast.site_a.pk), {"reason": ""}).status_code == 422
    client.post(url("slip_reset", cast.site_a.pk), {"reason": "另一人也要办理"})
    assert slips.members(cast.site_a, clock.now()).get().user == cast.enterprise_a


def test_one_holder_is_taken_off_with_a_reason(client: Client, cast: Cast) -> None:
    grant = slips.members(cast.site_a, clock.now()).get()
    client.force_login(cast.officer_a)
    client.post(url("member_revoke", grant.pk), {"reason": ""})
    assert slips.members(cast.site_a, clock.now()).exists()
    client.post(url("member_revoke", grant.pk), {"reason": "离职"})
    assert not slips.members(cast.site_a, clock.now()).exists()


def test_a_county_neither_prints_nor_revokes_for_another(client: Client, cast: Cast) -> None:
    grant = slips.members(cast.site_b, clock.now()).get()
    client.force_login(cast.officer_a)
    assert client.post(url("member_revoke", grant.pk), {"reason": "x"}).status_code == 404
    client.post(url("slip_print"), {"site": cast.site_b.pk})
    assert not ActivationSlip.objects.exists()


def test_a_grant_of_a_bureau_is_not_reached_through_the_members_door(client: Client, cast: Cast) -> None:
    grant = Grant.objects.get(user=cast.inspector_a)
    client.force_login(cast.officer_a)
    assert client.post(url("member_revoke", grant.pk), {"reason": "x"}).status_code == 404


def test_an_inspector_prints_no_slips(client: Client, cast: Cast) -> None:
    client.force_login(cast.inspector_a)
    assert client.get(url("slip_list")).status_code == 403
    assert client.post(url("slip_print"), {"site": cast.site_a.pk}).status_code == 403


def test_the_list_shows_who_has_no_account(client: Client, cast: Cast, fresh: Enterprise) -> None:
    client.force_login(cast.officer_a)
    none = client.get(url("slip_list")).content.decode()
    held = client.get(url("slip_list"), {"account": "held"}).content.decode()
    assert (fresh.name in none, cast.site_a.name in none) == (True, False)
    assert (fresh.name in held, cast.site_a.name in held) == (False, True)


def test_wrong_codes_are_forgotten_when_their_window_is_over(client: Client, cast: Cast, settings: Any) -> None:
    enter(client, "0000 0000 0000")
    tasks.sweep_imports()
    assert SlipFailure.objects.count() == 1
    with clock.travel(clock.now() + timedelta(seconds=settings.LOGIN_LOCK_SECONDS + 1)):
        tasks.sweep_imports()
    assert not SlipFailure.objects.exists()
