"""Where leads come from, what kind of lead that is for the gate, and when two tell of one event. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from math import asin, cos, radians, sin, sqrt


class Source(StrEnum):
    """The channel by which a lead came in."""

    HOTLINE = "hotline"
    WECHAT = "wechat"
    WEB = "web"
    COMPLAINT = "complaint"
    INSIDER = "insider"
    INDUSTRY = "industry"
    GRID = "grid"
    ASSOCIATION = "association"
    EXCEEDANCE = "exceedance"
    POWER = "power"
    WATER = "water"
    MONITORING = "monitoring"
    REMOTE = "remote"
    DRONE = "drone"
    VIDEO = "video"
    TRANSFER = "transfer"
    OTHER = "other"


# What a plan names as an exception (信访举报、超标报警、上级交办), and the channels that are such.
KIND_LABELS = {
    "complaint": "信访举报",
    "exceedance": "超标报警",
    "transfer": "上级交办或移送",
    "sensing": "遥感、无人机、走航或视频发现",
    "other": "其他线索",
}
KINDS: Mapping[str, str] = {
    **dict.fromkeys((Source.HOTLINE, Source.WECHAT, Source.WEB, Source.COMPLAINT, Source.INSIDER), "complaint"),
    **dict.fromkeys((Source.INDUSTRY, Source.GRID, Source.ASSOCIATION), "complaint"),
    **dict.fromkeys((Source.EXCEEDANCE, Source.POWER, Source.WATER, Source.MONITORING), "exceedance"),
    **dict.fromkeys((Source.REMOTE, Source.DRONE, Source.VIDEO), "sensing"),
    Source.TRANSFER: "transfer",
    Source.OTHER: "other",
}
# Two leads tell of one event when they are of one enterprise, or this near, within these days.
NEAR_METRES = 500
NEAR_DAYS = 7
EARTH_METRES = 6_371_000


@dataclass(frozen=True)
class Event:
    """What is compared of a lead."""

    occurred_at: datetime
    enterprise: int | None = None
    longitude: Decimal | None = None
    latitude: Decimal | None = None


def is_same_event(one: Event, other: Event, metres: int = NEAR_METRES, days: int = NEAR_DAYS) -> bool:
    """Close in time, and of one enterprise or close in place."""
    if abs(one.occurred_at - other.occurred_at) > timedelta(days=days):
        return False
    if one.enterprise is not None and one.enterprise == other.enterprise:
        return True
    apart = distance(one, other)
    return apart is not None and apart <= metres


def distance(one: Event, other: Event) -> float | None:
    """Metres along the great circle; None while a place is unknown."""
    if None in (one.longitude, one.latitude, other.longitude, other.latitude):
        return None
    lat, far_lat = radians(float(one.latitude or 0)), radians(float(other.latitude or 0))
    lon = radians(float(other.longitude or 0) - float(one.longitude or 0))
    half = sin((far_lat - lat) / 2) ** 2 + cos(lat) * cos(far_lat) * sin(lon / 2) ** 2
    return 2 * EARTH_METRES * asin(sqrt(half))


def times_over(value: Decimal | None, limit: Decimal | None) -> Decimal | None:
    """By how many times a value exceeds its limit (超标倍数); None when it does not."""
    if value is None or limit is None or limit <= 0 or value <= limit:
        return None
    return (value - limit) / limit


@dataclass(frozen=True)
class Term:
    """How long a step may take, and what says so."""

    kind: str
    title: str
    within: timedelta
    source: str


COMPLAINT_TERMS = (
    Term("lead.accept", "受理线索", timedelta(days=15), "《信访条例》：自收到信访事项之日起15日内决定是否受理"),
    Term("lead.close", "办结线索", timedelta(days=60), "《信访条例》：信访事项自受理之日起60日内办结"),
)


# What concerns the conduct of officers: until when the inspection group has taken it up. The plans name no day.
CONDUCT = Term("lead.conduct", "保密事项", timedelta(days=15), "")


def terms_of(source: str, hours: Mapping[str, int]) -> tuple[Term, ...]:
    """What a lead of that source owes. `hours` says how soon somebody must be sent (DT-16, GS-32), by source."""
    found: tuple[Term, ...] = COMPLAINT_TERMS if KINDS[source] == "complaint" else ()
    if source in hours:
        said = f"平台设置：{hours[source]} 小时内派人核实"
        found += (Term("lead.assign", "派人核实线索", timedelta(hours=hours[source]), said),)
    return found
