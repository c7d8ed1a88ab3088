"""The public page with the telephone, and the lead that a complaint becomes with its informant hidden (HN-65)."""

import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from campaigns import services
from campaigns.models import Lead, Reporter
from core import clock
from core.models import AuditEvent, Notice
from tests import factories as make
from tests.campaigns.scene import MAY
from tests.registers import scene as registers

pytestmark = pytest.mark.django_db
SAID = {
    "about": "officers",
    "enterprise": "漯河示例纸业有限公司",
    "address": "源汇区示例路",
    "detail": "检查组一名人员接受宴请",
    "reporter": "贺示例",
    "contact": "0395-0000002",
}


@pytest.fixture
def campaign(cast):
    row = make.campaign(cast.province)
    said = {"name": "示例联络", "phone": "0371-00000000", "email": "", "hotline": "0371-00000009"}
    services.set_contact(row, **said, actor=cast.officer_province, at=MAY)
    return row


@pytest.fixture
def send(client, campaign):
    def sent(**more):
        with clock.travel(MAY):
            return client.post(reverse("campaigns:complaint"), SAID | {"campaign": campaign.pk} | more)

    return sent


@pytest.mark.req("HN-65")
def test_anybody_reads_the_telephone_and_a_complaint_becomes_a_lead_of_the_patrol(client, cast, campaign, send):
    registers.load("integrity_lead")
    page = client.get(reverse("campaigns:complaint")).content.decode()
    assert "0371-00000009" in page
    answer = send().content.decode()
    row = Lead.objects.get()
    assert row.number in answer
    assert "贺示例" not in answer
    assert (row.is_integrity, row.has_reporter, row.entered_by, row.enterprise) == (True, True, None, cast.site_a)
    assert Notice.objects.filter(recipient=cast.discipline, key=f"lead.registered:{row.pk}").exists()
    client.force_login(cast.discipline)
    with clock.travel(MAY):
        listed = client.get(reverse("campaigns:lead_list")).content.decode()
        seen = client.get(reverse("campaigns:lead_detail", args=[row.pk])).content.decode()
    assert row.number in listed
    assert "检查组一名人员接受宴请" in seen
    assert "已登记，不公开" in seen
    for person in (cast.officer_a, cast.leader_a, cast.inspector_a, cast.officer_province):
        client.force_login(person)
        assert client.get(reverse("campaigns:lead_detail", args=[row.pk])).status_code == 404


@pytest.mark.req("HN-65")
def test_who_told_is_nowhere_but_with_the_reporters(client, cast, send):
    send(about="offence")
    row = Lead.objects.get()
    assert (row.is_integrity, row.unit) == (False, cast.county_a)
    assert Reporter.objects.get(lead=row).name == "贺示例"
    client.force_login(cast.officer_a)
    with clock.travel(MAY):
        pages = [
            client.get(reverse("campaigns:lead_list")).content.decode(),
            client.get(reverse("campaigns:lead_detail", args=[row.pk])).content.decode(),
        ]
        book = load_workbook(io.BytesIO(client.get(reverse("campaigns:lead_export")).getvalue()))
    pages.append(str([[cell.value for cell in line] for line in book.worksheets[0]]))
    assert all(row.number in page for page in pages)
    event = AuditEvent.objects.get(action="campaigns.lead.register")
    pages += [str(event.__dict__), str(list(Notice.objects.values_list("title", "body")))]
    assert not any(word in page for page in pages for word in ("贺示例", "0395-0000002"))
    assert (event.actor_id, event.address) == (None, "")


def test_what_lacks_is_said_and_nothing_typed_is_lost(send):
    answer = send(detail="")
    assert answer.status_code == 422
    assert "贺示例" in answer.content.decode()
    assert not Lead.objects.exists()


def test_a_flood_is_stopped(settings, send):
    settings.COMPLAINTS_AN_HOUR = 1
    assert send().status_code == 200
    answer = send()
    assert answer.status_code == 429
    assert "拨打公开举报电话" in answer.content.decode()
    assert Lead.objects.count() == 1


def test_the_inspection_group_takes_down_what_is_telephoned(client, cast, campaign):
    client.force_login(cast.discipline)
    said = {"kind": "hotline", "address": "源汇区", "detail": "来电反映检查组饮酒", "occurred_at": "2020-05-10T20:00"}
    with clock.travel(MAY):
        answer = client.post(reverse("campaigns:lead_create"), said | {"unit": cast.county_a.pk})
    assert answer.status_code == 302
    assert Lead.objects.get().is_integrity


def test_no_campaign_no_form(client):
    assert "现在没有正在进行的专项行动" in client.get(reverse("campaigns:complaint")).content.decode()
