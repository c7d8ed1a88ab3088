"""Which rules of the gate hold in a campaign, and how: read from the `gate` section of its blueprint."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from campaigns.rules.leads import KIND_LABELS

# The grounds on which one enterprise may be visited a second time in one campaign.
EXCEPTIONS = {
    "recheck": "复查整改情况",
    "complaint": "信访举报",
    "exceedance": "在线监控超标",
    "superior": "上级交办",
    "halted": "停产改期补查",
    "request": "企业申请",
    "ordered": "方案安排的另一项检查",
    "credit": "环境信用不良加大频次",
    "other": "其他特殊情况",
}
# Where a plan names none of its own.
GROUNDS = ("recheck", "complaint", "exceedance", "superior", "halted")
# The ground that a lead of a kind is by itself.
GROUND_OF = {"complaint": "complaint", "exceedance": "exceedance", "transfer": "superior"}
# What happens to sites of the positive list that are no key ones.
OTHERS = {"lead": "与重点单位相同，须有线索", "excluded": "不列入专项检查，只由双随机或线索检查"}
# Which sites of the positive list a draw may still send somebody to.
DRAWN = {"others": "非重点单位", "all": "全部单位"}


@dataclass(frozen=True)
class Repeat:
    """When an enterprise may be visited again. `until_covered` is the percentage that ends the rule (HS-12)."""

    grounds: tuple[str, ...] = GROUNDS
    with_lead: frozenset[str] = frozenset()
    by_approval: frozenset[str] = frozenset()
    until_covered: int | None = None

    @property
    def draws_again(self) -> bool:
        """A plan of many actions in one year draws from all of its objects each time."""
        return "ordered" in self.grounds


@dataclass(frozen=True)
class PositiveList:
    """What the list spares, and what kinds of lead go past it; `draw_weight` is the percentage in a draw (LH-06).

    `drawn`: whom a draw may still send somebody to. `checked`: the plan itself orders checks of the list, which then
    want words and a leader, but no lead.
    """

    leads: frozenset[str] = frozenset(KIND_LABELS)
    approval: bool = True
    others: str = "lead"
    draw_weight: int | None = None
    drawn: str = "others"
    checked: bool = False

    def draws(self, *, is_key: bool) -> bool:
        return self.drawn == "all" or not is_key


@dataclass(frozen=True)
class SameMonth:
    """After a superior's visit: `items` are matters to which a visit may be confined; `days` replace the month."""

    items: tuple[str, ...] = ()
    days: int | None = None


@dataclass(frozen=True)
class YearlyCap:
    """How many visits an enterprise may have in a year; `free` are exceptions (or "lead") that do not count."""

    times: int
    free: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Policy:
    repeat: Repeat = field(default_factory=Repeat)
    positive_list: PositiveList = field(default_factory=PositiveList)
    same_month: SameMonth | None = None
    merge_days: int | None = None
    yearly_cap: YearlyCap | None = None
    research: bool = False


def policy_of(section: Mapping[str, Any], chosen: Mapping[str, str] | None = None) -> Policy:
    """A rule that the section does not name holds as it does everywhere, or (the last four) not at all.

    `chosen` are the campaign's readings of what its plan leaves open.
    """
    gate = {rule: read_as(said, chosen or {}) for rule, said in section.items()}
    cap = gate.get("yearly_cap")
    return Policy(
        repeat=repeat_of(gate.get("repeat", {})),
        positive_list=positive_of(gate.get("positive_list", {})),
        same_month=same_month_of(gate["same_month"]) if "same_month" in gate else None,
        merge_days=gate["merge"]["days"] if "merge" in gate else None,
        yearly_cap=YearlyCap(cap["times"], frozenset(cap.get("free", []))) if cap else None,
        research="research" in gate,
    )


def read_as(said: Mapping[str, Any], chosen: Mapping[str, str]) -> Mapping[str, Any]:
    """A rule's settings, with those of the reading that was chosen for it."""
    reading = chosen.get(said.get("chosen_by", ""), "")
    return {**said, **said.get("readings", {}).get(reading, {})}


def same_month_of(said: Mapping[str, Any]) -> SameMonth:
    return SameMonth(tuple(said.get("items", [])), said.get("days"))


def repeat_of(said: Mapping[str, Any]) -> Repeat:
    return Repeat(
        grounds=tuple(said.get("grounds", GROUNDS)),
        with_lead=frozenset(said.get("with_lead", [])),
        by_approval=frozenset(said.get("by_approval", [])),
        until_covered=said.get("until_covered"),
    )


def positive_of(said: Mapping[str, Any]) -> PositiveList:
    return PositiveList(
        leads=frozenset(said.get("leads", KIND_LABELS)),
        approval=said.get("approval", True),
        others=said.get("others", "lead"),
        draw_weight=said.get("draw_weight"),
        drawn=said.get("drawn", "others"),
        checked=said.get("checked", False),
    )
