"""A definition file: read, checked, expanded to the plain shape that rules, browser and printer walk.

In the expanded shape every item has its full list of fields (its template's first, its own after), every yes/no field
its two options, and photos are a last field `photos`; templates are gone.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from core import yaml_lines
from core.form_engine.conditions import Json, absolute, references

SCHEMA: dict[str, Any] = json.loads((Path(__file__).parent / "schema.json").read_text(encoding="utf-8"))
YES_NO = [{"value": "yes", "label": "是"}, {"value": "no", "label": "否"}]
PHOTOS = "photos"


class BadDefinition(ValueError):
    """The file is not a usable definition; `errors` are "file:line: sentence"."""

    def __init__(self, errors: list[str]) -> None:
        super().__init__("\n".join(errors))
        self.errors = errors


def read_definition(path: Path | str) -> dict[str, Any]:
    """The expanded definition of a YAML file. Raises BadDefinition."""
    try:
        data, lines = yaml_lines.load(path)
    except yaml_lines.BadYaml as error:
        raise BadDefinition([str(error)]) from error
    errors = yaml_lines.validate(data, lines, SCHEMA, path)
    if not errors:
        errors = [yaml_lines.at(path, lines, where, message) for where, message in faults(data)]
    if errors:
        raise BadDefinition(errors)
    return expand(data)


def expand(data: Mapping[str, Any]) -> dict[str, Any]:
    templates = data.get("templates", {})
    sections = [
        {**section, "items": [_expand_item(item, templates) for item in section["items"]]}
        for section in data["sections"]
    ]
    return {**{key: value for key, value in data.items() if key != "templates"}, "sections": sections}


def _expand_item(item: Mapping[str, Any], templates: Mapping[str, Any]) -> dict[str, Any]:
    template = templates.get(item.get("use", ""), {})
    merged = {**template, **item}
    fields = [_expand_field(field) for field in [*template.get("fields", []), *item.get("fields", [])]]
    photos = merged.pop(PHOTOS, "none")
    merged.pop("use", None)
    if photos != "none":
        required: Json = photos == "required" if isinstance(photos, str) else photos
        fields.append({"key": PHOTOS, "label": "照片", "type": "photos", "required": required})
    return {**merged, "fields": fields}


def _expand_field(field: Mapping[str, Any]) -> dict[str, Any]:
    return {**field, "options": field.get("options", YES_NO)} if field["type"] == "yesno" else dict(field)


def digest(data: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical text: the same content is the same digest, whatever the order of keys."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


Fault = tuple[tuple[str | int, ...], str]


def faults(data: Mapping[str, Any]) -> Iterator[Fault]:
    """What a schema cannot say: names used twice or nowhere, conditions on what does not stand before them."""
    templates = data.get("templates", {})
    yield from _twins(data["sections"], ("sections",))
    known: dict[str, Mapping[str, Any]] = {}
    for s, section in enumerate(data["sections"]):
        yield from _twins(section["items"], ("sections", s, "items"))
        for i, item in enumerate(section["items"]):
            where = ("sections", s, "items", i)
            if "use" in item and item["use"] not in templates:
                yield (*where, "use"), f"没有名为「{item['use']}」的模板"
            yield from _item_faults(section, item, templates, where, known)


def _item_faults(
    section: Mapping[str, Any],
    item: Mapping[str, Any],
    templates: Mapping[str, Any],
    where: tuple[str | int, ...],
    known: dict[str, Mapping[str, Any]],
) -> Iterator[Fault]:
    full = _expand_item(item, templates)
    scope = f"{section['key']}.{item['key']}"
    if not full["fields"]:
        yield where, f"「{item['title']}」没有任何要填的内容"
    yield from _condition_faults(full.get("when", True), scope, known, (*where, "when"))
    inherited = len(templates.get(item.get("use", ""), {}).get("fields", []))
    own = range(inherited, inherited + len(item.get("fields", [])))
    places = [(*where, "fields", f - inherited) if f in own else where for f in range(len(full["fields"]))]
    for field, place in zip(full["fields"], places, strict=True):
        yield from _condition_faults(field.get("when", True), scope, known, place)
        yield from _field_faults(field, place)
        if f"{scope}.{field['key']}" in known:
            yield place, f"「{field['key']}」用了两次"
        known[f"{scope}.{field['key']}"] = field
    for field, place in zip(full["fields"], places, strict=True):
        for condition in [field.get("required", False), *(warn["when"] for warn in field.get("warn", []))]:
            yield from _condition_faults(condition, scope, known, place)


def _field_faults(field: Mapping[str, Any], where: tuple[str | int, ...]) -> Iterator[Fault]:
    if field["key"] == PHOTOS and field["type"] != "photos":
        yield where, "「photos」是照片专用的键，请换一个"
    if "options" in field:
        yield from _twins(field["options"], where, "value")
    if "columns" in field:
        yield from _twins(field["columns"], where)
    for bound in ("min", "max"):
        if isinstance(field.get(bound, 0), str) and field["type"] != "date":
            yield where, f"「{field['label']}」的 {bound} 应当是数字"


def _twins(things: list[dict[str, Any]], where: tuple[str | int, ...], name: str = "key") -> Iterator[Fault]:
    seen = set()
    for index, thing in enumerate(things):
        if thing[name] in seen:
            yield (*where, index), f"「{thing[name]}」用了两次"
        seen.add(thing[name])


def _condition_faults(
    condition: Json, scope: str, known: Mapping[str, Mapping[str, Any]], where: tuple[str | int, ...]
) -> Iterator[Fault]:
    for path in references(condition):
        if absolute(path, scope) not in known:
            yield where, f"条件引用的「{path}」不在它之前（或不存在）"
    for path, values in _memberships(condition):
        field = known.get(absolute(path, scope), {})
        strange = [v for v in values if "options" in field and v not in {o["value"] for o in field["options"]}]
        if strange:
            yield where, f"「{path}」没有选项「{'」「'.join(strange)}」"


def _memberships(condition: Json) -> Iterator[tuple[str, list[str]]]:
    if isinstance(condition, bool):
        return
    for part in [*condition.get("all", []), *condition.get("any", []), *filter(None, [condition.get("not")])]:
        yield from _memberships(part)
    if "in" in condition:
        yield condition["field"], condition["in"]
