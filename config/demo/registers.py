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
