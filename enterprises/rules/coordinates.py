"""Whether a longitude and a latitude can be true. Decimal degrees, CGCS2000; core.sheets reads what people write."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final


@dataclass(frozen=True)
class Box:
    """A rough frame in degrees; it finds mistakes of writing, it does not draw a border."""

    name: str
    west: Decimal
    east: Decimal
    south: Decimal
    north: Decimal

    def holds(self, longitude: Decimal, latitude: Decimal) -> bool:
        return self.west <= longitude <= self.east and self.south <= latitude <= self.north


def box(name: str, west: str, east: str, south: str, north: str) -> Box:
    return Box(name, Decimal(west), Decimal(east), Decimal(south), Decimal(north))


CHINA: Final = box("全国", "73.5", "135.1", "3.8", "53.6")
# Rough boxes by province code (GB/T 2260, first two digits). A province that is not here is judged by the country.
PROVINCE_BOXES: Final = {
    "13": box("河北省", "113.4", "119.9", "36.0", "42.7"),
    "14": box("山西省", "110.2", "114.6", "34.5", "40.8"),
    "41": box("河南省", "110.3", "116.7", "31.3", "36.4"),
    "62": box("甘肃省", "92.2", "108.8", "32.5", "42.8"),
}


@dataclass(frozen=True)
class PlaceVerdict:
    """`error` says a pair cannot be true, `warning` that a person should look again."""

    error: str = ""
    warning: str = ""


def examine_place(longitude: Decimal, latitude: Decimal, province: str = "") -> PlaceVerdict:
    """Judge a pair against the box of its province. A swapped pair is named, never silently swapped."""
    frame = PROVINCE_BOXES.get(province, CHINA)
    if frame.holds(longitude, latitude):
        return PlaceVerdict()
    pair = f"经度 {shown(longitude)}、纬度 {shown(latitude)}"
    if CHINA.holds(latitude, longitude) and not CHINA.holds(longitude, latitude):
        return PlaceVerdict(error=f"经度和纬度像是填反了：{pair}。请对调后重新填写。")
    if not CHINA.holds(longitude, latitude):
        return PlaceVerdict(error=f"坐标不在我国境内：{pair}。请填写十进制度或度分秒。")
    return PlaceVerdict(warning=f"坐标不在{frame.name}范围内：{pair}，请核对。")


def shown(value: Decimal) -> str:
    """Without the zeros that quantizing added."""
    return f"{value.normalize():f}"


def as_dms(value: Decimal) -> str:
    """114°00′44.40″: how the national platforms print a coordinate."""
    seconds = (abs(value) * 3600).quantize(Decimal("0.01"))
    minutes, rest = divmod(seconds, 60)
    degrees, minutes = divmod(minutes, 60)
    return f"{int(degrees)}°{int(minutes):02d}′{rest:05.2f}″"
