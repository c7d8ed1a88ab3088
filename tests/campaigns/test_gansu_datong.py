"""Gansu's and Datong's plans read sentence by sentence: who owes what they oblige to, and where it is filed."""

from datetime import UTC, date, datetime

import pytest
import yaml

from campaigns import clocks, services
from campaigns.blueprint_files import ROOT, read_blueprint
from campaigns.exports import campaign_yaml
from campaigns.models import Responsibility
from campaigns.registers import files
from campaigns.services.due.entries import entries_of
from core import clock
from core.models import Obligation
from tests import factories as make
from tests.campaigns import datong

pytestmark = pytest.mark.django_db
PLANS = ["gansu-2018", "datong-2021"]


@pytest.fixture
def gansu():
    """The province's campaign of 2026, over two cities, a county and a team."""
    org = datong.assemble()
    province = make.unit("示例省生态环境厅", "province", short_name="省厅")
    officer, leader = make.user("gs_officer", "王经办", province), make.user("gs_leader", "冯厅长", province)
    make.grant(officer, "officer", over=province)
    make.grant(leader, "leader", over=province)
    cities = [make.unit(f"示例{n}州生态环境局", "city", province, short_name=f"{n}州") for n in "甲乙"]
    make.unit("甲州示例县分局", "county", cities[0], short_name="甲县")
    org.city, org.officer, org.leader = province, officer, leader
    return datong.published(org, "gansu-2018", 2026, at=datetime(2026, 1, 5, 1, 0, tzinfo=UTC))


def leads(campaign, entry):
    rows = Responsibility.objects.filter(campaign=campaign, entry=entry, role="lead")
    return sorted(rows.values_list("unit__short_name", flat=True))


def test_what_gansu_asks_of_all_departments_is_owed_below_the_cities_too(gansu):
    for entry in ("due.terminals", "due.disputes", "due.monitoring", "due.training"):
        assert leads(gansu, entry) == ["乙州", "甲县", "甲州"], entry
    assert leads(gansu, "due.powers") == ["乙州", "甲县", "甲州", "省厅"]


def test_gansu_s_yearly_plan_is_owed_once_by_the_cities_and_met_by_the_plan_itself(gansu):
    rows = Obligation.objects.filter(campaign_id=gansu.pk, subject="due.plan")
    assert {clock.day_of(row.due_at) for row in rows} == {date(2026, 3, 31)}
    assert leads(gansu, "due.plan") == ["乙州", "甲州"]
    entries = {entry.key: entry for entry in entries_of(gansu.blueprint.data)}
    assert entries["due.plan"].counted
    assert "planning" not in entries


@pytest.mark.parametrize("name", PLANS)
def test_every_register_that_names_the_plan_stands_in_it_at_its_place(name):
    """A register whose plan does not name it is offered in no campaign."""
    data, _ = read_blueprint(ROOT / name)
    places = {sentence["place"] for sentence in data["text"]}
    for key in sorted(files.shipped_keys()):
        said = yaml.safe_load((files.ROOT / f"{key}.yaml").read_text(encoding="utf-8"))
        own = {place for one in said["source"] if one.get("plan") == name for place in one["place"].split("；")}
        if not own:
            continue
        titles = [one for one in data["registers"] if key in one.get("platform", [])]
        assert titles, f"{key} is in no register of {name}"
        assert any(own & set(one["source"].split("；")) for one in titles), f"{key}: {own}"
        assert all(any(place.startswith(one) for place in places) for one in own), key


def test_datong_s_february_ends_with_the_month():
    data, _ = read_blueprint(ROOT / "datong-2021")
    for year, last in ((2021, date(2021, 2, 28)), (2024, date(2024, 2, 29)), (2026, date(2026, 2, 28))):
        season = services.season_of(data, year)
        assert season.phases["row_13"] == (date(year, 2, 1), last)
        row = next(one for one in data["plan"]["rows"] if one["number"] == 13)
        assert clocks.window(row, season)[1] == last


def test_a_campaign_of_a_leap_year_is_written_so_that_any_year_reads_it():
    org = datong.assemble()
    campaign = datong.published(org, "datong-2021", 2024, at=datetime(2024, 1, 3, 1, 0, tzinfo=UTC))
    phases = {one["key"]: one for one in yaml.safe_load(campaign_yaml(campaign))["phases"]}
    assert phases["row_13"]["to"] == "02-末"
    assert phases["row_12"]["to"] == "01-31"


def test_datong_s_team_owes_its_tenth_each_quarter_and_the_plan_of_checks_is_made_public():
    org = datong.assemble()
    plan = datong.published(org)
    quarters = [date(2021, 3, 31), date(2021, 6, 30), date(2021, 9, 30), date(2021, 12, 31)]
    assert datong.days(plan, "due.permits_city", org.team) == quarters
    assert {row.unit_path for row in datong.owed(plan, "due.permits_city")} == {org.team.path}
    assert leads(plan, "due.publish_plan") == ["云冈区", "新荣区", "示例市"]


@pytest.mark.parametrize("name", PLANS)
def test_a_parameter_is_read_by_something(name):
    """A reading that may be chosen and changes nothing would be a false one."""
    data, _ = read_blueprint(ROOT / name)
    clocks_of = [one["clock"] for section in ("dues",) for one in data[section]]
    clocks_of += [row["clock"] for row in data.get("plan", {}).get("rows", [])]
    read = {one.get("key") for one in clocks_of} | {one.get("reading") for one in clocks_of}
    read |= {said.get("chosen_by") for said in data["gate"].values()} | {"clauses"}
    read |= {rule.get("threshold_by") for rule in data.get("onsite_rules", [])}
    assert {one["key"] for one in data["parameters"]} <= read
