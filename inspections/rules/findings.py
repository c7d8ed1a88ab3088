"""One finding of a visit (问题): what the sheet must say of it before a visit may end."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

ELEMENTS = ("水", "气", "土", "固", "辐射", "噪", "综合")
NATURES = {"system": "制度", "minor": "轻微", "offence": "违法", "crime": "涉刑"}
GRAVITIES = {"ordinary": "一般", "major": "重点", "grave": "重大"}
BASES = {"law": "法律法规", "standard": "检查标准", "task": "攻坚要求"}
# 查处情况 4 限期整改: without a date it is not a term (HS-73).
TIME_LIMITED = 4
# The sheet asks for 无 where there is none; between two clauses that would not read.
NOTHING_SEEN = "未见污染现象"
LIMITS = {"pollution": 500, "behaviour": 500, "basis_text": 300, "proposal": 300, "demand": 2000}
LABELS = {
    "nature": "性质",
    "gravity": "程度",
    "elements": "涉及要素",
    "basis_kind": "依据类型",
    "basis_text": "依据条款",
    "issue_type": "问题类型",
    "is_producing": "是否生产",
    "pollution": "污染现象",
    "behaviour": "违法行为",
    "handling": "查处情况",
    "demand": "整改要求",
    "deadline_on": "整改期限",
    "proposal": "拟处理建议",
    "photos": "照片",
}

COMPARED = (
    "nature",
    "gravity",
    "elements",
    "basis_kind",
    "basis_text",
    "issue_type",
    "is_producing",
    "pollution",
    "behaviour",
    "description",
    "handling",
    "demand",
    "deadline_on",
    "proposal",
)


@dataclass(frozen=True)
class Finding:
    """What the inspectors wrote; "" and None are what they left out. `item_path` is the answer it came from, if any."""

    key: str
    item_path: str = ""
    nature: str = ""
    gravity: str = ""
    elements: tuple[str, ...] = ()
    basis_kind: str = ""
    basis_text: str = ""
    issue_type: int | None = None
    is_producing: bool | None = None
    pollution: str = ""
    behaviour: str = ""
    handling: int | None = None
    demand: str = ""
    deadline: str = ""
    proposal: str = ""
    photos: tuple[Mapping[str, Any], ...] = field(default=())

    @property
    def deadline_on(self) -> date | None:
        try:
            return date.fromisoformat(self.deadline)
        except ValueError:
            return None

    @property
    def description(self) -> str:
        """正在生产；排口可见烟羽；除尘设施不正常运行 (HS-71: the three in one sentence)."""
        producing = "检查时正在生产" if self.is_producing else "检查时未生产"
        seen = NOTHING_SEEN if self.pollution.strip("。 ") in {"无", "没有"} else self.pollution
        return "；".join(part.rstrip("。；") for part in (producing, seen, self.behaviour) if part)


@dataclass(frozen=True)
class Fault:
    """What is wrong with one field of one finding."""

    key: str
    field: str
    message: str


def read(raw: object) -> list[Finding]:
    """The findings of a sheet; what has no usable shape reads as left out."""
    rows = raw if isinstance(raw, list) else []
    return [_finding(row, number) for number, row in enumerate(rows, 1) if isinstance(row, Mapping)]


def _finding(row: Mapping[str, Any], number: int) -> Finding:
    elements, photos = row.get("elements"), row.get("photos")
    return Finding(
        key=_text(row, "key")[:40] or f"f{number}",
        item_path=_text(row, "item_path")[:80],
        nature=_text(row, "nature"),
        gravity=_text(row, "gravity"),
        elements=tuple(str(one) for one in elements) if isinstance(elements, list) else (),
        basis_kind=_text(row, "basis_kind"),
        basis_text=_text(row, "basis_text"),
        issue_type=_number(row.get("issue_type")),
        is_producing={"yes": True, "no": False}.get(_text(row, "is_producing")),
        pollution=_text(row, "pollution"),
        behaviour=_text(row, "behaviour"),
        handling=_number(row.get("handling")),
        demand=_text(row, "demand"),
        deadline=_text(row, "deadline_on"),
        proposal=_text(row, "proposal"),
        photos=tuple(one for one in photos if isinstance(one, Mapping)) if isinstance(photos, list) else (),
    )


def _text(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name)
    return value.strip() if isinstance(value, str) else ""


def _number(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and value.isdecimal() else None


def faults(
    finding: Finding, *, issue_types: Collection[int], handlings: Collection[int], visited_on: date
) -> list[Fault]:
    """Everything that keeps one finding from standing in the ledger."""
    said = _choices(finding, issue_types, handlings) + _texts(finding) + _handling(finding, visited_on)
    return [Fault(finding.key, name, message) for name, message in said]


def _choices(finding: Finding, issue_types: Collection[int], handlings: Collection[int]) -> list[tuple[str, str]]:
    found = []
    if finding.nature not in NATURES:
        found.append(("nature", "请选择制度、轻微、违法或涉刑"))
    if finding.gravity not in GRAVITIES:
        found.append(("gravity", "请选择一般、重点或重大"))
    if finding.basis_kind not in BASES:
        found.append(("basis_kind", "请选择法律法规、检查标准或攻坚要求"))
    if not finding.elements or not set(finding.elements) <= set(ELEMENTS):
        found.append(("elements", f"请在{'、'.join(ELEMENTS)}中至少选一项"))
    if finding.issue_type not in issue_types:
        found.append(("issue_type", "请在本次行动的问题类型中选择"))
    if finding.is_producing is None:
        found.append(("is_producing", "请写明检查时企业是否生产"))
    if finding.handling is not None and finding.handling not in handlings:
        found.append(("handling", "请在本次行动的查处情况中选择"))
    return found


def _texts(finding: Finding) -> list[tuple[str, str]]:
    required = {
        "basis_text": "请写明条款",
        "pollution": "请写明看到的污染现象，没有的写“无”",
        "behaviour": "请写明违法或不规范行为",
    }
    found = [(name, said) for name, said in required.items() if not getattr(finding, name)]
    for name, limit in LIMITS.items():
        length = len(getattr(finding, name))
        if length > limit:
            found.append((name, f"最多 {limit} 字，现在 {length} 字"))
    return found


def _handling(finding: Finding, visited_on: date) -> list[tuple[str, str]]:
    """HN-27: an offence is both dealt with and mended; HS-73: a term has its date."""
    offence = finding.nature in {"offence", "crime"}
    found = []
    if finding.handling is None:
        found.append(("handling", "违法问题须选择怎样处理" if offence else "请选择查处情况"))
    if not finding.demand:
        said = "违法问题不能只处理不整改，须同时写明整改要求" if offence else "请写明整改要求"
        found.append(("demand", said))
    if finding.deadline and finding.deadline_on is None:
        found.append(("deadline_on", f"「{finding.deadline}」不是日期，请写成 2020-05-22"))
    elif finding.handling == TIME_LIMITED and finding.deadline_on is None:
        found.append(("deadline_on", "选择限期整改须填写整改期限"))
    elif finding.deadline_on is not None and finding.deadline_on < visited_on:
        found.append(("deadline_on", f"整改期限不能早于检查日期 {visited_on}"))
    return found


def twins(findings: Sequence[Finding]) -> list[str]:
    """Keys that two findings share: a correction could not tell which issue is meant."""
    keys = [finding.key for finding in findings]
    return sorted({key for key in keys if keys.count(key) > 1})


def changed(old: Finding, new: Finding) -> dict[str, Any]:
    """Which facts of a finding a correction changes; what the ledger changed since stays as the ledger has it."""
    return {name: getattr(new, name) for name in COMPARED if getattr(new, name) != getattr(old, name)}
