"""Reading registers, from files or handed in; errors as "file:line: sentence"."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from campaigns.registers import rules
from campaigns.registers.faults import faults
from core import yaml_lines

ROOT = Path(__file__).parent / "definitions"
SCHEMA: dict[str, Any] = json.loads((Path(__file__).parent / "schema.json").read_text(encoding="utf-8"))


class BadRegister(ValueError):
    """The text cannot be used; `errors` are "file:line: sentence"."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("\n".join(errors))
        self.errors = errors


def shipped_keys(root: Path = ROOT) -> frozenset[str]:
    """The registers that come with the platform, known by the names of their files."""
    return frozenset(path.stem for path in root.glob("*.yaml"))


def read_text(text: str, name: str, registers: Collection[str] = ()) -> dict[str, Any]:
    """The expanded register of a text. Raises BadRegister."""
    try:
        data, lines = yaml_lines.loads(text, name)
    except yaml_lines.BadYaml as error:
        raise BadRegister([str(error)]) from error
    if not isinstance(data, dict):
        raise BadRegister([f"{name}:1: 应当是一组键值，以 key: 开头"])
    if errors := yaml_lines.validate(data, lines, SCHEMA, name):
        raise BadRegister(errors)
    expanded = rules.expand(data)
    found = sorted({(yaml_lines.line_of(lines, where), said) for where, said in faults(expanded, registers)})
    if found:
        raise BadRegister([f"{name}:{line}: {said}" for line, said in found])
    return expanded


def read_file(path: Path, registers: Collection[str] = ()) -> tuple[dict[str, Any], str]:
    """The register of a file, whose name is its key, and the text."""
    text = path.read_text(encoding="utf-8")
    data = read_text(text, str(path), registers)
    if data["key"] != path.stem:
        raise BadRegister([f"{path}:1: key 应当与文件同名（{path.stem}）"])
    return data, text
