"""Enterprises are told to check themselves; after the window three lists say who was left out."""

from datetime import date, datetime
from importlib import import_module
from io import BytesIO

import openpyxl
import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns import services
from campaigns.models import Campaign, Target
from core import clock
from core.models import AuditEvent, Notice
from core.refusals import Refused
from inspections.models import SelfCheckNotice
from inspections.services import telling
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


def written(client: Client, target: Target, on: str, note: str = "送达厂长本人签收") -> None:
    """The notice is handed over on paper."""
    by_hand = reverse("inspections:selfcheck_deliver", args=[target.pk])
    assert client.post(by_hand, {"note": note, "on": on}).status_code == 302


@pytest.mark.req("HS-05")
def test_after_the_eight_days_three_lists_name_who_was_not_told_gave_no_receipt_or_did_not_check(
    cast: Cast, client: Client
) -> None:
    plan = campaign_of("hengshui-2020", cast, 2020, clock.at_local(date(2020, 11, 28), 9))
    silent = make.enterprise("示例未回执厂", cast.county_a, cast.region_a)
    owner("silent", "示例厂长", silent)
    offline = make.enterprise("示例无账号厂", cast.county_a, cast.region_a)
    visited = make.enterprise("示例当面送达厂", cast.county_a, cast.region_a)
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
        handed_over(client, target[visited], offline.name)
    client.logout()
    client.force_login(cast.officer_city)
    with clock.travel(LAST_MINUTE):
        page = client.get(PAGE).content.decode()
        assert "共 8 天" in page
        assert "24:00 后列出未送达、未回执、未自查三份名单" in page
        assert lists(client) == [[], [], []]
    with clock.travel(MIDNIGHT):
        left = [cast.site_b.name, silent.name, offline.name, visited.name]
        assert lists(client) == [[offline.name], [silent.name], left]
        table = b"".join(client.get(reverse("inspections:selfcheck_missing_export")).streaming_content)
        book = openpyxl.load_workbook(BytesIO(table))
        assert book.sheetnames == ["未送达", "未回执", "未自查"]
        named = [{row[0] for row in sheet.iter_rows(values_only=True)} for sheet in book.worksheets]
        assert [names & {*left, cast.site_a.name} for names in named] == [{offline.name}, {silent.name}, set(left)]
        late_changes_nothing(client, target[offline], target[silent], plan, cast)
        closed_to_strangers(client, cast, target[silent])
    assert AuditEvent.objects.filter(action="inspections.selfchecknotice.tell").count() == 2


def handed_over(client: Client, target: Target, other: str) -> None:
    """While the window runs: who has no account waits for the paper, and its day is one that can be."""
    waiting = listed(client, "waiting")
    assert set(waiting) == {other, target.enterprise.name}
    for wrong, note in (("2020-11-30", "明天"), ("2020-11-27", "发布前"), ("", " ")):
        written(client, target, wrong, note)
        assert listed(client, "waiting") == waiting
    written(client, target, "2020-11-28")
    assert listed(client, "waiting") == [other]


def closed_to_strangers(client: Client, cast: Cast, target: Target) -> None:
    client.force_login(cast.officer_other)
    assert client.post(reverse("inspections:selfcheck_deliver", args=[target.pk]), {"note": "外市"}).status_code == 404
    assert client.get(PAGE).context["campaign"] is None


def late_changes_nothing(client: Client, offline: Target, silent: Target, plan: Campaign, cast: Cast) -> None:
    """The lists are those of 24:00: what comes afterwards is kept, and takes nobody off them."""
    before = lists(client)
    written(client, offline, "2020-12-07")
    SelfCheckNotice.objects.filter(target=silent).update(receipted_at=MIDNIGHT)
    late = stage.Scene(cast, plan, Target.objects.get(campaign=plan, enterprise=cast.site_b))
    stage.handed_in(late, at=MIDNIGHT, owner=cast.enterprise_b)
    assert lists(client) == before
    SelfCheckNotice.objects.filter(target=offline).delete()
    written(client, offline, "2020-12-06")
    assert lists(client)[0] == [], "delivered in time, registered the day after"


def test_whoever_hands_over_stays_on_the_list_of_the_campaign(cast: Cast, client: Client) -> None:
    first = campaign_of("hengshui-2020", cast, 2020, clock.at_local(date(2020, 11, 28), 9))
    services.list_targets(first, cast.city, key_only=False, actor=cast.officer_city, at=BEGINS)
    target = Target.objects.filter(campaign=first).first()
    assert target is not None
    address = reverse("inspections:selfcheck_deliver", args=[target.pk]) + "?list=waiting&cursor=abc"
    client.force_login(cast.officer_city)
    with clock.travel(BEGINS):
        for note in (" ", "送达厂长本人签收"):
            answer = client.post(address, {"note": note, "on": ""})
            assert answer["Location"] == f"{PAGE}?campaign={first.pk}&list=waiting&cursor=abc"
        page = client.get(f"{PAGE}?list=waiting").content.decode()
    other = Target.objects.filter(campaign=first).last()
    assert other is not None
    assert f"{reverse('inspections:selfcheck_deliver', args=[other.pk])}?list=waiting" in page


def test_who_checked_already_is_not_told_and_a_closed_campaign_tells_nobody(cast: Cast, monkeypatch) -> None:
    plan = campaign_of("hengshui-2020", cast, 2020, clock.at_local(date(2020, 11, 28), 9))
    services.list_targets(plan, cast.city, key_only=False, actor=cast.officer_city, at=BEGINS)
    targets = Target.objects.filter(campaign=plan)
    targets.filter(enterprise=cast.site_a).update(self_checked_at=BEGINS)
    meanwhile = targets.get(enterprise=cast.site_b)
    reckoned = telling.people_of

    def handed_in_meanwhile(*args):
        telling.shown_by_sheet(meanwhile, actor=cast.enterprise_b, at=BEGINS)
        return reckoned(*args)

    monkeypatch.setattr(telling, "people_of", handed_in_meanwhile)
    telling.tell(plan, targets, actor=cast.officer_city, at=BEGINS)
    assert SelfCheckNotice.objects.get().receipted_by == cast.enterprise_b
    Campaign.objects.filter(pk=plan.pk).update(state="closed")
    plan.refresh_from_db()
    with pytest.raises(Refused, match="没有在执行"):
        telling.tell(plan, targets, actor=cast.officer_city, at=BEGINS)


def test_telling_many_costs_what_telling_few_costs(cast: Cast) -> None:
    plan = campaign_of("hengshui-2020", cast, 2020, clock.at_local(date(2020, 11, 28), 9))

    def cost(first: int, count: int) -> int:
        for number in range(first, first + count):
            owner(
                f"owner{number}", f"示例厂长{number}", make.enterprise(f"示例{number}厂", cast.county_a, cast.region_a)
            )
        services.list_targets(plan, cast.city, key_only=False, actor=cast.officer_city, at=BEGINS)
        with CaptureQueriesContext(connection) as asked:
            telling.tell(plan, Target.objects.filter(campaign=plan), actor=cast.officer_city, at=BEGINS)
        return len(asked)

    few = cost(0, 1)
    assert cost(1, 20) == few
    told = Notice.objects.filter(key__startswith="selfcheck-asked")
    assert told.count() == 23, "and each of them by name"
    assert told.get(recipient__username="owner7").title == "请开展环境自查：示例7厂"


def test_who_handed_in_before_notices_were_kept_has_had_one(cast: Cast) -> None:
    plan = campaign_of("hengshui-2020", cast, 2020, clock.at_local(date(2020, 11, 28), 9))
    services.list_targets(plan, cast.city, key_only=False, actor=cast.officer_city, at=BEGINS)
    target = Target.objects.get(campaign=plan, enterprise=cast.site_a)
    with clock.travel(BEGINS):
        stage.handed_in(stage.Scene(cast, plan, target), at=BEGINS)
    SelfCheckNotice.objects.all().delete()
    import_module("inspections.migrations.0010_selfchecks_told").told_by_sheet(apps, None)
    row = SelfCheckNotice.objects.get()
    assert (row.target, row.delivered_at, row.receipted_at) == (target, BEGINS, BEGINS)
