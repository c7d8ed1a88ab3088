"""What the plan of Hengshui asks for, on its own campaign: pledges with a printed year, channels of complaints."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from campaigns.models import Lead, Pledge
from core import clock
from core.models import AuditEvent
from tests.campaigns import scene
from tests.registers import scene as registers

pytestmark = pytest.mark.django_db

NOVEMBER = datetime(2020, 11, 28, 1, 0, tzinfo=UTC)
JANUARY = datetime(2021, 1, 12, 1, 0, tzinfo=UTC)
CLAUSES = (
    "一、坚持依法行政，做到文明执法，规范执法，坚决杜绝不作为、乱作为，不当违法企业的保护伞，坚持忠诚履职尽责；",
    "二、保守工作秘密，不向被监督企业通风报信，不内外勾结，不在检查检查和取样检测等工作中弄虚作假，不违反工作程序使被监督企业减轻或逃避处罚；",
    "三、遵守廉洁纪律，不索要和收受被监督企业的礼金、财务、吃请及馈赠，不利用职务之便谋取利益，坚决杜绝向被监督企业“吃、拿、卡、要、借”；",
    "四、规范工作程序，坚持亮证执法，杜绝单人执法，不违反法定程序进行停限产、查封扣押、行政处罚，坚持秉公办案，坚决抵制说情、讲情，确保严格按照法定工作程序执法；",
    "五、维护队伍形象，切实端正工作站位，提高自身素质，注意仪容、仪表，规范礼貌文明用语，杜绝工作日饮酒，不参加与环境执法人员身份不符的娱乐活动。",
)


@pytest.fixture
def hengshui(cast):
    return scene.campaign_of("hengshui-2020", cast, 2020, NOVEMBER)


def text(answer):
    return answer.content.decode()


def planned(client, target, cast):
    values = {"planned_on": "2021-01-13", "lead_inspector": cast.inspector_a.pk, "second_inspector": cast.second_a.pk}
    client.force_login(cast.officer_a)
    return text(client.post(reverse("inspections:visit_plan", args=[target.pk]), values))


@pytest.mark.req("HS-75")
def test_the_five_clauses_are_signed_before_anybody_is_sent_and_the_printed_year_is_changed(hengshui, cast, client):
    target = scene.listed(hengshui, cast)
    scene.pledged(hengshui, cast.second_a)
    address = reverse("campaigns:pledge_sign", args=[hengshui.pk])
    with clock.travel(JANUARY):
        assert "李一检尚未签署本行动的廉洁自律承诺书" in planned(client, target, cast)
        client.force_login(cast.inspector_a)
        page = text(client.get(address))
        assert [page.count(clause) for clause in CLAUSES] == [1] * 5
        assert 'value="2020"' in page
        refused = client.post(address, {"name": "李一检", "read": "on", "year": "2020"})
        assert (refused.status_code, "落款年份请改为 2021" in text(refused)) == (422, True)
        assert "尚未签署" in planned(client, target, cast)
        client.force_login(cast.inspector_a)
        assert client.post(address, {"name": "李一检", "read": "on", "year": "2021"}).status_code == 302
        assert "落款年份预印 2020 年，签署人改为 2021 年" in text(client.get(address))
        assert "尚未签署" not in planned(client, target, cast)
    row = Pledge.objects.get(user=cast.inspector_a)
    assert (row.printed_year, row.signed_year) == (2020, 2021)
    event = AuditEvent.objects.get(action="campaigns.pledge.sign", object_id=str(row.pk))
    assert event.reason == "落款年份由预印的 2020 改为 2021"


def test_within_the_printed_year_nothing_is_changed(hengshui, cast, client):
    client.force_login(cast.inspector_a)
    with clock.travel(NOVEMBER):
        address = reverse("campaigns:pledge_sign", args=[hengshui.pk])
        assert client.post(address, {"name": "李一检", "read": "on", "year": "2020"}).status_code == 302
        assert "预印" not in text(client.get(address)).split("签署。")[1]
    assert AuditEvent.objects.get(action="campaigns.pledge.sign").reason == ""


@pytest.mark.req("HS-40")
def test_channels_are_registered_an_insider_is_not_named_and_a_missing_level_of_the_grid_is_pointed_out(
    hengshui, cast, client
):
    registers.load("channels")
    grid = {"kind": "监督网格", "keeper": "示例网格长", "area": "源汇区", "campaign": hengshui.pk}
    listed = reverse("campaigns:register_list", args=["channels"])
    lines = reverse("campaigns:register_figure", args=["channels", "levels"])
    new = reverse("campaigns:register_new", args=["channels"])
    client.force_login(cast.officer_a)
    with clock.travel(NOVEMBER):
        for name, level in (("源汇区网格", "县级网格"), ("示例镇网格", "乡级网格")):
            given = grid | {"name": name, "level": level, "filing_unit": cast.county_a.pk}
            assert client.post(new, given).status_code == 302, level
        given = {
            "name": "市环保协会",
            "kind": "环保协会",
            "keeper": "示例会长",
            "area": "全市",
            "campaign": hengshui.pk,
        }
        assert client.post(new, given | {"filing_unit": cast.county_a.pk}).status_code == 302
        assert f'href="{lines}">缺级的三级网格' in text(client.get(listed))
        assert "尚缺：村级网格" in text(client.get(lines))
        assert "示例镇网格" not in text(client.get(listed, {"kind": "环保协会"}))
        given = grid | {"name": "示例村网格", "level": "村级网格", "filing_unit": cast.county_a.pk}
        assert client.post(new, given).status_code == 302
        assert "尚缺" not in text(client.get(lines))
        reported(cast, client)


def reported(cast, client):
    """An insider's and an industry's word, filed on the page: the name is on no page of an inspector."""
    leads = reverse("campaigns:lead_list")
    client.force_login(cast.officer_a)
    said = {
        "detail": "夜班开旁路排放",
        "occurred_at": "2020-11-27T22:00",
        "unit": cast.county_a.pk,
        "address": "示例镇",
    }
    for kind, reporter in (("industry", ""), ("insider", "匿名示例员工")):
        given = said | {"kind": kind, "reporter": reporter, "contact": "示例联系方式" if reporter else ""}
        answer = client.post(reverse("campaigns:lead_create"), given)
        assert answer.status_code == 302, text(answer)
    labels = {row.get_kind_display() for row in Lead.objects.all()}
    assert labels == {"行业监督", "内部举报"}
    row = Lead.objects.get(kind="insider")
    client.force_login(cast.inspector_a)
    for address in (leads, f"{leads}?kind=insider", reverse("campaigns:lead_detail", args=[row.pk])):
        page = text(client.get(address))
        assert "内部举报" in page
        assert "匿名示例员工" not in page
    assert client.post(reverse("campaigns:lead_identity", args=[row.pk]), {"reason": "想知道"}).status_code == 403
