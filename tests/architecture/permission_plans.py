"""Plans of county A for the permission matrix, one at each step, each in a campaign of its own."""

from datetime import datetime
from typing import Any

from campaigns.models import BlueprintVersion, Campaign, Plan, Target
from campaigns.services import plans
from core import clock
from tests import factories as make
from tests.architecture.permission_draws import like
from tests.campaigns.plan_scene import ELEMENTS, WRITTEN
from tests.cast import Cast

FILED = {"filing": ["government", "superior"], "exempt": [], "elements": ELEMENTS, "source": "三（二）第3句"}


def build(cast: Cast, campaign: Campaign, now: datetime) -> dict[str, Any]:
    blueprint = BlueprintVersion.objects.create(
        name="planned",
        version=1,
        title="有计划要求的方案",
        data={**campaign.blueprint.data, "planning": FILED},
        digest="2" * 64,
        loaded_at=now,
    )
    rows = {name: drafted(cast, campaign, blueprint, now) for name in ("draft", "reported", "filed", "in force")}
    for name in ("reported", "filed", "in force"):
        plans.report_plan(rows[name], actor=cast.officer_a, at=now)
    for name in ("filed", "in force"):
        enter(rows[name], cast, now)
        file(rows[name], cast, now)
    plans.start_plan(rows["in force"], actor=cast.officer_a, at=now)
    draft = rows["draft"]
    own = draft.rows.get().target
    patch = plans.give_patch(draft.campaign, cast.city, cast.county_a, actor=cast.officer_city, at=now)
    return (
        rows
        | {"patch": patch}
        | {"target": own, "other target": make.target(draft.campaign, cast.site_b), "later": like(campaign)}
    )


def drafted(cast: Cast, campaign: Campaign, blueprint: BlueprintVersion, now: datetime) -> Plan:
    twin = like(campaign)
    Campaign.objects.filter(pk=twin.pk).update(blueprint=blueprint)
    twin = Campaign.objects.select_related("blueprint", "unit").get(pk=twin.pk)
    Target.objects.filter(campaign=twin).exclude(enterprise=cast.site_a).delete()
    Target.objects.filter(campaign=twin).update(visited_at=None)
    row = plans.create_plan(twin, cast.county_a, actor=cast.officer_a, at=now)
    plans.set_elements(row, WRITTEN, actor=cast.officer_a, at=now)
    plans.spread_plan(row, actor=cast.officer_a, at=now)
    return row


def enter(plan: Plan, cast: Cast, now: datetime) -> None:
    said = {"organ": "源汇区人民政府", "number": "源政备1号", "filed_on": clock.day_of(now)}
    plans.enter_government(plan, **said, actor=cast.officer_a, at=now)


def file(plan: Plan, cast: Cast, now: datetime) -> None:
    plans.file_plan(plan, number="漯环备1号", filed_on=clock.day_of(now), actor=cast.officer_city, at=now)
