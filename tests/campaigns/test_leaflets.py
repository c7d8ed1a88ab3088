"""What enterprises are told: the leaflet with its receipts, the record that says it was handed out, points of risk."""

from datetime import UTC, datetime
from io import BytesIO

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pypdf import PdfReader

from campaigns import services
from campaigns.models import RegisterEntry
from campaigns.registers.services import leaflets
from core import clock
from core.models import AuditEvent, Notice
from tests import factories as make
from tests.campaigns import scene
from tests.inspections import scene as field
from tests.registers import scene as registers

pytestmark = pytest.mark.django_db

NOVEMBER = datetime(2020, 11, 28, 1, 0, tzinfo=UTC)
FIRST = "1.企业生产前，要保证环保责任人同步到岗到位，避免环境管理缺位。"
TENTH = "10.如企业发现污染防治设施不能正常运行的突发状况，要立即停止相应生产和排污行为"


@pytest.fixture
def hengshui(cast):
    registers.load("publicity")
    return scene.campaign_of("hengshui-2020", cast, 2020, NOVEMBER)


def text(answer):
    return answer.content.decode()


def rows_of(answer):
    book = openpyxl.load_workbook(BytesIO(b"".join(answer.streaming_content)))
    return list(book.worksheets[0].iter_rows(values_only=True))


@pytest.mark.req("HS-77")
def test_ten_points_are_read_by_the_enterprise_pushed_to_chosen_ones_and_signed_for(hengshui, cast, client):
    other = make.enterprise("示例铸造厂", cast.county_a, cast.region_a)
    make.enterprise("示例皮革厂", cast.county_a, cast.region_a)
    services.list_targets(hengshui, cast.city, key_only=False, actor=cast.officer_city, at=NOVEMBER)
    page = reverse("campaigns:leaflet", args=[hengshui.pk])
    with clock.travel(NOVEMBER):
        client.force_login(cast.enterprise_a)
        read = text(client.get(page))
        assert [f"<p>{n}." in read for n in range(1, 11)] == [True] * 10
        assert FIRST in read
        assert TENTH in read
        assert client.post(page, {"names": cast.site_a.name}).status_code == 403
        client.force_login(cast.officer_a)
        wrong = client.post(page, {"names": f"{cast.site_a.name}\n没有这家企业"})
        assert (wrong.status_code, "没有这家企业不在检查对象名单内" in text(wrong)) == (422, True)
        assert client.post(page, {"names": f"{cast.site_a.name}\n{other.name}"}).status_code == 302
        sent = RegisterEntry.objects.filter(register="publicity")
        assert {row.enterprise for row in sent} == {cast.site_a, other}
        assert Notice.objects.filter(recipient=cast.enterprise_a, title__startswith="请签收普法宣传材料").exists()
        assert "0.0%" in text(client.get(page))
        client.force_login(cast.enterprise_a)
        sign = reverse("campaigns:register_entry_move", args=[sent.get(enterprise=cast.site_a).pk, "sign"])
        assert sign in text(client.get(page))
        entry = reverse("campaigns:register_entry", args=[sent.get(enterprise=cast.site_a).pk])
        for above in (sign, entry):
            assert (FIRST in text(client.get(above)), TENTH in text(client.get(above))) == (True, True), above
        assert client.post(sign, {"signed_by": "秦厂长"}).status_code == 302
        assert "已签收" in text(client.get(page))
        client.force_login(cast.officer_a)
        export = client.get(reverse("campaigns:leaflet_export", args=[hengshui.pk]))
        assert ("源汇区", 3, 2, 1, 1, "50.0%") in rows_of(export)
        client.force_login(cast.officer_other)
        assert client.get(page).status_code == 404


def test_the_letter_goes_the_way_of_the_leaflet_in_the_name_of_its_authority(hengshui, cast, client):
    services.list_targets(hengshui, cast.city, key_only=False, actor=cast.officer_city, at=NOVEMBER)
    page = reverse("campaigns:letter", args=[hengshui.pk])
    with clock.travel(NOVEMBER):
        client.force_login(cast.officer_a)
        read = text(client.get(page))
        assert ("致企业的一封信" in read, "漯河市生态环境局组织开展" in read) == (True, True)
        assert page in text(client.get(reverse("campaigns:leaflet", args=[hengshui.pk]))), "it has a tab of its own"
        assert client.post(page, {"names": cast.site_a.name}).status_code == 302
        entry = RegisterEntry.objects.get(register="publicity")
        assert (entry.values["forms"], entry.enterprise) == (["一封信"], cast.site_a)
        assert leaflets.pushable(hengshui, cast.officer_a).filter(enterprise=cast.site_a).exists(), "the leaflet is not"
        client.force_login(cast.enterprise_a)
        sign = reverse("campaigns:register_entry_move", args=[entry.pk, "sign"])
        above = text(client.get(sign))
        assert ("致企业的一封信" in above, FIRST in above) == (True, False)
        assert client.post(sign, {"signed_by": "秦厂长"}).status_code == 302
        client.force_login(cast.officer_a)
        export = client.get(reverse("campaigns:letter_export", args=[hengshui.pk]))
        assert ("源汇区", 1, 1, 1, 0, "100.0%") in rows_of(export)


@pytest.mark.parametrize(("kind", "words"), [("letter", "致企业的一封信"), ("leaflet", "企业注意事项")])
def test_both_are_printed_to_be_handed_over(hengshui, cast, client, kind, words):
    client.force_login(cast.inspector_a)
    with clock.travel(NOVEMBER):
        paper = client.get(reverse("campaigns:leaflet_print", args=[hengshui.pk, kind]))
    assert paper["Content-Type"] == "application/pdf"
    said = "".join(page.extract_text() for page in PdfReader(BytesIO(paper.content)).pages)
    assert (words in said, "漯河市生态环境局" in said, "签收人" in said, "衡水" in said) == (True, True, True, False)


def test_where_the_plan_has_none_there_is_nothing_to_print(cast, client):
    client.force_login(cast.officer_a)
    campaign = make.campaign(cast.province)
    for kind in ("letter", "leaflet", "pledge"):
        assert client.get(reverse("campaigns:leaflet_print", args=[campaign.pk, kind])).status_code == 404


def test_all_that_have_not_got_it_are_sent_it_once(hengshui, cast, client):
    services.list_targets(hengshui, cast.city, key_only=False, actor=cast.officer_city, at=NOVEMBER)
    page = reverse("campaigns:leaflet", args=[hengshui.pk])
    client.force_login(cast.officer_a)
    with clock.travel(NOVEMBER):
        assert client.post(page, {}).status_code == 302
        assert [row.enterprise for row in RegisterEntry.objects.filter(register="publicity")] == [cast.site_a]
        again = client.post(page, {})
        assert (again.status_code, "没有可推送的企业" in text(again)) == (422, True)
    assert AuditEvent.objects.filter(action="campaigns.leaflet.push").count() == 1


def test_many_are_sent_it_a_few_in_a_transaction(hengshui, cast, monkeypatch):
    for number in range(6):
        make.enterprise(f"示例铸造{number}厂", cast.county_a, cast.region_a)
    services.list_targets(hengshui, cast.city, key_only=False, actor=cast.officer_city, at=NOVEMBER)
    monkeypatch.setattr(leaflets, "BATCH", 3)
    waiting = leaflets.pushable(hengshui, cast.officer_a)
    assert leaflets.push(hengshui, waiting, actor=cast.officer_a, at=NOVEMBER) == 7
    events = AuditEvent.objects.filter(action="campaigns.leaflet.push").order_by("pk")
    assert [event.detail["enterprises"] for event in events] == [3, 3, 1], "others get at the register between them"


def test_an_entry_costs_what_its_sheet_costs_and_a_dozen_statements(hengshui, cast):
    """No more than any other sheet of the form engine, which asks 20; the rest is the entry and its words."""

    def cost(names):
        with CaptureQueriesContext(connection) as asked:
            leaflets.push(hengshui, waiting.filter(enterprise__name__in=names), actor=cast.officer_a, at=NOVEMBER)
        return len(asked)

    names = [f"示例铸造{number}厂" for number in range(7)]
    for name in names:
        make.enterprise(name, cast.county_a, cast.region_a)
    services.list_targets(hengshui, cast.city, key_only=False, actor=cast.officer_city, at=NOVEMBER)
    waiting = leaflets.pushable(hengshui, cast.officer_a)
    one = cost(names[:1])
    assert (cost(names[1:]) - one) / 5 <= 34


@pytest.mark.req("HS-38")
def test_the_record_says_what_was_handed_out_and_the_enterprise_signs_for_it(cast, client):
    registers.load("publicity")
    with clock.travel(field.MORNING):
        stage = field.scene(cast)
        stage.campaign.blueprint.data |= {
            "leaflet": {"title": "明白纸", "items": [FIRST]},
            "registers": [{"key": "publicity", "platform": ["publicity"]}],
        }
        stage.campaign.blueprint.save()
        record = field.begun(stage)
        answers = field.record_answers(record)
        for name, said in (("leaflet", "yes"), ("cases", "yes"), ("letter", "no")):
            field.put_path(answers, f"visit_closing.materials.{name}", said)
        field.save(record, answers)
        field.sign_all(record, roles=("lead", "second", "enterprise"))
        client.force_login(cast.inspector_a)
        with clock.travel(field.NOON):
            assert client.post(reverse("inspections:record_submit", args=[record.visit_id])).status_code == 302
            shown = text(client.get(reverse("inspections:record_view", args=[record.pk])))
            assert "已向企业发放注意事项“明白纸”" in shown
            row = RegisterEntry.objects.get(register="publicity")
            assert (row.values["forms"], row.enterprise, row.state) == (["明白纸", "以案说法"], cast.site_a, "given")
            visit = reverse("inspections:visit_view", args=[record.visit_id])
            assert "待签收" in text(client.get(visit))
            client.force_login(cast.enterprise_a)
            move = reverse("campaigns:register_entry_move", args=[row.pk, "sign"])
            assert client.post(move, {"signed_by": "秦厂长"}).status_code == 302
            client.force_login(cast.inspector_a)
            assert "已签收" in text(client.get(visit))


def test_where_the_plan_has_no_leaflet_the_record_does_not_ask_for_it(cast):
    with clock.travel(field.MORNING):
        record = field.begun(field.scene(cast))
    items = [item["key"] for part in field.sheet_of(record).definition.data["sections"] for item in part["items"]]
    assert "materials" not in items


@pytest.mark.req("LH-37")
def test_the_task_and_the_enterprise_show_the_same_version_of_the_points_of_risk(cast, client):
    registers.load("risk_points")
    scene.load()
    henan = scene.published(cast)
    target = scene.listed(henan, cast)
    new = reverse("campaigns:register_new", args=["risk_points"])
    own = reverse("campaigns:enterprise_panel", args=[cast.site_a.pk])
    task = reverse("inspections:visit_plan", args=[target.pk])
    point = {"filing_unit": cast.city.pk, "points-0-risk": "反应釜投料口无组织排放", "points-0-demand": "查密闭收集"}
    with clock.travel(scene.MAY):
        client.force_login(cast.officer_city)
        assert client.post(new, point | {"industry": "化工"}).status_code == 302
        assert client.post(new, point | {"industry": "铸造", "points-0-risk": "落砂不密闭"}).status_code == 302
        again = client.post(new, point | {"industry": "化工"})
        assert "请更正原来的清单" in text(again)
        told = Notice.objects.filter(title__startswith="行业违法风险点清单")
        assert {(row.recipient, row.title.endswith("化工")) for row in told} == {
            (cast.enterprise_a, True),
            (cast.enterprise_b, True),
        }
        site = reverse("enterprises:enterprise_detail", args=[cast.site_a.pk])
        assert told.get(recipient=cast.enterprise_a).url == f"{site}#risks", "where the points stand"
        for person, address in ((cast.officer_a, task), (cast.enterprise_a, own)):
            client.force_login(person)
            page = text(client.get(address))
            assert ("反应釜投料口无组织排放" in page, "第 1 版" in page, "落砂" in page) == (True, True, False), address
        row = RegisterEntry.objects.get(register="risk_points", values__industry="化工")
        client.force_login(cast.officer_city)
        correct = reverse("campaigns:register_entry_correct", args=[row.pk])
        changed = {
            "industry": "化工",
            "points-0-risk": "储罐呼吸阀泄漏",
            "points-0-demand": "查泄漏检测",
            "reason": "修订",
        }
        assert client.post(correct, changed).status_code == 302
        for person, address in ((cast.officer_a, task), (cast.enterprise_a, own)):
            client.force_login(person)
            page = text(client.get(address))
            assert ("储罐呼吸阀泄漏" in page, "第 2 版" in page, "反应釜投料口" in page) == (True, True, False), address
