"""The pure rule that spreads visits over weeks and people."""

from collections import Counter
from datetime import date
from random import Random

import pytest

from campaigns.rules.spreading import Able, Loads, Visit, monday_of, spread, weeks_of
from campaigns.services import plans
from core.rules import WorkCalendar
from tests import factories as make
from tests.campaigns import plan_scene

WINDOW = (date(2020, 4, 21), date(2020, 6, 20))
# 2020-05-01 to 05-05 were off, 04-26 and 05-09 were worked.
SPRING = WorkCalendar(
    off=frozenset(date(2020, 5, day) for day in range(1, 6)),
    working=frozenset({date(2020, 4, 26), date(2020, 5, 9)}),
    years=frozenset({2020}),
)
WEEKS = weeks_of(WINDOW, SPRING)
MONDAYS = frozenset(week.monday for week in WEEKS)


def crew(count: int) -> list[Able]:
    return [Able(number, MONDAYS) for number in range(1, count + 1)]


def visits(count: int) -> list[Visit]:
    return [Visit(number, near=(f"镇{number % 7}",)) for number in range(1, count + 1)]


def test_the_weeks_of_a_window_count_their_working_days():
    assert (WEEKS[0].monday, WEEKS[0].first, WEEKS[-1].last) == (date(2020, 4, 20), WINDOW[0], WINDOW[1])
    # Sunday 04-26 is worked; the week of Labour Day has Thursday and Friday off; the next Wednesday to Saturday.
    assert [week.workdays for week in WEEKS[:4]] == [5, 4, 4, 5]


@pytest.mark.parametrize("count", [1, 7, 100, 503])
def test_everybody_leads_as_much_as_everybody_else(count):
    placed, left = spread(visits(count), WEEKS, crew(6), Loads())
    assert not left
    assert sorted(one.visit for one in placed) == list(range(1, count + 1))
    led = Counter(one.lead for one in placed)
    assert max(led.values()) - min(led[person.id] for person in crew(6)) <= 1
    assert all(one.lead != one.second for one in placed)


def test_a_week_carries_by_its_working_days():
    weeks = weeks_of(
        (date(2020, 9, 21), date(2020, 10, 18)),
        WorkCalendar(off=frozenset(date(2020, 10, day) for day in range(1, 9)), working=frozenset({date(2020, 9, 27)})),
    )
    placed, _ = spread(visits(160), weeks, [Able(n, frozenset(w.monday for w in weeks)) for n in (1, 2)], Loads())
    carried = Counter(one.week for one in placed)
    # 6, 3, 1 and 5 working days: the week of the national holiday carries a sixth of the first.
    assert [week.workdays for week in weeks] == [6, 3, 1, 5]
    assert [carried[week.monday] for week in weeks] == [64, 32, 10, 54]


def test_a_week_without_a_working_day_carries_nothing():
    free = frozenset(date(2020, 5, day) for day in range(4, 11))
    weeks = weeks_of((date(2020, 4, 27), date(2020, 5, 17)), WorkCalendar(off=free))
    placed, left = spread(visits(30), weeks, [Able(n, frozenset(w.monday for w in weeks)) for n in (1, 2)], Loads())
    assert Counter(one.week for one in placed) == {date(2020, 4, 27): 15, date(2020, 5, 11): 15}
    assert not left


def test_nobody_goes_in_a_week_without_a_certificate():
    half = frozenset(week.monday for week in WEEKS[:4])
    people = [*crew(3), Able(4, half)]
    placed, _ = spread(visits(200), WEEKS, people, Loads())
    assert {one.week for one in placed if 4 in (one.lead, one.second)} <= half
    assert any(one.lead == 4 for one in placed)


def test_two_are_needed_in_a_week():
    placed, left = spread(visits(3), WEEKS, crew(1), Loads())
    assert placed == []
    assert left == [1, 2, 3]


def test_only_who_may_lead_leads():
    people = [Able(1, MONDAYS), Able(2, MONDAYS, may_lead=False), Able(3, MONDAYS, may_lead=False)]
    placed, _ = spread(visits(20), WEEKS, people, Loads())
    assert {one.lead for one in placed} == {1}
    assert {one.second for one in placed} == {2, 3}


def test_the_basin_comes_first_then_key_ones():
    some = [Visit(1), Visit(2, key=True), Visit(3, first=True), Visit(4, first=True, key=True)]
    placed, _ = spread(some, WEEKS, crew(2), Loads())
    weeks = {one.visit: one.week for one in placed}
    assert weeks[4] <= weeks[3] <= weeks[2] <= weeks[1]
    assert weeks[4] < weeks[1]


def test_neighbours_go_to_one_person():
    some = [Visit(number, near=("东镇" if number % 2 else "西镇",)) for number in range(1, 21)]
    placed, _ = spread(some, WEEKS[:1], crew(2), Loads())
    towns = {one.visit: some[one.visit - 1].near for one in placed}
    assert {frozenset(towns[one.visit] for one in placed if one.lead == person) for person in (1, 2)} == {
        frozenset({("东镇",)}),
        frozenset({("西镇",)}),
    }


def test_who_is_recused_keeps_away():
    placed, left = spread([Visit(1, away=frozenset({1})), Visit(2, away=frozenset({1, 2}))], WEEKS, crew(3), Loads())
    assert [(one.visit, {one.lead, one.second}) for one in placed] == [(1, {2, 3})]
    assert left == [2]


def test_what_stands_by_hand_counts():
    loads = Loads()
    for _ in range(10):
        loads.add(WEEKS[0].monday, 1, 2)
    placed, _ = spread(visits(20), WEEKS[:2], crew(2), loads)
    carried = Counter(one.week for one in placed)
    # 30 over five and four working days: 17 and 13, of which ten stood there.
    assert carried == {WEEKS[0].monday: 7, WEEKS[1].monday: 13}
    assert (loads.cells[WEEKS[0].monday, 1], loads.cells[WEEKS[0].monday, 2]) == (10, 7)


def test_the_order_in_which_facts_come_changes_nothing():
    some = visits(97)
    expected, _ = spread(some, WEEKS, crew(5), Loads())
    people = crew(5)
    for seed in range(5):
        Random(seed).shuffle(some)
        Random(seed).shuffle(people)
        assert spread(some, WEEKS[::-1], people, Loads())[0] == expected


def test_the_monday_of_a_sunday_lies_before_it():
    assert monday_of(date(2020, 4, 26)) == date(2020, 4, 20)


def test_key_objects_come_in_the_first_weeks_where_all_share_a_phase(cast):
    campaign = plan_scene.campaign(cast, filing=["superior"])
    campaign.phases.filter(key="inspect_other").delete()
    plan_scene.enterprises(campaign, cast, 6)
    others = [
        make.target(campaign, make.enterprise(f"示例普通厂{place}", cast.county_a, cast.region_a, is_key=False))
        for place in range(6)
    ]
    plan = plan_scene.county_plan(campaign, cast)
    plan_scene.spread(plan, cast)
    weeks = dict(plan.rows.values_list("target_id", "week_on"))
    mundane = {weeks.pop(one.pk) for one in others}
    assert max(weeks.values()) <= min(mundane)


def test_the_last_week_counts_the_days_within_the_phase(cast):
    campaign = plan_scene.campaign(cast)
    campaign.phases.filter(key="inspect_other").delete()
    campaign.phases.filter(key="inspect").update(starts_on=date(2020, 5, 11), ends_on=date(2020, 5, 19))
    plan = plan_scene.county_plan(campaign, cast)
    load = plans.load_table(plan, plans.scope_of(plan, date(2020, 5, 1)))
    assert [(line.monday.day, line.workdays) for line in load.lines] == [(11, 5), (18, 2)]
