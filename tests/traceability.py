"""`make trace`: which requirement rows a test shows working, which none does, and which marks name no row.

Reads the tests' source, not the tests: a mark counts wherever `@pytest.mark.req("HN-60")` stands on a function, a
class or (as `pytestmark`) a module.
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROWS = ROOT / "docs" / "traceability" / "requirements.txt"


@dataclass(frozen=True)
class Trace:
    """`marks` maps each marked id to the tests (file::name) that carry it."""

    rows: tuple[str, ...]
    marks: dict[str, list[str]]

    @property
    def covered(self) -> list[str]:
        return [row for row in self.rows if row in self.marks]

    @property
    def uncovered(self) -> list[str]:
        return [row for row in self.rows if row not in self.marks]

    @property
    def unknown(self) -> list[str]:
        return sorted(set(self.marks) - set(self.rows))


def trace(rows: Path = ROWS, tests: Path = ROOT / "tests") -> Trace:
    marks: dict[str, list[str]] = defaultdict(list)
    for file in sorted(tests.rglob("test_*.py")):
        for row, name in marked(ast.parse(file.read_text(encoding="utf-8"))):
            marks[row].append(f"{file.relative_to(tests)}::{name}")
    return Trace(tuple(rows.read_text(encoding="utf-8").split()), dict(marks))


def marked(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(id, name of what carries it) for each mark in a file; an id that is not a plain string is an error."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.ClassDef():
                yield from ((row, node.name) for mark in node.decorator_list for row in ids(mark))
            case ast.Assign(targets=[ast.Name(id="pytestmark")], value=value):
                marks = value.elts if isinstance(value, ast.List | ast.Tuple) else [value]
                yield from ((row, "module") for mark in marks for row in ids(mark))


def ids(mark: ast.expr) -> Iterator[str]:
    """The ids in one decorator, those on a single parameter of a parametrized test too."""
    for node in ast.walk(mark):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="mark"), attr="req"), args=arguments):
                yield from (str(ast.literal_eval(argument)) for argument in arguments)


def report(found: Trace) -> str:
    lines = [f"{row}  {'; '.join(found.marks[row])}" for row in found.covered]
    lines += ["", f"Without a test ({len(found.uncovered)}): {' '.join(found.uncovered)}"]
    lines += [f"NO SUCH ROW {row}: {'; '.join(found.marks[row])}" for row in found.unknown]
    return "\n".join([*lines, "", f"{len(found.covered)} of {len(found.rows)} rows have a test."])


def main() -> int:
    found = trace()
    sys.stdout.write(report(found) + "\n")
    return 1 if found.unknown else 0


if __name__ == "__main__":
    sys.exit(main())
