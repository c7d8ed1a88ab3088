"""What a sweep costs goes with what is to be told, not with what is open."""

import ast
import json
from pathlib import Path

from core.models import Notice, Obligation
from tests.bench.sweep import AT, owe, swept
from tests.cast import Cast

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("core", "accounts", "enterprises", "campaigns", "inspections", "penalties", "reporting")

MOVES_DUE_INSTANTS = {
    "core/obligations.py",
    "core/terms.py",  # sets rows before they are opened, or hands them to core.obligations.move_rows
    "campaigns/registers/services/clocks.py",  # a column of its own, copied from the obligation
}


def plan(rows) -> dict:
    found = rows.explain(format="json", analyze=True)
    node = json.loads(found)[0]["Plan"]
    while "Plans" in node:
        node = node["Plans"][0]
    return node


def test_neither_the_statements_nor_the_plan_depend_on_what_is_open(cast: Cast) -> None:
    seen = []
    for number in (2_000, 20_000):
        owe(cast, number, due=20)
        node = plan(Obligation.objects.to_tell(AT).order_by("remind_at", "pk")[:2000])
        assert node["Index Name"] == "obligation_remind"
        assert node.get("Rows Removed by Filter", 0) == 0
        Notice.objects.all().delete()
        seen.append(swept(20).queries)
        assert not Obligation.objects.to_tell(AT).exists()
    assert seen[0] == seen[1]


def test_nothing_to_tell_is_one_statement(cast: Cast) -> None:
    owe(cast, 100, due=0)
    assert swept(0).queries <= 3, "the question, between the borders of its transaction"


def test_only_the_obligations_module_moves_a_due_instant() -> None:
    """Whoever wrote `due_at` past it would leave people told of the wrong day."""
    found = []
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            if "migrations" in path.parts or str(path.relative_to(ROOT)) in MOVES_DUE_INSTANTS:
                continue
            found += [f"{path.relative_to(ROOT)}:{line}" for line in writes(ast.parse(path.read_text("utf-8")))]
    assert found == []


def writes(tree: ast.Module) -> list[int]:
    """Assignments to `.due_at` and `.update(due_at=…)`."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "due_at" and isinstance(node.ctx, ast.Store):
            found.append(node.lineno)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "update":
            found += [node.lineno for keyword in node.keywords if keyword.arg == "due_at"]
    return found
