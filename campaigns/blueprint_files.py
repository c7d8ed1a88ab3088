"""Reading blueprint files: checked by schema, joined with their forms, errors as "file:line: sentence"."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from core import yaml_lines
from core.form_engine import definitions

ROOT = Path(__file__).parent / "blueprints"
SCHEMA: dict[str, Any] = json.loads((ROOT / "schema.json").read_text(encoding="utf-8"))
# A day that every year has and one that only leap years have: a blueprint's month and day must be a day in any year.
ANY_YEAR = 2021


class BadBlueprint(ValueError):
    """The files cannot be used; `errors` are "file:line: sentence"."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("\n".join(errors))
        self.errors = errors


Fault = tuple[yaml_lines.Where, str]


def read_blueprint(folder: Path) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The data of <folder>/blueprint.yaml and the expanded definition of each of its forms, by purpose."""
    path = folder / "blueprint.yaml"
    data, lines = _load(path, "blueprint")
    errors = [yaml_lines.at(path, lines, where, said) for where, said in blueprint_faults(data, folder)]
    forms: dict[str, dict[str, Any]] = {}
    for form in data["forms"]:
        try:
            forms[form["purpose"]] = definitions.read_definition(folder / form["file"])
        except FileNotFoundError:
            continue  # named by blueprint_faults, with its line
        except definitions.BadDefinition as error:
            errors += error.errors
    if errors:
        raise BadBlueprint(errors)
    return data, forms


def read_shared(path: Path) -> dict[str, Any]:
    """A file of shared lists."""
    data, lines = _load(path, "shared")
    errors = [yaml_lines.at(path, lines, where, said) for where, said in shared_faults(data)]
    if errors:
        raise BadBlueprint(errors)
    return data


def _load(path: Path, kind: str) -> tuple[dict[str, Any], yaml_lines.Lines]:
    try:
        data, lines = yaml_lines.load(path)
    except (yaml_lines.BadYaml, FileNotFoundError) as error:
        said = str(error) if isinstance(error, yaml_lines.BadYaml) else f"{path}:1: 没有这个文件"
        raise BadBlueprint([said]) from error
    errors = yaml_lines.validate(data, lines, {"$ref": f"#/$defs/{kind}", "$defs": SCHEMA["$defs"]}, path)
    if errors:
        raise BadBlueprint(errors)
    return data, lines


def blueprint_faults(data: Mapping[str, Any], folder: Path) -> Iterator[Fault]:
    """What a schema cannot say: keys used twice or nowhere, days that do not exist, windows that run backwards."""
    for name in ("phases", "groups", "parameters"):
        yield from _twins(data[name], (name,), "key")
    yield from _twins(data["annexes"], ("annexes",), "number")
    yield from _twins(data["forms"], ("forms",), "purpose")
    if data["name"] != folder.name:
        yield ("name",), f"name 应当与文件夹同名（{folder.name}）"
    for index, phase in enumerate(data["phases"]):
        yield from _window_faults(phase, ("phases", index))
    yield from _reference_faults(data, folder)


def _window_faults(phase: Mapping[str, Any], where: yaml_lines.Where) -> Iterator[Fault]:
    days = {end: _day(phase[end]) for end in ("from", "to")}
    for end, day in days.items():
        if day is None:
            yield (*where, end), f"「{phase['name']}」的 {phase[end]} 不是每年都有的日子"
    if days["from"] and days["to"] and days["to"] < days["from"]:
        yield (*where, "to"), f"「{phase['name']}」的结束（{phase['to']}）早于开始（{phase['from']}）"


def _day(month_day: str) -> date | None:
    try:
        return date(ANY_YEAR, *map(int, month_day.split("-")))
    except ValueError:
        return None


def _reference_faults(data: Mapping[str, Any], folder: Path) -> Iterator[Fault]:
    annexes = {annex["number"] for annex in data["annexes"]}
    for index, form in enumerate(data["forms"]):
        if form["annex"] not in annexes:
            yield ("forms", index, "annex"), f"附件目录里没有附件{form['annex']}"
        if not (folder / form["file"]).is_file():
            yield ("forms", index, "file"), f"没有 {form['file']} 这个文件"
    if data["report"]["phase"] not in {phase["key"] for phase in data["phases"]}:
        yield ("report", "phase"), f"没有名为「{data['report']['phase']}」的阶段"
    for index, parameter in enumerate(data["parameters"]):
        values = [option["value"] for option in parameter["options"]]
        if "default" in parameter and parameter["default"] not in values:
            yield ("parameters", index, "default"), f"默认值「{parameter['default']}」不在选项之中"


def shared_faults(data: Mapping[str, Any]) -> Iterator[Fault]:
    for kind, found in data["lists"].items():
        yield from _twins(found["items"], ("lists", kind, "items"), "number")


def _twins(things: list[dict[str, Any]], where: yaml_lines.Where, name: str) -> Iterator[Fault]:
    seen = set()
    for index, thing in enumerate(things):
        if thing[name] in seen:
            yield (*where, index, name), f"「{thing[name]}」用了两次"
        seen.add(thing[name])
