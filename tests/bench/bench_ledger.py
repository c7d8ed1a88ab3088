"""`make bench`: the ledger of 20,000 rows against a plain page, as ratios, because machines differ."""

import pytest
from django.test import Client

from core import clock
from tests.bench.crowd import gather, one_city
from tests.bench.ledger import measure
from tests.cast import assemble

ISSUES = 20_000
REPEATS = 15
# A goal is for a quiet machine and is only printed; what passes five times its goal is broken on any.
BROKEN = 5


@pytest.mark.urls("tests.bench.pages")
def test_the_ledger_of_twenty_thousand(transactional_db: None, client: Client) -> None:
    cast = assemble()
    crowd = gather(cast, one_city(ISSUES))
    print(f"\n{crowd.scale.issues:,} issues of {crowd.scale.visits:,} visits")
    broken = []
    with clock.travel(crowd.week[1]):
        for line in measure(crowd, cast, client, repeats=REPEATS):
            print(line)
            broken += [line] if line.goal and line.ratio > BROKEN * line.goal else []
    assert not broken
