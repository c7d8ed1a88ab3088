"""What is wrong with a file that somebody wrote, in Chinese sentences: how YAML breaks, and how a schema is missed."""

import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from jsonschema.exceptions import ValidationError

TYPE_NAMES = {
    "object": "一组键值",
    "array": "列表（方括号或逐行以 - 开头）",
    "string": "文字（像数字、日期的要加引号）",
    "integer": "整数",
    "number": "数字",
    "boolean": "true 或 false",
    "null": "空",
}
UNPAIRED = "括号没有配成对，或两项之间缺少逗号"
# The problems that the parser names, by what their sentences begin with or contain; the first that fits.
BROKEN = (
    (r"cannot start any token", "这里有不能直接写的符号；不能用 Tab 缩进，以 @、%、` 开头的文字要加引号"),
    (r"mapping values are not allowed", "这里多了一个冒号，或缩进不对：含“: ”的文字要加引号，同一组的键要对齐"),
    (r"could not find expected ':'", "这里缺少冒号：键和内容之间要写“: ”（冒号后有空格）"),
    (r"expected ',' or", UNPAIRED),
    (r"end of stream|expected '>'", "引号没有配成对，直到文件末尾都没有结束"),
    (
        r"block end|document start|block mapping|another document",
        "缩进不对：同一组的各行要对齐，列表的每一项以“- ”开头，全文只能是一组键值",
    ),
    (r"unknown escape|escape sequence", "双引号里的反斜杠写法不对；请改用单引号"),
    (r"chomping|indentation indicator", "“|”或“>”后面只能换行，内容写在下一行并缩进"),
    (r"tag|constructor", "不支持以 ! 开头的标记，请直接写内容"),
    (r"merging", "不支持合并（<<），请把内容写全"),
)


# What Chinese input methods write where YAML wants the sign of the keyboard.
WIDE = re.compile(r"[：，“”‘’｛｝［］＃]")
NARROW = "这里是全角符号，键后的冒号、分隔的逗号、引号和括号都要用半角（英文）的"
# A schema with more keys than this is said by the manual.
MOST_KEYS = 24


# A key or a word of the keyboard right before a full-width sign: nobody writes that in a sentence of the plan's.
SLIP = re.compile(r"(?:^|[\s{\[,])[A-Za-z0-9_]+[：，]|[：，]\s*[A-Za-z_]+\s*:|[｛｝［］]")


def broken(problem: str, written: str = "", began: int = 0) -> str:
    """What the parser says of a text that is no YAML at all: the line as written, and on which line above its
    brackets were opened."""
    found = next((said for pattern, said in BROKEN if re.search(pattern, problem)), "请检查这一行的缩进、冒号和引号")
    if SLIP.search(written):
        found = NARROW
    elif began and found == UNPAIRED:
        found = f"第 {began} 行的括号到这里没有配成对，或那一行少了引号、逗号"
    return f"不是合格的 YAML：{found}"


def sentence(error: ValidationError) -> str:
    """One breach of a schema. A pattern is said by the description that stands beside it in the schema."""
    say = SAID.get(str(error.validator), _refused)
    return f"{place(error.absolute_path)} {say(error)}"


def _refused(error: ValidationError) -> str:
    return "不能这样写"


def place(path: Iterable[str | int]) -> str:
    """Where it stands: dues 第 2 项的 clock."""
    said = ""
    for part in path:
        said += f" 第 {part + 1} 项" if isinstance(part, int) else f"{'的 ' if said else ''}{part}"
    return said.strip() or "文件"


def shown(value: Any) -> str:
    """What was written, as people see it in the file."""
    if value is None:
        return "空的"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return "一组键值" if isinstance(value, dict) else "一个列表"
    text = str(value)
    return f"「{text if len(text) <= 60 else text[:57] + '…'}」"


def option(value: Any) -> str:
    return shown(value) if value is None or isinstance(value, bool) else str(value)


def _required(error: ValidationError) -> str:
    instance: Any = error.instance
    asked: Any = error.validator_value
    return f"缺少「{'」「'.join(name for name in asked if name not in instance)}」"


def _unknown(error: ValidationError) -> str:
    schema: Any = error.schema
    instance: Any = error.instance
    extra = [str(name) for name in instance if name not in schema.get("properties", {})]
    return f"里没有「{'」「'.join(extra)}」这样的键{_meant(extra, list(schema.get('properties', {})))}"


def _meant(extra: list[str], known: list[str]) -> str:
    """What was probably meant, else what can be written at all, where that is a line's worth."""
    if any(WIDE.search(name) for name in extra):
        return f"：{NARROW}"
    if len(extra) == 1 and (near := get_close_matches(extra[0], known, 1, 0.75)):
        return f"，是不是「{near[0]}」？"
    return f"；可以写的键：{'、'.join(known)}" if 0 < len(known) <= MOST_KEYS else ""


def _type(error: ValidationError) -> str:
    asked: Any = error.validator_value
    wanted = [asked] if isinstance(asked, str) else list(asked)
    if isinstance(error.instance, str) and "integer" in wanted and re.fullmatch(r"-?[0-9]+", error.instance):
        return f"应当是整数，{shown(error.instance)}写在引号里就是文字，请去掉引号"
    return f"应当是{types(wanted)}{_keys(error.schema, wanted)}，现在是{shown(error.instance)}"


def _keys(schema: Any, wanted: list[str]) -> str:
    """Of a group of keys, which: `{number: …, name: …}`."""
    asked = schema.get("required", ()) if wanted == ["object"] and isinstance(schema, Mapping) else ()
    return f"，如 {{{', '.join(f'{name}: …' for name in asked)}}}" if asked else ""


def types(said: Any) -> str:
    return "或".join(TYPE_NAMES.get(one, one) for one in ([said] if isinstance(said, str) else said))


def _enum(error: ValidationError) -> str:
    allowed: Any = error.validator_value
    return f"只能是 {'、'.join(option(one) for one in allowed)} 之一，现在是{shown(error.instance)}"


def _const(error: ValidationError) -> str:
    return f"只能是 {option(error.validator_value)}，现在是{shown(error.instance)}"


def _pattern(error: ValidationError) -> str:
    wide = f"（{NARROW}）" if WIDE.search(str(error.instance)) else ""
    return f"的写法不对：{shown(error.instance)}，{described(error.schema)}{wide}"


def described(schema: Any) -> str:
    said = schema.get("description", "") if isinstance(schema, Mapping) else ""
    return f"应当是{said}" if said else "请对照使用手册"


def _choice(error: ValidationError) -> str:
    """None of several ways to write it fits: all of them, in words."""
    ways = dict.fromkeys(way for child in error.context or () if (way := allowed(child)))
    return f"应当是{'，或'.join(ways) or '手册里的一种写法'}，现在是{shown(error.instance)}"


def allowed(child: ValidationError) -> str:
    """What one way would have wanted."""
    wanted: Any = child.validator_value
    if child.validator == "enum":
        return f" {'、'.join(option(one) for one in wanted)} 之一"
    if child.validator == "const":
        return f" {option(wanted)}"
    if child.validator == "type":
        return types(wanted)
    schema: Any = child.schema
    return str(schema.get("description", "")) if isinstance(schema, Mapping) else ""


def _least(error: ValidationError) -> str:
    if error.validator == "minLength" and not error.instance:
        return "不能是空的"
    return f"至少要有 {error.validator_value} {UNITS[str(error.validator)]}"


def _most(error: ValidationError) -> str:
    return f"最多 {error.validator_value} {UNITS[str(error.validator)]}"


UNITS = {
    "minItems": "项",
    "maxItems": "项",
    "minLength": "个字",
    "maxLength": "个字",
    "minProperties": "个键",
    "maxProperties": "个键",
}
SAID: Mapping[str, Callable[[ValidationError], str]] = {
    "required": _required,
    "additionalProperties": _unknown,
    "type": _type,
    "enum": _enum,
    "const": _const,
    "pattern": _pattern,
    "anyOf": _choice,
    "oneOf": _choice,
    "uniqueItems": lambda error: "里有重复的内容",
    "minimum": lambda error: f"不能小于 {error.validator_value}，现在是{shown(error.instance)}",
    "maximum": lambda error: f"不能大于 {error.validator_value}，现在是{shown(error.instance)}",
    **dict.fromkeys(("minItems", "minLength", "minProperties"), _least),
    **dict.fromkeys(("maxItems", "maxLength", "maxProperties"), _most),
}
