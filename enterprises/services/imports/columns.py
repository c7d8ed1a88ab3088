"""The enterprise list as a sheet: declared once for the template, the import and the export."""

from typing import Any, Final

from core.sheets import Column, SheetSpec
from enterprises.models import Enterprise, Permit, PositiveListEntry
from enterprises.rules.industries import INDUSTRIES, PLACE_KINDS, spellings
from enterprises.services.positive import standing_entry

MANAGEMENT: Final = {
    "重点管理": "key",
    "简化管理": "simplified",
    "登记管理": "registration",
    "重点": "key",
    "简化": "simplified",
    "登记": "registration",
}
GRADES: Final = {"A级": "A级", "B级": "B级", "否": "否", "A": "A级", "B": "B级", "无": "否"}


def discharge(site: Enterprise) -> Permit | None:
    return site.discharge_permit


def listed(site: Enterprise) -> PositiveListEntry | None:
    return standing_entry(list(site.positive_entries.all()))


def former(site: Enterprise) -> str:
    names = [row.name for row in site.names.all() if row.name != site.name]
    return names[-1] if names else ""


def permit_of(site: Enterprise, name: str) -> Any:
    found = discharge(site)
    return getattr(found, name) if found else None


def management_of(site: Enterprise) -> str:
    found = discharge(site)
    return found.get_management_display() if found and found.management else ""


def entry_end(site: Enterprise) -> Any:
    found = listed(site)
    return found.valid_to if found else None


LIST_COLUMNS: Final = (
    Column("name", "企业名称", 32, required=True, max_length=120, aliases=("单位名称", "排污单位名称", "企业全称")),
    Column(
        "uscc",
        "统一社会信用代码",
        22,
        kind="uscc",
        read=lambda site: site.entity.uscc,
        aliases=("社会信用代码", "信用代码", "组织机构代码", "统一信用代码"),
    ),
    Column("site_number", "厂址序号", 8, kind="int", aliases=("厂区序号", "厂址编号")),
    Column(
        "permit",
        "排污许可证编号",
        26,
        max_length=60,
        read=lambda site: permit_of(site, "number"),
        aliases=("许可证编号", "排污许可证号", "排污登记编号"),
    ),
    Column("management", "管理类别", 10, kind="choice", choices=MANAGEMENT, read=management_of),
    Column(
        "permit_valid_to",
        "许可证有效期至",
        13,
        kind="date",
        aliases=("排污许可证有效期至", "排污许可有效期至"),
        read=lambda site: permit_of(site, "valid_to"),
    ),
    Column("enterprise_type", "企业类型", 16, max_length=40),
    Column(
        "industry",
        "行业类别",
        14,
        kind="choice",
        choices=spellings(),
        read=lambda site: INDUSTRIES[site.industry - 1] if site.industry else "",
        aliases=("所属行业", "行业"),
    ),
    Column("industry_text", "行业说明", 16, max_length=60, aliases=("具体行业",)),
    Column("gb4754", "国民经济行业代码", 12, max_length=4, aliases=("行业代码",)),
    Column(
        "is_key",
        "是否重点排污单位",
        10,
        kind="bool",
        aliases=("重点排污单位", "是否重点"),
    ),
    Column("longitude", "经度", 13, kind="longitude", required=True),
    Column("latitude", "纬度", 13, kind="latitude", required=True),
    Column(
        "region",
        "县市区",
        12,
        required=True,
        read=lambda site: site.region.name,
        aliases=("所在县区", "县区", "县（市、区）", "区县"),
    ),
    Column("town", "乡镇或开发区", 16, required=True, max_length=60, aliases=("乡镇街道", "乡镇", "乡镇（街道）")),
    Column("address", "详细地址", 36, max_length=200, aliases=("地址", "企业地址", "生产经营场所地址")),
    Column(
        "unit",
        "所属分局/开发区",
        18,
        read=lambda site: site.unit.short_name,
        aliases=("所属分局", "监管单位", "所属开发区"),
    ),
    Column(
        "representative",
        "法定代表人",
        10,
        max_length=40,
        read=lambda site: site.entity.representative,
        aliases=("法人代表", "法人"),
    ),
    Column("contact_name", "环保负责人", 10, max_length=40, aliases=("联系人",)),
    Column(
        "contact_phone", "联系电话", 14, kind="phone", max_length=20, aliases=("电话", "联系人电话", "联系方式", "手机")
    ),
    Column("is_ultra_low", "是否超低排放改造的企业", 12, kind="bool", aliases=("是否超低排放改造",)),
    Column(
        "performance_grade",
        "是否绩效分级A级或B级企业",
        14,
        kind="choice",
        choices=GRADES,
        aliases=("绩效分级", "绩效等级"),
    ),
    Column(
        "self_accepted_since_2019",
        "是否2019年以来自主验收",
        12,
        kind="bool",
        aliases=("是否2019年以来自主验收的企业项目", "是否2019年以来自主验收的企业项目(含涉VOCs新建项目)"),
    ),
    Column(
        "positive",
        "是否正面清单",
        10,
        kind="bool",
        read=lambda site: listed(site) is not None,
        aliases=("是否正面清单企业",),
    ),
    Column("positive_valid_to", "正面清单有效期至", 13, kind="date", read=entry_end),
    Column("in_yellow_river_basin", "是否黄河流域", 10, kind="bool"),
    Column("former_name", "曾用名", 24, max_length=120, read=former),
    Column(
        "place_kind",
        "场所类型",
        14,
        kind="choice",
        choices={kind: kind for kind in PLACE_KINDS},
    ),
)
LIST_SHEET: Final = SheetSpec(name="企业名单", columns=LIST_COLUMNS, frozen_columns=1)
