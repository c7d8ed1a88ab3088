"""The pages of parameters and of helpers, and the terms of a draw that they bear on."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from campaigns.models import Draw, DrawRates
from campaigns.services import draws
from core import clock
from tests import factories as make
from tests.campaigns import draw_scene as scene
from tests.campaigns.draw_scene import MORNING
from tests.cast import Cast
from tests.registers import scene as registers

pytestmark = pytest.mark.django_db
RATES = reverse("campaigns:rates_list")


@pytest.fixture(autouse=True)
def in_may():
    with clock.travel(MORNING):
        yield


def of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def typed(cast: Cast, **changes) -> dict[str, object]:
    ratios = {"minimum": "5", "high": "30", "middle": "15", "low": "5", "default": "10"}
    where = {"unit": cast.city.pk, "quarter": "2020-2", "source": "漯河方案第五条"}
    return {**where, **ratios, "frequency": "4", "reason": "", **changes}


def test_parameters_are_asked_approved_and_changed_on_their_page(cast):
    officer, leader = of(cast.officer_city), of(cast.leader_city)
    assert officer.post(RATES, typed(cast)).status_code == 302
    assert "2020 年第 2 季度起的抽查参数" in leader.get(reverse("reporting:workbench")).content.decode()
    row = DrawRates.objects.get()
    assert "待批准" in leader.get(RATES).content.decode()
    leader.post(reverse("campaigns:rates_approve", args=[row.pk]))
    page = officer.post(RATES, typed(cast, quarter="2020-3", high="50"))
    assert page.status_code == 422
    assert "须写明理由" in page.content.decode()
    assert 'value="50"' in page.content.decode()
    changed = {"quarter": "2020-3", "high": "50", "low": "6", "report-high": "漯环研〔2020〕2号", "reason": "季度研判"}
    officer.post(RATES, typed(cast, **changed))
    text = leader.get(RATES).content.decode()
    for said in ("漯环研〔2020〕2号", "没有引用研判报告", "季度研判", "30%", "50%"):
        assert said in text
    asked = DrawRates.objects.get(state="asked")
    leader.post(reverse("campaigns:rates_refuse", args=[asked.pk]), {"reason": "另议"})
    asked.refresh_from_db()
    assert (asked.state, asked.decision_reason) == ("refused", "另议")


@pytest.mark.parametrize("changes", [{"high": "0"}, {"high": "101"}, {"high": "-3"}, {"high": "x"}, {"frequency": "0"}])
def test_a_wrong_number_is_refused_on_the_form(cast, changes):
    page = of(cast.officer_city).post(RATES, typed(cast, **changes))
    assert page.status_code == 422
    assert not DrawRates.objects.exists()


def test_another_citys_parameters_are_not_there(cast):
    of(cast.officer_city).post(RATES, typed(cast))
    row = DrawRates.objects.get()
    assert "漯河方案第五条" not in of(cast.officer_other).get(RATES).content.decode()
    assert of(cast.officer_other).post(reverse("campaigns:rates_approve", args=[row.pk])).status_code == 404
    assert of(cast.officer_city).post(reverse("campaigns:rates_approve", args=[row.pk])).status_code == 403


def test_a_draw_takes_partners_items_and_range_from_its_form(cast):
    campaign = make.campaign(cast.province)
    scene.targets(campaign, cast)
    scene.crew(cast)
    draws.keep_items(cast.city, scene.ITEMS, actor=cast.officer_city, at=MORNING)
    client = of(cast.officer_city)
    page = client.get(reverse("campaigns:draw_create")).content.decode()
    assert "排污许可证执行情况" in page
    sent = {
        "title": "联合抽查",
        "campaign": campaign.pk,
        "unit": cast.city.pk,
        "witness": cast.discipline.pk,
        "ratio": "10",
        "team_size": "2",
        "inspect_on": "2020-05-13",
        "public_source": "ssq",
        "listed": "on",
        "commit_by": "2020-05-12T12:00",
        "reveal_by": "2020-05-12T17:00",
        "strata_by": ["type", "layer"],
        "partners": "市水利局，市住建局、市水利局",
        "checks": ["排污许可证执行情况"],
        "new_permits": "2020-2",
    }
    answer = client.post(reverse("campaigns:draw_create"), sent)
    draw = Draw.objects.get()
    assert (draw.partners, draw.checks) == (["市水利局", "市住建局"], ["排污许可证执行情况"])
    assert (draw.filters["listed"], draw.filters["new_permits"]) == (True, "2020-2")
    text = client.get(answer.url).content.decode()
    assert "市水利局、市住建局" in text
    assert "2020年第2季度新领排污许可证的单位" in text
    form = client.get(reverse("campaigns:draw_edit", args=[draw.pk])).context["form"]
    assert (form["partners"].value(), form["checks"].value()) == ("市水利局、市住建局", ["排污许可证执行情况"])
    strange = client.post(reverse("campaigns:draw_create"), sent | {"checks": ["消防通道"]})
    assert strange.status_code == 422


def test_experts_come_from_their_register_and_a_wrong_line_of_institutions_is_named(cast):
    client, address = of(cast.officer_city), reverse("campaigns:helper_lists")
    page = client.post(address, {"kind": "institutions", "institutions-lines": "示例监测中心｜水"})
    assert page.status_code == 422
    assert "第 1 行须写成“专业机构｜业务类别｜资质”" in page.content.decode()
    assert "还没有在库的专家" in client.post(address, {"kind": "experts"}).content.decode()
    registers.load("experts")
    said = {"home": "示例大学", "industries": ["化工"], "ways": ["网络远程"]}
    registers.file("experts", cast.officer_city, name="何示例", **said)
    assert client.post(address, {"kind": "experts"}).status_code == 302
    page = client.post(address, {"kind": "institutions", "institutions-lines": "何示例｜水｜无"})
    assert "已在专家库中" in page.content.decode()
    assert "示例大学" in client.get(address).content.decode()
