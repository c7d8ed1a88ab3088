"""What is stated of a site, by a form or by a line of a list: one shape for both. None is "not stated"."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, Self

from enterprises.models import Enterprise

# The columns of Enterprise that a statement may set, in the order in which pages show them.
SITE_LABELS: Final = {
    "enterprise_type": "企业类型",
    "place_kind": "场所类型",
    "industry": "行业类别",
    "industry_text": "行业说明",
    "gb4754": "国民经济行业代码",
    "is_key": "是否重点排污单位",
    "longitude": "经度",
    "latitude": "纬度",
    "region_id": "县市区",
    "town": "乡镇或开发区",
    "address": "详细地址",
    "unit_id": "所属分局/开发区",
    "contact_name": "环保负责人",
    "contact_phone": "联系电话",
    "is_ultra_low": "是否超低排放改造的企业",
    "performance_grade": "是否绩效分级A级或B级企业",
    "self_accepted_since_2019": "是否2019年以来自主验收",
    "in_yellow_river_basin": "是否黄河流域",
}


@dataclass
class Facts:
    """One site as stated. Region and unit are already found; codes are in their plain spelling."""

    name: str
    uscc: str = ""
    site_number: int | None = None
    former_name: str = ""
    representative: str | None = None
    enterprise_type: str | None = None
    place_kind: str | None = None
    industry: int | None = None
    industry_text: str | None = None
    gb4754: str | None = None
    is_key: bool | None = None
    longitude: Decimal | None = None
    latitude: Decimal | None = None
    region_id: str | None = None
    unit_id: int | None = None
    town: str | None = None
    address: str | None = None
    contact_name: str | None = None
    contact_phone: str | None = None
    is_ultra_low: bool | None = None
    performance_grade: str | None = None
    self_accepted_since_2019: bool | None = None
    in_yellow_river_basin: bool | None = None
    permit: str = ""
    management: str = ""
    permit_valid_to: date | None = None
    positive: bool | None = None
    positive_valid_to: date | None = None

    def stated(self) -> dict[str, Any]:
        """The columns of Enterprise that are stated."""
        return {name: value for name in SITE_LABELS if (value := getattr(self, name)) is not None}

    def to_json(self) -> dict[str, Any]:
        """Only what is stated, as JSON."""
        return {name: wire(value) for name, value in vars(self).items() if value is not None and value != ""}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        typed = dict(data)
        for name in ("longitude", "latitude"):
            if name in typed:
                typed[name] = Decimal(typed[name])
        for name in ("permit_valid_to", "positive_valid_to"):
            if name in typed:
                typed[name] = date.fromisoformat(typed[name])
        return cls(**typed)


def wire(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def differences(site: Enterprise, facts: Facts) -> dict[str, tuple[Any, Any]]:
    """{column: (registered, stated)} where the statement says something else. The name is compared elsewhere."""
    return {
        name: (getattr(site, name), value) for name, value in facts.stated().items() if getattr(site, name) != value
    }
