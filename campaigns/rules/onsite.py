"""When an off-site check sends somebody to the site (非现场转现场): the rules of a plan and what is read. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from operator import ge, gt, le, lt
from typing import Any

from campaigns.rules.leads import Source


class Means(StrEnum):
    """How one looks without entering."""

    MONITOR = "monitor"
    VIDEO = "video"
    POWER = "power"
    WATER = "water"
    DRONE = "drone"
    MOBILE = "mobile"
    REMOTE = "remote"
    DATA = "data"


MEANS_LABELS: Mapping[str, str] = {
    Means.MONITOR: "在线监控",
    Means.VIDEO: "视频监控",
    Means.POWER: "用电监控",
    Means.WATER: "用水监控",
    Means.DRONE: "无人机",
    Means.MOBILE: "走航",
    Means.REMOTE: "遥感",
    Means.DATA: "大数据",
}
# What kind of lead it is that a check by these means raises.
LEAD_OF: Mapping[str, Source] = {
    Means.MONITOR: Source.EXCEEDANCE,
    Means.VIDEO: Source.VIDEO,
    Means.POWER: Source.POWER,
    Means.WATER: Source.WATER,
    Means.DRONE: Source.DRONE,
    Means.MOBILE: Source.DRONE,
    Means.REMOTE: Source.REMOTE,
    Means.DATA: Source.OTHER,
}
# What is usually read by these means. A plan may name more; what is in no list is told in the conclusion.
INDICATORS: Mapping[str, tuple[str, ...]] = {
    Means.MONITOR: ("化学需氧量", "氨氮", "总磷", "总氮", "二氧化硫", "氮氧化物", "颗粒物", "非甲烷总烃"),
    Means.VIDEO: ("画面异常时长",),
    Means.POWER: ("治污设施停运时长", "产污设施用电量"),
    Means.WATER: ("用水量偏离同期均值", "日用水量"),
    Means.DRONE: ("疑似问题点位",),
    Means.MOBILE: ("污染物浓度与背景值之比",),
    Means.REMOTE: ("疑似问题点位",),
    Means.DATA: ("预警次数",),
}
UNITS = ("mg/L", "mg/m³", "μg/m³", "ppb", "小时", "%", "倍", "处", "次", "kWh", "m³")

# Quotation marks within a quotation.
INNER = str.maketrans("“”", "‘’")


@dataclass(frozen=True)
class Comparison:
    """A word of the blueprint, its sign, and whether a value meets the threshold."""

    sign: str
    words: str
    meets: Any


COMPARISONS: Mapping[str, Comparison] = {
    "above": Comparison(">", "超过", gt),
    "at_least": Comparison("≥", "达到", ge),
    "below": Comparison("<", "低于", lt),
    "at_most": Comparison("≤", "不高于", le),
}


@dataclass(frozen=True)
class Reading:
    """What was read: of which indicator, how much, and the limit that holds for it."""

    indicator: str
    value: Decimal
    unit: str
    limit: Decimal | None = None

    @property
    def said(self) -> str:
        limit = "" if self.limit is None else f"，限值 {plain(self.limit)} {self.unit}"
        return f"{self.indicator} {plain(self.value)} {self.unit}{limit}"


@dataclass(frozen=True)
class OnsiteRule:
    """One rule. Without a threshold of its own it compares with the limit; without an indicator it holds for any.

    `proposed` says that the figure is not the plan's but the campaign chose it among those of the platform.
    """

    key: str
    name: str
    means: tuple[str, ...]
    indicator: str
    comparison: Comparison
    threshold: Decimal | None
    unit: str
    since: date
    until: date | None
    proposed: bool
    place: str
    quote: str
    note: str

    def is_about(self, indicator: str) -> bool:
        return self.indicator in {"", indicator}

    def hit_by(self, reading: Reading) -> bool:
        border = reading.limit if self.threshold is None else self.threshold
        return border is not None and self.is_about(reading.indicator) and self.comparison.meets(reading.value, border)

    @property
    def condition(self) -> str:
        border = "排放限值" if self.threshold is None else f"{plain(self.threshold)} {self.unit}"
        return f"{self.indicator or '任一指标'} {self.comparison.sign} {border}"

    @property
    def said(self) -> str:
        """The rule as a lead quotes it."""
        proposed = "，阈值为行动选定的参数" if self.proposed else ""
        quote = f"：“{self.quote.translate(INNER)}”" if self.quote else ""
        return f"{self.name}（{self.condition}{proposed}）。{self.place}{quote}"

    @property
    def means_said(self) -> str:
        return "、".join(MEANS_LABELS[one] for one in self.means)


def plain(value: Decimal) -> str:
    """As people write it: 85.60 as 85.6, 1E+2 as 100."""
    return f"{value.normalize():f}"


def rules_of(data: Mapping[str, Any], chosen: Mapping[str, str]) -> list[OnsiteRule]:
    """Every rule of a blueprint, each with the figure that the campaign chose, else with the proposed one."""
    defaults = {one["key"]: one.get("default", "") for one in data.get("parameters", [])}
    return [rule_of(one, {**defaults, **chosen}) for one in data.get("onsite_rules", [])]


def rule_of(one: Mapping[str, Any], chosen: Mapping[str, str]) -> OnsiteRule:
    figure = chosen[one["threshold_by"]] if "threshold_by" in one else one.get("threshold")
    lines = f"，第{one['lines']}行" if one.get("lines") else ""
    return OnsiteRule(
        key=one["key"],
        name=one["name"],
        means=tuple(one["means"]),
        indicator=one.get("indicator", ""),
        comparison=COMPARISONS[one["comparison"]],
        threshold=None if figure is None else Decimal(str(figure)),
        unit=one.get("unit", ""),
        since=date.fromisoformat(one["from"]),
        until=date.fromisoformat(one["until"]) if "until" in one else None,
        proposed="threshold_by" in one,
        place=f"原文{one['source']}{lines}",
        quote=one.get("quote", ""),
        note=one.get("note", ""),
    )


def rules_for(rules: list[OnsiteRule], means: str, day: date) -> list[OnsiteRule]:
    """Those that hold for the means on a day."""
    return [one for one in rules if means in one.means and one.since <= day and (one.until is None or day <= one.until)]


def indicators_for(rules: list[OnsiteRule], means: str) -> list[str]:
    """What may be read: what the rules name, then what is usual."""
    return list(dict.fromkeys([*(one.indicator for one in rules if one.indicator), *INDICATORS[means]]))


def units_for(rules: list[OnsiteRule]) -> list[str]:
    return list(dict.fromkeys([*(one.unit for one in rules if one.unit), *UNITS]))


def misfits(rules: list[OnsiteRule], reading: Reading) -> Iterator[tuple[str, str]]:
    """What a reading lacks so that the rules can judge it: (field, sentence)."""
    if reading.value < 0:
        yield "value", f"数值不能为负数（现为 {plain(reading.value)}）。"
    if reading.limit is not None and reading.limit <= 0:
        yield "limit", "限值须大于 0。"
    for rule in rules:
        if rule.is_about(reading.indicator):
            if rule.threshold is None and reading.limit is None:
                yield "limit", f"规则“{rule.name}”按限值判断，请填写限值。"
            elif rule.threshold is not None and reading.unit != rule.unit:
                said = f"规则“{rule.name}”以“{rule.unit}”计"
                yield "value_unit", f"{said}，现选“{reading.unit}”：请换算后填写数值，并选“{rule.unit}”。"
