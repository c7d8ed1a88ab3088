"""`make bench`: the visit gate asked about a whole plan of 10,000 visits at once."""

from datetime import date
from time import perf_counter

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import EnforcementCertificate, Grant, User
from campaigns import services
from campaigns.models import Target
from tests import factories as make
from tests.bench.crowd import BASE, copy, own
from tests.campaigns import scene
from tests.cast import assemble

VISITS, PEOPLE = 10_000, 60
# Seconds on a quiet machine. Five times as long is broken on any.
GOAL, BROKEN = 5.0, 5
DAY = date(2020, 5, 13)


@pytest.mark.django_db
def test_the_gate_judges_a_plan_of_ten_thousand_visits() -> None:
    cast = assemble()
    scene.load()
    campaign = scene.published(cast)
    seed = make.target(campaign, cast.site_a)
    person, grant = cast.inspector_a, Grant.objects.get(user=cast.inspector_a)
    card = EnforcementCertificate.objects.get(user=person)
    copy(person, PEOPLE, username=lambda i: f"crew{i}", name=lambda i: f"检查{i}")
    copy(grant, PEOPLE, user_id=own)
    copy(card, PEOPLE, user_id=own, number=lambda i: f"示{i:06d}")
    copy(cast.site_a, VISITS, site_number=lambda i: str(1000 + i), name=lambda i: f"漯河示例{i}厂")
    copy(seed, VISITS, enterprise_id=own)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    crew = list(User.objects.filter(pk__gt=BASE, pk__lte=BASE + PEOPLE).order_by("pk"))
    rows = Target.objects.filter(pk__gt=BASE).order_by("pk")
    targets = list(rows.select_related("campaign__blueprint", "campaign__unit", "enterprise", "unit"))
    asked = [
        (target, services.Proposal(DAY, crew[n % PEOPLE], crew[(n + 1) % PEOPLE])) for n, target in enumerate(targets)
    ]
    start = perf_counter()
    with CaptureQueriesContext(connection) as queries:
        answers = services.judge_many(asked, scene.MAY)
    seconds = perf_counter() - start
    print(f"\n{len(answers):,} visits judged (goal 5,000 ms){seconds * 1000:>12,.0f} ms {len(queries):>4} queries")
    assert len(answers) == VISITS
    assert len({answer.answer for answer in answers}) == 1
    # A dozen for all rows, and the unit of each person: never one a visit.
    assert len(queries) < 20 + PEOPLE
    assert seconds < GOAL * BROKEN
