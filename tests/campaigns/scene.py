"""A campaign made from the Henan blueprint itself, as the province would have it on the eve of the inspections."""

from datetime import UTC, date, datetime

from accounts.models import User
from campaigns import services
from campaigns.models import Assignment, Campaign, InspectorProfile, RegisterEntry, Target
from campaigns.registers import services as registers
from campaigns.registers.services.filing import Filing
from campaigns.services.blueprints import load_blueprints
from core.calendar import load_tables
from enterprises.models import Enterprise, PositiveListEntry
from tests.cast import Cast

MARCH = datetime(2020, 3, 20, 1, 0, tzinfo=UTC)
MAY = datetime(2020, 5, 11, 1, 0, tzinfo=UTC)
VISIT_DAY = date(2020, 5, 12)


def load() -> None:
    load_tables()
    load_blueprints(at=MARCH, only=["henan-2020"])


def draft(cast: Cast) -> Campaign:
    return services.create_from_blueprint(
        "henan-2020", unit=cast.province, year=2020, actor=cast.officer_province, at=MARCH
    )


def ready(campaign: Campaign, officer: User, contacts_due: str = "04-10") -> Campaign:
    """Readings chosen and lists adopted: what approval asks for."""
    chosen = {"selfcheck_scope": "all", "other_verify": "with_key", "summary_within": "15"}
    chosen["contacts_due"] = contacts_due
    services.choose_parameters(campaign, chosen, actor=officer, at=MARCH)
    return services.adopt_lists(campaign, actor=officer, at=MARCH)


def published(cast: Cast) -> Campaign:
    """Published on 2020-03-20."""
    row = ready(draft(cast), cast.officer_province)
    services.approve(row, actor=cast.leader_province, at=MARCH)
    for person in (cast.inspector_a, cast.second_a, cast.inspector_b):
        InspectorProfile.objects.get_or_create(
            user=person,
            defaults={"specialities": ["业务骨干"], "changed_by": cast.officer_province, "changed_at": MARCH},
        )
    row = services.publish(row, actor=cast.officer_province, at=MARCH)
    trained(row, cast)
    return row


def trained(campaign: Campaign, cast: Cast, **values: object) -> RegisterEntry:
    """The province's own training, without which the inspections do not begin."""
    registers.load_registers(at=MARCH, only=["training"])
    version = registers.version_of("training")
    assert version is not None
    said = {
        "subject": "一体化执法启动培训",
        "kind": "省级统一培训",
        "held_on": "2020-03-20",
        "hours": 8,
        "audience": "各市执法人员",
        "head_count": 90,
    }
    given = Filing(cast.province, said | values, campaign)
    return registers.file_entry(version, given, actor=cast.officer_province, at=MARCH)


def campaign_of(name: str, cast: Cast, year: int, at: datetime) -> Campaign:
    """A city's campaign of any of the plans, with every reading at its default, published."""
    load_tables()
    load_blueprints(at=at, only=["henan-2020", name])
    row = services.create_from_blueprint(name, unit=cast.city, year=year, actor=cast.officer_city, at=at)
    asked = row.blueprint.data.get("parameters", [])
    chosen = {one["key"]: one.get("default", one["options"][0]["value"]) for one in asked}
    row = services.choose_parameters(row, chosen, actor=cast.officer_city, at=at)
    if row.blueprint.data.get("lists"):
        row = services.adopt_lists(row, actor=cast.officer_city, at=at)
    services.approve(row, actor=cast.leader_city, at=at)
    return services.publish(row, actor=cast.officer_city, at=at)


def without_plans(campaign: Campaign) -> Campaign:
    """The same, where nothing outside a unit's plan needs approval: the other rules speak alone."""
    campaign.blueprint.data.pop("planning", None)
    campaign.blueprint.save()
    return campaign


def listed(campaign: Campaign, cast: Cast, of: Enterprise | None = None) -> Target:
    at = campaign.published_at or campaign.created_at
    services.list_targets(campaign, cast.province, key_only=False, actor=cast.officer_province, at=at)
    return Target.objects.get(campaign=campaign, enterprise=of or cast.site_a)


def pledged(campaign: Campaign, *people: User) -> None:
    for person in people:
        services.sign_pledge(campaign, person, name=person.name, at=campaign.published_at)


def plan(target: Target, cast: Cast, *, at: datetime = MAY, **fields: object) -> Assignment:
    """Plan as the county's officer would, unless told otherwise."""
    values: dict[str, object] = {
        "planned_on": VISIT_DAY,
        "lead_inspector": cast.inspector_a,
        "second_inspector": cast.second_a,
        "actor": cast.officer_a,
        "at": at,
    }
    return services.plan_visit(target, **(values | fields))  # type: ignore[arg-type]


def on_positive_list(site: Enterprise, until: date | None = date(2020, 5, 31)) -> PositiveListEntry:
    return PositiveListEntry.objects.create(
        enterprise=site, ground="环保信用诚信企业", valid_from=date(2020, 4, 1), valid_to=until, entered_at=MARCH
    )
