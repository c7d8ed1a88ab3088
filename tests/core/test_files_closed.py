"""A stored file that was opened for an answer is closed, also when the answer never leaves."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.http import FileResponse
from django.test import Client
from django.urls import reverse

from core import clock, middleware
from core.files import storage
from inspections.services import offsite
from tests import factories as make
from tests.cast import Cast
from tests.factories import MORNING

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every file that the storage hands out."""
    found: list[Any] = []
    real = storage.WholeFileStorage.open

    def noted(self: Any, name: str, mode: str = "rb") -> Any:
        found.append(real(self, name, mode))
        return found[-1]

    monkeypatch.setattr(storage.WholeFileStorage, "open", noted)
    return found


@pytest.fixture
def address(cast: Cast, client: Client) -> Iterator[str]:
    """Where a stored file is answered, for who is signed in."""
    with clock.travel(MORNING):
        target = make.target(make.campaign(cast.province), cast.site_a)
        given = {"means": "monitor", "planned_on": date(2020, 5, 12), "inspector": cast.inspector_a}
        row = offsite.plan(target, **given, actor=cast.officer_a, at=MORNING)
        said = {"finding": "normal", "conclusion": "曲线连续", "evidence": b"day;flow\n1;2\n", "name": "曲线.csv"}
        offsite.finish(row, **said, actor=cast.inspector_a, at=MORNING)
        client.force_login(cast.officer_a)
        yield reverse("inspections:offsite_evidence", args=[row.pk])


def test_when_the_person_signed_out_in_another_window_meanwhile(
    client: Client, address: str, opened: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    noted = default_storage.open

    def signed_out(name: str, mode: str = "rb") -> Any:
        Session.objects.all().delete()
        return noted(name, mode)

    monkeypatch.setattr(default_storage, "open", signed_out)
    assert client.get(address).status_code == 400
    assert [file.closed for file in opened] == [True]


def test_when_the_trail_cannot_be_written(
    client: Client, address: str, opened: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*args: object) -> None:
        raise ConnectionError("no database")

    monkeypatch.setattr(middleware, "keep_denials", lost)
    with pytest.raises(ConnectionError):
        client.get(address)
    assert [file.closed for file in opened] == [True]


def test_when_no_answer_can_be_made_of_it(
    client: Client, address: str, opened: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(*args: object) -> None:
        raise ValueError("a header")

    monkeypatch.setattr(FileResponse, "set_headers", wrong)
    with pytest.raises(ValueError, match="a header"):
        client.get(address)
    assert [file.closed for file in opened] == [True]


def test_what_is_known_already_opens_nothing(client: Client, address: str, opened: list[Any]) -> None:
    first = client.get(address)
    assert client.get(address, headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert len(opened) == 1
