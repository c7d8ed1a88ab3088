"""What a blueprint written in the browser may leave unsaid, and what it may not say."""

from datetime import date

import pytest
from django.urls import reverse

from campaigns import clocks, services
from campaigns.blueprint_files import ROOT, BadBlueprint, read_blueprint, read_text
from campaigns.exports import campaign_yaml
from campaigns.services.blueprints import load_blueprints
from core import clock
from core.calendar import calendar, load_tables
from core.models import Obligation
from core.rules import OnHoliday
from tests.architecture.permission_doors.campaigns import EXAMPLE
from tests.campaigns.scene import MARCH

REPORT = 'report: {phase: inspect, weekday: 3, time: "16:00", source: 三第1句}\n'
WEEKLY = EXAMPLE.replace("dues:\n", f"{REPORT}dues:\n", 1).replace("previous_workday", "next_workday", 1)
QUARTER = (
    "  - {key: study, title: 季度研判, owes: 各县区分局, by: counties, "
    "clock: {kind: quarter, before: 0}, source: 三第1句}\n"
)


@pytest.fixture
def tables(db):
    load_tables()
    load_blueprints(at=MARCH, only=["henan-2020"])


def faults(text):
    with pytest.raises(BadBlueprint) as bad:
        read_text(text, "x.yaml")
    return bad.value.errors


def line_of(text, part):
    return text[: text.index(part)].count("\n") + 1


def test_the_weekly_report_follows_the_rule_for_all(tables, cast):
    services.write_blueprint(WEEKLY, "x.yaml", change="周报", actor=cast.administrator, at=MARCH)
    row = services.create_from_blueprint("summer-dust", unit=cast.city, year=2020, actor=cast.officer_city, at=MARCH)
    assert (row.on_holiday, row.report_weekday, f"{row.report_time:%H:%M}") == ("next_workday", 3, "16:00")
    dates = {one.nominal: one.day for one in services.report_dates(row)}
    assert dates[date(2020, 6, 25)] == date(2020, 6, 28), "the Dragon Boat Festival; Sunday is worked"
    read_text(campaign_yaml(row), "again.yaml")
    unsaid = read_text(WEEKLY.replace("on_holiday: next_workday\n", "", 1), "x.yaml")
    assert services.season_of(unsaid, 2020).policy == OnHoliday.PREVIOUS


def test_two_rules_for_days_off_are_a_contradiction():
    both = WEEKLY.replace('time: "16:00"', 'time: "16:00", on_holiday: keep')
    [said] = faults(both)
    assert said.startswith(f"x.yaml:{line_of(both, 'report: ')}:")
    assert "只能有一个" in said
    read_text(WEEKLY.replace('time: "16:00"', 'time: "16:00", on_holiday: next_workday'), "x.yaml")


def test_the_preview_shows_the_days_and_the_hour_of_the_weekly_report(tables, cast, client):
    client.force_login(cast.administrator)
    sent = {"text": WEEKLY, "year": 2020, "do": "check"}
    page = client.post(reverse("campaigns:blueprint_write"), sent).content.decode()
    assert "每周四 16:00" in page
    assert "2020-06-18" in page or "06-18" in page
    data, _ = read_blueprint(ROOT / "henan-2020")
    found = services.previewed(data, services.season_of(data, 2020), calendar(), MARCH)
    assert len([one for one in found if "17:30" in one.said]) == 1, "what the plan lists itself stands there once"


def test_a_quarter_is_asked_for_while_the_campaign_runs(tables):
    text = EXAMPLE.replace("dues:\n", f"dues:\n{QUARTER}", 1)
    data = read_text(text, "x.yaml")
    study = next(one for one in data["dues"] if one["key"] == "study")
    season = services.season_of(data, 2020)
    assert season.span == (date(2020, 6, 1), date(2020, 8, 31))
    assert [one.nominal for one in clocks.terms(study, season, calendar())] == [date(2020, 6, 30)]
    monthly = study | {"clock": {"kind": "month_days", "days": ["end"]}}
    months = [one.nominal.month for one in clocks.terms(monthly, season, calendar())]
    assert months == [6, 7, 8]
    wide = study | {"from": "01-01", "until": "12-31"}
    assert len(clocks.terms(wide, season, calendar())) == 4, "unless the plan says from when to when"


@pytest.mark.parametrize("name", ["datong-2021", "gansu-2018", "hengshui-2020", "henan-2020", "luohe-2021"])
def test_the_plans_that_come_with_the_platform_ask_for_what_they_asked_for(tables, name):
    data, _ = read_blueprint(ROOT / name)
    repeating = [one for one in data["dues"] if one["clock"]["kind"] in {"quarter", "month_days"}]
    for year in (2021, 2024):
        season = services.season_of(data, year)
        for one in repeating:
            year_round = {"from": "01-01", "until": "12-31", **one}
            assert clocks.terms(one, season, calendar()) == clocks.terms(year_round, season, calendar())


@pytest.mark.parametrize("number", ["13800138000", "138-0013-8000", "138 0013 8000", "电话13800138000转"])
def test_a_mobile_number_is_refused_in_its_line(number):
    text = EXAMPLE.replace("name: 全面检查", f'name: "全面检查 {number}"', 1)
    [said] = faults(text)
    assert said.startswith(f"x.yaml:{line_of(text, number)}:")
    assert "手机号码" in said
    assert number not in said, "the sentence does not spread it"


@pytest.mark.parametrize("number", ["91410000138001380001", "1380013800", "12369", "2013800138000"])
def test_other_numbers_are_no_mobile_numbers(number):
    read_text(EXAMPLE.replace("name: 全面检查", f'name: "全面检查 {number}"', 1), "x.yaml")


def test_what_is_handed_in_every_week_is_owed_every_week_and_the_report_with_figures_in_its_own_room(tables, cast):
    line = (
        "  - {key: brief, title: 报送每周工作小结, owes: 各县区分局, by: counties, "
        'clock: {kind: weekly, weekday: 0, time: "10:00", phase: inspect}, source: 三第1句}\n'
        "  - {key: weekly, title: 执法检查周报, owes: 各县区分局, by: counties, "
        'clock: {kind: weekly, weekday: 3, time: "16:00", phase: inspect}, source: 三第1句}\n'
    )
    text = WEEKLY.replace("dues:\n", f"dues:\n{line}", 1)
    services.write_blueprint(text, "x.yaml", change="周报和小结", actor=cast.administrator, at=MARCH)
    row = services.create_from_blueprint("summer-dust", unit=cast.city, year=2020, actor=cast.officer_city, at=MARCH)
    chosen = {one["key"]: one["options"][0]["value"] for one in row.blueprint.data["parameters"]}
    services.choose_parameters(row, chosen, actor=cast.officer_city, at=MARCH)
    services.adopt_lists(row, actor=cast.officer_city, at=MARCH)
    services.approve(row, actor=cast.leader_city, at=MARCH)
    services.publish(row, actor=cast.officer_city, at=MARCH)
    owed = Obligation.objects.filter(campaign_id=row.pk, unit_path=cast.county_a.path, title="报送每周工作小结")
    phase = row.phases.get(key="inspect")
    mondays = list(clocks.weekdays(phase.starts_on, phase.ends_on, 0))
    assert len(mondays) > 3
    assert [one.nominal_on for one in owed.order_by("due_at")] == mondays
    assert {f"{clock.local(one.due_at):%H:%M}" for one in owed} == {"10:00"}
    assert not Obligation.objects.filter(campaign_id=row.pk, title="执法检查周报").exists(), "the platform's own week"
