"""An empty platform is opened once, by one command, for three separate administrators."""

from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command

from accounts.models import Grant, Unit, User
from accounts.rules import ADMINISTRATORS
from core.models import AuditEvent

pytestmark = pytest.mark.django_db


def open_platform(**more: str) -> str:
    said = StringIO()
    asked = {"unit": "示例省生态环境厅", "region": "410000", **more}
    call_command("first_administrators", stdout=said, **asked)
    return said.getvalue()


@pytest.fixture(autouse=True)
def _regions():
    call_command("load_reference", stdout=StringIO())


def test_three_people_hold_one_administration_each_and_can_sign_in_once():
    lines = open_platform().splitlines()
    assert {grant.role for grant in Grant.objects.all()} == set(ADMINISTRATORS)
    assert Unit.objects.get().regions.get().code == "410000"
    for line in lines:
        username, password = line.split()[2], line.split()[4]
        person = authenticate(username=username, password=password)
        assert person.must_change_password
        assert person.grants.count() == 1


def test_what_it_does_stands_in_the_trail():
    open_platform()
    actions = sorted(AuditEvent.objects.values_list("action", flat=True))
    assert actions == ["accounts.grant.give"] * 3 + ["accounts.person.create"] * 3 + ["accounts.unit.create"]


def test_it_opens_nothing_once_there_are_people():
    open_platform()
    with pytest.raises(CommandError, match="平台已有账号"):
        open_platform(unit="另一机构")
    assert User.objects.count() == 3


def test_an_unknown_region_is_named_and_nothing_is_left():
    with pytest.raises(CommandError, match="没有行政区划 000000"):
        open_platform(region="000000")
    assert not Unit.objects.exists()
