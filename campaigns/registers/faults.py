"""What the schema of registers cannot say. Pure: data in, (where, sentence) out."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from accounts.rules import SECRET_READERS, Role, capabilities
from campaigns.registers.rules import CONDITIONS, CORRECT, CREATE, form_of, parts
from core import yaml_lines
from core.form_engine import definitions

Fault = tuple[yaml_lines.Where, str]
Data = Mapping[str, Any]

LEVELS = ("", "province", "city", "county", "team")
CAPABILITIES = frozenset(one for role in Role for level in LEVELS for one in capabilities(role, level))
ADDRESSES = ("groups", "capability", "person", "creator", "enterprise", "experts_of", "owners_of")
RIGHTS = ("capabilities", "groups", "enterprise", "creator", "person")
RESERVED = frozenset({"definitions", "entries"})
TERMS = ("workdays", "hours", "field", "month_end")


def faults(data: Data, registers: Collection[str] = ()) -> Iterator[Fault]:
    """Everything wrong with an expanded register. `registers` are the keys of the others."""
    yield from twins(data)
    yield from form_faults(data)
    yield from state_faults(data)
    yield from field_faults(data)
    yield from right_faults(data)
    yield from clock_faults(data)
    yield from check_faults(data)
    yield from address_faults(data)
    yield from span_faults(data)
    yield from spawn_faults(data, {*registers, data["key"]})
    yield from draw_faults(data)
    yield from indicator_faults(data)


def twins(data: Data) -> Iterator[Fault]:
    """Keys used twice. Fields come first: everything else names them."""
    names = {"fields": "key", "states": "key", "clocks": "key", "indicators": "key", "transitions": "action"}
    for section, name in names.items():
        seen: set[str] = set()
        for index, one in enumerate(data[section]):
            if one[name] in seen:
                yield (section, index, name), f"「{one[name]}」用了两次"
            seen.add(one[name])
    for index, field in enumerate(data["fields"]):
        values = [option["value"] for option in field.get("options", [])]
        for value in sorted({one for one in values if values.count(one) > 1}):
            yield ("fields", index, "options"), f"「{value}」用了两次"


def form_faults(data: Data) -> Iterator[Fault]:
    """What the form engine says of the entry's own fields, at their lines."""
    own = [index for index, field in enumerate(data["fields"]) if "at" not in field]
    if not own:
        yield ("fields",), "登记时没有任何要填的内容"
        return
    for where, said in definitions.faults(form_of(data, 1)):
        place = where[5] if len(where) > 5 and isinstance(where[5], int) else 0
        if "用了两次" not in said:
            yield ("fields", own[place]), said


def actions(data: Data) -> set[str]:
    return {one["action"] for one in data["transitions"]}


def state_faults(data: Data) -> Iterator[Fault]:
    known = {state["key"] for state in data["states"]}
    left = {source for one in data["transitions"] for source in one["from"]}
    reached = {data["states"][0]["key"]} | {one["to"] for one in data["transitions"]}
    for index, state in enumerate(data["states"]):
        if not state.get("final") and state["key"] not in left:
            yield ("states", index), f"状态「{state['label']}」没有出路：写一个离开它的办理，或写 final: true"
        if state.get("final") and state["key"] in left:
            yield ("states", index), f"状态「{state['label']}」写了 final，却还有办理离开它"
        if state["key"] not in reached:
            yield ("states", index), f"状态「{state['label']}」到不了：没有办理通向它"
    for index, one in enumerate(data["transitions"]):
        for name in (*one["from"], one["to"]):
            if name not in known:
                yield ("transitions", index), f"没有名为「{name}」的状态"


def field_faults(data: Data) -> Iterator[Fault]:
    keys = {field["key"]: field for field in data["fields"]}
    for index, field in enumerate(data["fields"]):
        if "at" in field and field["at"] not in actions(data):
            yield ("fields", index, "at"), f"没有名为「{field['at']}」的办理"
        for name, kind in (("concerned", "person"), ("sees", "person"), ("signs", "persons")):
            if field.get(name) and not field["type"].startswith("person"):
                yield ("fields", index, name), f"{name} 只用于人员（{kind}）"
        if field.get("filter") and field["type"] not in {"choice", "choices", "yesno", "industry"}:
            yield ("fields", index, "filter"), "只有选择题能作筛选条件"
    if "day" in data and (keys.get(data["day"], {}).get("type") != "date" or "at" in keys[data["day"]]):
        yield ("day",), f"「{data['day']}」不是登记时填写的日期"
    if data["key"] in RESERVED:
        yield ("key",), f"「{data['key']}」是平台的地址，请换一个"
    for index, key in enumerate(data["heading"]):
        if key not in keys:
            yield ("heading", index), f"没有名为「{key}」的栏目"


def right_faults(data: Data) -> Iterator[Fault]:
    """Everybody who may do something is named by a capability that exists, a group, or a relation to the entry."""
    places: list[tuple[yaml_lines.Where, Data]] = [
        ((name,), data[name]) for name in ("create", "correct") if name in data
    ]
    places += [(("transitions", i, "who"), one["who"]) for i, one in enumerate(data["transitions"])]
    places += [(("fields", i, "secret"), one["secret"]) for i, one in enumerate(data["fields"]) if "secret" in one]
    for where, who in places:
        if not any(name in who for name in RIGHTS):
            yield where, "没有写明由谁办理：须有 capabilities（权限）、groups（工作组）或与登记的关系"
        for index, capability in enumerate(who.get("capabilities", [])):
            if capability not in CAPABILITIES:
                yield (*where, "capabilities", index), f"平台没有「{capability}」这项权限"
        if "groups" in who and data["scope"] == "standing":
            yield (*where, "groups"), "常年登记簿没有工作组，请写 capabilities"
    if (capability := data["read"].get("capability")) and capability not in CAPABILITIES:
        yield ("read", "capability"), f"平台没有「{capability}」这项权限"
    if "capability" not in data["read"] and "groups" not in data["read"]:
        yield ("read",), "没有写明谁能查看：须有 capability（权限）或 groups（工作组）"


def clock_faults(data: Data) -> Iterator[Fault]:
    known = actions(data) | {CREATE}
    if data["clocks"] and data["read"].get("confidential") and data["read"].get("capability") not in SECRET_READERS:
        yield (
            ("clocks",),
            f"保密登记簿的时限只提醒持有 {'、'.join(sorted(SECRET_READERS))} 的人：read 的 capability 须是它",
        )
    for index, clock in enumerate(data["clocks"]):
        where = ("clocks", index)
        if sum(name in clock for name in TERMS) != 1:
            yield where, "时限须写 workdays、hours、field、month_end 之一"
        for name in ("open", "met"):
            for place, action in enumerate(clock[name]):
                if action not in known:
                    yield (*where, name, place), f"没有名为「{action}」的办理"
        if "field" in clock and not any(f["key"] == clock["field"] and f["type"] == "date" for f in data["fields"]):
            yield (*where, "field"), f"「{clock['field']}」不是日期栏目"


def check_faults(data: Data) -> Iterator[Fault]:
    keys, known = {field["key"] for field in data["fields"]}, actions(data) | {CREATE}
    for index, check in enumerate(data["checks"]):
        where = ("checks", index)
        if sum(name in check for name in ("must", "unique", "same", "asks", "apart", "telephone")) != 1:
            yield where, "校验须写 must、unique、same、asks、apart、telephone 之一"
        if ("same" in check) != ("differs" in check):
            yield where, "same（同一对象）与 differs（不能不同的栏目）须一起写"
        for name in [
            *check.get("unique", []),
            *check.get("same", []),
            check.get("differs", ""),
            check.get("field", ""),
            check.get("apart", ""),
            check.get("telephone", ""),
        ]:
            if name and not name.startswith("@") and name not in keys:
                yield where, f"没有名为「{name}」的栏目"
        for action in check.get("on", []):
            if action not in known:
                yield (*where, "on"), f"没有名为「{action}」的办理"
        for name in ("when", "must"):
            yield from condition_faults(check.get(name, True), keys, (*where, name))


def condition_faults(condition: Any, keys: Collection[str], where: yaml_lines.Where) -> Iterator[Fault]:
    for part in parts(condition):
        kind = next((name for name in CONDITIONS if name in part), "")
        if not kind or set(part) != {kind, *CONDITIONS[kind]}:
            said = "、".join(str(name) for name in part)
            yield where, f"看不懂的条件（写了 {said}）：除 field 等栏目外，须有且只有一种：{'、'.join(CONDITIONS)}"
            continue
        name = part.get("field", part.get("filled"))
        if name not in keys:
            yield where, f"条件里的「{name}」不是本登记簿的栏目"


def address_faults(data: Data) -> Iterator[Fault]:
    known = actions(data) | {CREATE, CORRECT}
    fields = {field["key"]: field for field in data["fields"]}
    for index, notice in enumerate(data["notices"]):
        where = ("notices", index)
        if not any(name in notice for name in ADDRESSES):
            yield where, "通知没有写明发给谁"
        for action in notice["on"]:
            if action not in known:
                yield (*where, "on"), f"没有名为「{action}」的办理"
        if (capability := notice.get("capability")) and capability not in CAPABILITIES:
            yield (*where, "capability"), f"平台没有「{capability}」这项权限"
        for name in ("person", "experts_of", "owners_of"):
            if name in notice and notice[name] not in fields:
                yield (*where, name), f"没有名为「{notice[name]}」的栏目"


def span_faults(data: Data) -> Iterator[Fault]:
    known = actions(data) | {CREATE}
    for index, span in enumerate(data["spans"]):
        for name in ("from", "to"):
            if span[name] not in known:
                yield ("spans", index, name), f"没有名为「{span[name]}」的办理"
    keys = {field["key"] for field in data["fields"]}
    for index, one in enumerate(data["related"]):
        if one["mine"] not in keys:
            yield ("related", index, "mine"), f"没有名为「{one['mine']}」的栏目"
        yield from condition_faults(one.get("when", True), keys, ("related", index, "when"))


def spawn_faults(data: Data, registers: Collection[str]) -> Iterator[Fault]:
    keys = {field["key"] for field in data["fields"]}
    for index, spawn in enumerate(data["spawns"]):
        if len(registers) > 1 and spawn["register"] not in registers:
            yield ("spawns", index, "register"), f"没有名为「{spawn['register']}」的登记簿"
        yield from condition_faults(spawn.get("when", True), keys, ("spawns", index, "when"))
        if "streak" in spawn and not any(field["type"] == "enterprise" for field in data["fields"]):
            yield ("spawns", index, "streak"), "streak（连续几期）须有企业栏目"


def draw_faults(data: Data) -> Iterator[Fault]:
    """A draw files what it drew: an enterprise and how, with nothing else to fill in."""
    if "draws" not in data:
        return
    own = {field["key"]: field for field in data["fields"] if "at" not in field}
    for name, kind in (("enterprise", "enterprise"), ("said", "text")):
        if own.get(data["draws"][name], {}).get("type") != kind:
            yield (
                ("draws", name),
                f"「{data['draws'][name]}」不是登记时填写的{'企业' if name == 'enterprise' else '文字'}栏目",
            )
    if data["scope"] == "standing":
        yield ("draws",), "随机抽取只用于专项行动的登记簿"


def indicator_faults(data: Data) -> Iterator[Fault]:
    fields = {field["key"]: field for field in data["fields"]}
    for index, one in enumerate(data["indicators"]):
        where = ("indicators", index)
        if one["kind"] == "uncovered" and fields.get(one.get("values", ""), {}).get("type") not in {
            "choice",
            "choices",
        }:
            yield where, "uncovered 须写 values：一个选择题栏目"
        if one["kind"] == "target" and "at_least" not in one:
            yield where, "target 须写 at_least：至少几" + data["measure"]
        if one["kind"] == "rate" and not {one.get("number"), one.get("of_number")} <= set(fields):
            yield where, "rate 须写 number 和 of_number：两个数字栏目"
        if one.get("of", "units") != "units" and one["kind"] not in {"without", "uncovered"}:
            yield where, "企业（of）只用于 without 和 uncovered"
        if "until" in one and fields.get(one["until"], {}).get("type") != "date":
            yield where, "until 须是一个日期栏目"
        yield from condition_faults(one.get("where", True), fields, (*where, "where"))
