"""What a schema cannot say of a blueprint: keys used twice or nowhere, days that run backwards, places that are not in
the document, rules that contradict. Pure: data and its lines in, (where, sentence) out."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from campaigns.onsite_faults import onsite_faults
from campaigns.rules import campaign_day
from core import yaml_lines

Fault = tuple[yaml_lines.Where, str]
Data = Mapping[str, Any]

# A year without 02-29: a blueprint's month and day must be a day in any year.
ANY_YEAR = 2021
# Eleven digits that begin with 1, as they are dialled or as they are printed in groups.
MOBILE = re.compile(r"(?<![0-9A-Za-z])1[0-9]{2}[- ]?[0-9]{4}[- ]?[0-9]{4}(?![0-9A-Za-z])")
# Sections whose entries carry a name of their own, and under which key.
NAMED = {
    **dict.fromkeys(
        ("phases", "objects", "groups", "contacts", "readiness", "registers", "enumerations", "tendencies"), "key"
    ),
    **dict.fromkeys(("tiers", "accountability", "quotas", "dues", "measures", "parameters"), "key"),
    "annexes": "number",
    "forms": "purpose",
    "text": "place",
}
# Two entries of a section that agree in the first keys and differ in the second say two things of one matter.
CONTRADICTIONS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("phases", ("name", "scope"), ("from", "to")),
    ("objects", ("name", "activity"), ("treatment",)),
    ("tendencies", ("when",), ("name",)),
    ("quotas", ("who", "what", "per"), ("at_least", "percent")),
    ("dues", ("title", "owes"), ("clock",)),
)
# The phases in which visits are planned (campaigns.services.gate).
PLANNED_PHASES = ("inspect", "inspect_other")
# What each kind of clock needs beside its kind.
CLOCK_NEEDS = {
    "day": ("on",),
    "parameter": ("key",),
    "phase_end": ("phase",),
    "weekly": ("weekday", "phase"),
    "month_days": ("days",),
    "quarter": ("before",),
    "after": ("event", "within"),
    "none": (),
}
# What campaigns.services.due.events tells of, and by whom nothing is opened when it happens.
EVENTS = ("结案", "检查完成", "问题移交")
NOT_OPENED = {"enterprises", "people", "outside"}
# The fields of a row of the list, in the order in which they are printed.
COLUMNS = ("number", "task", "period", "units", "report", "remark")


def faults(data: Data, lines: yaml_lines.Lines) -> Iterator[Fault]:
    """Everything wrong with a blueprint that has the shape of the schema."""
    yield from named_twice(data)
    yield from backward_windows(data)
    yield from unknown_references(data)
    yield from bad_clocks(data)
    yield from rows_without_unit(data)
    yield from unheard_events(data)
    yield from bad_columns(data)
    yield from untranslated(data)
    yield from bad_parameters(data)
    yield from bad_facts(data)
    yield from bad_planning(data)
    yield from bad_readiness(data)
    yield from unknown_places(data)
    yield from bad_gate(data)
    yield from bad_key_list(data)
    yield from twins(data.get("onsite_rules", []), ("onsite_rules",), "key")
    yield from onsite_faults(data, lines)
    yield from contradictions(data, lines)
    yield from two_policies(data)
    yield from mobile_numbers(data)


def named_twice(data: Data) -> Iterator[Fault]:
    for section, name in NAMED.items():
        yield from twins(data.get(section, []), (section,), name)
    if plan := data.get("plan"):
        yield from twins(plan["rows"], ("plan", "rows"), "number")


def twins(things: Iterable[Data], where: yaml_lines.Where, name: str) -> Iterator[Fault]:
    seen = set()
    for index, thing in enumerate(things):
        if thing[name] in seen:
            yield (*where, index, name), f"「{thing[name]}」用了两次"
        seen.add(thing[name])


def windows(data: Data) -> Iterator[tuple[yaml_lines.Where, Data, tuple[str, str], str]]:
    """Everything that begins and ends: where it stands, its entry, the two keys, its name."""
    for index, phase in enumerate(data.get("phases", [])):
        yield ("phases", index), phase, ("from", "to"), phase["name"]
    for index, due in enumerate(data.get("dues", [])):
        yield ("dues", index), due, ("from", "until"), due["title"]
    for index, ladder in enumerate(data.get("accountability", [])):
        yield ("accountability", index), ladder, ("from", "to"), ladder["title"]
    for index, row in enumerate(data.get("plan", {}).get("rows", [])):
        yield ("plan", "rows", index), row, ("from", "to"), row["task"]
    if exemptions := data.get("exemptions"):
        yield ("exemptions",), exemptions, ("valid_from", "valid_to"), exemptions["title"]


def backward_windows(data: Data) -> Iterator[Fault]:
    for where, entry, ends, name in windows(data):
        days = {end: day_of(entry[end]) for end in ends if end in entry}
        for end, day in days.items():
            if day is None:
                yield (*where, end), f"「{name}」的 {entry[end]} 不是每年都有的日子"
        first, last = (days.get(end) for end in ends)
        if first and last and last < first:
            said = f"「{name}」的结束（{entry[ends[1]]}）早于开始（{entry[ends[0]]}）"
            yield (*where, ends[1]), f"{said}；跨年的，结束日期前写“次年”"


def day_of(month_day: str) -> date | None:
    """The day in a year that is not a leap year, or None where that year has no such day."""
    try:
        return campaign_day(month_day, ANY_YEAR)
    except ValueError:
        return None


def unknown_references(data: Data) -> Iterator[Fault]:
    annexes = {annex["number"] for annex in data.get("annexes", [])}
    for section in ("forms", "registers"):
        for index, entry in enumerate(data.get(section, [])):
            if entry.get("annex", None) not in {None, *annexes}:
                yield (section, index, "annex"), f"附件目录里没有附件{entry['annex']}"
    phases = {phase["key"] for phase in data["phases"]}
    if (report := data.get("report")) and report["phase"] not in phases:
        yield ("report", "phase"), f"没有名为「{report['phase']}」的阶段"
    for index, form in enumerate(data.get("forms", [])):
        if ("file" in form) == ("definition" in form):
            yield (
                ("forms", index),
                f"表单「{form['purpose']}」须写 file（随文件夹的表单）或 definition（平台已有的表单）之一",
            )
        if "annex" not in form and "title" not in form:
            yield ("forms", index), f"表单「{form['purpose']}」须写 annex（哪一个附件）或 title（名称）"


def owing(data: Data) -> Iterator[tuple[yaml_lines.Where, Data]]:
    """Everything with a clock, and where it stands."""
    for index, due in enumerate(data.get("dues", [])):
        yield ("dues", index), due
    for index, row in enumerate(data.get("plan", {}).get("rows", [])):
        yield ("plan", "rows", index), row
    if "clock" in data.get("planning", {}):
        yield ("planning",), data["planning"]


def clocks(data: Data) -> Iterator[tuple[yaml_lines.Where, Data]]:
    for where, entry in owing(data):
        yield (*where, "clock"), entry["clock"]


def bad_clocks(data: Data) -> Iterator[Fault]:
    phases = {phase["key"] for phase in data["phases"]}
    parameters = {p["key"]: {option["value"] for option in p["options"]} for p in data.get("parameters", [])}
    for where, clock in clocks(data):
        missing = [name for name in CLOCK_NEEDS[clock["kind"]] if name not in clock]
        if missing:
            yield where, f"{clock['kind']} 这种期限须写明 {'、'.join(missing)}"
        if clock.get("phase", None) not in {None, *phases}:
            yield (*where, "phase"), f"没有名为「{clock['phase']}」的阶段"
        for name in ("key", "reading"):
            if clock.get(name, None) not in {None, *parameters}:
                yield (*where, name), f"没有名为「{clock[name]}」的参数"
        for value, phase in clock.get("phases", {}).items():
            if phase not in phases:
                yield (*where, "phases", value), f"没有名为「{phase}」的阶段"
        if "phases" in clock and set(clock["phases"]) != parameters.get(clock.get("reading", ""), set()):
            yield (*where, "phases"), "phases 须逐一写明 reading 所指参数的选项"
        if "on" in clock and day_of(clock["on"]) is None:
            yield (*where, "on"), f"{clock['on']} 不是每年都有的日子"


def unheard_events(data: Data) -> Iterator[Fault]:
    """An event that the platform never tells of would open nothing, ever. With a phase its end is counted from."""
    for where, entry in owing(data):
        clock, by = entry["clock"], entry.get("by", "named")
        opened = set([by] if isinstance(by, str) else by) - NOT_OPENED
        if clock["kind"] == "after" and opened and "phase" not in clock and clock.get("event", "") not in {"", *EVENTS}:
            known = "、".join(EVENTS)
            yield (
                (*where, "clock", "event"),
                f"平台不认得「{clock['event']}」这件事，可以写：{known}；或写 phase，从阶段结束日起算",
            )


def bad_columns(data: Data) -> Iterator[Fault]:
    """The list is printed under the names of its columns: one for every field of a row."""
    plan = data.get("plan")
    if plan and len(plan["columns"]) != len(COLUMNS):
        fields = "、".join(COLUMNS)
        yield (
            ("plan", "columns"),
            f"清单的栏名有 {len(plan['columns'])} 个，须有 {len(COLUMNS)} 个，依次对应各行的 {fields}",
        )


def untranslated(data: Data) -> Iterator[Fault]:
    """What is printed as it is written must be words that people read."""
    for index, quota in enumerate(data.get("quotas", [])):
        for name in ("who", "per"):
            if not any("一" <= letter <= "鿿" for letter in quota[name]):
                yield (
                    ("quotas", index, name),
                    f"{name} 照原文写中文（如“各县区分局”“每月”），「{quota[name]}」会原样显示",
                )


def rows_without_unit(data: Data) -> Iterator[Fault]:
    for index, row in enumerate(data.get("plan", {}).get("rows", [])):
        if not row.get("lead"):
            yield ("plan", "rows", index), f"清单第 {row['number']} 行（{row['task']}）没有牵头单位，须写 lead"
    if (plan := data.get("plan")) and [row["number"] for row in plan["rows"]] != list(range(1, len(plan["rows"]) + 1)):
        yield ("plan", "rows"), "清单的序号须从 1 起连续"


def bad_parameters(data: Data) -> Iterator[Fault]:
    for index, parameter in enumerate(data.get("parameters", [])):
        where = ("parameters", index)
        values = [option["value"] for option in parameter["options"]]
        yield from twins(parameter["options"], (*where, "options"), "value")
        if "default" in parameter and parameter["default"] not in values:
            yield (*where, "default"), f"默认值「{parameter['default']}」不在选项之中"


def bad_facts(data: Data) -> Iterator[Fault]:
    """New permits are counted by quarters, to the last day of each."""
    for index, due in enumerate(data.get("dues", [])):
        clock = due["clock"]
        if due.get("fact") == "permits" and (clock["kind"], clock.get("before")) != ("quarter", 0):
            yield ("dues", index, "clock"), "fact: permits 按季度计算，期限须是季末（kind: quarter, before: 0）"


def bad_planning(data: Data) -> Iterator[Fault]:
    """A visit that needs approval outside the plan needs a phase in which there is a plan to be outside of."""
    planning = data.get("planning")
    told = any(due.get("fact") == "plan" for due in data.get("dues", []))
    if planning and ("clock" in planning) != ("by" in planning):
        yield ("planning",), "planning 的 clock（何时报送计划）和 by（哪些单位）须同时写明"
    if planning and planning.get("clock", {}).get("kind") in {"after", "weekly"} and "phase" not in planning["clock"]:
        yield ("planning", "clock"), "报送计划的期限须是某一天，不能从每件事的日期起算"
    if planning and told and "clock" in planning:
        yield ("planning", "clock"), "报送计划的期限写了两处：dues 里已有 fact: plan 的一条，只能留一处"
    if planning and not any(phase["key"] in PLANNED_PHASES for phase in data["phases"]):
        yield ("planning",), f"写了执法计划，却没有检查阶段（{'、'.join(PLANNED_PHASES)}）"
    offered = {one["key"]: {option["value"] for option in one["options"]} for one in data.get("parameters", [])}
    if planning and "approvals" in planning and offered.get(planning["approvals"]) != {"either", "both"}:
        yield ("planning", "approvals"), f"须有名为「{planning['approvals']}」的参数，选项为 either 和 both"
    names = [] if planning is None else planning.get("elements", [])
    for index, name in enumerate(names):
        if name in names[:index]:
            yield ("planning", "elements", index), f"计划要素「{name}」写了两次"


# What only one kind of item of the start checklist may say.
OF_KIND = {"gates": "document", "heads": "leading", "paid_by": "guarantee"}


def bad_readiness(data: Data) -> Iterator[Fault]:
    for index, item in enumerate(data.get("readiness", [])):
        for name, kind in OF_KIND.items():
            if name in item and item["kind"] != kind:
                yield ("readiness", index, name), f"「{item['name']}」不是 {kind}，不能写 {name}"
        if item.get("gates") and not item.get("required", True):
            yield ("readiness", index, "gates"), f"「{item['name']}」不是必备项，不能作为派单的前提"


def bad_gate(data: Data) -> Iterator[Fault]:
    """Settings of the gate that contradict one another, and readings that no parameter offers."""
    gate = data.get("gate", {})
    repeat = gate.get("repeat", {})
    for name in ("with_lead", "by_approval"):
        if lost := [ground for ground in repeat.get(name, []) if ground not in repeat.get("grounds", [])]:
            yield ("gate", "repeat", name), f"{'、'.join(lost)} 不在 grounds（可再次检查的理由）之中"
    parameters = {one["key"]: [option["value"] for option in one["options"]] for one in data.get("parameters", [])}
    for rule, said in gate.items():
        if ("chosen_by" in said) != ("readings" in said):
            yield ("gate", rule), "chosen_by（由哪个参数选定）和 readings（各选项的含义）须同时写明"
        elif "chosen_by" in said and said["chosen_by"] not in parameters:
            yield ("gate", rule, "chosen_by"), f"没有名为「{said['chosen_by']}」的参数"
        elif "chosen_by" in said and set(said["readings"]) != set(parameters[said["chosen_by"]]):
            options = "、".join(parameters[said["chosen_by"]])
            yield ("gate", rule, "readings"), f"须逐一写明参数「{said['chosen_by']}」的选项：{options}"


def bad_key_list(data: Data) -> Iterator[Fault]:
    """Rules and classes of the key list with days that no calendar has, or that run backwards."""
    rules = data.get("key_list", {}).get("rules", [])
    yield from twins(rules, ("key_list", "rules"), "key")
    for index, rule in enumerate(rules):
        where = ("key_list", "rules", index)
        places = [(("classes", at), one) for at, one in enumerate(rule.get("classes", []))]
        for inner, entry in [((), rule), *places]:
            days = {end: calendar_day(entry[end]) for end in ("from", "until") if end in entry}
            for end, day in days.items():
                if day is None:
                    yield (*where, *inner, end), f"「{entry['name']}」的 {entry[end]} 不是日历上的日子"
            first, last = days.get("from"), days.get("until")
            if first and last and last < first:
                yield (*where, *inner, "until"), f"「{entry['name']}」的结束（{last}）早于开始（{first}）"


def calendar_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def cited(value: Any, where: yaml_lines.Where = ()) -> Iterator[tuple[yaml_lines.Where, dict[str, Any]]]:
    """Every entry that names its place in the document, with where it stands in the file."""
    if isinstance(value, dict):
        if isinstance(value.get("source"), str):
            yield where, value
        for key, inner in value.items():
            if key != "text":
                yield from cited(inner, (*where, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from cited(inner, (*where, index))


def places_of(source: str) -> list[str]:
    return [place for place in source.split("；") if place]


def sentences_at(text: Mapping[str, Data], place: str) -> list[Data]:
    """The sentence of a place with its clauses, or all sentences of a section (“二（一）” has “二（一）第1句”)."""
    if place in text:
        return [text[place], *(sentence for name, sentence in text.items() if name.startswith(f"{place}第"))]
    return [sentence for name, sentence in text.items() if name.startswith(place)]


def unknown_places(data: Data) -> Iterator[Fault]:
    """With the document at hand, every place must be in it and every quote must stand there."""
    text = {sentence["place"]: sentence for sentence in data.get("text", [])}
    if not text:
        return
    for where, entry in cited(data):
        found = [sentence for place in places_of(entry["source"]) for sentence in sentences_at(text, place)]
        for place in places_of(entry["source"]):
            if not sentences_at(text, place):
                yield (*where, "source"), f"原文没有“{place}”这个位置"
        said = squeezed("".join(sentence["quote"] for sentence in found))
        if found and not all(part in said for part in squeezed(entry.get("quote", "")).split("……")):
            yield (*where, "quote"), f"引文不在原文“{entry['source']}”处"


def squeezed(text: str) -> str:
    return "".join(text.split())


def two_policies(data: Data) -> Iterator[Fault]:
    """A campaign has one rule for days off; the weekly report follows it."""
    own = data.get("report", {}).get("on_holiday")
    if own and own != data.get("on_holiday", own):
        yield ("report", "on_holiday"), f"与最外层的 on_holiday（{data['on_holiday']}）不同，只能有一个；不写的照最外层"


def mobile_numbers(value: Any, where: yaml_lines.Where = ()) -> Iterator[Fault]:
    """What somebody copied of a document with the people in it: a blueprint is read by all, and its versions stay."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from mobile_numbers(inner, (*where, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from mobile_numbers(inner, (*where, index))
    elif isinstance(value, str) and MOBILE.search(value):
        yield where, "这里有手机号码，姓名、电话、邮箱不能写进模板，请改为“〔电话略〕”"


def contradictions(data: Data, lines: yaml_lines.Lines) -> Iterator[Fault]:
    for section, same, differing in CONTRADICTIONS:
        first: dict[tuple[Any, ...], int] = {}
        for index, entry in enumerate(data.get(section, [])):
            matter = tuple(entry.get(name) for name in same)
            earlier = first.setdefault(matter, index)
            other = data[section][earlier]
            if any(entry.get(name) != other.get(name) for name in differing):
                line = yaml_lines.line_of(lines, (section, earlier))
                about = "、".join(str(part) for part in matter if part)
                yield (section, index), f"与第 {line} 行矛盾：同是“{about}”，{'、'.join(differing)} 不同"
