"""Rows for tests: plain functions, no randomness, invented names only."""

import functools
import itertools
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib.auth.hashers import make_password

from accounts.models import EnforcementCertificate, Grant, Region, Unit, User
from campaigns.models import Assignment, BlueprintVersion, Campaign, Lead, ListItem, Phase, SharedList, Target
from core import clock
from enterprises.models import Enterprise, LegalEntity
from inspections.models import Issue, Visit, VisitRecord
from inspections.services.versions import write_version

PASSWORD = "Ceshi-2020-mima"
MORNING = datetime(2020, 5, 12, 1, 0, tzinfo=UTC)  # Tuesday 2020-05-12 09:00 in Shanghai
_serial = itertools.count(1)

INDUSTRIES = [
    "钢铁",
    "焦化",
    "水泥",
    "玻璃",
    "电力",
    "石化",
    "碳素",
    "制药",
    "垃圾焚烧",
    "新型建材",
    "铸造",
    "化肥",
    "化工",
    "农药",
    "皮革",
    "橡胶",
    "塑料",
    "工业涂装",
    "包装印刷",
    "建筑施工工地",
    "建筑、工业物料堆场",
    "其他具体行业",
]
HANDLINGS = ["市级立案处罚", "移交当地环保部门立案处罚", "立行立改", "限期整改", "移交当地政府处理"]


def region(code: str, name: str, level: str = "county", parent: Region | None = None) -> Region:
    return Region.objects.get_or_create(code=code, defaults={"name": name, "level": level, "parent": parent})[0]


def unit(name: str, level: str, parent: Unit | None = None, **fields: Any) -> Unit:
    row = Unit.objects.create(
        name=name, short_name=fields.pop("short_name", name), level=level, parent=parent, **fields
    )
    row.path = f"{parent.path if parent else '/'}{row.pk}/"
    row.save(update_fields=["path"])
    return row


def user(username: str, name: str, home: Unit | None = None, **fields: Any) -> User:
    row = User(username=username, name=name, unit=home, must_change_password=False, created_at=MORNING, **fields)
    row.password = encoded(PASSWORD)
    row.save()
    return row


@functools.cache
def encoded(password: str) -> str:
    """The real Argon2 hash, made once: twenty people a test would cost two seconds."""
    return make_password(password)


def grant(
    person: User, role: str, *, over: Unit | None = None, kind: str = "unit", subject_id: int | None = None
) -> Grant:
    return Grant.objects.create(
        user=person,
        role=role,
        kind=kind,
        unit=over,
        subject_id=subject_id,
        valid_from=date(2018, 1, 1),
        granted_at=MORNING,
        reason="测试",
    )


def certificate(person: User, *, valid_to: date = date(2027, 12, 31)) -> EnforcementCertificate:
    return EnforcementCertificate.objects.create(
        user=person,
        number=f"豫L{next(_serial):05d}",
        issued_by="河南省人民政府",
        valid_from=date(2018, 1, 1),
        valid_to=valid_to,
    )


def enterprise(name: str, home: Unit, place: Region, **fields: Any) -> Enterprise:
    number = next(_serial)
    entity = fields.pop("entity", None) or LegalEntity.objects.create(
        uscc=fields.pop("uscc", None) or synthetic_uscc(number, place.code[:6]),
        name=name,
        representative=fields.pop("representative", "赵示例"),
    )
    defaults: dict[str, Any] = {
        "unit": home,
        "region": place,
        "town": "示例镇",
        "address": f"{place.name}示例路 {number} 号",
        "longitude": Decimal("114.0123450"),
        "latitude": Decimal("33.5678900"),
        "coordinate_source": "manual",
        "industry": 13,
        "enterprise_type": "有限责任公司",
        "is_ultra_low": False,
        "self_accepted_since_2019": False,
        "search": [name[i : i + 2] for i in range(len(name) - 1)],
        "sort_key": f"{number:06d}",
        "created_at": MORNING,
        "updated_at": MORNING,
    }
    return Enterprise.objects.create(entity=entity, name=name, **(defaults | fields))


def synthetic_uscc(number: int, region_code: str) -> str:
    """A code with right check characters (GB 32100-2015, GB 11714) of an invented body."""
    letters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = f"MA{number:06d}"
    eleven = sum(int(c, 36) * w for c, w in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    check = "0123456789X0"[(11 - eleven % 11) % 11 if (11 - eleven % 11) != 11 else 11]
    first = f"91{region_code}{body}{check}"
    total = sum(letters.index(c) * pow(3, i, 31) for i, c in enumerate(first))
    return first + letters[(31 - total % 31) % 31]


def shared_lists() -> dict[str, SharedList]:
    """The Hengshui annex's three lists in short (numbers and handlings whole, types by short names)."""
    found = {}
    for kind, names in (
        ("industry", INDUSTRIES),
        ("issue_type", [f"类型{n}" for n in range(1, 28)]),
        ("handling", HANDLINGS),
    ):
        row, created = SharedList.objects.get_or_create(
            key="test", kind=kind, version=1, defaults={"title": kind, "source": "测试"}
        )
        if created:
            ListItem.objects.bulk_create(
                ListItem(shared_list=row, number=n, name=name) for n, name in enumerate(names, start=1)
            )
        found[kind] = row
    return found


PHASES = [
    ("selfcheck", "企业自查", (4, 1), (4, 30)),
    ("inspect", "执法检查", (4, 21), (6, 20)),
    ("handle", "依法处理", (5, 1), (7, 31)),
    ("guide", "指导整改", (4, 1), (7, 31)),
    ("verify", "异地核查", (8, 1), (9, 30)),
    ("apply", "成果应用", (10, 1), (12, 31)),
]


def campaign(owner: Unit, *, year: int = 2020, **fields: Any) -> Campaign:
    """A published campaign with the six phases of the Henan plan."""
    blueprint = BlueprintVersion.objects.get_or_create(
        name="test", version=1, defaults={"title": "测试方案", "data": {}, "digest": "0" * 64, "loaded_at": MORNING}
    )[0]
    lists = shared_lists()
    row = Campaign.objects.create(
        blueprint=blueprint,
        unit=owner,
        title=f"{year} 年度排污单位一体化专项执法行动",
        year=year,
        state="published",
        report_time=time(17, 30),
        industries=lists["industry"],
        issue_types=lists["issue_type"],
        handlings=lists["handling"],
        approved_at=datetime(year, 3, 20, tzinfo=UTC),
        published_at=datetime(year, 3, 25, tzinfo=UTC),
        created_at=datetime(year, 3, 1, tzinfo=UTC),
        **fields,
    )
    Phase.objects.bulk_create(
        Phase(
            campaign=row,
            key=key,
            order=order,
            name=name,
            scope="key",
            starts_on=date(year, *start),
            ends_on=date(year, *end),
        )
        for order, (key, name, start, end) in enumerate(PHASES, start=1)
    )
    return row


def target(in_campaign: Campaign, of: Enterprise) -> Target:
    return Target.objects.create(campaign=in_campaign, enterprise=of, unit=of.unit, is_key=of.is_key, listed_at=MORNING)


def assignment(
    of: Target, lead: User, second: User, *, planned_on: date = date(2020, 5, 12), **fields: Any
) -> Assignment:
    return Assignment.objects.create(
        target=of,
        planned_on=planned_on,
        lead_inspector=lead,
        second_inspector=second,
        planned_by=lead,
        planned_at=MORNING,
        gate={"answer": "allow", "rules": []},
        **fields,
    )


def lead(of: Enterprise | None, by: User, *, at: datetime = MORNING, **fields: Any) -> Lead:
    """A registered complaint about a site, unless told otherwise."""
    values: dict[str, Any] = {
        "number": f"线索{at.year}-9{next(_serial):04d}",
        "kind": "complaint",
        "detail": "群众举报夜间异味",
        "enterprise": of,
        "unit": of.unit if of else by.unit,
        "occurred_at": at,
        "entered_at": at,
        "entered_by": by,
    }
    return Lead.objects.create(**(values | fields))


def visit(of: Assignment, **fields: Any) -> Visit:
    if fields.get("state", "planned") not in {"planned", "cancelled"}:
        fields.setdefault("started_at", MORNING)
    return Visit.objects.create(
        assignment=of,
        campaign=of.target.campaign,
        enterprise=of.target.enterprise,
        unit=of.target.unit,
        created_at=MORNING,
        **fields,
    )


def locked_record(of: Visit, *, at: datetime = MORNING, outcome: str = "done", **fields: Any) -> VisitRecord:
    """A record as it stands after submission, without its sheet: enough for ledgers, cases and reports."""
    site = of.enterprise
    return VisitRecord.objects.create(
        visit=of,
        state="locked",
        client_id=UUID(int=next(_serial)),
        outcome=outcome,
        occurred_at=at,
        ended_at=at,
        recorded_at=at,
        enterprise_name=site.name,
        is_key=site.is_key,
        industry=site.industry,
        **fields,
    )


def issue(of: VisitRecord, *, at: datetime | None = None, **fields: Any) -> Issue:
    """A ledger row with its first version, as if the record had just been locked."""
    site, when, number = of.visit.enterprise, at or of.recorded_at, next(_serial)
    row = Issue.objects.create(
        campaign=of.visit.campaign,
        number=number,
        visit=of.visit,
        record=of,
        finding_key=f"f{number}",
        enterprise=site,
        unit=of.visit.unit,
        found_by=of.visit.assignment.lead_inspector,
        occurred_at=when,
        recorded_at=when,
        **(columns_of(site) | FINDING | fields),
    )
    write_version(row, "found", actor=row.found_by, at=when)
    return row


FINDING: dict[str, Any] = {
    "inspectors": "甲、乙",
    "expert_name": "未配专家",
    "elements": ["气"],
    "is_producing": True,
    "pollution": "排口可见烟羽",
    "behaviour": "除尘设施不正常运行",
    "description": "正在生产；排口可见烟羽；除尘设施不正常运行",
    "nature": "offence",
    "gravity": "major",
    "issue_type": 7,
    "basis_kind": "law",
    "basis_text": "《大气污染防治法》第二十条第二款",
    "handling": 4,
    "demand": "立即检修除尘设施",
    "deadline_on": date(2020, 5, 22),
}


def columns_of(site: Enterprise) -> dict[str, Any]:
    """What the ledger keeps of the enterprise."""
    return {
        "enterprise_name": site.name,
        "enterprise_type": site.enterprise_type,
        "is_key": site.is_key,
        "industry": site.industry,
        "industry_text": site.industry_text,
        "is_ultra_low": False,
        "performance_grade": "否",
        "self_accepted_since_2019": False,
        "longitude": site.longitude,
        "latitude": site.latitude,
        "county": site.region.name,
        "town": site.town,
        "search": [site.name[i : i + 2] for i in range(len(site.name) - 1)],
    }


def today() -> date:
    return clock.today()
