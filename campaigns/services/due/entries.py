"""What a plan orders, entry by entry: rows of its list, `dues`, activities, ends of phases."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from campaigns.blueprint_files import place_said
from campaigns.clocks import clock_said

# Kinds of core.models.Obligation.
PLAN, ACTIVITY, PHASE = "plan", "activity", "phase"
KINDS = {PLAN: "方案任务", ACTIVITY: "定期活动", PHASE: "阶段工作"}
# Who owes what no obligation of a unit stands for: other rooms open these, or nobody here can.
ELSEWHERE = frozenset({"enterprises", "people", "outside"})
EVERY = {"month": "每月一次", "quarter": "每季一次", "year": "每年一次"}


@dataclass(frozen=True)
class Entry:
    """One thing that the plan orders, with the key under which its obligations and its units stand."""

    key: str
    kind: str
    title: str
    data: Mapping[str, Any]
    by: tuple[str, ...]
    joint_by: tuple[str, ...] = ()
    number: int = 0
    every: str = ""
    fact: str = ""
    once: str = ""

    @property
    def clock(self) -> Mapping[str, Any]:
        clock: Mapping[str, Any] = self.data["clock"]
        return clock

    @property
    def contents(self) -> tuple[str, ...]:
        return tuple(self.data.get("contents", ()))

    @property
    def owes(self) -> str:
        """The words of the plan for who owes."""
        return str(self.data.get("owes") or self.data.get("units") or self.data.get("who") or "")

    @property
    def said(self) -> str:
        return EVERY[self.every] if self.every else str(self.data.get("report") or clock_said(self.clock))

    @property
    def quote(self) -> str:
        return str(self.data.get("quote", ""))

    @property
    def place(self) -> str:
        return place_said(self.data)

    @property
    def source(self) -> str:
        """The sentence that obliges, as an obligation keeps it."""
        quote = self.quote if len(self.quote) <= 120 else f"{self.quote[:119]}…"
        return f"{quote}（{self.place}）"[:200] if quote else self.place[:200]

    @property
    def counted(self) -> bool:
        """Met by what was done and by nothing else: a report that says so is not asked for."""
        return self.kind == PLAN and bool(self.fact)

    @property
    def waits(self) -> bool:
        """Without a day of its own: 适时."""
        return not self.every and self.clock["kind"] == "none"

    @property
    def follows(self) -> str:
        """The event after which it is due, where one must happen first."""
        clock = self.clock
        return str(clock["event"]) if not self.every and clock["kind"] == "after" and "phase" not in clock else ""

    @property
    def opens(self) -> bool:
        """Whether units owe it here: weekly reports, contact persons and self-checks have rooms of their own."""
        clock = self.clock
        if clock["kind"] == "weekly" or (clock["kind"], clock.get("key")) == ("parameter", "contacts_due"):
            return False
        if "by" not in self.data and (clock["kind"], clock.get("phase")) == ("phase_end", "selfcheck"):
            return False
        return not set(self.by) <= ELSEWHERE


def entries_of(data: Mapping[str, Any]) -> list[Entry]:
    """Everything that the plan lays upon somebody, in its order."""
    return [*_dues(data), *_rows(data), *_phases(data)]


def entry_of(data: Mapping[str, Any], key: str) -> Entry | None:
    return next((entry for entry in entries_of(data) if entry.key == key), None)


def _dues(data: Mapping[str, Any]) -> Iterator[Entry]:
    for due in data.get("dues", []):
        by, joint_by = names(due.get("by")), names(due.get("joint_by"), ())
        yield Entry(f"due.{due['key']}", PLAN, due["title"], due, by, joint_by, fact=due.get("fact", ""))


def _rows(data: Mapping[str, Any]) -> Iterator[Entry]:
    for row in data.get("plan", {}).get("rows", []):
        key, by = f"row.{row['number']}", names(row.get("by"))
        yield Entry(key, PLAN, row["task"], row, by, names(row.get("joint_by"), ()), number=row["number"])
        for index, one in enumerate(row.get("activities", []), start=1):
            yield Entry(
                f"{key}.{index}",
                ACTIVITY,
                f"{row['task']}（{one['who']}{EVERY[one['every']]}）",
                {**row, **one, "owes": one["who"], "contents": []},
                names(one.get("by")),
                number=row["number"],
                every=one["every"],
                fact=one.get("fact", ""),
                once=one.get("once", ""),
            )


def _phases(data: Mapping[str, Any]) -> Iterator[Entry]:
    for phase in data.get("phases", []):
        if "by" in phase:
            said = {"quote": phase.get("quote", ""), "source": phase["source"], "lines": phase.get("lines", "")}
            clock = {"kind": "phase_end", "phase": phase["key"]}
            due = {**said, "clock": clock, "on_holiday": "keep", "by": phase["by"]}
            yield Entry(f"phase.{phase['key']}", PHASE, f"完成“{phase['name']}”阶段工作", due, names(phase["by"]))


def names(by: Any, missing: tuple[str, ...] = ("named",)) -> tuple[str, ...]:
    """`by` as a blueprint writes it: one word or several."""
    if not by:
        return missing
    return (by,) if isinstance(by, str) else tuple(by)
