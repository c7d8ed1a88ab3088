"""YAML that remembers where everything stands, so that an error can name file and line.

Blueprints and form definitions are written by hand. Two habits of YAML 1.1 hurt there and are switched off: `17:30` is
not 1050 but the text "17:30", and `yes`, `on`, `2020-04-03` stay text. What comes out is what JSON could hold.
"""

import re
from collections.abc import Hashable, Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from core import yaml_words

Where = tuple[str | int, ...]
Lines = dict[Where, int]


# Far more levels than a written file has, far fewer than the parser can stand (its time grows with their square).
DEEPEST = 60
OPENING = (
    yaml.FlowSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.BlockMappingStartToken,
)
CLOSING = (yaml.FlowSequenceEndToken, yaml.FlowMappingEndToken, yaml.BlockEndToken)


class BadYaml(ValueError):
    """The file cannot be read at all; the message carries file and line."""


class _Loader(yaml.SafeLoader):
    """SafeLoader with JSON's scalars only."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", "tf"),
    ("tag:yaml.org,2002:null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("tag:yaml.org,2002:int", r"^-?(?:0|[1-9][0-9]*)$", "-0123456789"),
    ("tag:yaml.org,2002:float", r"^-?(?:0|[1-9][0-9]*)\.[0-9]+$", "-0123456789"),
    ("tag:yaml.org,2002:merge", r"^(?:<<)$", "<"),
):
    _Loader.add_implicit_resolver(_tag, re.compile(_pattern), list(_first))


def load(path: Path | str) -> tuple[Any, Lines]:
    """The data of a file and the line (from 1) on which each value stands, by its path of keys and indexes."""
    return _read(Path(path).read_text(encoding="utf-8"), str(path))


def loads(text: str, name: str) -> tuple[Any, Lines]:
    """As `load`, of text that somebody handed in: no aliases (a few of them can unfold to gigabytes), nothing that a
    database cannot keep, no nesting without end."""
    try:
        depth = 0
        for token in yaml.scan(text, _Loader):
            depth += isinstance(token, OPENING) - isinstance(token, CLOSING)
            if depth > DEEPEST:
                raise BadYaml(f"{name}:{token.start_mark.line + 1}: 层次过深，不能读取")
            if isinstance(token, yaml.AliasToken | yaml.AnchorToken):
                raise BadYaml(f"{name}:{token.start_mark.line + 1}: 不支持引用（& 和 *），请把内容写全")
        data, lines = _read(text, name)
        for where, said in _unkept(data, ()):
            raise BadYaml(at(name, lines, where, said))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1 if isinstance(error.position, int) else 1
        raise BadYaml(f"{name}:{line}: 有不能读取的控制字符") from error
    except yaml.MarkedYAMLError as error:
        raise BadYaml(_broken(error, name, text)) from error
    except RecursionError as error:
        raise BadYaml(f"{name}:1: 层次过深，不能读取") from error
    except ValueError as error:
        raise error if isinstance(error, BadYaml) else BadYaml(f"{name}:1: 有不能读取的数字") from error
    return data, lines


def _unkept(value: Any, where: Where) -> Iterator[tuple[Where, str]]:
    """Text with NUL or half of a surrogate pair, which an escape can spell though no file can hold it."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _unkept(str(key), where)
            yield from _unkept(inner, (*where, str(key)))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _unkept(inner, (*where, index))
    elif isinstance(value, str) and any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in value):
        yield where, "有不能保存的控制字符"


def _broken(error: yaml.MarkedYAMLError, name: str, text: str) -> str:
    """A key without its colon is where the key stands, not where the parser gave up. The text near it says more."""
    mark, began = error.problem_mark or error.context_mark, error.context_mark
    if began and mark and "expected ':'" in (error.problem or ""):
        mark = began
    line = mark.line if mark else 0
    written = "".join(text.splitlines(keepends=True)[line : line + 1])
    said = yaml_words.broken(error.problem or "", written, began.line + 1 if began and began.line < line else 0)
    return f"{name}:{line + 1}: {said}"


def _read(text: str, name: str) -> tuple[Any, Lines]:
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        lines: Lines = {}
        if node is not None:
            _note_lines(node, (), lines, name)
        return (None if node is None else loader.construct_document(node)), lines
    except yaml.MarkedYAMLError as error:
        raise BadYaml(_broken(error, name, text)) from error
    finally:
        loader.dispose()


def _note_lines(node: yaml.Node, where: Where, lines: Lines, name: str) -> None:
    lines.setdefault(where, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            _note_lines(child, (*where, index), lines, name)
    elif isinstance(node, yaml.MappingNode):
        _refuse_twins(node, name)
        for key, child in node.value:
            lines[(*where, key.value)] = key.start_mark.line + 1
            _note_lines(child, (*where, key.value), lines, name)


def _refuse_twins(node: yaml.MappingNode, name: str) -> None:
    seen: set[Hashable] = set()
    for key, _ in node.value:
        if not isinstance(key, yaml.ScalarNode):
            raise BadYaml(f"{name}:{key.start_mark.line + 1}: 键只能是一个词")
        if key.value in seen and key.tag != "tag:yaml.org,2002:merge":
            raise BadYaml(f"{name}:{key.start_mark.line + 1}: 「{key.value}」写了两次")
        seen.add(key.value)


def line_of(lines: Lines, where: Iterable[str | int]) -> int:
    """The line of a path, or of the nearest thing above it."""
    path = tuple(where)
    while path not in lines and path:
        path = path[:-1]
    return lines.get(path, 1)


def at(path: Path | str, lines: Lines, where: Iterable[str | int], message: str) -> str:
    return f"{path}:{line_of(lines, where)}: {message}"


def validate(data: Any, lines: Lines, schema: dict[str, Any], path: Path | str) -> list[str]:
    """Every breach of the JSON schema as "file:line: sentence", in the order of the file."""
    found = [
        (line_of(lines, _place(error)), at(path, lines, _place(error), yaml_words.sentence(error)))
        for top in Draft202012Validator(schema).iter_errors(data)
        for error in _deepest(top)
    ]
    return [text for _, text in sorted(dict.fromkeys(found))]


def _place(error: ValidationError) -> list[str | int]:
    """Where the line is: of a key that is not known, the key itself."""
    place = list(error.absolute_path)
    if error.validator != "additionalProperties" or not isinstance(error.schema, dict):
        return place
    known = error.schema.get("properties", {})
    instance: Any = error.instance
    return [*place, *[str(name) for name in instance if name not in known][:1]]


def _deepest(error: ValidationError) -> list[ValidationError]:
    """Of a choice that fits nowhere, the branch that came nearest says most."""
    if not error.context:
        return [error]
    branches: dict[Any, list[ValidationError]] = {}
    for child in error.context:
        branches.setdefault(child.schema_path[0], []).append(child)
    nearest = max(branches.values(), key=lambda group: (max(len(e.absolute_path) for e in group), -len(group)))
    if max(len(e.absolute_path) for e in nearest) == len(error.absolute_path) and len(branches) > 1:
        return [error]
    return [leaf for child in nearest for leaf in _deepest(child)]
