"""What waits for whom, from every room, along the whole campaign; and every entry leads to where it is done."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from core import clock
from enterprises.models import PositiveListEntry
from enterprises.states import ImportState
from inspections.models import SelfCheck
from inspections.states import SelfCheckState
from penalties.models import PenaltyCase
from reporting import duties
from reporting.models import UnitReport
from reporting.services import reports
from reporting.services.freeze import sweep
from tests import factories as make
from tests.architecture.permission_scene import NOW, Stage, build
from tests.reporting.scene import Scene, sh

pytestmark = pytest.mark.django_db
# Person of the cast → what waits on the Tuesday of the eighth week, when one thing of every kind of county A is about.
EXPECTED: dict[str, dict[str, int]] = {
    "inspector_a": {"visits": 2, "sign": 1, "pledges": 4, "clauses": 1},
    "second_a": {"visits": 2, "verify": 1, "sign": 1, "pledges": 4, "clauses": 1},
    "inspector_b": {"sign": 1, "pledges": 5, "clauses": 1},
    "officer_a": {
        "selfchecks": 1, "verify": 1, "sign": 1, "notice": 1, "serve": 1, "close": 1, "confirm": 1, "sites": 1,
        "unplanned": 62,
    },
    "leader_a": {"verify": 1, "asked": 1, "rates": 1},
    "officer_city": {
        "selfchecks": 1, "verify": 2, "sign": 2, "notice": 1, "serve": 1, "close": 1, "imports": 1, "sites": 1,
        "unplanned": 71,
    },
    "contact_city": {},
    "leader_city": {"escalations": 1, "verify": 2, "decide": 1, "asked": 1, "rates": 1},
    "officer_other": {},
    "officer_province": {"missing": 2},
    "leader_province": {"windows": 2, "approve": 1, "rates": 1},
    "expert": {"visits": 1},
    "discipline": {},
    "enterprise_a": {"payments": 1},
    "enterprise_b": {},
    "administrator": {},
    "security": {},
    "auditor": {},
}  # fmt: skip


@pytest.fixture
def stage() -> Iterator[Stage]:
    with clock.travel(NOW):
        made = build()
        made.rows["batch"].state = ImportState.PREVIEW
        made.rows["batch"].save()
        yield made


def fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def owed(user: User, at: datetime | None = None) -> dict[str, int]:
    return {one.duty.key: one.count for one in duties.waiting(fresh(user), at or clock.now())}


def titles(user: User, key: str, at: datetime) -> list[str]:
    return [entry.title for one in duties.waiting(fresh(user), at) if one.duty.key == key for entry in one.entries]


def test_everybody_is_shown_what_waits_and_the_way_there(stage: Stage) -> None:
    assert {name: owed(getattr(stage.cast, name)) for name in EXPECTED} == EXPECTED
    for name in EXPECTED:
        user, client = fresh(getattr(stage.cast, name)), Client()
        client.force_login(user)
        page = client.get("/").content.decode()
        for one in duties.waiting(user, clock.now()):
            addresses = [one.all_url, *(entry.url for entry in one.entries)]
            assert [client.get(address).status_code for address in addresses] == [200] * len(addresses), (name, one)
            assert all(f'href="{entry.url}"' in page for entry in one.entries), (name, one.duty.key)


def visit_today(scene: Scene, site_name: str, planned_on: date) -> None:
    cast = scene.cast
    target = make.target(scene.campaign, scene.site(site_name))
    make.visit(make.assignment(target, cast.inspector_a, cast.second_a, planned_on=planned_on))


def test_visits_of_today_and_earlier_are_owed_by_their_team_alone(scene: Scene) -> None:
    for name, day in (("漯河示例甲厂", 11), ("漯河示例乙厂", 12), ("漯河示例丙厂", 13)):
        visit_today(scene, name, date(2020, 5, day))
    at = sh("05-12 09:00")
    assert titles(scene.cast.inspector_a, "visits", at) == ["漯河示例甲厂", "漯河示例乙厂"]
    assert not titles(scene.cast.inspector_b, "visits", at)
    assert not titles(scene.cast.enterprise_a, "visits", at), "an enterprise is not told of a visit"


def check_of(scene: Scene, state: str, **fields: object) -> SelfCheck:
    return SelfCheck.objects.create(
        campaign=scene.campaign, enterprise=scene.cast.site_a, unit=scene.cast.county_a, state=state,
        client_id="00000000-0000-0000-0000-000000000001", created_at=sh("05-01 09:00"), **fields,
    )  # fmt: skip


def test_a_returned_sheet_waits_for_its_enterprise_with_the_words_of_the_county(scene: Scene) -> None:
    check_of(scene, SelfCheckState.RETURNED, return_reason="缺监测报告")
    found = duties.waiting(fresh(scene.cast.enterprise_a), sh("05-12 09:00"))
    assert [(one.duty.key, one.entries[0].note) for one in found] == [("returned", "退回意见：缺监测报告")]
    assert not titles(scene.cast.enterprise_b, "returned", sh("05-12 09:00"))


def test_what_is_to_be_mended_at_once_waits_for_the_enterprise(scene: Scene) -> None:
    record = scene.visited(scene.cast.site_a, "05-12 10:00")
    scene.found(record, handling=3, deadline_on=None)
    scene.found(record)
    at = sh("05-12 12:00")
    assert len(titles(scene.cast.enterprise_a, "at_once", at)) == 1
    assert not titles(scene.cast.enterprise_b, "at_once", at)


def test_a_handling_that_says_a_case_is_filed_waits_until_it_is(scene: Scene) -> None:
    record, at = scene.visited(scene.cast.site_a, "05-12 10:00"), sh("05-13 09:00")
    issue = scene.found(record, handling=2)
    scene.found(record, handling=4)
    scene.found(record, handling=1, nature="system")
    assert len(titles(scene.cast.officer_a, "file", at)) == 1
    case = scene.filed(issue, "05-13 09:00")
    assert not titles(scene.cast.officer_a, "file", at)
    PenaltyCase.objects.filter(pk=case.pk).update(state="withdrawn")
    assert len(titles(scene.cast.officer_a, "file", at)) == 1


@pytest.mark.parametrize(("day", "expected"), [("05-20", ("answers", None)), ("05-21", (None, "decide"))])
def test_a_noticed_case_waits_for_the_party_until_its_term_ends_then_for_the_authority(
    scene: Scene, day: str, expected: tuple[str | None, str | None]
) -> None:
    cast = scene.cast
    case = scene.filed(scene.found(scene.visited(cast.site_a, "05-12 10:00")), "05-13 09:00")
    notice = scene.stepped(case, "notice", "05-15 09:00", fine="1000")
    notice.detail = {"defence_until": "2020-05-20"}
    notice.save()
    PenaltyCase.objects.update(state="noticed")
    case.investigators.set([cast.inspector_a, cast.second_a])
    at = sh(f"{day} 09:00")
    party, city = owed(cast.enterprise_a, at), owed(cast.leader_city, at)
    assert ("answers" if "answers" in party else None, "decide" if "decide" in city else None) == expected
    assert "answers" not in owed(cast.enterprise_b, at)
    case.investigators.add(cast.leader_city)
    assert "decide" not in owed(cast.leader_city, at), "who investigated does not decide"


def test_the_week_waits_for_the_county_then_for_the_province(scene: Scene) -> None:
    cast = scene.cast
    sweep(sh("05-12 09:00"))
    assert owed(cast.officer_a, sh("05-14 09:00"))["confirm"] == 1
    assert "confirm" not in owed(cast.officer_a, sh("05-15 17:31"))
    report = UnitReport.objects.get(period__number=4, unit=cast.city)
    reports.send(report, "按计划进行。", False, seen="", actor=cast.contact_city, at=sh("05-15 16:00"))
    assert "receive" not in owed(cast.officer_province, sh("05-15 17:00")), "not before the freeze"
    sweep(sh("05-15 17:31"))
    at = sh("05-15 17:32")
    assert titles(cast.officer_province, "receive", at) == ["漯河市第 4 周周报"]
    assert "洛阳市第 4 周周报" in titles(cast.officer_province, "missing", at)


def test_nobody_owes_a_plan_for_a_site_on_the_positive_list(scene: Scene) -> None:
    at = sh("05-12 09:00")
    make.target(scene.campaign, scene.cast.site_a)
    assert titles(scene.cast.officer_a, "unplanned", at) == [scene.cast.site_a.name]
    PositiveListEntry.objects.create(
        enterprise=scene.cast.site_a, ground="诚信企业", valid_from=date(2020, 4, 1), entered_at=at
    )
    assert not titles(scene.cast.officer_a, "unplanned", at)


def test_the_cost_does_not_grow_with_what_waits(scene: Scene) -> None:
    record, at = scene.visited(scene.cast.site_a, "05-12 10:00"), sh("05-13 09:00")

    def cost() -> int:
        user = fresh(scene.cast.officer_a)
        with CaptureQueriesContext(connection) as asked:
            duties.waiting(user, at)
        return len(asked)

    def more(count: int) -> int:
        for number in range(count):
            scene.reported(scene.found(record, handling=2), "05-12 12:00")
            visit_today(scene, f"漯河示例{count}-{number}号厂", date(2020, 5, 12) + timedelta(days=number % 2))
        return cost()

    few, many = more(1), more(12)
    assert many <= few + len(duties.waiting(fresh(scene.cast.officer_a), at)), "one count for what is not shown"
    assert more(20) == many
    assert owed(scene.cast.officer_a, at)["verify"] == 33


def test_what_waits_is_counted_no_further_than_a_desk_says(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reporting.duties.kinds.CEILING", 8)
    record = scene.visited(scene.cast.site_a, "05-12 10:00")
    for _ in range(12):
        scene.reported(scene.found(record), "05-12 12:00")
    user, at = fresh(scene.cast.officer_a), sh("05-13 09:00")
    found = next(one for one in duties.waiting(user, at) if one.duty.key == "verify")
    assert (found.count, found.shown, len(found.entries)) == (9, "8+", duties.SHOWN)


def test_a_closed_campaign_asks_for_no_case(scene: Scene) -> None:
    record = scene.visited(scene.cast.site_a, "05-12 10:00")
    meant = scene.campaign.handlings.items.filter(name__contains="立案").first()
    scene.found(record, handling=meant.number)
    assert "file" in owed(scene.cast.officer_a, sh("05-13 09:00"))
    type(scene.campaign).objects.filter(pk=scene.campaign.pk).update(state="closed")
    assert "file" not in owed(scene.cast.officer_a, sh("05-13 09:00"))
