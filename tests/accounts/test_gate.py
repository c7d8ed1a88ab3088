from datetime import date

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts import gate
from accounts.models import Grant, User
from accounts.rules import conflicting
from core.models import AuditEvent
from core.refusals import NotAllowed
from enterprises.models import Enterprise
from tests import factories as make

pytestmark = pytest.mark.django_db


def seen(person) -> set[str]:
    return set(Enterprise.objects.visible_to(person).values_list("name", flat=True))


def test_a_county_sees_its_own_and_not_its_sibling(cast):
    assert seen(cast.officer_a) == {cast.site_a.name}
    assert seen(cast.inspector_b) == {cast.site_b.name}


def test_city_and_province_see_what_is_below(cast):
    assert seen(cast.officer_city) == seen(cast.officer_province) == {cast.site_a.name, cast.site_b.name}


def test_another_city_sees_nothing(cast):
    assert seen(cast.officer_other) == set()


def test_an_enterprise_user_sees_only_the_own_site(cast):
    assert seen(cast.enterprise_a) == {cast.site_a.name}


@pytest.mark.parametrize("who", ["administrator", "security", "auditor", "disabled", "discipline"])
def test_administrators_and_the_disabled_see_no_enterprise(cast, who):
    assert seen(getattr(cast, who)) == set()


def test_anonymous_sees_nothing(cast):
    assert seen(AnonymousUser()) == set()


def test_a_path_that_only_looks_alike_is_outside(cast):
    Grant.objects.filter(user=cast.officer_a).update(unit=cast.county_b)
    assert cast.site_a.name not in seen(User.objects.get(pk=cast.officer_a.pk))


def test_a_grant_counts_from_its_first_to_its_last_day(cast):
    Grant.objects.filter(user=cast.officer_a).update(valid_to=date(2019, 12, 31))
    assert seen(User.objects.get(pk=cast.officer_a.pk)) == set()


def test_a_revoked_grant_counts_no_more(cast):
    Grant.objects.filter(user=cast.officer_a).update(revoked_at=make.MORNING)
    assert seen(User.objects.get(pk=cast.officer_a.pk)) == set()


def test_lacking_the_capability_is_refused_and_written_down(cast):
    with pytest.raises(NotAllowed):
        gate.require(cast.inspector_a, "case.decide", cast.site_a)
    assert AuditEvent.objects.filter(action="denied.case.decide", actor_id=cast.inspector_a.pk).count() == 1


def test_holding_it_over_another_unit_does_not_help(cast):
    assert gate.may(cast.officer_a, "enterprise.edit", cast.site_a)
    assert not gate.may(cast.officer_a, "enterprise.edit", cast.site_b)


def test_within_does_not_lend_an_enterprise_user_an_officers_capability(cast):
    assert not Enterprise.objects.within(cast.enterprise_a, "enterprise.edit").exists()


def test_grants_are_read_once(cast, django_assert_num_queries):
    person = User.objects.get(pk=cast.officer_a.pk)
    with django_assert_num_queries(1):
        gate.may(person, "enterprise.edit", cast.site_a)
        gate.may(person, "case.handle", cast.site_a)


@pytest.mark.parametrize(
    "roles", [{"system_admin", "security_admin"}, {"audit_admin", "officer"}, {"enterprise", "inspector"}]
)
def test_roles_that_one_person_may_not_join(roles):
    assert conflicting(roles)


def test_roles_that_one_person_may_join():
    assert not conflicting({"officer", "contact", "leader"})
