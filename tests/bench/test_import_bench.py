"""The benchmark itself works; its figures need `make bench` and a quiet machine."""

from pathlib import Path

from enterprises.models import Enterprise
from tests.bench.imports import WRITTEN, beside_the_peer, measure
from tests.cast import assemble


def test_every_step_of_an_import_is_measured(transactional_db: None, tmp_path: Path) -> None:
    clocked = measure(40, assemble(), tmp_path)
    assert list(clocked.seconds) == [
        "parse",
        "parse and check",
        "parse, check and preview",
        "commit",
        "the same list again",
    ]
    assert Enterprise.objects.filter(name__startswith="漯河示例制品").count() == 40
    assert list(clocked.copied) == [model.__name__ for model in WRITTEN]
    assert all(took > 0 for took in clocked.copied.values())
    assert len(list(clocked.lines())) == len(clocked.seconds) + 1


def test_the_peer_takes_in_the_same_list(transactional_db: None, tmp_path: Path) -> None:
    ours, theirs = beside_the_peer(20, assemble(), tmp_path)
    assert min(ours, theirs) > 0
    assert Enterprise.objects.filter(name__startswith="漯河示例制品", permits__isnull=False).count() == 20
