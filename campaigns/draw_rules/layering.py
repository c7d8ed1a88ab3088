"""From five kinds of information to a layer: rules L1 to L5, whole points. Each layer has a ratio of its own."""

from dataclasses import dataclass

# The four layers a list is cut into. "default" is where something of the five is not known.
LAYERS = {"high": "重点层", "middle": "一般层", "low": "低频层", "default": "默认层"}
HIGH, MIDDLE = 3, 1
PERMIT = {"kept": ("按证排污", 0), "late": ("执行报告迟报", 1), "breached": ("未按证排污", 2)}
MANAGEMENT = {"good": ("规范", -1), "fair": ("一般", 0), "poor": ("较差", 1)}
CREDIT = {"honest": ("环保诚信", -1), "good": ("环保良好", 0), "warned": ("环保警示", 2), "bad": ("环保不良", 3)}


@dataclass(frozen=True)
class Five:
    """许可执行、管理水平、守法、信用、信访; "" or None is what nobody has said."""

    permit: str = ""
    management: str = ""
    offences: int | None = None
    credit: str = ""
    petitions: int | None = None


@dataclass(frozen=True)
class Layered:
    """A layer, and the sentences of the rules that led to it."""

    key: str
    said: tuple[str, ...]

    @property
    def label(self) -> str:
        return LAYERS[self.key]


def missing(of: Five) -> list[str]:
    """Which of the five nobody has said, by name."""
    known = {
        "许可执行": of.permit in PERMIT,
        "管理水平": of.management in MANAGEMENT,
        "守法": of.offences is not None,
        "信用": of.credit in CREDIT,
        "信访": of.petitions is not None,
    }
    return [name for name, is_known in known.items() if not is_known]


def layered(of: Five) -> Layered:
    """Points add up: 3 and more is the high layer, 1 and 2 the middle one. What is not known is never guessed."""
    gone = missing(of)
    if gone:
        return Layered("default", (f"缺{'、'.join(gone)}资料，按默认层",))
    offences, petitions = of.offences or 0, of.petitions or 0
    parts = [
        ("L1 许可执行", *PERMIT[of.permit]),
        ("L2 管理水平", *MANAGEMENT[of.management]),
        ("L3 守法", f"近两年违法 {offences} 次", min(offences, 2)),
        ("L4 信用", *CREDIT[of.credit]),
        ("L5 信访", f"近一年投诉 {petitions} 件", 2 if petitions >= 3 else 1 if petitions else 0),
    ]
    points = sum(worth for *_, worth in parts)
    key = "high" if points >= HIGH else "middle" if points >= MIDDLE else "low"
    said = [f"{rule} {words} {worth:+d} 分" for rule, words, worth in parts]
    return Layered(key, (*said, f"合计 {points} 分，{LAYERS[key]}"))
