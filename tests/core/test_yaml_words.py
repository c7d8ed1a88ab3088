"""Whatever is wrong with a written file is said in a Chinese sentence at its line."""

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from core import yaml_lines, yaml_words

ROOT = Path(__file__).parents[2]
SCHEMAS = ("campaigns/blueprints/schema.json", "campaigns/registers/schema.json", "core/form_engine/schema.json")
BROKEN = (
    ("a: [1,\nb: 2", 2, "括号"),
    ("a: 'x\n", 2, "引号"),
    ("a:\n\t- b", 2, "Tab"),
    ("a: b: c", 1, "冒号"),
    ("- a\nb: 1", 2, "缩进"),
    ("a: !!python/x 1", 1, "标记"),
    ('a: "\\q"', 1, "反斜杠"),
    ("a: >x\n b", 1, "换行"),
    ("'a': 1\n'b' 2", 2, "缺少冒号"),
    ("<<: 3", 1, "合并"),
    ("---\na: 1\n---\nb: 2", 3, "全文只能是一组键值"),
)


@pytest.mark.parametrize(("text", "line", "said"), BROKEN)
def test_a_text_that_is_no_yaml_is_explained_in_chinese(text, line, said):
    with pytest.raises(yaml_lines.BadYaml) as bad:
        yaml_lines.loads(text, "f")
    assert str(bad.value).startswith(f"f:{line}: 不是合格的 YAML：")
    assert said in str(bad.value)
    assert not re.search(r"found|expected|token", str(bad.value))


MISSED = (
    ({"enum": ["a", None, True]}, 3, "文件 只能是 a、空的、true 之一，现在是「3」"),
    ({"pattern": "^[a-z]+$", "description": "小写字母"}, "A1", "文件 的写法不对：「A1」，应当是小写字母"),
    ({"anyOf": [{"enum": ["x", "y"]}, {"type": "array"}]}, None, "应当是 x、y 之一，或列表"),
    ({"type": "object"}, None, "文件 应当是一组键值，现在是空的"),
    ({"type": "string"}, {"a": 1}, "现在是一组键值"),
    ({"minLength": 1}, "", "文件 不能是空的"),
    ({"uniqueItems": True}, [1, 1], "里有重复的内容"),
    ({"items": {"items": {"const": "end"}}}, [["end"], ["x"]], "第 2 项 第 1 项 只能是 end"),
    (False, 1, "不能这样写"),
)


@pytest.mark.parametrize(("schema", "data", "said"), MISSED)
def test_a_breach_of_a_schema_is_explained_in_chinese(schema, data, said):
    error = next(Draft202012Validator(schema).iter_errors(data))
    assert said in yaml_words.sentence(error)
    assert "None" not in yaml_words.sentence(error)


def patterns(value):
    if isinstance(value, dict):
        if isinstance(value.get("pattern"), str):
            yield value
        for inner in value.values():
            yield from patterns(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from patterns(inner)


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_pattern_of_a_schema_says_in_words_what_it_wants(name):
    found = list(patterns(json.loads((ROOT / name).read_text(encoding="utf-8"))))
    assert found
    assert all(re.search("[一-鿿]", one.get("description", "")) for one in found)
