"""What a schema cannot say of `onsite_rules`: figures nobody gave, days that run backwards, rules that contradict."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from campaigns.rules.onsite import MEANS_LABELS
from core import yaml_lines

Fault = tuple[yaml_lines.Where, str]
Data = Mapping[str, Any]
# Two rules of one matter that differ in any of these say two things of it.
TERMS = ("comparison", "against", "threshold", "threshold_by", "unit")
# With what a reading is compared.
BORDERS = ("against", "threshold", "threshold_by")
LAST = "9999-12-31"


def onsite_faults(data: Data, lines: yaml_lines.Lines) -> Iterator[Fault]:
    for index, rule in enumerate(data.get("onsite_rules", [])):
        where = ("onsite_rules", index)
        yield from bad_days(rule, where)
        yield from bad_figure(rule, where, data)
        yield from twice(rule, where, data, lines)


def bad_days(rule: Data, where: yaml_lines.Where) -> Iterator[Fault]:
    for end in ("from", "until"):
        if end in rule and not is_day(rule[end]):
            yield (*where, end), f"「{rule['name']}」的 {rule[end]} 不是日历上的日子"
    if rule["from"] > rule.get("until", LAST):
        yield (*where, "until"), f"「{rule['name']}」的结束（{rule['until']}）早于开始（{rule['from']}）"


def is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def bad_figure(rule: Data, where: yaml_lines.Where, data: Data) -> Iterator[Fault]:
    """A figure is the plan's, or a parameter that says why; never one that somebody just wrote down."""
    if len([name for name in BORDERS if name in rule]) != 1:
        ways = "against: limit（排放限值）、threshold（原文的数）、threshold_by（参数）"
        yield where, f"「{rule['name']}」与什么比较，须写明一个，也只能写一个：{ways}"
    if "against" not in rule and not {"indicator", "unit"} <= rule.keys():
        yield where, f"「{rule['name']}」与数值比较，须写明 indicator（指标）和 unit（单位）"
    if "threshold" in rule and (said := words_at(rule, data)) and str(rule["threshold"]) not in said:
        lacking = f"原文“{rule['source']}”处没有 {rule['threshold']} 这个数"
        yield (*where, "threshold"), f"{lacking}；原文没有写明阈值的，用 threshold_by 引用一个参数"
    if "threshold_by" in rule:
        yield from bad_parameter(rule, (*where, "threshold_by"), data)


def words_at(rule: Data, data: Data) -> str:
    """What the document has at the rule's place; "" where there is no document."""
    places = [place for place in rule["source"].split("；") if place]
    found = [one["quote"] for one in data.get("text", []) if any(one["place"].startswith(place) for place in places)]
    return "".join(found) or rule.get("quote", "")


def bad_parameter(rule: Data, where: yaml_lines.Where, data: Data) -> Iterator[Fault]:
    key = rule["threshold_by"]
    found = next((one for one in data.get("parameters", []) if one["key"] == key), None)
    if found is None:
        yield where, f"没有名为「{key}」的参数"
        return
    if wrong := [one["value"] for one in found["options"] if not is_figure(one["value"])]:
        yield where, f"参数「{key}」的选项须是不小于 0 的数，「{'、'.join(wrong)}」不是"
    if not {"default", "question"} <= found.keys():
        yield where, f"参数「{key}」用作阈值，须写明 default（默认值）和 question（为什么取这个默认值）"


def is_figure(text: str) -> bool:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return False
    return value.is_finite() and value >= 0


def twice(rule: Data, where: yaml_lines.Where, data: Data, lines: yaml_lines.Lines) -> Iterator[Fault]:
    """An earlier rule of the same means and indicator, in force on the same day."""
    for place, earlier in enumerate(data["onsite_rules"][: where[1]]):
        shared = [one for one in rule["means"] if one in earlier["means"]]
        if shared and about(rule) == about(earlier) and overlap(rule, earlier):
            line = yaml_lines.line_of(lines, ("onsite_rules", place))
            matter = f"{'、'.join(MEANS_LABELS[one] for one in shared)}的{about(rule) or '任一指标'}"
            differing = [name for name in TERMS if rule.get(name) != earlier.get(name)]
            said = f"矛盾：同是“{matter}”，{'、'.join(differing)} 不同" if differing else f"重复：“{matter}”写了两次"
            yield where, f"与第 {line} 行{said}；只能留一条，或用 from、until 分开时段"


def about(rule: Data) -> str:
    return str(rule.get("indicator", ""))


def overlap(one: Data, other: Data) -> bool:
    return bool(one["from"] <= other.get("until", LAST) and other["from"] <= one.get("until", LAST))
