"""The present is asked for at the edge and handed down as `at` (docs/architecture.md, "Time")."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.test_shape import ROOMS, ROOT, listed, named, sources

# Where a request, a task or a command begins: doors of a room, and what a page asks for itself.
DOORS = {"views", "api", "tasks", "middleware", "management"}
PAGES = {"forms", "filters", "ledger", "context", "desk", "templatetags"}
PRESENT = {"now", "today"}
MAY_ASK = {
    "accounts/gate.py:read_holdings": "the gate judges who is asking now; it stands at the edge of every request",
    "accounts/gate.py:deny": "a denial is written for the request that is being answered",
    "core/once.py:answer": "it stands around a view and answers the request with it",
    "enterprises/services/imports/reading.py:read_rows": "a lease is held against the present",
}


def is_edge(file: Path) -> bool:
    return bool((DOORS | PAGES) & {part.removesuffix(".py") for part in file.relative_to(ROOT).parts[1:]})


def clock_names(tree: ast.Module) -> set[str]:
    """What a module calls the clock's own functions by: `from core.clock import now as moment`."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "core.clock"
        for alias in node.names
        if alias.name in PRESENT
    }


def asks(node: ast.AST, names: set[str]) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in PRESENT and ast.unparse(node.value) in {"clock", "core.clock"}
    return isinstance(node, ast.Name) and node.id in names


def askers(source: str) -> Iterator[tuple[str, int]]:
    """The functions of a module that ask for the present ("" outside of any), each with the line."""
    tree = ast.parse(source)
    names = clock_names(tree)
    known = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for node in ast.walk(tree):
        if asks(node, names):
            around = [one.name for one in known if one.lineno <= node.lineno <= (one.end_lineno or 0)]
            yield (around or [""])[-1], node.lineno


def below_the_edge() -> dict[str, str]:
    return {
        f"{named(file)}:{function}": f"{named(file)}:{line} {function}"
        for file in sources(*ROOMS)
        if not is_edge(file)
        for function, line in askers(file.read_text(encoding="utf-8"))
    }


def test_below_the_edge_time_is_an_argument():
    guilty = [place for key, place in below_the_edge().items() if key not in MAY_ASK]
    assert not guilty, listed("take the moment as `at` from whoever calls", guilty)


def test_who_may_ask_still_does():
    assert set(MAY_ASK) <= set(below_the_edge())


@pytest.mark.parametrize(
    "source",
    [
        "from core import clock\ndef f():\n    return clock.now()",
        "from core import clock\nclass A:\n    def f(self):\n        return [clock.today() for _ in 'a']",
        "from core.clock import now\ndef f():\n    return now()",
        "from core.clock import today as day\ndef f():\n    return day()",
        "import core.clock\ndef f():\n    return core.clock.now()",
        "from core import clock\ndef f():\n    return field(default=clock.now)",
    ],
)
def test_each_way_to_ask_would_be_seen(source):
    assert [name for name, _ in askers(source)] == ["f"]


def test_a_default_of_a_module_would_be_seen():
    assert [name for name, _ in askers("from core import clock\nSINCE = clock.now()")] == [""]


@pytest.mark.parametrize("source", ["def f(at):\n    return clock.day_of(at)", "def f(now):\n    return now"])
def test_a_moment_handed_down_is_fine(source):
    assert list(askers(source)) == []
