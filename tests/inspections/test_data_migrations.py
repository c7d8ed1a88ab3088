"""What inspections of before a version held, after it: results without a visit that counted, notices of self-checks."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from campaigns.models import Target
from inspections.models import SelfCheck, SelfCheckNotice
from tests import factories as make
from tests.campaigns.scene import MAY
from tests.cast import Cast
from tests.factories import MORNING
from tests.migrating import carried

LATER = MAY + timedelta(days=3)


def recorded(cast: Cast, target: Target, kind: str = "enforce", **fields: Any) -> None:
    given = make.assignment(target, cast.inspector_a, cast.second_a, state="done", kind=kind)
    make.locked_record(make.visit(given, state="closed"), outcome="refused", **fields)


def handed_in(cast: Cast, target: Target, version: int, at: Any, **fields: Any) -> None:
    SelfCheck.objects.create(
        campaign=target.campaign,
        enterprise=target.enterprise,
        unit=target.unit,
        version=version,
        client_id=UUID(int=700 + 10 * target.pk + version),
        submitted_by=cast.enterprise_a,
        submitted_at=at,
        created_at=MORNING,
        **fields,
    )


@pytest.mark.django_db(transaction=True)
def test_records_are_results_and_who_handed_a_sheet_in_had_the_notice(cast: Cast) -> None:
    plan = make.campaign(cast.province)
    sites = [make.enterprise(f"漯河示例{n}厂", cast.county_a, cast.region_a) for n in range(4)]
    refused, research, told, silent = (make.target(plan, site) for site in sites)
    recorded(cast, refused, at=MAY)
    recorded(cast, research, kind="research", at=MAY)
    for target in (refused, told):
        Target.objects.filter(pk=target.pk).update(self_checked_at=LATER)
        handed_in(cast, target, 1, MAY, state="superseded")
        handed_in(cast, target, 2, LATER, state="returned", correction_reason="更正")
    by_hand = {"way": "paper", "note": "送达厂长", "delivered_at": MORNING, "delivered_by": cast.officer_a}
    SelfCheckNotice.objects.create(target=told, **by_hand)
    carried(("inspections", "0008_handovers"), lambda apps: None)
    assert dict(Target.objects.values_list("pk", "result_at")) == {
        refused.pk: MAY,
        research.pk: None,
        told.pk: None,
        silent.pk: None,
    }
    kept = dict(SelfCheckNotice.objects.values_list("target", "delivered_at"))
    assert kept == {refused.pk: MAY, told.pk: MORNING}, "by the first sheet, and once"
    row = SelfCheckNotice.objects.get(target=refused)
    assert (row.way, row.receipted_at, row.receipted_by) == ("platform", MAY, cast.enterprise_a)
