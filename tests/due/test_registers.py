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


def test_the_summary_of_audits_rests_on_the_conclusions_of_the_register(org, plan, client: Client):
    """Row 22: handed in by the city's team, with the register's figures, once every county has its conclusion."""
    scene.load("inspection")
    row = datong.owed(plan, "row.22", org.team)[0]

    def hand_in(day: str):
        return due.submit(row, {"报送内容": "稽查总结"}, actor=org.officer_team, at=noon(day))

    first = filed("inspection", plan, org, "2021-09-01", county=str(org.yungang.pk), on="2021-09-01")
    first = moved(first, "conclude", org, "2021-09-10", verdict="程序不规范", problems="yes")
    with pytest.raises(Refused, match="没有稽查结论的县区：新荣区"):
        hand_in("2021-10-10")
    second = filed("inspection", plan, org, "2021-09-02", county=str(org.xinrong.pk), on="2021-09-02")
    moved(second, "conclude", org, "2021-10-11", verdict="规范", problems="no")
    row.refresh_from_db()
    assert row.met_at is None, "the summary is still to be handed in"
    client.force_login(org.officer_team)
    with clock.travel(noon("2021-10-12")):
        page = client.get(reverse("campaigns:due_detail", args=[row.pk])).content.decode()
    said = "执法稽查登记 2 件：已有结论 2 件。没有稽查结论的县区：无。"
    assert (said in page, reverse("campaigns:due_answer", args=[row.pk]) in page) == (True, True)
    answer = hand_in("2021-10-13")
    assert answer.texts == {"报送内容": "稽查总结", "平台统计": said}
    assert met(plan, "row.22") == ["2021-10-15"]
    said = {"county": str(org.yungang.pk), "on": "2021-09-02"}
    registers.correct_entry(second, said, actor=org.officer, at=noon("2021-10-14"), reason="县区填错")
    assert met(plan, "row.22") == [], "a county whose conclusion was another's is owed again"
