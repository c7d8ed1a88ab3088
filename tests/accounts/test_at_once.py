"""Two administrators enter the same thing at once: the second is told so in Chinese and sees no fault of the server."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from accounts.models import User
from accounts.services import people
from accounts.services.units import create_unit, edit_unit
from core import clock
from core.calendar import amend
from core.models import HolidayDay
from core.refusals import Refused
from tests.cast import Cast, assemble
from tests.crossing import second_of

pytestmark = pytest.mark.django_db(transaction=True)
Command = Callable[[Cast], Any]


def person(cast: Cast) -> Any:
    told: dict[str, Any] = {"phone": "", "email": "", "unit": cast.county_a, "post": ""}
    return people.create_person(username="new1", name="新人员", actor=cast.security, at=clock.now(), **told)


def certificate(of: User, cast: Cast) -> Any:
    days = {"valid_from": date(2020, 1, 1), "valid_to": date(2025, 1, 1)}
    return people.add_certificate(of, number="豫L99", issued_by="", actor=cast.security, at=clock.now(), **days)


def unit(cast: Cast, mark: str = "") -> Any:
    told = {"name": "漯河市生态环境局郾城分局", "short_name": "郾城区", "level": "county", "document_mark": mark}
    return create_unit(parent=cast.city, actor=cast.administrator, at=clock.now(), **told)


def mark(of: str, cast: Cast) -> Any:
    told = {"actor": cast.administrator, "at": clock.now(), "regions": [], "document_mark": "漯环新"}
    edit_unit(getattr(cast, of), **told)


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (person, person, "账号“new1”已被使用"),
        (lambda c: certificate(c.inspector_a, c), lambda c: certificate(c.second_a, c), "执法证号“豫L99”已登记在册"),
        (unit, unit, "机构全称或机关代字刚刚被另一机构使用"),
        (lambda c: mark("county_a", c), lambda c: mark("county_b", c), "机构全称或机关代字刚刚被另一机构使用"),
    ],
    ids=["person", "certificate", "unit", "mark"],
)
def test_the_second_of_two_is_refused(transactional_db: None, first: Command, second: Command, said: str) -> None:
    cast = assemble()
    fault = second_of(lambda: first(cast), lambda: second(cast))
    assert isinstance(fault, Refused)
    assert said in fault.message


def test_one_day_amended_twice_at_once_has_the_later_word(transactional_db: None) -> None:
    cast = assemble()

    def word(name: str) -> None:
        amend(date(2031, 5, 2), is_off=True, name=name, actor=cast.administrator, at=clock.now(), reason="通知")

    assert second_of(lambda: word("调休"), lambda: word("劳动节")) is None
    assert HolidayDay.objects.get(day=date(2031, 5, 2)).name == "劳动节"
