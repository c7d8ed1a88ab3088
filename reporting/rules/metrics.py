"""What a weekly report counts, in the order people read it, and which rows stand behind each figure. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

# group → key → what people read: {"type": {"7": "治污设施不正常运行"}, "nature": {"minor": "轻微"}, …}
Vocabulary = Mapping[str, Mapping[str, str]]

# What stands at the cut-off: it has no week of its own.
STANDING = frozenset({"overdue", "key_targets", "key_inspected"})


@dataclass(frozen=True)
class Metric:
    """One figure. `path` is its place in a tally; `fen` figures are money."""

    path: str
    label: str
    unit: str = "个"
    indent: int = 0

    @property
    def fen(self) -> bool:
        return self.path == "fines"

    @property
    def spans(self) -> tuple[str, ...]:
        return ("total",) if self.path in STANDING else ("week", "total")


@dataclass(frozen=True)
class Group:
    """Figures that belong together: one table of the report. `dimension` names the list it is broken down by."""

    key: str
    title: str
    metrics: tuple[Metric, ...]
    dimension: str = ""
    unit: str = "个"


GROUPS = (
    Group(
        "visits",
        "现场检查",
        (
            Metric("enterprises", "检查排污单位", "家"),
            Metric("enterprises.key", "重点排污单位", "家", 1),
            Metric("enterprises.other", "非重点排污单位", "家", 1),
            Metric("visits", "现场检查", "次"),
            Metric("outcome.done", "发现问题", "次", 1),
            Metric("outcome.no_problem", "未发现问题", "次", 1),
            Metric("outcome.halted", "临时停产改期", "次", 1),
            Metric("outcome.gone", "已搬迁或关停", "次", 1),
            Metric("outcome.refused", "拒绝检查", "次", 1),
            Metric("late", "记录迟报", "份"),
            Metric("key_targets", "纳入重点排污单位", "家"),
            Metric("key_inspected", "其中已检查", "家", 1),
        ),
    ),
    Group(
        "issues",
        "发现问题与整改",
        (
            Metric("issues", "发现问题"),
            Metric("rectified", "企业已报整改完成"),
            Metric("closed", "复核通过并销号"),
            Metric("overdue", "逾期未改"),
        ),
    ),
    Group(
        "cases",
        "立案处罚",
        (
            Metric("cases.filed", "立案", "件"),
            Metric("cases.decided", "作出处罚决定", "件"),
            Metric("fines", "罚款金额", "元"),
            Metric("cases.closed", "结案", "件"),
            Metric("cases.withdrawn", "撤案", "件"),
        ),
    ),
    Group("nature", "按问题性质", (), "nature"),
    Group("gravity", "按问题程度", (), "gravity"),
    Group("element", "按环境要素", (), "element"),
    Group("handling", "按查处情况", (), "handling"),
    Group("type", "按问题类型", (), "type"),
    Group("industry", "检查单位按行业", (), "industry", "家"),
)

# What happens in a week, each once: the wholes without the parts they are broken down into, and nothing that stands.
EVENTS = tuple(
    metric
    for group in GROUPS
    for metric in group.metrics
    if not metric.indent and metric.path not in STANDING | {"enterprises", "late"}
)


def groups(names: Vocabulary) -> tuple[Group, ...]:
    """The groups with the campaign's own lists spelled out, every entry, also those that count nothing."""
    return tuple(group if not group.dimension else spelled(group, names[group.dimension]) for group in GROUPS)


def spelled(group: Group, entries: Mapping[str, str]) -> Group:
    metrics = tuple(Metric(f"{group.dimension}.{key}", label, group.unit) for key, label in entries.items())
    return Group(group.key, group.title, metrics, group.dimension, group.unit)


def catalogue(names: Vocabulary) -> dict[str, Metric]:
    """Every figure there is, by its path."""
    return {metric.path: metric for group in groups(names) for metric in group.metrics}


def label(path: str, names: Vocabulary) -> str:
    """What a figure is called where it stands alone: 按问题类型 7 治污设施不正常运行, 现场检查 拒绝检查."""
    for group in groups(names):
        above = group.title
        for metric in group.metrics:
            if metric.path == path:
                return f"{above} {metric.label}" if group.dimension or metric.indent else metric.label
            above = above if group.dimension or metric.indent else metric.label
    return path
