"""The ledger as a grid, as a workbook and by the interface: the same rows behind the same gate."""

import io
from datetime import date

import openpyxl
import pytest
from django.urls import reverse

from core import clock
from core.clock import at_local
from inspections.models import Issue
from inspections.services import locking
from tests.inspections import scene as stage
from tests.inspections.mending import LATER

pytestmark = pytest.mark.django_db


def listed(client, **asked) -> str:
    return client.get(reverse("inspections:issue_list"), asked).content.decode()


@pytest.mark.parametrize(
    "asked,seen",
    [
        ({}, True),
        ({"q": "纸业"}, True),
        ({"q": "化工"}, False),
        ({"state": "mending"}, True),
        ({"state": "closed"}, False),
        ({"industry": "13"}, True),
        ({"industry": "1"}, False),
        ({"issue_type": "7", "handling": "4"}, True),
        ({"gravity": "grave"}, False),
        ({"nature": "offence"}, True),
        ({"element": "气"}, True),
        ({"element": "水"}, False),
        ({"key": "1"}, True),
        ({"due": "late"}, False),
        ({"due": "week"}, True),
        ({"since": "2020-05-12", "until": "2020-05-12"}, True),
        ({"since": "2020-05-13"}, False),
    ],
)
def test_filters_stand_in_the_address(client, cast, issue, asked, seen):
    client.force_login(cast.officer_a)
    with clock.travel(LATER):
        assert (issue.enterprise_name in listed(client, **asked)) is seen


def test_overdue_rows_show(client, cast, issue):
    client.force_login(cast.officer_a)
    with clock.travel(at_local(date(2020, 5, 25), 9)):
        page = listed(client, due="late")
    assert "逾期 3 天" in page


def test_the_grid_costs_the_same_at_10_and_1000_rows(client, cast, issue, django_assert_max_num_queries):
    client.force_login(cast.officer_a)

    def cost() -> int:
        with django_assert_max_num_queries(40) as counted:
            assert client.get(reverse("inspections:issue_list")).status_code == 200
        return len(counted)

    few = cost()
    copies = []
    for number in range(1000):
        values = {f.attname: getattr(issue, f.attname) for f in Issue._meta.fields if f.attname != "id"}
        copies.append(Issue(**(values | {"number": 10_000 + number, "finding_key": f"c{number}"})))
    Issue.objects.bulk_create(copies)
    assert cost() == few


E4 = [
    "检查日期",
    "序号",
    "检查人员",
    "企业名称",
    "企业类型",
    "行业类别(从现有类型中选择)",
    "是否超低排放改造的企业",
    "是否绩效分级A级或B级企业",
    "是否2019年以来自主验收的企业项目(含涉VOCs新建项目)",
    "经度",
    "纬度",
    "县市区",
    "乡镇或开发区",
    "存在的问题",
    "问题类型(从现有类型中选择)",
    "查处情况(从现有类型中选择)",
    "整改情况",
    "处罚情况",
    "责任人签字",
]


def workbook(client, **asked):
    answer = client.get(reverse("inspections:issue_export"), asked)
    assert answer.status_code == 200
    return openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active


@pytest.mark.req("HS-67")
def test_the_workbook_has_the_annexs_columns_to_the_letter(client, cast, signed):
    client.force_login(cast.officer_a)
    sheet = workbook(client)
    assert [cell.value for cell in sheet[1]] == E4
    row = [cell.value for cell in sheet[2]]
    assert row[13] == signed.description
    assert row[14] == "7 类型7"
    assert row[15] == "4 限期整改"
    assert row[16] == "已更换布袋 12 条"
    assert row[18] == "李一检"
    assert sheet.print_area
    assert sheet.print_title_rows


@pytest.mark.req("HS-45")
def test_a_sheet_handed_in_adds_its_rows_to_the_working_ledger_of_the_county(client, scene):
    """附件4: what was found stands in the county's list, by itself, with the sheet."""
    client.force_login(scene.cast.officer_a)
    record = stage.ready(scene, stage.finding(), stage.finding(key="f2", nature="system", handling=3, deadline_on=""))
    assert workbook(client).max_row == 1, "a draft is nobody's row"
    assert not locking.submit(record, late_reason="", actor=record.writer, at=stage.NOON).problems
    second, first = ([cell.value for cell in row] for row in workbook(client).iter_rows(min_row=2))
    found = "检查时正在生产；排口可见烟羽；布袋除尘设施不正常运行"
    assert (first[3], first[11], first[13]) == ("漯河示例纸业有限公司", "源汇区", found)
    assert [row[15].split()[0] for row in (first, second)] == ["4", "3"]
    assert listed(client).count("漯河示例纸业有限公司") >= 2
    client.force_login(scene.cast.inspector_b)
    assert workbook(client).max_row == 1, "another county's list has none"


def test_the_workbook_holds_exactly_what_is_shown(client, cast, issue):
    client.force_login(cast.officer_a)
    assert workbook(client, q="化工").max_row == 1
    assert workbook(client, q="纸业").max_row == 2
    client.force_login(cast.inspector_b)
    assert workbook(client).max_row == 1


def test_the_api_lists_the_same_rows_behind_the_same_gate(client, cast, issue):
    client.force_login(cast.officer_a)
    assert [row["number"] for row in client.get("/api/v1/issues").json()["results"]] == [issue.number]
    assert client.get("/api/v1/issues", {"q": "化工"}).json()["results"] == []
    assert client.get("/api/v1/issues/999999").json()["message"] == "没有找到，或者不在您的管辖范围内。"
    client.force_login(cast.inspector_b)
    assert client.get("/api/v1/issues").json()["results"] == []


def test_the_enterprise_too_reads_cards_on_a_phone_with_the_annexs_number_of_the_type(client, cast, issue):
    """Two types of the annex bear one short name: the number tells them apart."""
    client.force_login(cast.enterprise_a)
    page = client.get(reverse("inspections:issue_list")).content.decode()
    assert 'class="data data-stack ledger"' in page
    assert '<td data-label="问题类型">7 ' in page
