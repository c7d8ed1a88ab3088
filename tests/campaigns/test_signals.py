"""Signals from outside: they raise the order of visits, and an orange alert pushes its list with a task."""

from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.db.models import F
from django.urls import reverse

from campaigns import services
from campaigns.models import RaisedTarget, Signal, Target
from core import clock
from core.models import AuditEvent, Notice
from tests import factories as make
from tests.campaigns import scene

pytestmark = pytest.mark.django_db

DECEMBER = datetime(2020, 12, 8, 1, 0, tzinfo=UTC)
NEW = reverse("campaigns:signal_create")
LIST = reverse("inspections:target_list")


@pytest.fixture
def hengshui(cast):
    far = {"longitude": Decimal("114.5"), "latitude": Decimal("33.9")}
    make.enterprise("示例远处化工厂", cast.county_a, cast.region_a, **far)
    make.enterprise("示例养殖场", cast.county_a, cast.region_a, industry=22, industry_text="养殖")
    plan = scene.campaign_of("hengshui-2020", cast, 2020, datetime(2020, 11, 28, 1, 0, tzinfo=UTC))
    services.list_targets(plan, cast.city, key_only=False, actor=cast.officer_city, at=DECEMBER)
    return plan


@pytest.fixture
def client(client, cast):
    client.force_login(cast.officer_city)
    with clock.travel(DECEMBER):
        yield client


def text(answer):
    return answer.content.decode()


def order(client, plan):
    return [row.enterprise.name for row, _ in client.get(LIST, {"campaign": plan.pk}).context["lines"]]


def said(plan, unit, **more):
    return {"campaign": plan.pk, "unit": unit.pk, "level": "", "detail": "PM2.5 高值"} | more


@pytest.mark.req("HS-27")
@pytest.mark.parametrize("kind", ["weather", "pollutant", "satellite", "hotgrid"])
def test_a_signal_raises_the_order_of_the_visits_it_reaches_and_that_is_kept(kind, hengshui, cast, client):
    before = order(client, hengshui)
    assert before.index("召陵示例化工厂") > before.index("漯河示例纸业有限公司")
    circle = {"longitude": "114.5", "latitude": "33.9", "metres": "1500"}
    assert client.post(NEW, said(hengshui, cast.city, kind=kind, **circle)).status_code == 302
    assert order(client, hengshui)[0] == "示例远处化工厂"
    assert "优先" in text(client.get(LIST, {"campaign": hengshui.pk}))
    target = Target.objects.get(enterprise__name="示例远处化工厂")
    assert RaisedTarget.objects.get().target == target
    row = Signal.objects.get()
    client.force_login(cast.officer_a)
    assert "PM2.5 高值" in text(client.get(reverse("inspections:visit_plan", args=[target.pk])))
    client.force_login(cast.officer_city)
    event = AuditEvent.objects.get(action="campaigns.signal.publish")
    assert event.detail == {"kind": kind, "level": "", "targets": 1}
    page = text(client.get(reverse("campaigns:signal_detail", args=[row.pk])))
    assert f"0 → {target.priority}" in page
    assert 'data-dialog="signal-end"' in page, "the button asks first"
    end = reverse("campaigns:signal_end", args=[row.pk])
    refused = text(client.post(end, {"reason": " "}, follow=True))
    assert ("解除须写明理由" in refused, Signal.objects.get().ended_at) == (True, None)
    ended = text(client.post(end, {"reason": "静稳天气结束"}, follow=True))
    assert "解除理由：静稳天气结束" in ended
    assert AuditEvent.objects.get(action="campaigns.signal.end").reason == "静稳天气结束"
    assert order(client, hengshui) == before


def test_a_hot_grid_weighs_more_than_the_weather_and_signals_add_up(hengshui, cast, client):
    assert client.post(NEW, said(hengshui, cast.county_b, kind="weather")).status_code == 302
    assert order(client, hengshui)[0] == "召陵示例化工厂"
    assert client.post(NEW, said(hengshui, cast.county_a, kind="hotgrid", industries=[22])).status_code == 302
    assert order(client, hengshui)[:2] == ["示例养殖场", "召陵示例化工厂"]
    refused = client.post(NEW, said(hengshui, cast.city, kind="hotgrid", longitude="114.5"))
    assert (refused.status_code, "须同时填写" in text(refused)) == (422, True)
    client.force_login(cast.officer_a)
    assert client.post(NEW, said(hengshui, cast.city, kind="hotgrid")).status_code == 422, "beyond the own area"


def test_each_learns_of_its_own_and_a_level_belongs_to_an_alert(hengshui, cast, client):
    refused = client.post(NEW, said(hengshui, cast.city, kind="hotgrid", level="red"))
    assert (refused.status_code, "只有重污染天气预警分级别" in text(refused)) == (422, True)
    before = dict(Target.objects.values_list("pk", "priority"))
    assert client.post(NEW, said(hengshui, cast.city, kind="weather")).status_code == 302
    row = Signal.objects.get()
    told = dict(Notice.objects.filter(key=f"signal.published:{row.pk}").values_list("recipient__username", "body"))
    assert len(before) > 3
    assert "涉及 3 家" in told[cast.officer_a.username]
    client.force_login(cast.officer_a)
    assert [one.count for one in client.get(reverse("campaigns:signal_list")).context["page"].rows] == [3]
    RaisedTarget.objects.update(after=F("before") + 7)
    Target.objects.update(priority=F("priority") + 6)
    client.force_login(cast.officer_city)
    client.post(reverse("campaigns:signal_end", args=[row.pk]), {"reason": "静稳天气结束"})
    assert dict(Target.objects.values_list("pk", "priority")) == before, "as much as was kept"


@pytest.mark.req("HS-28")
def test_an_orange_alert_pushes_the_gas_related_list_with_the_task_of_emergency_reduction(hengshui, cast, client):
    unsaid = client.post(NEW, said(hengshui, cast.city, kind="alert"))
    assert (unsaid.status_code, "须选级别" in text(unsaid)) == (422, True)
    assert client.post(NEW, said(hengshui, cast.city, kind="alert", level="yellow")).status_code == 302
    assert Signal.objects.get().checks == []
    assert client.post(NEW, said(hengshui, cast.city, kind="alert", level="orange")).status_code == 302
    row = Signal.objects.get(level="orange")
    for officer in (cast.officer_a, cast.inspector_b):
        told = Notice.objects.filter(recipient=officer, title="橙色重污染天气预警：涉气企业清单")
        assert told.exists() is (officer == cast.officer_a)
    client.force_login(cast.officer_a)
    page = text(client.get(told_url(cast.officer_a)))
    assert "任务模板：应急减排核查" in page
    assert "是否收到预警通知并按响应级别启动应急减排" in page
    assert ("漯河示例纸业有限公司" in page, "示例养殖场" in page) == (True, False)
    assert "召陵示例化工厂" not in page, "each county its own"
    target = Target.objects.get(enterprise=cast.site_a)
    assert "应急减排核查" in text(client.get(reverse("inspections:visit_plan", args=[target.pk])))
    table = b"".join(client.get(reverse("campaigns:signal_export", args=[row.pk])).streaming_content)
    names = {cells[0] for cells in openpyxl.load_workbook(BytesIO(table)).worksheets[0].iter_rows(values_only=True)}
    assert names & {"漯河示例纸业有限公司", "示例养殖场", "示例远处化工厂"} == {
        "漯河示例纸业有限公司",
        "示例远处化工厂",
    }


def told_url(person):
    return Notice.objects.filter(recipient=person, title__startswith="橙色").get().url
