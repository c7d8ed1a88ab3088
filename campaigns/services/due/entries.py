"""What a plan orders, entry by entry: rows of its list, `dues`, activities, ends of phases."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from campaigns.blueprint_files import place_said
from campaigns.clocks import clock_said
from core import clock as wall

# Kinds of core.models.Obligation.
PLAN, ACTIVITY, PHASE = "plan", "activity", "phase"
KINDS = {PLAN: "方案任务", ACTIVITY: "定期活动", PHASE: "阶段工作"}
# Who owes what no obligation of a unit stands for: other rooms open these, or nobody here can.
ELSEWHERE = frozenset({"enterprises", "people", "outside"})
# The plan that every unit makes for itself (`planning`), and the fact that meets it.
PLANNING, PLAN_REPORTED = "planning", "plan"
# That every site with a new permit of the quarter was visited; for who is left then, the unit may answer.
PERMITS = "permits"
# Who owes where the plan has no words for it.
PAYERS = {
    "authority": "制定行动的单位",
    "cities": "各市",
    "counties": "各县区",
    "teams": "各执法队",
    "own_teams": "市属执法队",
    "county_teams": "县区执法队",
    "named": "由经办指定的单位",
    "enterprises": "排污单位",
    "people": "有关人员",
    "outside": "平台以外的单位",
}
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
    # The weekly report with figures, which the platform freezes: owed in its own room.
    frozen: bool = False

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
        said = self.data.get("owes") or self.data.get("units") or self.data.get("who")
        return str(said or "、".join(PAYERS[one] for one in self.by))

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
    def register(self) -> str:
        """The register whose entries meet it, where one does."""
        return str(self.data.get("register", {}).get("key", ""))

    @property
    def indicators(self) -> tuple[str, ...]:
        return tuple(self.data.get("register", {}).get("indicators", ()))

    @property
    def reported(self) -> bool:
        """A summary is handed in all the same: its figures are the register's, and nothing may be missing there."""
        return bool(self.data.get("register", {}).get("report"))

    @property
    def counted(self) -> bool:
        """Met by what was done and by nothing else: a report that says so is not asked for."""
        return self.kind == PLAN and bool(self.fact or (self.register and not self.reported))

    @property
    def explained(self) -> bool:
        """Counted, but what was left when its day was over may also be answered for."""
        return self.fact == PERMITS

    def instant(self, day: date) -> datetime:
        """Until when it is in time on its day: the hour that the plan names, else the end of the day."""
        if "time" in self.clock:
            hour = time.fromisoformat(self.clock["time"])
            return wall.at_local(day, hour.hour, hour.minute)
        return wall.end_of_day(day)

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
        if self.frozen or (clock["kind"], clock.get("key")) == ("parameter", "contacts_due"):
            return False
        if "by" not in self.data and (clock["kind"], clock.get("phase")) == ("phase_end", "selfcheck"):
            return False
        return not set(self.by) <= ELSEWHERE


def entries_of(data: Mapping[str, Any]) -> list[Entry]:
    """Everything that the plan lays upon somebody, in its order."""
    return [*_dues(data), *_rows(data), *_phases(data), *_planning(data)]


def entry_of(data: Mapping[str, Any], key: str) -> Entry | None:
    return next((entry for entry in entries_of(data) if entry.key == key), None)


def _dues(data: Mapping[str, Any]) -> Iterator[Entry]:
    for due in data.get("dues", []):
        by, joint_by = names(due.get("by")), names(due.get("joint_by"), ())
        frozen = is_report(due["clock"], data.get("report", {}))
        yield Entry(f"due.{due['key']}", PLAN, due["title"], due, by, joint_by, fact=due.get("fact", ""), frozen=frozen)


def is_report(clock: Mapping[str, Any], report: Mapping[str, Any]) -> bool:
    """Whether a clock of every week is that of the report itself, listed among what is due as the plan lists it."""
    return clock["kind"] == "weekly" and all(clock[one] == report.get(one) for one in ("phase", "weekday"))


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


def _planning(data: Mapping[str, Any]) -> Iterator[Entry]:
    """The plans that units file. Where one of `dues` says by when, that one stands for it."""
    said = data.get("planning", {})
    told = any(due.get("fact") == PLAN_REPORTED for due in data.get("dues", []))
    if told or not (said.get("filing") or "clock" in said):
        return
    title = f"编制{said.get('title', '执法计划')}{'并报备案' if said.get('filing') else ''}"
    kept = {name: said[name] for name in ("source", "lines", "quote", "note", "clock", "on_holiday") if name in said}
    due = {"clock": {"kind": "none", "said": "原文没有规定日期"}, **kept}
    yield Entry(PLANNING, PLAN, title, due, names(said.get("by"), ("counties",)), fact=PLAN_REPORTED)


def names(by: Any, missing: tuple[str, ...] = ("named",)) -> tuple[str, ...]:
    """`by` as a blueprint writes it: one word or several."""
    if not by:
        return missing
    return (by,) if isinstance(by, str) else tuple(by)
