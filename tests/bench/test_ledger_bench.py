"""The benchmark itself works; its figures need `make bench` and a quiet machine."""

import pytest
from django.test import Client

from accounts.models import Unit
from core import clock
from inspections.models import Issue
from tests.bench.crowd import TINY, counted, gather
from tests.bench.ledger import PAGES, measure
from tests.cast import Cast


def test_a_crowd_holds_together(cast: Cast) -> None:
    crowd = gather(cast, TINY)
    assert counted() == {
        "User": 8,
        "Enterprise": 8,
        "Target": 8,
        "Assignment": 10,
        "Visit": 10,
        "VisitRecord": 10,
        "Issue": 40,
        "IssueVersion": 40,
        "PenaltyCase": 4,
        "CaseStep": 4,
    }
    row = Issue.objects.select_related("visit__enterprise", "record").order_by("-pk")[0]
    assert (row.enterprise_name, row.enterprise_id) == (row.visit.enterprise.name, row.visit.enterprise_id)
    assert (row.unit_id, row.recorded_at) == (row.visit.unit_id, row.record.recorded_at)
    assert row.found_by.unit_id == row.unit_id
    assert row.search == [row.enterprise_name[n : n + 2] for n in range(len(row.enterprise_name) - 1)]
    assert Unit.objects.filter(level="county").count() == crowd.scale.counties


@pytest.mark.urls("tests.bench.pages")
def test_every_line_is_measured(cast: Cast, client: Client) -> None:
    crowd = gather(cast, TINY)
    with clock.travel(crowd.week[1]):
        lines = list(measure(crowd, cast, client, repeats=1))
    assert len(lines) == len(PAGES) + 3
    assert all(line.milliseconds > 0 for line in lines)
