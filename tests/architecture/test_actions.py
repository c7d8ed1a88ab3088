"""Every command that the trail can hold has a name in words people use (reporting/actions.py)."""

import ast
import importlib
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps

from core.states import StateTable
from reporting.actions import ACTIONS, said

ROOT = Path(__file__).parents[2]
ROOMS = ("core", "accounts", "enterprises", "campaigns", "inspections", "penalties", "reporting", "config")
# Who may build an action at run time: the door of states, and the two who write denials.
BUILDERS = {"core/states.py", "core/middleware.py", "accounts/gate.py"}


def calls() -> Iterator[tuple[str, ast.Call]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            place = path.relative_to(ROOT).as_posix()
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call):
                    yield place, node


def is_record(call: ast.Call) -> bool:
    """audit.record(…) or audit.denied(…)."""
    function = call.func
    named = isinstance(function, ast.Attribute) and function.attr in {"record", "denied"}
    return named and isinstance(function.value, ast.Name) and function.value.id == "audit"


def values(node: ast.expr) -> list[str] | None:
    """Every text an expression can be, or None when only running it would tell."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    if isinstance(node, ast.IfExp):
        both = values(node.body), values(node.orelse)
        return None if None in both else [text for texts in both for text in texts or ()]
    if isinstance(node, ast.FormattedValue):
        return values(node.value)
    if isinstance(node, ast.JoinedStr):
        parts = [values(part) for part in node.values]
        return None if None in parts else ["".join(text) for text in itertools.product(*(part or [] for part in parts))]
    return None


def recorded() -> Iterator[tuple[str, list[str] | None]]:
    for place, call in calls():
        if is_record(call):
            yield f"{place}:{call.lineno}", values(call.args[0])


def tables() -> dict[str, StateTable]:
    """Every state table by the name of its variable."""
    found: dict[str, StateTable] = {}
    for path in sorted(path for room in ROOMS for path in (ROOT / room).rglob("states.py")):
        module = importlib.import_module(path.relative_to(ROOT).with_suffix("").as_posix().replace("/", "."))
        found |= {name: value for name, value in vars(module).items() if isinstance(value, StateTable)}
    return found


def advanced() -> set[str]:
    """The actions that `advance(Model, …, table=TABLE)` writes: all arrows of each pair, or the one name of `event`."""
    labels = {model.__name__: model._meta.label_lower for model in apps.get_models()}
    found = set()
    for _, call in calls():
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        table = next((word.value for word in call.keywords if word.arg == "table"), None)
        event = next((word.value for word in call.keywords if word.arg == "event"), None)
        if name == "advance" and isinstance(event, ast.Constant):
            found.add(str(event.value))
        elif name == "advance" and isinstance(table, ast.Name):
            assert isinstance(call.args[0], ast.Name)
            found |= {f"{labels[call.args[0].id]}.{arrow.action}" for arrow in tables()[table.id].transitions}
    return found


def written() -> set[str]:
    return {text for _, texts in recorded() for text in texts or ()}


def test_the_collector_sees_the_calls() -> None:
    assert {"accounts.login", "accounts.person.open", "accounts.person.close"} <= written()
    assert {"inspections.selfcheck.accept", "penalties.penaltycase.decide", "core.submission.submit"} <= advanced()


def test_an_action_is_written_out_where_it_is_recorded() -> None:
    built = [place for place, texts in recorded() if texts is None and place.rpartition(":")[0] not in BUILDERS]
    assert not built, "an action that is put together at run time cannot be found by its name"


def test_every_command_has_a_chinese_name() -> None:
    missing = sorted((written() | advanced()) - ACTIONS.keys())
    assert not missing, "say in reporting/actions.py what these are called"


def test_no_name_is_left_over() -> None:
    assert not sorted(ACTIONS.keys() - written() - advanced())


def test_names_are_told_apart() -> None:
    names = sorted(ACTIONS.values())
    assert [name for name, following in itertools.pairwise(names) if name == following] == []


@pytest.mark.parametrize(
    "action,name",
    [
        ("denied.issue.edit", "越权被拒（issue.edit）"),
        ("something.else", "something.else"),
    ],
)
def test_what_is_no_command_says_its_own_code(action: str, name: str) -> None:
    assert said(action) == name
