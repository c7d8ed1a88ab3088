"""Enterprises are told to check themselves; after the window three lists say who was left out."""

from datetime import date, datetime
from io import BytesIO

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from campaigns import services
from campaigns.models import Target
from core import clock
from core.models import AuditEvent, Notice
from tests import factories as make
from tests.campaigns.scene import campaign_of
from tests.cast import Cast, owner
from tests.inspections import scene as stage

BEGINS = clock.at_local(date(2020, 11, 29), 9)
LAST_MINUTE = datetime(2020, 12, 6, 23, 59, tzinfo=clock.SHANGHAI)
MIDNIGHT = datetime(2020, 12, 7, tzinfo=clock.SHANGHAI)
PAGE = reverse("inspections:selfcheck_missing")


def listed(client: Client, name: str) -> list[str]:
    return [row.enterprise.name for row in client.get(PAGE, {"list": name}).context["page"].rows]


def lists(client: Client) -> list[list[str]]:
    return [listed(client, name) for name in ("undelivered", "unreceipted", "unchecked")]


@pytest.mark.req("HS-05")
def test_after_the_eight_days_three_lists_name_who_was_not_told_gave_no_receipt_or_did_not_check(
    cast: Cast, client: Client
) -> None:
    plan = campaign_of("hengshui-2020", cast, 2020, clock.at_local(date(2020, 11, 28), 9))
    silent = make.enterprise("示例未回执厂", cast.county_a, cast.region_a)
    owner("silent", "示例厂长", silent)
    offline = make.enterprise("示例无账号厂", cast.county_a, cast.region_a)
    services.list_targets(plan, cast.city, key_only=False, actor=cast.officer_city, at=BEGINS)
    target = {row.enterprise: row for row in Target.objects.filter(campaign=plan).select_related("enterprise")}
    with clock.travel(BEGINS):
        for officer in (cast.officer_city, cast.officer_city):
            client.force_login(officer)
            assert client.post(reverse("inspections:selfcheck_tell"), {"campaign": plan.pk}).status_code == 302
        assert Notice.objects.filter(key__startswith="selfcheck-asked").count() == 3, "told once"
        client.force_login(cast.enterprise_b)
        receipt = reverse("inspections:selfcheck_receipt", args=[target[cast.site_b].pk])
        assert receipt in client.get(reverse("inspections:selfcheck_mine")).content.decode()
        assert client.post(receipt).status_code == 302
        stage.handed_in(stage.Scene(cast, plan, target[cast.site_a]), at=BEGINS)
    client.force_login(cast.officer_city)
    with clock.travel(LAST_MINUTE):
        page = client.get(PAGE).content.decode()
        assert "共 8 天" in page
        assert "24:00 后列出未送达、未回执、未自查三份名单" in page
        assert lists(client) == [[], [], []]
    with clock.travel(MIDNIGHT):
        left = [cast.site_b.name, silent.name, offline.name]
        assert lists(client) == [[offline.name], [silent.name], left]
        table = b"".join(client.get(reverse("inspections:selfcheck_missing_export")).streaming_content)
        book = openpyxl.load_workbook(BytesIO(table))
        assert book.sheetnames == ["未送达", "未回执", "未自查"]
        named = [{row[0] for row in sheet.iter_rows(values_only=True)} for sheet in book.worksheets]
        assert [names & {*left, cast.site_a.name} for names in named] == [{offline.name}, {silent.name}, set(left)]
        delivered_by_hand(cast, client, target[offline])
    assert AuditEvent.objects.filter(action="inspections.selfchecknotice.tell").count() == 2


def delivered_by_hand(cast: Cast, client: Client, target: Target) -> None:
    """Who has no account is handed the notice, and leaves the first list."""
    by_hand = reverse("inspections:selfcheck_deliver", args=[target.pk])
    assert client.post(by_hand, {"note": " "}).status_code == 302
    assert lists(client)[0] == [target.enterprise.name], "a delivery by hand says how"
    assert client.post(by_hand, {"note": "送达厂长本人签收"}).status_code == 302
    assert lists(client)[0] == []
    client.force_login(cast.officer_other)
    assert client.post(by_hand, {"note": "外市"}).status_code == 404
    assert client.get(PAGE).context["campaign"] is None
