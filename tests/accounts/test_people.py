from datetime import date

import pytest
from django.urls import reverse

from accounts.models import Grant, KnownDevice, Unit, User
from accounts.services import people
from accounts.services.units import create_unit, move_unit
from core import audit, clock
from core.models import AuditEvent
from core.refusals import Refused
from enterprises.models import Enterprise
from tests import factories as make

pytestmark = pytest.mark.django_db


def grant(cast, person, role, unit=None):
    return people.give_grant(
        person,
        role,
        unit=unit,
        valid_from=date(2020, 1, 1),
        valid_to=None,
        actor=cast.security,
        at=clock.now(),
        reason="任命文件",
    )


def test_a_new_person_gets_a_first_password_once_and_no_right(client, cast):
    client.force_login(cast.security)
    form = {"username": "new1", "name": "新人员", "unit": cast.county_a.pk}
    page = client.post(reverse("accounts:person_create"), form).content.decode()
    person = User.objects.get(username="new1")
    told = page.split("data-first-password>")[1].split("<")[0]
    assert person.check_password(told)
    assert person.must_change_password
    assert not person.grants.exists()


def test_a_taken_name_is_refused_and_nothing_typed_is_lost(client, cast):
    client.force_login(cast.security)
    form = {"username": "officer_a", "name": "同名者", "unit": cast.county_a.pk}
    answer = client.post(reverse("accounts:person_create"), form)
    assert answer.status_code == 422
    assert "已被使用" in answer.content.decode()
    assert "同名者" in answer.content.decode()


@pytest.mark.parametrize(
    "who,role", [("administrator", "security_admin"), ("administrator", "officer"), ("officer_a", "audit_admin")]
)
def test_administrations_are_kept_apart(cast, who, role):
    with pytest.raises(Refused, match="不能"):
        grant(cast, getattr(cast, who), role, cast.county_a)


def test_an_administration_that_begins_later_is_kept_apart_already_now(cast):
    later = date(2099, 1, 1)
    people.give_grant(
        cast.officer_other, "officer", unit=cast.other_city, valid_from=later, valid_to=None,
        actor=cast.security, at=clock.now(), reason="任命文件",
    )  # fmt: skip
    Grant.objects.filter(user=cast.officer_other, valid_from__lt=later).delete()
    with pytest.raises(Refused, match="管理员账号不能"):
        grant(cast, cast.officer_other, "system_admin")


def test_a_grant_does_not_end_before_it_begins(cast):
    with pytest.raises(Refused, match="终止日期"):
        people.give_grant(
            cast.officer_a, "inspector", unit=cast.county_a, valid_from=date(2020, 2, 1), valid_to=date(2020, 1, 1),
            actor=cast.security, at=clock.now(), reason="任命文件",
        )  # fmt: skip


def test_the_regions_of_a_unit_stand_in_the_trail(client, cast):
    client.force_login(cast.administrator)
    form = {"name": cast.county_a.name, "short_name": "源汇区", "level": "county", "document_mark": "漯环源"}
    form |= {"regions": [cast.region_b.pk]}
    assert client.post(reverse("accounts:unit_edit", args=[cast.county_a.pk]), form).status_code == 302
    event = AuditEvent.objects.get(action="accounts.unit.edit")
    assert event.detail["regions"] == ["411104"]
    assert list(cast.county_a.regions.all()) == [cast.region_b]


def test_a_superscript_digit_is_no_unit(client, cast):
    client.force_login(cast.security)
    assert client.get(reverse("accounts:person_list"), {"unit": "²"}).status_code == 200


def test_a_telephone_number_is_one(client, cast):
    client.force_login(cast.security)
    form = {"username": "new3", "name": "新人员", "unit": cast.county_a.pk}
    answer = client.post(reverse("accounts:person_create"), form | {"phone": "12"})
    assert (answer.status_code, User.objects.filter(username="new3").exists()) == (422, False)
    assert "11 位手机号" in answer.content.decode()
    assert client.post(reverse("accounts:person_create"), form | {"phone": "0395-3100000"}).status_code == 200


def test_a_first_password_is_kept_by_no_cache(client, cast):
    client.force_login(cast.security)
    form = {"username": "new2", "name": "新人员", "unit": cast.county_a.pk}
    assert "no-store" in client.post(reverse("accounts:person_create"), form)["Cache-Control"]


def test_nobody_grants_to_oneself(cast):
    with pytest.raises(Refused, match="不能给自己授权"):
        people.give_grant(
            cast.security,
            "security_admin",
            unit=None,
            valid_from=date(2020, 1, 1),
            valid_to=None,
            actor=cast.security,
            at=clock.now(),
            reason="x",
        )


def test_a_grant_opens_and_its_revocation_closes(cast):
    row = grant(cast, cast.officer_other, "officer", cast.county_a)
    assert Enterprise.objects.visible_to(User.objects.get(pk=cast.officer_other.pk)).exists()
    people.revoke_grant(row, actor=cast.security, at=clock.now(), reason="调离")
    assert not Enterprise.objects.visible_to(User.objects.get(pk=cast.officer_other.pk)).exists()


def test_a_grant_of_another_person_is_not_found_under_this_one(client, cast):
    client.force_login(cast.security)
    other = Grant.objects.get(user=cast.officer_city)
    url = reverse("accounts:grant_revoke", args=[cast.officer_a.pk, other.pk])
    assert client.post(url, {"reason": "x"}).status_code == 404


def test_reset_forgets_browsers_and_ends_sessions(client, cast):
    client.post("/login/", {"username": "officer_a", "password": make.PASSWORD})
    people.reset_password(User.objects.get(pk=cast.officer_a.pk), actor=cast.security, at=clock.now())
    assert not KnownDevice.objects.filter(user=cast.officer_a).exists()
    assert client.get(reverse("accounts:password_change")).status_code == 302


def test_a_closed_account_sees_nothing_at_once(client, cast):
    client.force_login(cast.officer_a)
    people.set_active(cast.officer_a, False, actor=cast.security, at=clock.now(), reason="离职")
    assert client.get(reverse("accounts:password_change")).status_code == 302


@pytest.mark.parametrize("who", ["officer_a", "administrator", "auditor", "enterprise_a"])
def test_people_pages_are_the_security_administrators(client, cast, who):
    client.force_login(getattr(cast, who))
    assert client.get(reverse("accounts:person_list")).status_code == 403


def test_the_list_costs_the_same_at_10_and_1000_people(client, cast, django_assert_max_num_queries):
    client.force_login(cast.security)
    url = reverse("accounts:person_list")

    def cost() -> int:
        with django_assert_max_num_queries(30) as counted:
            assert client.get(url).status_code == 200
        return len(counted)

    few = cost()
    User.objects.bulk_create(
        User(username=f"u{n}", name=f"人员{n}", unit=cast.county_a, password="!") for n in range(1000)
    )
    assert cost() == few


def test_a_moved_unit_takes_its_subtree_and_its_rows_along(cast):
    move_unit(cast.city, cast.other_city, actor=cast.administrator, at=clock.now(), reason="机构调整")
    county = Unit.objects.get(pk=cast.county_a.pk)
    assert county.path.startswith(Unit.objects.get(pk=cast.other_city.pk).path)
    assert Enterprise.objects.visible_to(User.objects.get(pk=cast.officer_other.pk)).count() == 2


def test_a_unit_is_not_moved_below_itself(cast):
    with pytest.raises(Refused, match="下级"):
        move_unit(cast.city, cast.county_a, actor=cast.administrator, at=clock.now(), reason="误操作")


@pytest.mark.req("LH-39")
def test_an_organ_that_is_no_region_has_people_and_rights(cast):
    west = create_unit(
        parent=cast.city,
        actor=cast.administrator,
        at=clock.now(),
        name="西城区建设与环境保护局",
        short_name="西城区",
        level="county",
    )
    assert west.regions.count() == 0
    site = make.enterprise("西城示例包装厂", west, cast.region_a)
    person = make.user("west", "西城经办", west)
    make.grant(person, "officer", over=west)
    assert list(Enterprise.objects.visible_to(person)) == [site]
    west.regions.add(cast.region_a, cast.region_b)
    assert west.regions.count() == 2


def test_an_amended_holiday_is_refused_without_its_ground_and_keeps_what_was_typed(client, cast):
    client.force_login(cast.administrator)
    answer = client.post(reverse("accounts:calendar"), {"day": "2020-06-25", "kind": "off", "name": "端午节"})
    assert answer.status_code == 422
    assert "端午节" in answer.content.decode()


def test_the_trail_is_the_auditors(client, cast):
    client.force_login(cast.security)
    assert client.get(reverse("accounts:audit_list")).status_code == 403
    client.force_login(cast.auditor)
    page = client.get(reverse("accounts:audit_list")).content.decode()
    assert "denied.audit.read" in page
    assert AuditEvent.objects.filter(action="denied.audit.read").count() == 1


def test_the_trail_speaks_chinese_and_keeps_the_code_to_filter_by(client, cast):
    client.force_login(cast.auditor)
    audit.record("accounts.unit.create", cast.county_a, actor=cast.administrator, at=clock.now())
    page = client.get(reverse("accounts:audit_list")).content.decode()
    assert "新增机构" in page
    assert "accounts.unit.create" in page
