"""Where leads come from: every means is found and exported, and who tells from within is known to nobody."""

from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse

from campaigns.models import Lead
from core import clock
from tests.campaigns.test_leads import LIST, NAME, NOW, PHONE, sign_in
from tests.registers import scene as registers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_nine():
    with clock.travel(NOW):
        yield


def sheet_rows(answer):
    content = BytesIO(b"".join(answer.streaming_content))
    return list(openpyxl.load_workbook(content).worksheets[0].iter_rows(values_only=True))


def typed(client, cast, kind, **more):
    """A lead typed on the page; its number."""
    form = {"kind": kind, "unit": cast.county_a.pk, "enterprise": cast.site_a.name} | more
    form |= {"occurred_at": "2020-05-11T20:00", "detail": f"{kind} 发现排口有黑水"}
    page = client.post(f"{LIST}new/", form)
    assert page.status_code == 302, page.content.decode()
    return Lead.objects.latest("pk").number


@pytest.mark.req("GS-35")
def test_leads_of_every_means_are_found_by_it_and_exported_with_how_they_were_checked(client, cast):
    sign_in(client, cast.officer_a)
    numbers = {kind: typed(client, cast, kind) for kind in ("remote", "drone", "video")}
    for kind, number in numbers.items():
        row = Lead.objects.get(number=number)
        client.post(f"{LIST}{row.pk}/accept/")
        client.post(f"{LIST}{row.pk}/close/", {"reason": f"在线巡查和实地核查：{kind}属实"})
        shown = client.get(LIST, {"kind": kind}).context["page"].rows
        assert [one.number for one in shown] == [number]
        rows = sheet_rows(client.get(f"{LIST}export/", {"kind": kind}))
        found = [line for line in rows if set(numbers.values()) & set(line)]
        assert len(found) == 1
        assert {number, row.get_kind_display(), f"在线巡查和实地核查：{kind}属实"} <= set(found[0])
    labels = {row.get_kind_display() for row in Lead.objects.all()}
    assert labels == {"卫星遥感", "无人机或走航", "视频监控"}
    sign_in(client, cast.officer_other)
    assert client.get(f"{LIST}{row.pk}/").status_code == 404
    assert not client.get(LIST).context["page"].rows


@pytest.mark.req("HS-40")
def test_who_reports_from_within_is_hidden_and_a_grid_without_a_level_is_named(client, cast):
    sign_in(client, cast.officer_a)
    numbers = [typed(client, cast, kind, reporter=NAME, contact=PHONE) for kind in ("industry", "insider")]
    assert [Lead.objects.get(number=one).get_kind_display() for one in numbers] == ["行业监督", "内部举报"]
    sign_in(client, cast.inspector_a)
    for number in numbers:
        row = Lead.objects.get(number=number)
        assert NAME not in client.get(f"{LIST}{row.pk}/").content.decode()
        assert client.post(f"{LIST}{row.pk}/identity/", {"reason": "核实"}).status_code == 403
        assert NAME not in str(sheet_rows(client.get(f"{LIST}export/")))
    registers.load("channels")
    plan = registers.campaign(cast)
    said = {"kind": "监督网格", "keeper": "陈示例", "area": "源汇区"}
    for level in ("县级网格", "乡级网格"):
        registers.file("channels", cast.officer_a, plan, name=level, level=level, **said)
    sign_in(client, cast.officer_a)
    page = client.get(reverse("campaigns:register_figure", args=["channels", "levels"])).content.decode()
    assert "尚缺：村级网格" in page
