"""What registers show is not reported a second time: their entries meet what the plan orders."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign, RegisterEntry
from campaigns.registers import services as registers
from campaigns.registers.services.filing import Filing
from campaigns.services import due
from core import clock
from core.models import Obligation
from core.refusals import Refused
from tests.campaigns import datong
from tests.registers import scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def org():
    return datong.assemble()


@pytest.fixture
def plan(org) -> Campaign:
    scene.load("cross")
    return datong.published(org)


def noon(day: str):
    return clock.at_local(date.fromisoformat(day), 12)


def filed(key: str, plan: Campaign, org: datong.Datong, day: str, **values: object) -> RegisterEntry:
    given = Filing(unit=org.city, values=values, campaign=plan)
    with clock.travel(noon(day)):
        return registers.file_entry(scene.version(key), given, actor=org.officer, at=noon(day))


def moved(row: RegisterEntry, action: str, org: datong.Datong, day: str, **values: object) -> RegisterEntry:
    reason = str(values.pop("reason", ""))
    with clock.travel(noon(day)):
        return registers.move(row, action, values, actor=org.officer, at=noon(day), reason=reason)


def met(plan: Campaign, entry: str) -> list[str]:
    rows = Obligation.objects.filter(campaign_id=plan.pk, subject=entry).exclude(met_at=None)
    return [str(row.nominal_on) for row in rows.order_by("due_at")]


def test_two_cross_actions_need_both_themes_and_one_withdrawn_is_owed_again(org, plan):
    row = datong.owed(plan, "due.cross_actions", org.team)[0]
    assert row.is_late(clock.at_local(date(2022, 1, 1), 0))
    with pytest.raises(Refused, match="不需要报送"):
        due.submit(row, {"打击危险废物违法犯罪": "6月"}, actor=org.officer_team, at=noon("2021-03-01"))
    said = {"name": "行动", "counties": "全部"}
    for day, theme in (("2021-04-01", "危废犯罪"), ("2021-05-01", "危废犯罪")):
        filed("cross", plan, org, day, started_on=day, theme=theme, **said)
    assert met(plan, "due.cross_actions") == []
    last = filed("cross", plan, org, "2021-06-01", started_on="2021-06-01", theme="自动监测造假", **said)
    assert met(plan, "due.cross_actions") == ["2021-12-31"]
    moved(last, "cancel", org, "2021-06-02", reason="重复登记")
    assert met(plan, "due.cross_actions") == []


def test_the_page_leads_to_the_register_and_asks_for_no_text(org, plan, client: Client):
    client.force_login(org.officer)
    row = datong.owed(plan, "due.cross_actions", org.team)[0]
    with clock.travel(noon("2021-05-20")):
        page = client.get(reverse("campaigns:due_detail", args=[row.pk])).content.decode()
    assert reverse("campaigns:register_figure", args=["cross", "themes"]) in page
    assert reverse("campaigns:due_answer", args=[row.pk]) not in page
