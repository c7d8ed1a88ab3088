"""`make bench`: a sweep of 1,000,000 open obligations of which 1,000 are due; its cost goes with the due ones."""

from core.models import Notice, Obligation
from tests.bench.sweep import owe, swept
from tests.cast import assemble

GOAL, BROKEN = 2.0, 5
DUE = 1_000


def test_a_sweep_of_a_million_open_obligations(transactional_db: None) -> None:
    cast, runs = assemble(), []
    owe(cast, 100, 100)
    swept(100)  # the first statement of a process pays for much that is not the sweep's
    print(f"\n{'open obligations':<24}{'due':>8}{'told':>6}{'queries':>9}{'sweep':>12}")
    for number in (10_000, 1_000_000):
        owe(cast, number - Obligation.objects.count(), DUE)
        Notice.objects.all().delete()
        run = swept(DUE)
        runs.append(run)
        print(f"{run.open:<24,}{run.due:>8,}{run.told:>6}{run.queries:>9}{run.seconds * 1000:>9,.0f} ms")
    print(f"a hundred times as many open: {runs[1].seconds / runs[0].seconds:.2f} × the time, goal 2,000 ms")
    assert runs[0].queries == runs[1].queries
    assert runs[1].seconds < BROKEN * GOAL
