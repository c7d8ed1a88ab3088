"""The unit's whole list in a campaign, with what is known of each enterprise. A fixed number of queries."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from accounts.models import Unit
from campaigns.draw_rules import LAYERS, Five, Layered, Standing, layered, weight
from campaigns.models import Assignment, Draw, Rating, Target
from enterprises.models import Permit, PositiveListEntry
from enterprises.rules.industries import industry_name
from enterprises.rules.quarters import Quarter

DIMENSIONS = {
    "region": "区域",
    "industry": "行业",
    "type": "企业类型",
    "pollutant": "污染物种类（要素）",
    "offence": "违法发生率",
    "policy": "环保优惠政策",
    "size": "规模",
    "key": "类别",
    "risk": "风险等级",
    "credit": "环境信用",
    "layer": "五类信息分层",
}
UNRATED = "未评定"
OFFENCE_BANDS = {"none": "近两年无违法", "some": "违法每年不足1次", "often": "违法每年1次以上"}
UNKNOWN, NEUTRAL = Five(), Standing()
RATED = ("size", "credit", "risk", "offences", "elements", "policies", "permit", "management", "petitions")


@dataclass
class Candidate:
    """One enterprise of the campaign's list, with what is known of it."""

    id: int
    enterprise_id: int
    name: str
    code: str
    region: str
    industry: int | None
    kind: str
    key: bool
    area: str
    city: str
    state: str
    visits: int
    size: str = ""
    elements: list[str] = field(default_factory=list)
    policies: list[str] = field(default_factory=list)
    five: Five = UNKNOWN
    standing: Standing = NEUTRAL
    planned: bool = False
    new: bool = False

    @property
    def offence(self) -> str:
        """How often, a year, of the last two."""
        count = self.standing.offences
        return "often" if count >= 2 else "some" if count else "none"

    @property
    def layer(self) -> Layered:
        return layered(self.five)

    def value(self, dimension: str) -> str:
        """What the enterprise is in one dimension: each is in exactly one class of each."""
        match dimension:
            case "region":
                return self.region
            case "industry":
                return str(self.industry or "")
            case "type":
                return self.kind
            case "pollutant":
                return "、".join(self.elements)
            case "policy":
                return "、".join(self.policies)
            case "offence":
                return self.offence
            case "layer":
                return self.layer.key
            case "key":
                return "key" if self.key else "other"
            case "size":
                return self.size
            case "risk":
                return self.standing.risk
        return self.standing.credit

    def stratum(self, dimensions: Iterable[str]) -> str:
        return "|".join([f"{name}={self.value(name)}" for name in dimensions]) or "all"

    @property
    def lacks(self) -> list[str]:
        """Which of the four classes that the library asks for (区域、行业、规模、要素) are not known."""
        four = {"区域": self.region, "行业": self.industry, "规模": self.size, "要素": self.elements}
        return [name for name, value in four.items() if not value]

    def is_within(self, filters: Mapping[str, Any]) -> bool:
        """Whether a draw that is confined so is about this enterprise."""
        asked = (("regions", self.region), ("industries", self.industry))
        if any(filters.get(name) and value not in filters[name] for name, value in asked):
            return False
        if filters.get("new_permits") and not self.new:
            return False
        return not filters.get("key") or self.key == (filters["key"] == "yes")

    def row(self, stratum: str, table: Mapping[str, Any]) -> list[Any]:
        of = self.standing
        facts = [of.credit, of.risk, of.offences, of.positive, weight(of, table)]
        return [self.id, self.name, self.code, self.area, self.city, stratum, *facts]


def city_paths() -> dict[str, str]:
    """Path → name of every city's unit; a county's or a team's city is found by prefix."""
    return dict(Unit.objects.at_level("city").values_list("path", "short_name"))


def city_of(path: str, cities: dict[str, str]) -> str:
    parts = path.split("/")
    for length in range(len(parts) - 1, 1, -1):
        prefix = "/".join(parts[:length]) + "/"
        if prefix in cities:
            return prefix
    return ""


def candidates(draw: Draw, cities: dict[str, str]) -> list[Candidate]:
    """The unit's whole list in the campaign: what a version of the library keeps, whatever this draw filters."""
    rows = Target.objects.filter(campaign=draw.campaign_id, unit__path__startswith=draw.unit.path)
    site = ("enterprise__name", "enterprise__entity__uscc", "enterprise__region_id", "enterprise__industry")
    values = rows.order_by("pk").values_list(
        *("pk", "enterprise_id", *site, "enterprise__enterprise_type", "is_key"),
        *("unit__path", "enterprise__state", "visit_count"),
    )
    known: dict[str, str] = {}
    found = []
    for pk, enterprise, name, code, region, industry, kind, key, area, state, visits in values:
        if area not in known:
            known[area] = city_of(area, cities)
        place = (key, area, known[area], state, visits)
        found.append(Candidate(pk, enterprise, name, code or "", region, industry, kind, *place))
    rate_candidates(draw, found)
    return found


def rate_candidates(draw: Draw, found: list[Candidate]) -> None:
    here = Q(enterprise__targets__campaign=draw.campaign_id)
    rated = {row[0]: row[1:] for row in Rating.objects.filter(here, is_current=True).values_list("enterprise", *RATED)}
    listed = PositiveListEntry.objects.in_force(draw.inspect_on).filter(here)
    positive = set(listed.values_list("enterprise", flat=True))
    standing = Assignment.objects.standing().filter(target__campaign=draw.campaign_id)
    planned = set(standing.values_list("target", flat=True))
    new = newly_permitted(draw)
    for one in found:
        one.planned, one.new = one.id in planned, one.enterprise_id in new
        if row := rated.get(one.enterprise_id):
            one.size, credit, risk, offences, one.elements, one.policies, permit, management, petitions = row
            one.five = Five(permit, management, offences, credit, petitions)
            one.standing = Standing(credit, risk, offences, one.enterprise_id in positive)
        elif one.enterprise_id in positive:
            one.standing = Standing(positive=True)


def newly_permitted(draw: Draw) -> set[int]:
    """The enterprises whose first discharge permit is of the quarter that the draw is confined to."""
    asked = draw.filters.get("new_permits", "")
    if not asked:
        return set()
    return set(Permit.objects.first_issued(Quarter.read(asked), draw.unit.path).values_list("enterprise", flat=True))


def library_row(one: Candidate) -> list[Any]:
    """As the enterprises' list keeps it, version by version."""
    of, five = one.standing, one.five
    facts = [one.region, one.industry, one.key, one.size, of.credit, of.risk, of.offences, of.positive, one.state]
    classes = [one.kind, one.elements, one.policies, five.permit, five.management, five.petitions]
    return [one.id, one.name, one.code, one.area, *facts, *classes]


def label_of(one: Candidate, dimensions: Iterable[str], regions: dict[str, str]) -> str:
    words = {
        "region": regions.get(one.region, one.region),
        "industry": industry_name(one.industry) or "未登记行业",
        "type": one.kind or "企业类型未登记",
        "pollutant": "、".join(one.elements) or "要素未登记",
        "offence": OFFENCE_BANDS[one.offence],
        "policy": "、".join(one.policies) or "无环保优惠政策",
        "size": dict(Rating.Size.choices).get(one.size, f"规模{UNRATED}"),
        "key": "重点排污单位" if one.key else "非重点排污单位",
        "risk": dict(Rating.Risk.choices).get(one.standing.risk, f"风险{UNRATED}"),
        "credit": dict(Rating.Credit.choices).get(one.standing.credit, f"信用{UNRATED}"),
        "layer": LAYERS[one.layer.key],
    }
    return " · ".join(words[name] for name in dimensions) or "全部对象"
