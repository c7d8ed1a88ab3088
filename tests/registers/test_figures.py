"""What registers lack: whose entry counts for whom, in which campaign, and at what cost."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns.models import Campaign, RegisterEntry
from campaigns.registers.services.listing import menu
from campaigns.registers.views import lists
from core import clock
from enterprises.models import Enterprise
from tests import factories as make
from tests.cast import Cast
from tests.registers import scene
from tests.registers.test_rows_people import lines


def trained(cast: Cast, plan: Campaign, actor: object) -> RegisterEntry:
    held = scene.filler("training", cast, cast.officer_a) | {"kind": "执法培训", "trainees": [str(cast.inspector_a.pk)]}
    held.pop("layers", None)
    return scene.file("training", actor, plan, **held)  # type: ignore[arg-type]


def test_a_meeting_of_a_county_is_not_the_citys(cast: Cast, plan: Campaign) -> None:
    scene.load("case_review")
    meeting = {"subject": "审查会", "held_on": scene.DAY, "case": scene.a_case(cast, plan).number, "verdict": "适当"}
    scene.file("case_review", cast.officer_a, plan, **meeting)
    assert lines("case_review", "quarter", cast.officer_city) == [("漯河市", "0 次，至少 1 次", True)]
    scene.file("case_review", cast.officer_city, plan, **meeting)
    assert lines("case_review", "quarter", cast.officer_city) == [("漯河市", "1 次，至少 1 次", False)]
    assert lines("case_review", "quarter", cast.officer_a) == []


def test_an_award_in_a_county_is_the_citys_too(cast: Cast, plan: Campaign) -> None:
    scene.load("drill")
    scene.file("drill", cast.officer_a, plan, name="李一检", award="国家级先进个人", awarded_on=scene.DAY)
    assert lines("drill", "national", cast.officer_city) == [("漯河市", "1 个，至少 1 个", False)]


def test_what_a_brigade_files_is_its_bureaus(cast: Cast, plan: Campaign) -> None:
    scene.load("training")
    brigade = make.unit("源汇区大队", level="team", parent=cast.county_a)
    officer = make.user("brigade", "岳大队", brigade)
    make.grant(officer, "officer", over=brigade)
    assert [name for name, _, _ in lines("training", "counties", cast.officer_city)] == ["源汇区", "召陵区"]
    trained(cast, plan, officer)
    assert [name for name, _, _ in lines("training", "counties", cast.officer_city)] == ["召陵区"]


def test_a_figure_is_of_one_campaign(cast: Cast, plan: Campaign, client: Client) -> None:
    scene.load("training")
    other = make.campaign(cast.province, year=2019)
    trained(cast, plan, cast.officer_a)
    client.force_login(cast.officer_city)
    address = reverse("campaigns:register_figure", args=["training", "counties"])
    with clock.travel(scene.AT):
        found = {
            row: [line.name for line in client.get(address, {"campaign": row.pk}).context["figure"].lines]
            for row in (plan, other)
        }
        assert client.get(address, {"campaign": 10**8}).status_code == 404
    assert found == {plan: ["召陵区"], other: ["源汇区", "召陵区"]}


def test_many_enterprises_cost_a_page_no_more(
    cast: Cast, plan: Campaign, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list asks nobody of them; the page of what is missing names some and counts all."""
    monkeypatch.setattr(lists, "SHOWN", 20)
    scene.load("open_day", "publicity")
    client.force_login(cast.officer_city)
    costs: list[tuple[int, ...]] = []
    with clock.travel(scene.AT):
        for count in (5, 40):
            for _ in range(count):
                make.enterprise("示例企业", cast.county_a, cast.site_a.region, is_key=True)
            answers: list[tuple[Any, int, str]] = []
            for address in (
                reverse("campaigns:register_list", args=["open_day"]),
                reverse("campaigns:register_figure", args=["open_day", "none"]),
                reverse("campaigns:register_figure", args=["publicity", "layers"]),
            ):
                with CaptureQueriesContext(connection) as asked:
                    answers.append((client.get(address), len(asked), str(asked.captured_queries)))
            costs.append(tuple(cost for _, cost, _ in answers))
            assert 'FROM "enterprises_enterprise"' not in answers[0][2]
    assert costs[0] == costs[1]
    figure = answers[1][0].context["figure"]
    keys = Enterprise.objects.filter(is_key=True, unit__path__startswith=cast.city.path).count()
    assert (len(figure.lines), figure.missing) == (20, keys)
    assert f"另有 {keys - 20} 家" in answers[1][0].content.decode()


def test_the_menu_does_not_read_the_entries(cast: Cast, plan: Campaign) -> None:
    scene.load("open_day")
    with CaptureQueriesContext(connection) as asked:
        menu(cast.officer_city)
    assert not any("SELECT DISTINCT" in one["sql"] and "registerentry" in one["sql"] for one in asked.captured_queries)
