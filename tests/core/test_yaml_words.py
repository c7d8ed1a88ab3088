"""Whatever is wrong with a written file is said in a Chinese sentence at its line."""

import json
import re
import time
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


SLIPS = (
    ("a: 1\non_holiday：next\n\ntext:\n  - a", 2, "全角符号"),
    ("x:\n  - {key: a，name: b, c: d}", 2, "全角符号"),
    ('x:\n  - {on: "05-08, a: b}\n  - {time: "16:00", c: d}', 3, "第 2 行的括号到这里没有配成对，或那一行少了引号"),
    ("a: 1\nb\n\nc: 2", 2, "缺少冒号"),
)


@pytest.mark.parametrize(("text", "line", "said"), SLIPS)
def test_a_slip_is_named_where_it_was_made(text, line, said):
    """Full-width signs and forgotten quotes, on the line where they stand or with that line in the sentence."""
    with pytest.raises(yaml_lines.BadYaml) as bad:
        yaml_lines.loads(text, "f")
    assert str(bad.value).startswith(f"f:{line}: ")
    assert said in str(bad.value)


GROUP = {
    "type": "object",
    "required": ["case"],
    "additionalProperties": False,
    "properties": {
        "case": {"type": "string"},
        "consequence": {},
        "count": {"type": "integer"},
        "on": {"pattern": "^0"},
    },
}
KNOWN = (
    ({"case": "a", "consequense": "b"}, "里没有「consequense」这样的键，是不是「consequence」？"),
    ({"case": "a", "name": "b"}, "里没有「name」这样的键；可以写的键：case、consequence、count、on"),
    ({"case": "a", "count：3": None}, "里没有「count：3」这样的键：这里是全角符号"),
    ({"case": "a", "count": "8"}, "count 应当是整数，「8」写在引号里就是文字，请去掉引号"),
    ({"case": "a", "on": "“05-08”"}, "引号和括号都要用半角（英文）的"),
    ("提醒", "文件 应当是一组键值，如 {case: …}，现在是「提醒」"),
)


@pytest.mark.parametrize(("data", "said"), KNOWN)
def test_a_breach_says_what_would_be_right(data, said):
    assert said in yaml_words.sentence(next(Draft202012Validator(GROUP).iter_errors(data)))


def test_nesting_without_end_is_refused_at_once():
    """Twenty thousand brackets took the parser half a minute."""
    began = time.monotonic()
    with pytest.raises(yaml_lines.BadYaml, match="层次过深"):
        yaml_lines.loads("a: " + "[" * 20000, "f")
    assert time.monotonic() - began < 3
