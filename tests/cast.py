"""The fixed cast that view tests and the permission matrix use (docs/architecture.md, "Style")."""

from dataclasses import dataclass

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
    """Create everybody. About twenty-five rows; call once a test (fixture `cast`)."""
    henan = make.region("410000", "河南省", "province")
    luohe = make.region("411100", "漯河市", "city", henan)
    region_a = make.region("411102", "源汇区", "county", luohe)
    region_b = make.region("411104", "召陵区", "county", luohe)
    province = make.unit("河南省生态环境厅", "province", short_name="省厅", document_mark="豫环")
    city = make.unit("漯河市生态环境局", "city", province, short_name="漯河市", document_mark="漯环")
    other_city = make.unit("洛阳市生态环境局", "city", province, short_name="洛阳市", document_mark="洛环")
    county_a = make.unit("漯河市生态环境局源汇分局", "county", city, short_name="源汇区", document_mark="漯环源")
    county_b = make.unit("漯河市生态环境局召陵分局", "county", city, short_name="召陵区", document_mark="漯环召")
    other_county = make.unit("洛阳市生态环境局涧西分局", "county", other_city, short_name="涧西区")
    county_a.regions.add(region_a)
    county_b.regions.add(region_b)

    def person(username: str, name: str, role: str, home: Unit, post: str = "") -> User:
        row = make.user(username, name, home, post=post)
        make.grant(row, role, over=home)
        return row

    def administrator(username: str, name: str, role: str) -> User:
        row = make.user(username, name, province)
        make.grant(row, role, kind="platform")
        return row

    def owner(username: str, name: str, site: Enterprise) -> User:
        row = make.user(username, name)
        make.grant(row, "enterprise", kind="enterprise", subject_id=site.pk)
        return row

    site_a = make.enterprise("漯河示例纸业有限公司", county_a, region_a, is_key=True)
    site_b = make.enterprise("召陵示例化工厂", county_b, region_b)
    disabled = person("disabled", "停用人员", "officer", county_a)
    disabled.is_active = False
    disabled.save()
    inspectors = [
        person("inspector_a", "李一检", "inspector", county_a, "中队长"),
        person("second_a", "王二检", "inspector", county_a),
        person("inspector_b", "周三检", "inspector", county_b),
    ]
    for each in inspectors:
        make.certificate(each)
    return Cast(
        province=province,
        city=city,
        other_city=other_city,
        county_a=county_a,
        county_b=county_b,
        other_county=other_county,
        region_a=region_a,
        region_b=region_b,
        disabled=disabled,
        inspector_a=inspectors[0],
        second_a=inspectors[1],
        inspector_b=inspectors[2],
        officer_a=person("officer_a", "孙经办", "officer", county_a),
        leader_a=person("leader_a", "钱局长", "leader", county_a, "分局局长"),
        officer_city=person("officer_city", "吴经办", "officer", city),
        contact_city=person("contact_city", "郑联络", "contact", city),
        leader_city=person("leader_city", "冯局长", "leader", city, "局长"),
        officer_other=person("officer_other", "陈经办", "officer", other_city),
        officer_province=person("officer_province", "褚调度", "officer", province),
        leader_province=person("leader_province", "卫厅长", "leader", province, "副厅长"),
        expert=person("expert", "蒋专家", "expert", city),
        discipline=person("discipline", "沈巡查", "discipline", province),
        administrator=administrator("sysadmin", "韩系统", "system_admin"),
        security=administrator("secadmin", "杨安全", "security_admin"),
        auditor=administrator("auditadmin", "朱审计", "audit_admin"),
        site_a=site_a,
        site_b=site_b,
        enterprise_a=owner("enterprise_a", "秦厂长", site_a),
        enterprise_b=owner("enterprise_b", "尤厂长", site_b),
    )
