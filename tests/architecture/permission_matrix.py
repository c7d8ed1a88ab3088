"""The reviewed answer to "who may open what": permission_matrix.csv, read, written, compared (reliability goal S1).

`python -m tests.architecture.permission_matrix --write` asks every URL anew and writes the file; review its diff like
code. A line reads: url_name,method,relation,status:people|status:people. "login" is the way to the login page.
"""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).with_name("permission_matrix.csv")
WRITE = "PERMISSION_MATRIX_WRITE"
Line = tuple[str, str, str]
Cells = dict[str, str]
Matrix = dict[Line, Cells]
# Everybody the matrix asks as, in the order of the golden file.
PRINCIPALS = (
    "anonymous",
    "disabled",
    "inspector_a",
    "inspector_b",
    "officer_a",
    "leader_a",
    "officer_city",
    "leader_city",
    "contact_city",
    "officer_other",
    "officer_province",
    "leader_province",
    "expert",
    "discipline",
    "enterprise_a",
    "enterprise_b",
    "administrator",
    "security",
    "auditor",
)


def written_line(line: Line, cells: Cells) -> str:
    by_status: dict[str, list[str]] = {}
    for name in PRINCIPALS:
        if name in cells:  # lines not asked yet may not know a new principal
            by_status.setdefault(cells[name], []).append(name)
    order = sorted(by_status, key=lambda status: (status == "login", status))
    return ",".join([*line, "|".join(f"{status}:{'+'.join(by_status[status])}" for status in order)])


def read_line(text: str) -> tuple[Line, Cells]:
    name, method, relation, groups = text.split(",")
    cells = {
        who: status
        for group in groups.split("|")
        for status, _, people in [group.partition(":")]
        for who in people.split("+")
    }
    return (name, method, relation), cells


def golden() -> Matrix:
    lines = GOLDEN.read_text(encoding="utf-8").splitlines()[1:] if GOLDEN.exists() else []
    return dict(read_line(line) for line in lines if line)


def write(found: Matrix, asked: Iterable[str], known: Iterable[str]) -> None:
    """Replace the lines of the URLs that were asked, and drop those of URLs that are gone."""
    names = set(known) - set(asked)
    kept = {line: cells for line, cells in golden().items() if line[0] in names}
    lines = [written_line(line, cells) for line, cells in sorted((kept | found).items())]
    GOLDEN.write_text("\n".join(["url_name,method,relation,outcome", *lines]) + "\n", encoding="utf-8")


def differences(found: Matrix, expected: Matrix, people: Iterable[str] = PRINCIPALS) -> list[str]:
    """One sentence a line that is new, gone, or says something else."""
    told = []
    for line in sorted(found.keys() | expected.keys()):
        place = " ".join(line)
        if line not in expected:
            told.append(
                f"{place}: no line in {GOLDEN.name}; run python -m tests.architecture.permission_matrix --write"
            )
        elif line not in found:
            told.append(f"{place}: the URL, method or relation is gone, its line still stands in {GOLDEN.name}")
        else:
            told += [
                f"{place}: {name} gets {found[line][name]}, expected {expected[line].get(name, 'nothing')}"
                for name in people
                if found[line][name] != expected[line].get(name)
            ]
    return told


def main(arguments: list[str]) -> int:
    if arguments not in (["--write"], []):
        print("usage: python -m tests.architecture.permission_matrix [--write]", file=sys.stderr)  # noqa: T201
        return 2
    os.environ[WRITE] = "1" if arguments else ""
    tests = str(Path(__file__).with_name("test_permission_matrix.py"))
    return int(pytest.main(["-q", "-p", "no:cacheprovider", tests, "-k", "as_reviewed"]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
