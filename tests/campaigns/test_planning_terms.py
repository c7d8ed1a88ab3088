"""The day by which units file their plans, as the plan document orders it (`planning` in a blueprint)."""

import pytest

from campaigns import services
from campaigns.blueprint_files import BadBlueprint
from campaigns.services import due
from campaigns.services.blueprints import load_blueprints
from core import clock
from core.calendar import load_tables
from tests.campaigns.scene import MARCH
from tests.campaigns.test_library import days, make_campaign, own_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def forms(db):
    """What a plan that is written in the browser may use."""
    load_tables()
    load_blueprints(at=MARCH, only=["henan-2020"])


PLANNED = (
    "  source: 四第1句\n\n# dues",
    '  by: counties\n  clock: {kind: day, on: "06-10"}\n  source: 四第1句\n\n# dues',
)


def test_the_day_by_which_plans_are_filed_is_a_term_of_its_own(forms, cast):
    row = services.write_blueprint(own_plan(PLANNED), "x.yaml", change="加期限", actor=cast.administrator, at=MARCH)
    campaign = make_campaign(row.name, cast.city, 2026, cast.officer_province)
    one = next(one for one in services.campaign_terms(campaign, MARCH) if one.title == "编制执法计划并报备案")
    assert [term.day for term in one.terms] == days("2026-06-10")
    assert one.owes == "各县区"
    chosen = {p["key"]: p.get("default") or p["options"][0]["value"] for p in row.data["parameters"]}
    services.choose_parameters(campaign, chosen, actor=cast.officer_province, at=MARCH)
    services.adopt_lists(campaign, actor=cast.officer_province, at=MARCH, key="hengshui-annex4", statement="采用")
    services.approve(campaign, actor=cast.leader_province, at=MARCH)
    services.publish(campaign, actor=cast.officer_province, at=MARCH)
    owing = due.of_campaign(campaign).filter(subject="planning")
    assert set(owing.values_list("unit_path", flat=True)) == {cast.county_a.path, cast.county_b.path}
    assert {clock.day_of(row.due_at) for row in owing} == set(days("2026-06-10"))


def test_plans_need_both_day_and_units_and_say_the_day_once(forms):
    for old, new, said in (
        (PLANNED[0], PLANNED[1].replace("  by: counties\n", ""), "须同时写明"),
        (PLANNED[0], PLANNED[1].replace('{kind: day, on: "06-10"}', "{kind: after, event: 结案, within: 5}"), "某一天"),
    ):
        with pytest.raises(BadBlueprint, match=said):
            services.check_text(own_plan((old, new)), "x.yaml")
