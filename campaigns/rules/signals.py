"""Signals from outside (外部信号): by how much each kind raises the order of visits, and what an alert asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from campaigns.rules.leads import Event, distance

WEATHER, POLLUTANT, SATELLITE, HOTGRID, ALERT = "weather", "pollutant", "satellite", "hotgrid", "alert"
# How far a signal moves a target up; what several signals say adds up.
WEIGHTS: Mapping[str, int] = {WEATHER: 1, POLLUTANT: 2, SATELLITE: 2, HOTGRID: 3, ALERT: 3}
# From this level on an alert pushes the list of enterprises with the task.
PUSHING: Final = frozenset({"orange", "red"})
TASK: Final = "应急减排核查"
CHECKS: Final = (
    "是否收到预警通知并按响应级别启动应急减排",
    "停产、限产的生产线和工序是否与“一厂一策”一致",
    "治污设施是否正常运行，在线监控和用电数据是否与减排要求相符",
    "国四及以下重型载货车辆是否停运，门禁和运输台账是否完整",
    "物料堆场、道路扬尘控制措施是否落实",
    "应急减排记录和责任人是否到位",
)


@dataclass(frozen=True)
class Place:
    """The middle of a grid or a station, and how far around it a signal reaches."""

    longitude: Decimal
    latitude: Decimal
    metres: int

    def reaches(self, event: Event) -> bool:
        """Whether a site lies within; one whose place is unknown does not."""
        apart = distance(Event(event.occurred_at, None, self.longitude, self.latitude), event)
        return apart is not None and apart <= self.metres


def checks_of(kind: str, level: str) -> tuple[str, ...]:
    """What a visit looks at because of a signal."""
    return CHECKS if kind == ALERT and level in PUSHING else ()
