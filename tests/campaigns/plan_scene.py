"""Campaigns that ask for plans, and enough enterprises and inspectors to plan with."""

from datetime import UTC, date, datetime
from typing import Any

from accounts.models import Unit
from campaigns.models import BlueprintVersion, Campaign, Plan, Target
from campaigns.services import plans
from core.calendar import load_tables
from tests import factories as make
from tests.cast import Cast

APRIL = datetime(2020, 4, 20, 1, 0, tzinfo=UTC)
ELEMENTS = ["执法力量", "污染要素", "执法标准", "执法时段"]
FILED = {"filing": ["superior"], "elements": ELEMENTS, "source": "三（二）第3句"}
WRITTEN = dict.fromkeys(ELEMENTS, "按方案执行")


def campaign(cast: Cast, owner: Unit | None = None, **planning: Any) -> Campaign:
    """The six phases of Henan, whose blueprint asks for plans in this way."""
    load_tables()
    row = make.campaign(owner or cast.city)
    row.blueprint = BlueprintVersion.objects.create(
        name="planned",
        version=1,
        title="有计划要求的方案",
        data={"planning": {"source": "测试", **planning}} if planning else {},
        digest="1" * 64,
        loaded_at=make.MORNING,
    )
    row.save(update_fields=["blueprint"])
    return row


def enterprises(campaign: Campaign, cast: Cast, count: int, **fields: Any) -> list[Target]:
    """So many key sites of county A on the list."""
    values = {"is_key": True, "town": "示例镇"} | fields
    return [
        make.target(campaign, make.enterprise(f"示例计划厂{place:03d}", cast.county_a, cast.region_a, **values))
        for place in range(count)
    ]


def county_plan(campaign: Campaign, cast: Cast) -> Plan:
    row = plans.create_plan(campaign, cast.county_a, actor=cast.officer_a, at=APRIL)
    if plans.terms_of(row.campaign).elements:
        row = plans.set_elements(row, WRITTEN, actor=cast.officer_a, at=APRIL)
    return row


def spread(plan: Plan, cast: Cast) -> plans.Spread:
    return plans.spread_plan(plan, actor=cast.officer_a, at=APRIL)


def filed(plan: Plan, cast: Cast) -> Plan:
    plans.report_plan(plan, actor=cast.officer_a, at=APRIL)
    return plans.file_plan(
        plan, number="漯环备〔2020〕1号", filed_on=date(2020, 4, 20), actor=cast.officer_city, at=APRIL
    )


def in_force(campaign: Campaign, cast: Cast) -> Plan:
    row = county_plan(campaign, cast)
    spread(row, cast)
    if plans.terms_of(row.campaign).filing:
        filed(row, cast)
    return plans.start_plan(row, actor=cast.officer_a, at=APRIL)
