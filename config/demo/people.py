"""Units, people, grants and certificates. Names are invented; user names are the pinyin of the unit and the duty."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from django.contrib.auth.hashers import make_password

from accounts.models import EnforcementCertificate, Grant, Region, Unit, User
from accounts.rules import Role
from accounts.services.units import create_unit
from config.demo import PASSWORD
from core.clock import day_of
from core.pinyin import spelled

UNITS = Path(__file__).parent / "units.yaml"
SURNAMES = "安柏岑成程池储戴单杜樊方费冯甘葛耿宫谷管桂韩贺洪胡华霍姬嵇纪贾简江蒋焦金靳康柯孔蓝雷黎梁廖林凌"
GIVEN = "一帆 子衡 文博 志远 佳宁 思齐 雨桐 景行 若川 知夏 明谦 清和 望舒 怀瑾 守正 以宁 嘉禾 承泽 云舟 向晚".split()  # noqa: SIM905


@dataclass
class Office:
    """One unit with the people who act for it."""

    unit: Unit
    officer: User | None = None
    leader: User | None = None
    contact: User | None = None
    expert: User | None = None
    inspectors: list[User] = field(default_factory=list)


@dataclass
class Organisation:
    """Everybody. `alive` are the cities with counties: they inspect; the others only report."""

    province: Office
    cities: list[Office] = field(default_factory=list)
    counties: dict[int, list[Office]] = field(default_factory=dict)

    @property
    def alive(self) -> list[Office]:
        return [city for city in self.cities if self.counties.get(city.unit.pk)]


class Hiring:
    """Makes people one after the other, each with a name of its own."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.since = day_of(at) - timedelta(days=400)
        self.count = 0
        self.password = make_password(PASSWORD)

    def person(self, username: str, unit: Unit, role: Role, post: str) -> User:
        row = User.objects.create(
            username=username,
            name=self.name(),
            phone=f"139{self.count:08d}",
            unit=unit,
            post=post,
            password=self.password,
            must_change_password=False,
            created_at=self.at,
        )
        platform = role in {Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}
        Grant.objects.create(
            user=row,
            role=role,
            kind=Grant.Kind.PLATFORM if platform else Grant.Kind.UNIT,
            unit=None if platform else unit,
            valid_from=self.since,
            granted_at=self.at,
            reason="演示数据",
        )
        return row

    def inspector(self, username: str, unit: Unit, post: str) -> User:
        row = self.person(username, unit, Role.INSPECTOR, post)
        EnforcementCertificate.objects.create(
            user=row,
            number=f"豫{self.count:06d}",
            issued_by="河南省人民政府",
            valid_from=self.since,
            valid_to=date(self.since.year + 5, 12, 31),
        )
        return row

    def name(self) -> str:
        number = self.count
        self.count += 1
        return SURNAMES[number % len(SURNAMES)] + GIVEN[(number * 7 + number // len(SURNAMES)) % len(GIVEN)]


def found(at: datetime) -> Organisation:
    """Create the organisation tree and everybody in it."""
    data = yaml.safe_load(UNITS.read_text(encoding="utf-8"))
    hiring = Hiring(at)
    head = province(data["province"], hiring, at)
    organisation = Organisation(head)
    for order, row in enumerate(data["cities"], start=1):
        city = make_city(row, head.unit, order, hiring, at)
        organisation.cities.append(city)
        organisation.counties[city.unit.pk] = list(make_counties(row, city.unit, hiring, at))
    return organisation


def make_unit(row: dict[str, Any], level: str, parent: Unit | None, order: int, at: datetime) -> Unit:
    unit = create_unit(
        parent=parent,
        actor=None,
        at=at,
        name=row["name"],
        short_name=row["short"],
        level=level,
        document_mark=row["mark"],
        order=order,
        phone="12369",
    )
    if row.get("region"):
        unit.regions.add(Region.objects.get(code=row["region"]))
    return unit


def province(row: dict[str, Any], hiring: Hiring, at: datetime) -> Office:
    unit = make_unit(row, Unit.Level.PROVINCE, None, 0, at)
    hiring.person("system", unit, Role.SYSTEM_ADMIN, "系统管理员")
    hiring.person("security", unit, Role.SECURITY_ADMIN, "安全管理员")
    hiring.person("audit", unit, Role.AUDIT_ADMIN, "审计管理员")
    hiring.person("discipline", unit, Role.DISCIPLINE, "巡查组")
    return Office(
        unit,
        officer=hiring.person("province", unit, Role.OFFICER, "资料调度汇总组"),
        leader=hiring.person("province-leader", unit, Role.LEADER, "副厅长"),
    )


def make_city(row: dict[str, Any], parent: Unit, order: int, hiring: Hiring, at: datetime) -> Office:
    unit = make_unit(row, Unit.Level.CITY, parent, order, at)
    key = spelled(row["short"].removesuffix("市"))
    office = Office(unit, contact=hiring.person(f"{key}-contact", unit, Role.CONTACT, "联络员"))
    if row.get("counties"):
        office.officer = hiring.person(key, unit, Role.OFFICER, "法制审核")
        office.leader = hiring.person(f"{key}-leader", unit, Role.LEADER, "局长")
        office.expert = hiring.person(f"{key}-expert", unit, Role.EXPERT, "行业专家")
    return office


def make_counties(row: dict[str, Any], city: Unit, hiring: Hiring, at: datetime) -> Iterator[Office]:
    for order, text in enumerate(row.get("counties", []), start=1):
        code, name = text.split(" ")
        place = name.removesuffix("分局")
        entry = {"name": f"{city.name}{name}", "short": place, "mark": f"{row['mark']}{place}", "region": code}
        yield staffed(make_unit(entry, Unit.Level.COUNTY, city, order, at), spelled(place), hiring)
    for order, name in enumerate(row.get("others", []), start=90):
        short = name.removeprefix(row["short"]).removeprefix("漯河").split("建设")[0]
        entry = {"name": name, "short": short, "mark": f"{row['mark']}{short[:2]}"}
        yield staffed(make_unit(entry, Unit.Level.COUNTY, city, order, at), spelled(short), hiring)


def staffed(unit: Unit, key: str, hiring: Hiring) -> Office:
    posts = ["中队长", "千名精兵", "执法骨干", "执法人员"]
    return Office(
        unit,
        officer=hiring.person(key, unit, Role.OFFICER, "业务经办"),
        leader=hiring.person(f"{key}-leader", unit, Role.LEADER, "分局局长"),
        inspectors=[hiring.inspector(f"{key}-{n}", unit, post) for n, post in enumerate(posts, start=1)],
    )
