"""Draws as mathematics: fair to the threshold, exact, and never home for those who must keep away from home."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.draw_rules import (
    WEIGHTS,
    Standing,
    Stream,
    commitment,
    eligible_counts,
    grounds,
    perform,
    quota,
    seed_of,
    weight,
    weighted_sample,
)
from tests.campaigns import draw_sample as sample

DRAWS = 10_000
# The 99.9 % points of chi-square, by degrees of freedom.
CHI_SQUARE = {6: 22.458, 9: 27.877, 19: 43.820}


def chi_square(seen: Counter, expected: dict[int, float]) -> float:
    return sum((seen[key] - awaited) ** 2 / awaited for key, awaited in expected.items())


@pytest.mark.parametrize("size, ratio, taken", [(7, 1000, 1), (101, 1000, 11), (31, 1000, 4), (57, 1000, 6)])
def test_a_ratio_rounds_up(size, ratio, taken):
    assert quota(size, ratio) == taken


@pytest.mark.req("DT-02")
def test_ten_percent_of_seven_is_one():
    assert quota(7, 1000) == 1


@pytest.mark.req("DT-09")
def test_of_a_hundred_and_one_registrations_eleven():
    assert quota(101, 1000) == 11


@given(st.integers(0, 10**6), st.integers(1, 10_000))
def test_a_quota_is_never_below_the_ratio_nor_a_whole_one_above(size, ratio):
    assert 0 <= quota(size, ratio) - Fraction(size * ratio, 10_000) < 1


def test_ten_thousand_draws_of_equals_are_even():
    """Two of twenty without replacement: each is as likely. The variance is that of a sample without replacement."""
    seen = Counter(
        place for n in range(DRAWS) for place in weighted_sample([100] * 20, 2, Stream(sample.seed(n), "stratum|all"))
    )
    value = chi_square(seen, dict.fromkeys(range(20), DRAWS / 10)) * 19 / 18
    assert value < CHI_SQUARE[19]


def test_ten_thousand_first_draws_follow_the_weights():
    weights = [50, 80, 100, 100, 150, 200, 320]
    seen = Counter(weighted_sample(weights, 1, Stream(sample.seed(n), "w"))[0] for n in range(DRAWS))
    expected = {place: DRAWS * weight / sum(weights) for place, weight in enumerate(weights)}
    assert chi_square(seen, expected) < CHI_SQUARE[6]


def test_a_biased_draw_would_fail_the_same_test():
    """The control: a generator whose lower half is a little likelier is seen."""
    seen = Counter((Stream(sample.seed(n), "x").word() >> 252) % 10 for n in range(DRAWS))
    assert chi_square(seen, dict.fromkeys(range(10), DRAWS / 10)) > CHI_SQUARE[9]


def test_ten_thousand_teams_are_even():
    pool = sample.frozen([sample.enterprise(1)], [sample.inspector(n) for n in range(20)])
    seen = Counter(person for n in range(DRAWS) for person in perform(pool, sample.seed(n))[0].team)
    assert chi_square(seen, dict.fromkeys(range(20), DRAWS / 10)) * 19 / 18 < CHI_SQUARE[19]


@pytest.mark.req("LH-19")
def test_who_has_a_bad_record_is_drawn_more_often_than_chance():
    """One high risk of ten against nine of neutral weight: 200 of 1100 rather than one in ten."""
    pool = sample.frozen(
        [sample.enterprise(1, risk="high"), *(sample.enterprise(n) for n in range(2, 11))],
        [sample.inspector(101), sample.inspector(102)],
    )
    hits = sum(perform(pool, sample.seed(n))[0].enterprise == 1 for n in range(DRAWS))
    variance = DRAWS * 0.1 * 0.9
    assert (hits - DRAWS * 0.1) / variance**0.5 > 20
    assert abs(hits - DRAWS * 200 / 1100) < 4 * (DRAWS * (200 / 1100) * (900 / 1100)) ** 0.5


def crossing() -> dict:
    """Six enterprises of one city, ten inspectors, half of them from there."""
    people = [sample.inspector(n, city=sample.CITIES[n % 2]) for n in range(100, 110)]
    return sample.frozen([sample.enterprise(n) for n in range(1, 7)], people, ratio=1, cross_region=True)


@pytest.mark.req("HN-39")
def test_an_inspector_is_drawn_for_the_home_city_not_once_in_a_hundred_thousand():
    pool = crossing()
    home = {row[0] for row in pool["inspectors"]["rows"] if row[3] == sample.CITIES[0]}
    seen = Counter(person for n in range(100_000) for person in perform(pool, sample.seed(n))[0].team)
    assert sum(seen[person] for person in home) == 0
    assert sum(seen.values()) == 200_000
    assert len(seen) == 5


def test_without_the_rule_they_are_drawn_for_home():
    """The control: the same pool where teams need not cross."""
    pool = crossing()
    pool["terms"]["cross_region"] = False
    home = {row[0] for row in pool["inspectors"]["rows"] if row[3] == sample.CITIES[0]}
    assert any(home & set(perform(pool, sample.seed(n))[0].team) for n in range(20))


def test_a_recused_person_is_never_in_that_team():
    pool = sample.frozen(
        [sample.enterprise(1)], [sample.inspector(n) for n in (101, 102, 103)], recusals=[[1, 102, "曾检查"]]
    )
    assert {frozenset(perform(pool, sample.seed(n))[0].team) for n in range(200)} == {frozenset({101, 103})}
    assert eligible_counts(pool) == {1: 2}


def test_outside_the_own_area_nobody_is_sent():
    people = [sample.inspector(101), sample.inspector(102), sample.inspector(103, areas=["/1/3/"])]
    assert eligible_counts(sample.frozen([sample.enterprise(1)], people)) == {1: 2}


def test_load_is_shared():
    pool = sample.frozen(
        [sample.enterprise(n) for n in range(1, 31)], [sample.inspector(n) for n in range(6)], ratio=10_000
    )
    for n in range(20):
        loads = Counter(person for one in perform(pool, sample.seed(n)) for person in one.team)
        assert set(loads.values()) == {10}


def test_the_same_seed_draws_the_same_and_another_seed_another():
    pool = sample.ordinary()
    assert perform(pool, sample.seed(1)) == perform(pool, sample.seed(1))
    assert perform(pool, sample.seed(1)) != perform(pool, sample.seed(2))


def test_nobody_is_drawn_twice_and_every_stratum_gets_its_quota():
    pool = sample.ordinary()
    results = perform(pool, sample.seed(3))
    assert len({one.enterprise for one in results}) == len(results)
    assert Counter(one.stratum for one in results) == {one["key"]: one["quota"] for one in pool["strata"]}


@given(st.lists(st.integers(1, 500), min_size=1, max_size=60), st.integers(0, 1000))
def test_all_of_a_pool_can_be_drawn(weights, number):
    places = weighted_sample(weights, len(weights), Stream(sample.seed(number), "all"))
    assert sorted(places) == list(range(len(weights)))


@given(st.integers(1, 2**300))
def test_a_number_stays_below_its_bound_up_to_the_width_of_the_stream(bound):
    if bound <= 2**256:
        assert 0 <= Stream(sample.seed(1), "b").below(bound) < bound


def test_what_lies_beyond_the_last_multiple_is_thrown_away():
    """Three quarters of the width: a quarter of the words is refused, none is folded back."""
    bound = 3 * 2**254
    stream = Stream(sample.seed(9), "reject")
    words = [Stream.word(stream) for _ in range(40)]
    again = Stream(sample.seed(9), "reject")
    assert [again.below(bound) for _ in range(5)] == [word for word in words if word < bound][:5]
    assert any(word >= bound for word in words[:20])


def test_a_worse_credit_weighs_more_and_says_its_rule_and_recovery_undoes_it():
    before, after = Standing(credit="good"), Standing(credit="bad")
    assert weight(after) > weight(before)
    assert grounds(after)[0].startswith("W1")
    assert weight(Standing(credit="good")) == weight(before)


@pytest.mark.parametrize(
    "of, expected",
    [
        (Standing(), 100),
        (Standing(positive=True), 50),
        (Standing(credit="honest"), 50),
        (Standing(credit="bad", risk="high"), 400),
        (Standing(offences=2), 150),
        (Standing(offences=99), 300),
        (Standing("honest", "low", 0, True), 15),
    ],
)
def test_weights_are_whole_numbers(of, expected):
    assert weight(of) == expected


def test_a_weight_is_never_nothing():
    table = {**WEIGHTS, "base": 1, "positive": 1}
    assert weight(Standing("honest", "low", 0, True), table) == 1


def test_what_nobody_rated_is_said():
    assert grounds(Standing()) == ["W1 信用未评定，按默认", "W2 风险未评定，按默认"]


def test_a_commitment_is_bound_to_the_pool_and_the_role():
    made = {commitment(pool, role, "a" * 64) for pool in ("0" * 64, "1" * 64) for role in ("organiser", "witness")}
    assert len(made) == 4


def test_the_seed_needs_everybody_and_the_public_value():
    both = [("organiser", "1" * 64, "a"), ("witness", "2" * 64, "b")]
    silent = [both[0], ("witness", "2" * 64, "")]
    seeds = {seed_of("0" * 64, both, "源", value) for value in ("1", "2")} | {seed_of("0" * 64, silent, "源", "1")}
    assert len(seeds) == 3
