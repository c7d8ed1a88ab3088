"""The fixed cast that view tests and the permission matrix use (docs/architecture.md, "Style")."""

from dataclasses import dataclass
from typing import Any

from accounts.models import Region, Unit, User
from enterprises.models import Enterprise
from tests import factories as make


@dataclass
class Cast:
    """Units, people and two enterprises. `county_a` and `county_b` are siblings under `city`; `other_city` is far."""

    province: Unit
    city: Unit
    other_city: Unit
    county_a: Unit
    county_b: Unit
    other_county: Unit
    region_a: Region
    region_b: Region
    disabled: User
    inspector_a: User
    second_a: User
    inspector_b: User
    officer_a: User
    leader_a: User
    officer_city: User
    contact_city: User
    leader_city: User
    officer_other: User
    officer_province: User
    leader_province: User
    expert: User
    discipline: User
    administrator: User
    security: User
    auditor: User
    site_a: Enterprise
    site_b: Enterprise
    enterprise_a: User
    enterprise_b: User


def assemble() -> Cast:
    """Create everybody. About forty rows; call once a test (fixture `cast`)."""
    known: dict[str, Any] = places()
    known |= sites(known)
    known |= business(known)
    known |= administrators(known["province"])
    return Cast(**known)


def places() -> dict[str, Any]:
    """Regions and units: two sibling counties under a city, and a county of another city."""
    henan = make.region("410000", "河南省", "province")
    luohe = make.region("411100", "漯河市", "city", henan)
    region_a = make.region("411102", "源汇区", "county", luohe)
    region_b = make.region("411104", "召陵区", "county", luohe)
    province = make.unit("河南省生态环境厅", "province", short_name="省厅", document_mark="豫环")
    city = make.unit("漯河市生态环境局", "city", province, short_name="漯河市", document_mark="漯环")
    other_city = make.unit("洛阳市生态环境局", "city", province, short_name="洛阳市", document_mark="洛环")
    county_a = make.unit("漯河市生态环境局源汇分局", "county", city, short_name="源汇区", document_mark="漯环源")
    county_b = make.unit("漯河市生态环境局召陵分局", "county", city, short_name="召陵区", document_mark="漯环召")
    county_a.regions.add(region_a)
    county_b.regions.add(region_b)
    return {
        "province": province,
        "city": city,
        "other_city": other_city,
        "county_a": county_a,
        "county_b": county_b,
        "other_county": make.unit("洛阳市生态环境局涧西分局", "county", other_city, short_name="涧西区"),
        "region_a": region_a,
        "region_b": region_b,
    }


def sites(known: dict[str, Any]) -> dict[str, Any]:
    site_a = make.enterprise("漯河示例纸业有限公司", known["county_a"], known["region_a"], is_key=True)
    site_b = make.enterprise("召陵示例化工厂", known["county_b"], known["region_b"])
    return {
        "site_a": site_a,
        "site_b": site_b,
        "enterprise_a": owner("enterprise_a", "秦厂长", site_a),
        "enterprise_b": owner("enterprise_b", "尤厂长", site_b),
    }


# user name → (name, role, key of the unit, post)
BUSINESS = {
    "inspector_a": ("李一检", "inspector", "county_a", "中队长"),
    "second_a": ("王二检", "inspector", "county_a", ""),
    "inspector_b": ("周三检", "inspector", "county_b", ""),
    "officer_a": ("孙经办", "officer", "county_a", ""),
    "leader_a": ("钱局长", "leader", "county_a", "分局局长"),
    "officer_city": ("吴经办", "officer", "city", ""),
    "contact_city": ("郑联络", "contact", "city", ""),
    "leader_city": ("冯局长", "leader", "city", "局长"),
    "officer_other": ("陈经办", "officer", "other_city", ""),
    "officer_province": ("褚调度", "officer", "province", ""),
    "leader_province": ("卫厅长", "leader", "province", "副厅长"),
    "expert": ("蒋专家", "expert", "city", ""),
    "discipline": ("沈巡查", "discipline", "province", ""),
    "disabled": ("停用人员", "officer", "county_a", ""),
}


def business(known: dict[str, Any]) -> dict[str, User]:
    people = {}
    for username, (name, role, home, post) in BUSINESS.items():
        people[username] = make.user(username, name, known[home], post=post, is_active=username != "disabled")
        make.grant(people[username], role, over=known[home])
        if role == "inspector":
            make.certificate(people[username])
    return people


def administrators(province: Unit) -> dict[str, User]:
    people = {}
    for key, username, name, role in (
        ("administrator", "sysadmin", "韩系统", "system_admin"),
        ("security", "secadmin", "杨安全", "security_admin"),
        ("auditor", "auditadmin", "朱审计", "audit_admin"),
    ):
        people[key] = make.user(username, name, province)
        make.grant(people[key], role, kind="platform")
    return people


def owner(username: str, name: str, site: Enterprise) -> User:
    row = make.user(username, name)
    make.grant(row, "enterprise", kind="enterprise", subject_id=site.pk)
    return row
