"""`make bench`: a list of 100,000 enterprises from upload to register; IMPORT_ROWS=200000 takes the largest allowed."""

import os
from pathlib import Path

from tests.bench.imports import COMMIT_GOAL, PEER_GOAL, PEER_ROWS, beside_the_peer, measure
from tests.cast import assemble

ROWS = int(os.environ.get("IMPORT_ROWS", "100000"))
# A goal is for a quiet machine and is only printed; what passes five times its goal is broken on any.
BROKEN = 5


def test_a_list_from_upload_to_register(transactional_db: None, tmp_path: Path) -> None:
    clocked = measure(ROWS, assemble(), tmp_path)
    print(f"\nimport of {ROWS:,} enterprises")
    print("\n".join(clocked.lines()))
    print(f"commit against bare COPY: {clocked.ratio:.1f}, goal {COMMIT_GOAL}")
    assert clocked.ratio < BROKEN * COMMIT_GOAL


def test_a_list_beside_django_import_export(transactional_db: None, tmp_path: Path) -> None:
    ours, theirs = beside_the_peer(PEER_ROWS, assemble(), tmp_path)
    print(f"\n{PEER_ROWS:,} enterprises into the same five tables, from the workbook to the last row")
    print(f"ours {ours:.1f} s, django-import-export in its default mode {theirs:.1f} s: ", end="")
    print(f"{theirs / ours:.1f} times as fast, goal {PEER_GOAL}")
    assert theirs / ours > PEER_GOAL / BROKEN
