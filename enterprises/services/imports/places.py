"""Where a line of a list lies and who answers for it. Units are not regions: a column may name the unit outright."""

from collections import defaultdict
from dataclasses import dataclass, field

from accounts.models import Region, Unit
from enterprises.rules.searching import plain


@dataclass
class Places:
    """The regions and units of one importing unit's subtree, by every name under which a list may call them."""

    home: Unit
    regions: dict[str, list[Region]] = field(default_factory=lambda: defaultdict(list))
    elsewhere: dict[str, list[Region]] = field(default_factory=lambda: defaultdict(list))
    units: dict[str, Unit] = field(default_factory=dict)
    responsible: dict[str, list[Unit]] = field(default_factory=lambda: defaultdict(list))
    region_names: dict[str, str] = field(default_factory=dict)
    unit_names: dict[int, str] = field(default_factory=dict)

    def region(self, text: str) -> Region:
        """The region a cell names by name, full name or code. ValueError with the sentence for the cell."""
        key = plain(text)
        found = self.regions.get(key, [])
        if len(found) == 1:
            return found[0]
        if found:
            raise ValueError(f"有 {len(found)} 个“{text}”，请写成“××市{text}”或六位行政区划代码。")
        if key in self.elsewhere:
            city = self.elsewhere[key][0].parent
            owner = f"属于{city.name}，" if city else ""
            raise ValueError(f"“{text}”{owner}不在{self.home.short_name}的名单范围内，不能由本单位导入。")
        names = "、".join(dict.fromkeys(region.name for rows in self.regions.values() for region in rows))
        raise ValueError(f"找不到县市区“{text}”，可填：{names[:120]}。")

    def unit(self, region: Region, text: str) -> Unit:
        """The unit a column names, else the one that the region belongs to."""
        if text:
            named = self.units.get(plain(text))
            if named is None:
                raise ValueError(f"{self.home.short_name}没有名为“{text}”的分局或开发区机构，请核对名称。")
            return named
        found = self.responsible.get(region.code, [])
        if len(found) > 1:
            found = [unit for unit in found if unit.short_name == region.name] or found
        if len(found) == 1:
            return found[0]
        if not found:
            raise ValueError(f"“{region.name}”没有设置监管单位，请在“所属分局/开发区”列写明。")
        names = "、".join(unit.short_name for unit in found)
        raise ValueError(f"“{region.name}”由 {len(found)} 个单位监管（{names}），请在“所属分局/开发区”列写明。")


def load(home: Unit) -> Places:
    """Three queries, whatever the size of the list."""
    places = Places(home)
    units = list(Unit.objects.under(home.path).filter(closed_on=None).prefetch_related("regions"))
    for unit in units:
        places.unit_names[unit.pk] = unit.short_name
        for name in (unit.name, unit.short_name):
            places.units.setdefault(plain(name), unit)
        for region in unit.regions.all():
            if region.level == "county":
                places.responsible[region.code].append(unit)
    ours = cities_of(units)
    for region in Region.objects.filter(level="county").select_related("parent"):
        inside = region.code in places.responsible or region.parent_id in ours
        if inside:
            places.region_names[region.code] = region.name
        for name in spellings(region):
            (places.regions if inside else places.elsewhere)[name].append(region)
    return places


def cities_of(units: list[Unit]) -> set[str]:
    """The city-level regions to which the units' regions belong: their other counties are ours too, if unassigned."""
    regions = [region for unit in units for region in unit.regions.all()]
    named = {region.code for region in regions if region.level == "city"}
    return named | {region.parent_id for region in regions if region.level == "county" and region.parent_id}


def spellings(region: Region) -> set[str]:
    whole = f"{region.parent.name}{region.name}" if region.parent else region.name
    return {plain(region.name), plain(whole), region.code, region.code[:6]}
