"""The accounts printed at the start are enough to do what the demonstration has planned for today."""

import io

import pytest
from django.core.management import call_command

from accounts.models import User
from core import clock


@pytest.mark.django_db
def test_both_inspectors_of_every_pair_are_printed(cast):
    for number in (1, 2, 3, 4):
        User.objects.create(username=f"yuanhui-{number}", name="安一帆", unit=cast.county_a, created_at=clock.now())
    out = io.StringIO()
    call_command("demo_accounts", stdout=out)
    printed = [line.split()[0] for line in out.getvalue().splitlines()[1:]]
    assert [name for name in printed if name[-1].isdigit()] == [f"yuanhui-{n}" for n in (1, 2, 3, 4)]
