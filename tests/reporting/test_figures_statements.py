"""How the figures are asked for: few passes, and of past versions only what changed in the week."""

import re
from datetime import timedelta

import pytest
from django.db import connection

from inspections.models import IssueVersion
from reporting.figures import Span, compute, places_of, statements
from reporting.figures.counting import parameters
from tests.bench.crowd import gather, one_city
from tests.reporting.scene import busy, sh

pytestmark = pytest.mark.django_db
# The index itself, or a bitmap made of it one line below.
ASKED = (
    "issue_version_changed on inspections_issueversion {0} "
    "|on inspections_issueversion {0} (?:.*\\n){{1,4}}.*on issue_version_changed"
)


def plan(statement: str, campaign_id: int, places, span: Span) -> str:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE inspections_issue, inspections_issueversion")  # else the plan is autovacuum's luck
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}", parameters(campaign_id, places, span))
        return "\n".join(row[0] for row in cursor.fetchall())


def test_how_rows_stood_before_is_asked_of_an_index(cast):
    crowd = gather(cast, one_city(200))
    start, cutoff = crowd.week
    found = plan(statements.ISSUE_COUNTS, crowd.campaign.pk, places_of([cast.city]), Span(start, cutoff, cutoff))
    for earlier in ("at_cutoff", "at_start"):
        assert re.search(ASKED.format(earlier), found), found
    assert found.count(" on inspections_issueversion ") == 3


@pytest.mark.parametrize("statement", ["VISIT_COUNTS", "ISSUE_COUNTS", "TARGET_COUNTS"])
def test_the_facts_are_gone_through_once(cast, statement):
    crowd = gather(cast, one_city(200))
    start, cutoff = crowd.week
    places = places_of([cast.city, cast.other_city])
    found = plan(getattr(statements, statement), crowd.campaign.pk, places, Span(start, cutoff, cutoff))
    assert "CTE Scan on facts" not in found, "nothing asks twice for the facts, so nobody keeps them aside"


def test_a_correction_sees_a_row_as_it_stood_at_the_cutoff_and_at_the_start(scene):
    """Three versions, one on each side of the start and of the cut-off: the middle ones are superseded later."""
    busy(scene)
    issue = scene.found(scene.visited(scene.cast.site_a, "05-07 15:00"))
    scene.reported(issue, "05-12 09:00")
    scene.closed(issue, "05-16 09:00")
    assert IssueVersion.objects.filter(issue=issue).count() == 3
    start, cutoff = sh("05-08 17:30"), sh("05-15 17:30")
    places = places_of([scene.cast.city])
    then = compute(scene.campaign.pk, places, Span(start, cutoff, cutoff))[scene.cast.city.pk].own
    known = compute(scene.campaign.pk, places, Span(start, cutoff, cutoff + timedelta(days=3)))[scene.cast.city.pk].own
    assert (known.get("week", "rectified"), known.get("total", "closed")) == (
        then.get("week", "rectified"),
        then.get("total", "closed"),
    )
    assert then.get("week", "rectified") == 1, "this one; the busy row was mended before the week began"
