"""Reading blueprints, from files or pasted; checked by schema and blueprint_faults, errors as "file:line: sentence"."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from campaigns import blueprint_faults
from campaigns.blueprint_faults import Fault
from core import yaml_lines
from core.form_engine import definitions

ROOT = Path(__file__).parent / "blueprints"
SCHEMA: dict[str, Any] = json.loads((ROOT / "schema.json").read_text(encoding="utf-8"))
# The document itself, sentence by sentence, beside the blueprint that cites it.
TEXT = "text.yaml"
LIST_SECTIONS = (*blueprint_faults.NAMED, "basis", "defects")


class BadBlueprint(ValueError):
    """The files cannot be used; `errors` are "file:line: sentence"."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("\n".join(errors))
        self.errors = errors


def read_blueprint(folder: Path) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The data of <folder>/blueprint.yaml with its text, and the expanded definition of each form that is a file."""
    path = folder / "blueprint.yaml"
    data, lines = _load(path, "blueprint")
    if (folder / TEXT).is_file():
        data["text"], _ = _load(folder / TEXT, "text")
    errors = named(_folder_faults(data, lines, folder), lines, path)
    forms: dict[str, dict[str, Any]] = {}
    for form in data.get("forms", []):
        if "file" not in form or not (folder / form["file"]).is_file():
            continue  # a form that the platform holds, or one that _folder_faults names
        try:
            forms[form["purpose"]] = definitions.read_definition(folder / form["file"])
        except definitions.BadDefinition as error:
            errors += error.errors
    if errors:
        raise BadBlueprint(errors)
    return whole(data), forms


def read_text(
    text: str, name: str, more: Callable[[Mapping[str, Any]], Iterable[Fault]] = lambda data: ()
) -> dict[str, Any]:
    """A blueprint that somebody pasted or handed in as one file; `more` are the faults that only a caller can know."""
    try:
        data, lines = yaml_lines.loads(text, name)
    except yaml_lines.BadYaml as error:
        raise BadBlueprint([str(error)]) from error
    if not isinstance(data, dict):
        raise BadBlueprint([f"{name}:1: 应当是一组键值，以 name: 开头"])
    _valid(data, lines, "blueprint", name)
    errors = named([*blueprint_faults.faults(data, lines), *_no_files(data), *more(data)], lines, name)
    if errors:
        raise BadBlueprint(errors)
    return whole(data)


def named(faults: Iterable[Fault], lines: yaml_lines.Lines, name: Path | str) -> list[str]:
    """Faults as "file:line: sentence", in the order of the file, each once."""
    found = sorted((yaml_lines.line_of(lines, where), said) for where, said in faults)
    return [f"{name}:{line}: {said}" for line, said in dict.fromkeys(found)]


def _no_files(data: Mapping[str, Any]) -> Iterator[Fault]:
    for index, form in enumerate(data.get("forms", [])):
        if "file" in form:
            yield ("forms", index, "file"), "在页面上写的模板不能带文件，请用 definition 引用平台已有的表单"


def read_shared(path: Path) -> dict[str, Any]:
    """A file of shared lists."""
    data, lines = _load(path, "shared")
    errors = named(shared_faults(data), lines, path)
    if errors:
        raise BadBlueprint(errors)
    checked: dict[str, Any] = data
    return checked


def _load(path: Path, kind: str) -> tuple[Any, yaml_lines.Lines]:
    try:
        data, lines = yaml_lines.load(path)
    except (yaml_lines.BadYaml, FileNotFoundError) as error:
        said = str(error) if isinstance(error, yaml_lines.BadYaml) else f"{path}:1: 没有这个文件"
        raise BadBlueprint([said]) from error
    _valid(data, lines, kind, path)
    return data, lines


def _valid(data: Any, lines: yaml_lines.Lines, kind: str, name: Path | str) -> None:
    errors = yaml_lines.validate(data, lines, {"$ref": f"#/$defs/{kind}", "$defs": SCHEMA["$defs"]}, name)
    if errors:
        raise BadBlueprint(errors)


def _folder_faults(data: Mapping[str, Any], lines: yaml_lines.Lines, folder: Path) -> Iterator[Fault]:
    yield from blueprint_faults.faults(data, lines)
    if data["name"] != folder.name:
        yield ("name",), f"name 应当与文件夹同名（{folder.name}）"
    for index, form in enumerate(data.get("forms", [])):
        if "file" in form and not (folder / form["file"]).is_file():
            yield ("forms", index, "file"), f"没有 {form['file']} 这个文件"


def whole(data: Mapping[str, Any]) -> dict[str, Any]:
    """The blueprint as it is kept: every list there, every entry with the lines and the words of its place."""
    kept: dict[str, Any] = deepcopy(dict(data))
    for section in LIST_SECTIONS:
        kept.setdefault(section, [])
    for entry, told in _told(kept):
        for name, words in told.items():
            entry.setdefault(name, words)
    return kept


def bare(data: Mapping[str, Any]) -> dict[str, Any]:
    """The blueprint as one writes it: without what `whole` fills in. The gate's lines are always written."""
    written: dict[str, Any] = {key: deepcopy(value) for key, value in data.items() if value not in ([], {})}
    gate = written.pop("gate", None)
    for entry, told in _told(written):
        for name, words in told.items():
            if entry.get(name) == words:
                del entry[name]
    return {**written, "gate": gate} if gate else written


def _told(data: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """Every entry that names its place, and the lines and words that the document has there."""
    text = {sentence["place"]: sentence for sentence in data.get("text", [])}
    for _, entry in blueprint_faults.cited({key: value for key, value in data.items() if key != "text"}):
        found = [
            sentence
            for place in blueprint_faults.places_of(entry["source"])
            for sentence in blueprint_faults.sentences_at(text, place)
        ]
        if found:
            lines = ",".join(dict.fromkeys(sentence["lines"] for sentence in found))
            yield entry, {"lines": lines, "quote": "".join(sentence["quote"] for sentence in found)[:4000]}


def place_said(entry: Mapping[str, Any]) -> str:
    """Where an entry stands in its document, for people."""
    lines = f"，第{entry['lines']}行" if entry.get("lines") else ""
    return f"原文{entry['source']}{lines}"


def shared_faults(data: Mapping[str, Any]) -> Iterator[Fault]:
    for kind, found in data["lists"].items():
        yield from blueprint_faults.twins(found["items"], ("lists", kind, "items"), "number")
