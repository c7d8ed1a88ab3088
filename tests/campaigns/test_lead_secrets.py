"""What concerns the conduct of officers has a clock that only those hear of who may read it."""

from datetime import timedelta

import pytest

from campaigns.models import RegisterEntry
from campaigns.registers import services as register_services
from campaigns.services import leads
from campaigns.services.due import looking
from core import clock
from core.models import ChatRobot, Delivery, Notice, Obligation
from reporting import desk
from reporting.services.reminders import sweep_obligations
from tests.campaigns.test_leads import NOW, registered
from tests.registers import scene as registers

pytestmark = pytest.mark.django_db


def test_a_lead_about_officers_has_a_clock_that_nobody_else_sees_or_hears_of(cast):
    """Its title says nothing; the desk, the list of terms, reminders and groups of everybody else are silent."""
    row = registered(cast, is_integrity=True)
    owed = Obligation.objects.get(subject=f"lead:{row.pk}")
    assert (owed.title, owed.rule, owed.source) == (f"保密事项：{row.number}", "", "")
    assert clock.day_of(owed.due_at) == clock.day_of(NOW + timedelta(days=15))
    others = [cast.officer_a, cast.leader_a, cast.officer_city, cast.leader_city, cast.officer_province]
    late = owed.due_at + timedelta(days=1)
    ChatRobot.objects.create(unit_id=row.unit_id, kind="wecom", url="https://example.test/hook", set_at=NOW)
    with clock.travel(late):
        for person in others:
            seen = (looking.visible_to(person), looking.owed_by(person), desk.owed_by(person))
            assert not any(rows.filter(pk=owed.pk).exists() for rows in seen), person
        for rows in (looking.visible_to(cast.discipline), desk.owed_by(cast.discipline)):
            assert rows.filter(pk=owed.pk).exists()
        sweep_obligations(clock.at_local(clock.day_of(late), 9))
    told = Notice.objects.filter(key__startswith="reminder:", body__contains=row.number)
    assert [notice.recipient for notice in told] == [cast.discipline]
    assert row.place not in told.get().body
    assert not Delivery.objects.filter(body__contains=row.number).exists()
    leads.close(leads.accept(row, actor=cast.discipline, at=NOW), actor=cast.discipline, at=NOW, reason="查否")
    owed.refresh_from_db()
    assert owed.met_at == NOW


def test_a_lead_that_the_register_takes_over_runs_by_its_clock(cast):
    registers.load("integrity_lead")
    row = registered(cast, is_integrity=True)
    assert not Obligation.objects.open().filter(subject=f"lead:{row.pk}").exists()
    owed = Obligation.objects.open().get(kind="register_integrity_lead")
    assert (owed.reader, owed.rule, owed.source) == ("discipline.view", "", "")
    assert owed.title.startswith("保密事项〔2020〕")
    assert not looking.visible_to(cast.leader_a).filter(pk=owed.pk).exists()
    entry = RegisterEntry.objects.get(register="integrity_lead")
    register_services.move(entry, "verify", {"verified": "属实"}, actor=cast.discipline, at=NOW + timedelta(days=2))
    assert not Obligation.objects.open().filter(pk=owed.pk).exists()
