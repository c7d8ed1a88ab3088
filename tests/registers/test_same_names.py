"""People of one name: whoever is nearest is meant, and the unit is asked for only where two are equally near."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from campaigns.registers.forms import person_named
from tests import factories as make
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def at(unit: object) -> Any:
    return SimpleNamespace(home=unit)


def test_whoever_is_at_home_is_meant(cast: Cast) -> None:
    own = make.user("same_a", "王同名", cast.county_a)
    beside = make.user("same_b", "王同名", cast.county_b)
    far = make.user("same_c", "王同名", cast.other_city)
    assert person_named(at(cast.county_a), "王同名") == own
    assert person_named(at(cast.other_city), "王同名") == far
    assert person_named(at(cast.county_a), f"王同名（{beside.unit.short_name}）") == beside
    with pytest.raises(ValidationError, match="同名人员") as asked:
        person_named(at(cast.city), "王同名")
    assert cast.other_city.short_name not in str(asked.value), "people of other cities are not offered"
