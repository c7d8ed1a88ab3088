"""What stands in the registers when the visitor comes in: trainings, a help answered late, a patrol, publicity."""

from datetime import date, datetime, timedelta
from typing import Any

from accounts.models import Unit, User
from campaigns.models import RegisterEntry, Target
from campaigns.registers import services
from campaigns.registers.services.filing import Filing
from config.demo.people import Office
from config.demo.story import CITY, Story
from core.clock import at_local


def entries(story: Story) -> None:
    """Put the acts on the timeline; what is still to come does not happen."""
    begins = story.phase("inspect").starts_on
    opened(story, begins - timedelta(days=10))
    for city in story.people.alive:
        trained(story, city, begins - timedelta(days=2))
    city = next(one for one in story.people.alive if one.unit.short_name == CITY)
    county = story.people.counties[city.unit.pk][0]
    asked(story, county, begins + timedelta(days=1))
    spread(story, county, begins + timedelta(days=2))
    patrolled(story, county, begins + timedelta(days=3))
    for place, office in enumerate((city, *story.people.counties[city.unit.pk][:2])):
        standing(story, office, place, begins - timedelta(days=6))
        taught(story, office, begins + timedelta(days=4 + place))


def put(story: Story, key: str, actor: User, unit: Unit, values: dict[str, Any], at: datetime) -> RegisterEntry:
    version = services.version_of(key)
    assert version is not None
    campaign = None if version.is_standing else story.running
    return services.file_entry(version, Filing(unit, values, campaign), actor=actor, at=at)


def opened(story: Story, day: date) -> None:
    """The province trains before the inspections begin; without that nobody may be sent."""
    actor, unit = story.people.province.officer, story.people.province.unit
    if actor is None:
        return
    values = {
        "subject": "一体化执法行动启动培训",
        "kind": "省级统一培训",
        "held_on": day.isoformat(),
        "hours": 8,
        "audience": "各省辖市执法业务骨干",
        "head_count": 86,
        "expected": 90,
        "teacher": "省生态环境执法监督局",
    }

    def act(at: datetime) -> None:
        put(story, "training", actor, unit, values, at)

    story.then(at_local(day, 8), act)


def trained(story: Story, city: Office, day: date) -> None:
    """Every inspector of the city is trained before the inspections, and half of them signed in."""
    actor = city.officer
    people = [one for county in story.people.counties[city.unit.pk] for one in county.inspectors]
    if actor is None or not people:
        return
    values = {
        "subject": "一体化执法检查标准与现场文书",
        "kind": "执法培训",
        "held_on": day.isoformat(),
        "hours": 8,
        "audience": f"{city.unit.short_name}各分局执法人员",
        "trainees": [str(one.pk) for one in people],
        "head_count": len(people),
        "expected": len(people) + 2,
        "teacher": "示例大学环境学院",
    }

    def act(at: datetime) -> None:
        row = put(story, "training", actor, city.unit, values, at)
        for place in list(row.people.select_related("user"))[::2]:
            services.sign(row, place, actor=place.user, at=at)

    story.then(at_local(day, 18), act)


def asked(story: Story, county: Office, day: date) -> None:
    """A call for help that is answered two hours too late."""
    inspector, head = county.inspectors[0], story.people.province.officer
    values = {
        "subject": "企业以疫情防控为由拒绝进入生产区",
        "kind": "企业不配合",
        "detail": "门卫要求出示七日内核酸证明，检查组已等候四十分钟。",
    }

    assert head is not None

    def ask(at: datetime) -> None:
        row = put(story, "field_help", inspector, county.unit, values, at)
        story.then(at + timedelta(hours=26), lambda later: answered(row, head, later))

    story.then(at_local(day, 9), ask)


def answered(row: RegisterEntry, head: User, at: datetime) -> None:
    answer = "出示执法证和健康码即可入厂，全程录像；仍拒绝的，按拒绝检查固定证据。"
    services.move(row, "answer", {"answer": answer}, actor=head, at=at)


def spread(story: Story, county: Office, day: date) -> None:
    rows = Target.objects.filter(campaign=story.running, unit=county.unit).order_by("-is_key", "pk")[:3]
    for hour, target in enumerate(rows):
        values = {
            "enterprise": str(target.enterprise_id),
            "given_on": day.isoformat(),
            "layers": ["负责人", "中层"],
            "forms": ["明白纸", "一封信"],
            "copies": 5,
        }
        given(story, county, values, at_local(day, 10 + hour))


def given(story: Story, county: Office, values: dict[str, Any], at: datetime) -> None:
    def act(moment: datetime) -> None:
        put(story, "publicity", county.inspectors[0], county.unit, values, moment)

    story.then(at, act)


# Invented people of invented institutes: name, home, title, industries, ways.
EXPERTS = (
    ("安示例", "示例大学环境学院", "教授", ["化肥", "化工"], ["现场实地", "网络远程"]),
    ("柏示例", "示例环境科学研究院", "正高级工程师", ["水泥", "新型建材"], ["现场实地"]),
    ("岑示例", "示例检测有限公司", "高级工程师", ["工业涂装", "包装印刷"], ["网络远程"]),
    ("成示例", "示例市环境监控中心", "高级工程师", ["电力", "垃圾焚烧"], ["现场实地", "网络远程"]),
    ("池示例", "示例职业技术学院", "副教授", ["铸造", "橡胶"], ["现场实地"]),
    ("储示例", "示例节能环保协会", "高级工程师", ["制药", "农药"], ["网络远程"]),
    ("戴示例", "示例设计研究院", "高级工程师", ["皮革", "塑料"], ["现场实地"]),
    ("杜示例", "示例环境工程有限公司", "工程师", ["建筑施工工地"], ["现场实地"]),
    ("樊示例", "示例大学化工学院", "副教授", ["石化", "化工"], ["网络远程"]),
)
RISKS = (
    ("工业涂装", "喷涂工序未在密闭空间进行", "查密闭、集气和风量记录", "《大气污染防治法》第四十五条"),
    ("化工", "储罐呼吸阀、装卸口泄漏", "查泄漏检测与修复记录", "《大气污染防治法》第四十七条"),
    ("铸造", "落砂、清理工序除尘器停运", "查分表记电和压差记录", "《大气污染防治法》第二十条"),
    ("包装印刷", "油墨、清洗剂敞开存放", "查原辅料贮存和使用台账", "《大气污染防治法》第四十六条"),
    ("水泥", "物料堆场、输送廊道未封闭", "查封闭情况和喷淋记录", "《大气污染防治法》第七十二条"),
    ("建筑施工工地", "土方作业未湿法作业、裸土未覆盖", "查扬尘在线和喷淋记录", "《大气污染防治法》第六十九条"),
    ("橡胶", "硫化废气收集不全", "查集气罩风速和活性炭更换记录", "《大气污染防治法》第四十五条"),
    ("制药", "发酵废渣按一般固废处置", "查危险废物管理计划和转移联单", "《固体废物污染环境防治法》第七十八条"),
    ("其他具体行业", "排放口、监测点位不规范", "查标志牌、采样平台", "《排污许可管理条例》第十八条"),
)
LESSONS: tuple[tuple[str, str, int, str, int, list[str], str], ...] = (
    (
        "危险废物规范化管理",
        "企业培训",
        4,
        "产废企业环保负责人",
        36,
        ["分管领导", "设施运行管理人"],
        "示例环境科学研究院",
    ),
    ("自动监测数据造假典型手法与取证", "业务指导", 6, "执法人员", 24, [], "示例市环境监控中心"),
)
INSURERS = (("示例人寿保险股份有限公司", 45), ("示例财产保险股份有限公司", 190), ("示例养老保险股份有限公司", 330))


def standing(story: Story, office: Office, place: int, day: date) -> None:
    """What an office keeps all year: its experts, the risk points of industries, the insurance of its inspectors."""
    actor = office.officer
    assert actor is not None
    rows: list[tuple[str, dict[str, Any]]] = []
    for name, home, title, industries, ways in EXPERTS[place * 3 : place * 3 + 3]:
        said = {"name": name, "home": home, "title": title, "industries": industries, "ways": ways}
        rows.append(("experts", said))
    for industry, risk, demand, basis in RISKS[place * 3 : place * 3 + 3]:
        rows.append(
            ("risk_points", {"industry": industry, "points": [{"risk": risk, "demand": demand, "basis": basis}]})
        )
    for number, person in enumerate(office.inspectors[:3]):
        insurer, left = INSURERS[number]
        ends = story.now.date() + timedelta(days=left)
        rows.append(
            (
                "insurance",
                {
                    "insurer": insurer,
                    "policy": f"YS{ends.year}{place}{number}0086",
                    "insured": [str(person.pk)],
                    "valid_from": (ends - timedelta(days=364)).isoformat(),
                    "valid_to": ends.isoformat(),
                },
            )
        )

    def act(at: datetime) -> None:
        for key, values in rows:
            put(story, key, actor, office.unit, values, at)

    story.then(at_local(day, 15), act)


def taught(story: Story, office: Office, day: date) -> None:
    actor = office.officer
    assert actor is not None
    for later, (subject, kind, hours, audience, count, layers, teacher) in enumerate(LESSONS):
        held = day + timedelta(days=3 * later)
        values: dict[str, Any] = {
            "subject": subject,
            "kind": kind,
            "held_on": held.isoformat(),
            "hours": hours,
            "audience": f"{office.unit.short_name}{audience}",
            "head_count": count,
            "expected": count + 3,
            "teacher": teacher,
        }
        if layers:
            values["layers"] = layers
        story.then(at_local(held, 17), lambda at, said=values: lesson(story, actor, office.unit, said, at))  # type: ignore[misc]


def lesson(story: Story, actor: User, unit: Unit, values: dict[str, Any], at: datetime) -> None:
    put(story, "training", actor, unit, values, at)


def patrolled(story: Story, county: Office, day: date) -> None:
    patrol = User.objects.filter(username="discipline").first()
    if patrol is None:
        return
    values = {
        "team": f"{county.unit.short_name}第一检查组",
        "patrolled_on": day.isoformat(),
        "members": [str(one.pk) for one in county.inspectors[:2]],
        "way": "随行巡查",
        "found": "no",
        "detail": "检查组自带饮水，午餐在分局食堂，未发现违反纪律的情形。",
    }

    def act(at: datetime) -> None:
        put(story, "patrol", patrol, county.unit, values, at)

    story.then(at_local(day, 17), act)
