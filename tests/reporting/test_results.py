"""Results entered and exported; the last phase waits for every one of them (HN-42). Chat is no record (HN-74)."""

import io
from datetime import UTC, datetime

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from campaigns import services as campaigns
from campaigns.models import Target
from campaigns.services.results import excuse
from core import clock
from core.models import AuditEvent
from core.refusals import Refused
from inspections.models import Issue
from tests import factories as make
from tests.registers import scene as registers

pytestmark = pytest.mark.django_db
NOVEMBER = datetime(2020, 11, 10, 1, 0, tzinfo=UTC)


@pytest.fixture
def campaign(cast):
    row = make.campaign(cast.province)
    for site in (cast.site_a, cast.site_b):
        make.target(row, site)
    return row


@pytest.fixture
def entered(cast, campaign):
    """The result of site A, with one issue."""
    target = campaign.targets.get(enterprise=cast.site_a)
    task = make.assignment(target, cast.inspector_a, cast.second_a)
    make.issue(make.locked_record(make.visit(task, state="submitted")))
    campaigns.record_visit(target.pk, make.MORNING, actor=cast.inspector_a)
    return target


def close(client, cast, campaign):
    client.force_login(cast.officer_province)
    with clock.travel(NOVEMBER):
        address = reverse("campaigns:campaign_close", args=[campaign.pk])
        page = client.post(address, {"reason": "成果应用完成"}, follow=True).content.decode()
    campaign.refresh_from_db()
    return page


@pytest.mark.req("HN-42")
def test_the_last_phase_stays_open_while_a_result_is_missing(client, cast, campaign, entered):
    said = close(client, cast, campaign)
    assert "还有 1 家的检查结果没有录入（召陵区 1 家），不能关闭“成果应用”阶段" in said
    assert campaign.state == "published"
    address = reverse("reporting:result_list", args=[campaign.pk])
    with clock.travel(NOVEMBER):
        page = client.get(address).content.decode()
        assert "100.0%" in page
        assert "0.0%" in page
        assert "召陵示例化工厂" in page
        left = Target.objects.get(campaign=campaign, enterprise=cast.site_b)
        excused = reverse("reporting:result_excuse", args=[campaign.pk, left.pk])
        client.post(excused, {"reason": ""})
        assert Target.objects.unentered().filter(campaign=campaign).count() == 1
        client.post(excused, {"reason": "全年停产，未恢复生产"})
        assert "没有未录入的企业" in client.get(address).content.decode()
    close(client, cast, campaign)
    assert campaign.state == "closed"


@pytest.mark.req("HN-42")
def test_every_result_is_exported_with_what_came_of_it(client, cast, campaign, entered):
    client.force_login(cast.officer_province)
    with clock.travel(NOVEMBER):
        answer = client.get(reverse("reporting:result_export", args=[campaign.pk]))
    assert AuditEvent.objects.filter(action="reporting.result.export", actor_id=cast.officer_province.pk).count() == 1
    book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    head, *rows = book["检查结果"].iter_rows(values_only=True)
    told = {row[1]: dict(zip(head, row, strict=True)) for row in rows}
    ours, theirs = told["漯河示例纸业有限公司"], told["召陵示例化工厂"]
    assert (ours["录入情况"], ours["发现问题"], ours["立案"]) == ("已录入", 1, 0)
    assert (theirs["录入情况"], theirs["发现问题"]) == ("未录入", 0)
    tallies = list(book["完整率"].iter_rows(values_only=True))
    assert ("源汇区", 1, 1, 0, 0, "100.0%") in tallies
    assert ("召陵区", 1, 0, 0, 1, "0.0%") in tallies
    client.force_login(cast.officer_a)
    with clock.travel(NOVEMBER):
        answer = client.get(reverse("reporting:result_export", args=[campaign.pk]))
        book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
        assert [row[1] for row in book["检查结果"].iter_rows(values_only=True)][1:] == ["漯河示例纸业有限公司"]
        left = Target.objects.get(campaign=campaign, enterprise=cast.site_b)
        own = Target.objects.get(campaign=campaign, enterprise=cast.site_a)
        for target, status in ((left, 404), (own, 403)):
            address = reverse("reporting:result_excuse", args=[campaign.pk, target.pk])
            assert client.post(address, {"reason": "全年停产"}).status_code == status


def test_a_campaign_that_is_broken_off_before_asks_for_no_results(cast, campaign):
    row = campaigns.close(campaign, actor=cast.officer_province, at=make.MORNING, reason="疫情，提前结束")
    assert row.state == "closed"


def test_an_entered_result_is_not_excused(cast, campaign, entered):
    with pytest.raises(Refused, match="已经录入"):
        excuse(entered, reason="长期停产未恢复", actor=cast.officer_province, at=NOVEMBER)


@pytest.mark.req("HN-74")
def test_a_problem_that_only_a_chat_group_tells_counts_nowhere(client, cast):
    plan = registers.campaign(cast)
    registers.load("chat_issue")
    target = make.target(plan, cast.site_a)
    said = {"subject": "二号炉冒黑烟", "group": "漯河一体化执法群", "said_on": registers.DAY, "detail": "群里发了照片"}
    entry = registers.file("chat_issue", cast.inspector_a, plan, **said, enterprise=str(cast.site_a.pk))
    client.force_login(cast.officer_a)

    def counted():
        with clock.travel(NOVEMBER):
            ledger = client.get(reverse("inspections:issue_list")).context["page"].rows
            answer = client.get(reverse("reporting:result_export", args=[plan.pk]))
            book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
        return len(ledger), list(book["检查结果"].iter_rows(values_only=True))[1][7]

    with clock.travel(NOVEMBER):
        page = client.get(reverse("campaigns:register_entry", args=[entry.pk])).content.decode()
    assert "只有群消息，不计入统计" in page
    assert counted() == (0, 0)
    task = make.assignment(target, cast.inspector_a, cast.second_a)
    row = make.issue(make.locked_record(make.visit(task, state="submitted")))
    assert Issue.objects.get() == row
    assert counted() == (1, 1)
