import itertools
from datetime import date
from decimal import Decimal

import pytest

from core.calendar import calendar, load_tables
from penalties.regimes import in_force, regimes
from penalties.rules import Term, defence_ends_on, heavier_after_defence, regime_on


@pytest.mark.parametrize(
    "day,key",
    [
        (date(2020, 5, 14), "P-2018"),
        (date(2021, 7, 14), "P-2018"),
        (date(2021, 7, 15), "P-2021"),
        (date(2023, 7, 1), "P-2023"),
        (date(2023, 12, 31), "P-2023"),
        (date(2024, 1, 1), "P-2024"),
        (date(2026, 8, 14), "P-2024"),
        (date(2026, 8, 15), "P-2026"),
    ],
)
def test_a_step_follows_the_law_of_its_own_day(day, key):
    assert in_force(day).key == key


def test_no_day_since_2018_has_two_regimes_or_none():
    ordered = sorted(regimes(), key=lambda regime: regime.valid_from)
    for earlier, later in itertools.pairwise(ordered):
        assert (later.valid_from - earlier.valid_to).days == 1


def test_before_every_regime_there_is_none():
    with pytest.raises(LookupError):
        regime_on(date(2009, 1, 1), regimes())


@pytest.mark.django_db
def test_five_working_days_pass_over_the_national_holiday():
    load_tables()
    term = Term(5, "workdays", "行政处罚法 第六十四条")
    assert defence_ends_on(date(2020, 9, 28), term, calendar()) == date(2020, 10, 12)


@pytest.mark.django_db
def test_natural_days_never_end_on_a_day_off():
    load_tables()
    assert defence_ends_on(date(2020, 4, 28), Term(3, "days", "x"), calendar()) == date(2020, 5, 6)


def test_heavier_is_heavier():
    assert heavier_after_defence(Decimal(100), Decimal("100.01"))
    assert not heavier_after_defence(Decimal(100), Decimal(100))
