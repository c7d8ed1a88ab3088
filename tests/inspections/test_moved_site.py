"""A site that came from another unit: what was done there before stays with those who did it."""

from datetime import date

import pytest
from django.test import Client

from accounts.models import User
from core import clock
from inspections.models import SelfCheck, Visit
from tests import factories as make
from tests.inspections import scene as stage
from tests.inspections.browsing import at, signed_in
from tests.inspections.scene import NOON, Scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def moved(scene: Scene) -> Visit:
    """County A had its self-check filed, visited the site and found an issue; county B is about to visit it."""
    stage.filed(scene, bad=("systems.funds",))
    cast = scene.cast
    former = make.assignment(scene.target, cast.inspector_a, cast.second_a, state="done")
    make.issue(make.locked_record(make.visit(former, state="submitted")))
    cast.site_a.unit = scene.target.unit = cast.county_b
    cast.site_a.save(update_fields=["unit"])
    scene.target.save(update_fields=["unit"])
    return make.visit(
        make.assignment(scene.target, cast.inspector_b, cast.second_a, planned_on=date(2020, 5, 13), expert=cast.expert)
    )


def seen(person: User, visit: Visit) -> tuple[int, int]:
    """How many former visits and issues the page of a visit shows."""
    found = signed_in(person).get(at("visit_view", visit.pk)).context
    return len(found["former_visits"]), len(found["former_issues"])


def test_the_history_is_shown_to_those_who_may_see_it(scene: Scene, moved: Visit) -> None:
    cast = scene.cast
    assert seen(cast.inspector_b, moved) == (0, 0)
    assert seen(cast.officer_city, moved) == (1, 1)
    page = signed_in(cast.inspector_b).get(at("visit_view", moved.pk)).content.decode()
    assert "排口可见烟羽" not in page
    assert "平台上没有这家企业以往的检查和问题" in page


def test_who_sees_visits_but_no_ledger_sees_no_former_issues(scene: Scene, moved: Visit) -> None:
    assert seen(scene.cast.expert, moved) == (1, 0)


def test_the_team_is_told_the_self_checks_problems_but_not_sent_to_a_page_it_may_not_see(
    scene: Scene, moved: Visit
) -> None:
    link = at("selfcheck_view", SelfCheck.objects.get().pk)
    field = signed_in(scene.cast.inspector_b).get(at("visit_view", moved.pk)).content.decode()
    assert ("台账缺三月份记录" in field, link in field) == (True, False)
    desk = signed_in(scene.cast.officer_city).get(at("visit_view", moved.pk)).content.decode()
    assert ("台账缺三月份记录" in desk, link in desk) == (True, True)
    stranger = signed_in(scene.cast.discipline).get(at("visit_view", moved.pk)).content.decode()
    assert ("台账缺三月份记录" in stranger, link in stranger) == (False, False)
    assert "不在您的查看范围内" in stranger


def test_the_list_of_self_checks_says_how_the_site_stands_but_not_what_another_units_sheet_says(
    scene: Scene, moved: Visit
) -> None:
    row = SelfCheck.objects.get()
    officer = make.user("officer_b", "严经办", scene.cast.county_b)
    make.grant(officer, "officer", over=scene.cast.county_b)
    own, city = listed(signed_in(officer)), listed(signed_in(scene.cast.officer_city))
    assert (own.context["lines"][0].label, city.context["lines"][0].label) == ("已备案", "已备案")
    for words in (at("selfcheck_view", row.pk), row.number):
        assert (words in own.content.decode(), words in city.content.decode()) == (False, True)


def listed(client: Client):  # type: ignore[no-untyped-def]
    return client.get(at("selfcheck_list"))


def test_an_expert_reads_the_findings_without_the_way_into_the_ledger(scene: Scene) -> None:
    record = stage.begun(scene, expert=True)
    stage.save(record, stage.record_answers(record, stage.finding()))
    stage.sign_all(record, roles=("lead", "second", "expert", "enterprise", "receipt"))
    with clock.travel(NOON):
        signed_in(scene.cast.inspector_a).post(at("record_submit", record.visit_id))
        for person, rows in ((scene.cast.expert, 0), (scene.cast.officer_a, 1)):
            client = signed_in(person)
            assert len(client.get(at("visit_view", record.visit_id)).context["issues"]) == rows
            page = client.get(at("record_view", record.pk)).content.decode()
            assert ("布袋除尘设施不正常运行" in page, "问题 0001" in page) == (True, bool(rows))
