"""Pages and names of leads: taken away in the trail, merged by number for a reason, called by where they belong."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from campaigns import services
from campaigns.models import Lead, RegisterEntry
from campaigns.registers.services import move
from campaigns.services import lead_sheets, leads
from campaigns.services.due import looking
from core import clock
from core.models import AuditEvent, Obligation
from core.obligations import open_obligation
from core.refusals import Refused
from tests import factories as make
from tests.campaigns.scene import MAY
from tests.campaigns.test_bulletins import sent
from tests.campaigns.test_leads import LIST, NAME, NOW, PHONE, registered, row_of, sheet, sign_in, told
from tests.registers import scene as registers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_nine():
    with clock.travel(NOW):
        yield


def test_a_list_taken_away_is_in_the_trail(client, cast):
    registered(cast)
    sign_in(client, cast.officer_a).get(f"{LIST}export/", {"kind": "hotline"})
    event = AuditEvent.objects.get(action="campaigns.lead.export")
    assert event.actor_id == cast.officer_a.pk
    assert "kind=hotline" in str(event.detail)


def test_leads_that_do_not_look_alike_are_merged_on_the_page_for_a_reason(client, cast):
    old = registered(cast, occurred_at=NOW - timedelta(days=40))
    row = registered(cast)
    sign_in(client, cast.officer_a)
    address = reverse("campaigns:lead_merge", args=[row.pk])
    page = client.get(f"{LIST}{row.pk}/").content.decode()
    assert 'name="number"' in page
    assert 'name="reason"' in page
    assert "没有找到编号" in client.post(address, {"number": "线索2020-99999"}, follow=True).content.decode()
    failed = client.post(address, {"number": old.number})
    page = failed.content.decode()
    assert (failed.status_code, failed.context["row"], "须写明理由" in page) == (422, row, True)
    assert f'value="{old.number}"' in page, "what was typed stands where it was typed"
    kept = client.post(address, {"number": "线索2020-99999", "reason": "同一根暗管"}).content.decode()
    assert "线索2020-99999" in kept
    assert "同一根暗管</textarea>" in kept
    client.post(address, {"number": old.number, "reason": "同一根暗管再次举报"})
    row.refresh_from_db()
    assert row.merged_into == old
    assert "同一根暗管再次举报" in row.end_reason
    foreign = registered(cast, enterprise=cast.site_b)
    other = registered(cast)
    client.post(reverse("campaigns:lead_merge", args=[other.pk]), {"number": foreign.number, "reason": "试"})
    assert Lead.objects.get(pk=other.pk).merged_into is None


@pytest.mark.parametrize(
    ("wrong", "field"), [({"value": Decimal(5), "limit": Decimal(-5)}, "limit"), ({"year": 1900}, "occurred_at")]
)
def test_what_no_lead_can_be_is_refused_with_its_true_reason(cast, wrong, field):
    wrong = {"occurred_at": NOW.replace(year=wrong["year"])} if "year" in wrong else wrong
    with pytest.raises(Refused, match=r"须大于 0|不能早于 2000 年") as said:
        registered(cast, **wrong)
    assert said.value.field == field


def test_what_is_owed_of_a_lead_is_called_by_its_enterprise_once_that_is_known(cast):
    row = registered(cast, enterprise=None, address="沙河东岸料堆")
    leads.identify(row, cast.site_a, actor=cast.officer_a, at=NOW)
    titles = set(Obligation.objects.open().filter(subject=leads.subject(row)).values_list("title", flat=True))
    assert titles
    assert all(title.endswith(f"：{row.number} {cast.site_a.name}") for title in titles)


def test_a_contact_of_a_city_who_stands_above_too_signs_for_the_city(cast, henan):
    row = sent(henan, cast)
    person = make.user("both", "白兼任", cast.province)
    make.grant(person, "contact", over=cast.city)
    make.grant(person, "leader", over=cast.province)
    receipt = row.receipts.get(unit=cast.city)
    services.read_bulletin(receipt, actor=person, at=MAY)
    receipt.refresh_from_db()
    assert receipt.read_by == person


def test_a_word_about_conduct_is_handled_in_the_register_of_integrity_leads_alone(client, cast):
    registers.load("integrity_lead")
    row = registered(cast, is_integrity=True, kind="insider", reporter=NAME, contact=PHONE)
    entry = RegisterEntry.objects.get(register="integrity_lead")
    assert (row.state, row.end_reason) == ("closed", f"转{entry.label}办理")
    assert (entry.values["from"], entry.values["detail"], entry.enterprise) == ("内部举报", row.detail, cast.site_a)
    assert NAME not in str(entry.values)
    sign_in(client, cast.discipline)
    page = client.get(reverse("campaigns:register_entry", args=[entry.pk])).content.decode()
    assert reverse("campaigns:lead_detail", args=[row.pk]) in page
    assert not client.get(f"{LIST}{row.pk}/").context["able"]
    for person in (cast.officer_a, cast.inspector_a, cast.leader_a):
        assert not RegisterEntry.objects.visible_to(person).filter(pk=entry.pk).exists()
    assert entry.created_by is None
    done = move(entry, "verify", {"verified": "谈话核实"}, actor=cast.discipline, at=NOW)
    assert done.state == "verified"


def test_what_a_person_owed_who_is_gone_is_the_units(cast):
    open_obligation(
        kind="plan", subject="due.x", unit_path=cast.county_a.path, due_at=NOW, at=NOW, title="总结", source="方案"
    )
    Obligation.objects.filter(subject="due.x").update(person=cast.inspector_a)
    assert not looking.owed_by(cast.officer_a).filter(subject="due.x").exists()
    User.objects.filter(pk=cast.inspector_a.pk).update(is_active=False)
    assert looking.owed_by(cast.officer_a).filter(subject="due.x").exists()


def test_what_another_county_was_told_of_the_same_place_is_not_shown(client, cast):
    here = {"longitude": Decimal("114.0140000"), "latitude": Decimal("33.5600000"), "enterprise": None}
    own = registered(cast, **here)
    theirs = leads.register(
        told(cast, **here, detail="邻县群众反映的内容"), unit=cast.county_b, actor=cast.officer_a, at=NOW
    )
    page = sign_in(client, cast.officer_a).get(f"{LIST}{own.pk}/").content.decode()
    assert "邻县群众反映的内容" not in page
    assert theirs in leads.similar(own, cast.officer_city)


def test_another_place_and_another_factor_are_another_lead(cast):
    content = sheet(
        row_of(cast, factor="二氧化硫", value="75", limit="50"),
        row_of(cast, factor="氮氧化物", value="120", limit="100"),
        row_of(cast, enterprise="", address="沙河东岸", kind="网络举报"),
        row_of(cast, enterprise="", address="沙河西岸", kind="网络举报"),
    )
    for added, known in ((4, 0), (0, 4)):
        done = lead_sheets.import_leads(content, "线索.xlsx", unit=cast.county_a, actor=cast.officer_a, at=NOW)
        assert (done.added, done.known) == (added, known)


def test_two_leads_merged_both_ways_at_once_take_their_locks_in_one_order(cast):
    first, second = registered(cast), registered(cast)
    for row, into in ((first, second), (second, first)):
        with CaptureQueriesContext(connection) as asked, transaction.atomic():
            leads.merge(row, into, actor=cast.officer_a, at=NOW)
            transaction.set_rollback(True)
        locking = next(one["sql"] for one in asked if "FOR UPDATE" in one["sql"] and "campaigns_lead" in one["sql"])
        assert f"IN ({row.pk}, {into.pk})" in locking
        assert 'ORDER BY "campaigns_lead"."id" ASC' in locking
