from datetime import timedelta

import pytest

from core import clock, notices
from core.models import Notice, Obligation
from core.numbering import next_number
from core.obligations import meet, open_obligation, waive
from core.refusals import Refused
from tests import factories as make

pytestmark = pytest.mark.django_db
DUE = make.MORNING + timedelta(days=3)


def owed(**fields):
    values = {"kind": "weekly_report", "subject": "unit:1", "unit_path": "/1/", "due_at": DUE, "at": make.MORNING}
    return open_obligation(**(values | {"title": "第 1 周周报", "period": "1"} | fields))


def test_the_same_thing_is_owed_once():
    assert owed().pk == owed().pk
    assert Obligation.objects.count() == 1


def test_a_new_due_instant_moves_an_open_obligation():
    owed()
    assert owed(due_at=DUE + timedelta(days=1)).due_at == DUE + timedelta(days=1)


def test_late_is_computed():
    row = owed()
    assert not row.is_late(DUE)
    assert row.is_late(DUE + timedelta(seconds=1))
    meet("weekly_report", "unit:1", period="1", at=DUE)
    row.refresh_from_db()
    assert not row.is_late(DUE + timedelta(days=9))


def test_waiving_needs_a_reason():
    row = owed()
    with pytest.raises(Refused, match="理由"):
        waive(row, actor=None, at=clock.now(), reason="")
    waive(row, actor=None, at=clock.now(), reason="市级统一报送")
    assert not Obligation.objects.open().exists()


def test_one_key_is_one_notice_to_one_person():
    person = make.user("someone", "某人")
    assert notices.notify([person], "退回", key="k1", at=make.MORNING) == 1
    assert notices.notify([person], "退回", key="k1", at=make.MORNING) == 0


def test_delivery_stamps_each_notice_once():
    person = make.user("someone", "某人")
    notices.notify([person], "退回", key="k1", at=make.MORNING)
    assert notices.deliver(make.MORNING) == 1
    assert notices.deliver(make.MORNING) == 0
    assert Notice.objects.get().delivered_at == make.MORNING


def test_numbers_run_without_gaps_per_series():
    assert [next_number("case", "/1/", 2020) for _ in range(3)] == [1, 2, 3]
    assert next_number("case", "/1/", 2021) == 1
