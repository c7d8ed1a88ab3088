"""The list is built while others build it, move sites and visit them: nothing is done twice, no past is lost."""

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections

from accounts.models import Unit
from campaigns import services
from campaigns.models import Campaign, Target, TargetPast
from campaigns.services import targets
from core import clock
from core.models import AuditEvent
from enterprises.models import Enterprise
from tests import factories as make
from tests.campaigns.scene import MARCH, MAY
from tests.cast import Cast, assemble

pytestmark = pytest.mark.django_db(transaction=True)
CROWD = 12


@pytest.fixture
def cast(transactional_db: None) -> Iterator[Cast]:
    with clock.travel(MAY):
        yield assemble()


@pytest.fixture
def campaign(cast: Cast) -> Campaign:
    """Everybody listed in March; afterwards site A has moved to county B."""
    row = make.campaign(cast.province)
    build(row, cast, MARCH)
    move(cast.site_a, cast.county_b)
    return row


def build(campaign: Campaign, cast: Cast, at: Any = MAY) -> services.Listed:
    return services.list_targets(campaign, cast.city, key_only=False, actor=cast.officer_city, at=at)


def move(site: Enterprise, unit: Unit) -> None:
    Enterprise.objects.filter(pk=site.pk).update(unit=unit)


def elsewhere(work: Callable[[], object]) -> threading.Thread:
    """On a connection of its own."""

    def run() -> None:
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def between_the_statements(monkeypatch: pytest.MonkeyPatch, work: Callable[[], object]) -> None:
    """`work` happens after the stale rows were read and before they are changed."""
    keep = TargetPast.objects.bulk_create

    def bulk_create(*args: Any, **kwargs: Any) -> Any:
        work()
        return keep(*args, **kwargs)

    monkeypatch.setattr(targets.TargetPast.objects, "bulk_create", bulk_create)


def test_many_builders_at_once_have_one_effect(cast: Cast, campaign: Campaign) -> None:
    found: list[services.Listed] = []
    crowd = [elsewhere(lambda: found.append(build(campaign, cast))) for _ in range(CROWD)]
    for one in crowd:
        one.join()
    assert sorted(one.changed for one in found) == [0] * (CROWD - 1) + [1]
    assert [(past.unit, past.target.unit) for past in TargetPast.objects.all()] == [(cast.county_a, cast.county_b)]
    assert AuditEvent.objects.filter(action="campaigns.target.list").count() == 2


def test_a_site_that_moves_meanwhile_keeps_its_past(
    cast: Cast, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    between_the_statements(monkeypatch, lambda: elsewhere(lambda: move(cast.site_b, cast.county_a)).join())
    assert build(campaign, cast).changed == 1
    assert Target.objects.get(enterprise=cast.site_b).unit == cast.county_b, "it waits for the next time"
    monkeypatch.undo()
    assert build(campaign, cast).changed == 1
    past = TargetPast.objects.get(target__enterprise=cast.site_b)
    assert (past.unit, past.target.unit) == (cast.county_b, cast.county_a)


def test_a_visit_that_ends_meanwhile_waits_for_the_list(
    cast: Cast, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = Target.objects.get(enterprise=cast.site_a)
    seen: list[bool] = []
    visits: list[threading.Thread] = []

    def visit_it() -> None:
        visits.append(elsewhere(lambda: services.record_visit(target.pk, MAY)))
        visits[0].join(0.5)
        seen.append(visits[0].is_alive())

    between_the_statements(monkeypatch, visit_it)
    assert build(campaign, cast).changed == 1
    visits[0].join()
    target.refresh_from_db()
    assert (seen, target.unit, target.visit_count) == ([True], cast.county_b, 1)
