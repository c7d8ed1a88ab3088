"""The public page with the telephone, and the lead that a complaint becomes with its informant hidden (HN-65)."""

import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from campaigns import services
from campaigns.models import Lead, RegisterEntry, Reporter
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
def send(client, cast, campaign, settings):
    settings.COMPLAINTS_A_SENDER = 1000  # the counter outlives a test

    def sent(sender="192.0.2.1", **more):
        said = SAID | {"campaign": campaign.pk, "unit": cast.county_a.pk} | more
        with clock.travel(MAY):
            return client.post(reverse("campaigns:complaint"), said, REMOTE_ADDR=sender, follow=True)

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


@pytest.mark.req("HN-65")
def test_of_an_unknown_enterprise_it_reaches_the_county_that_can_handle_it(client, cast, send):
    assert "请选择所在县区" in send(about="offence", enterprise="", unit="").content.decode()
    assert "不在这个专项行动的范围内" not in send(about="offence", enterprise="没有的厂").content.decode()
    row = Lead.objects.get()
    assert (row.enterprise, row.unit) == (None, cast.county_a)
    assert Notice.objects.filter(recipient=cast.officer_a, key=f"lead.registered:{row.pk}").exists()
    client.force_login(cast.officer_a)
    with clock.travel(MAY):
        client.post(reverse("campaigns:lead_accept", args=[row.pk]))
    row.refresh_from_db()
    assert row.state == "accepted"


def test_a_city_takes_what_reaches_a_county_without_people(client, cast, send):
    empty = make.unit("漯河市生态环境局空分局", "county", cast.city, short_name="空区")
    send(about="offence", enterprise="", unit=empty.pk)
    assert Notice.objects.filter(recipient=cast.officer_city, key=f"lead.registered:{Lead.objects.get().pk}").exists()


@pytest.mark.req("HN-65")
def test_the_inspection_group_takes_a_complaint_about_officers_into_the_register(client, cast, send):
    send()
    row = Lead.objects.get()
    address = reverse("campaigns:lead_hand_over", args=[row.pk])
    client.force_login(cast.discipline)
    with clock.travel(MAY):
        assert "没有启用廉政线索登记簿" in client.post(address, follow=True).content.decode()
        registers.load("integrity_lead")
        assert "转廉政线索" in client.get(reverse("campaigns:lead_detail", args=[row.pk])).content.decode()
        page = client.post(address, follow=True).content.decode()
        entry = RegisterEntry.objects.get(register="integrity_lead")
        assert reverse("campaigns:register_entry", args=[entry.pk]) in page
    row.refresh_from_db()
    assert (row.state, row.end_reason) == ("closed", f"转{entry.label}办理")
    assert (entry.values["from"], entry.values["detail"]) == ("公开举报", row.detail)
    assert "贺示例" not in str(entry.values)


def test_one_sender_does_not_close_the_page_for_everybody(settings, send):
    settings.COMPLAINTS_A_SENDER = 1
    assert send(sender="198.51.100.7").status_code == 200
    assert send(sender="198.51.100.7").status_code == 429
    assert send(sender="198.51.100.8").status_code == 200
    assert Lead.objects.count() == 2


def test_reloading_the_answer_files_nothing_again(client, send):
    answer = send()
    assert answer.redirect_chain
    assert Lead.objects.get().number in client.get(answer.redirect_chain[0][0]).content.decode()
    assert Lead.objects.count() == 1


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
