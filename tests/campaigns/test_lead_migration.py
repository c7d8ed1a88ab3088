"""Leads that hung on targets before there was a register: back and forth nothing is lost."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from campaigns.models import Assignment, Lead
from tests import factories as make
from tests.campaigns import scene
from tests.campaigns.scene import MAY

BEFORE, AFTER = ("campaigns", "0010_bulletins"), ("campaigns", "0013_leads_whole")


def migrate(to):
    executor = MigrationExecutor(connection)
    executor.migrate([to])
    return executor.loader.project_state([to]).apps


@pytest.mark.django_db(transaction=True)
def test_a_lead_of_old_stands_in_the_register_with_all_it_had(cast):
    scene.load()
    campaign = scene.published(cast)
    target = scene.listed(campaign, cast)
    scene.pledged(campaign, cast.inspector_a, cast.second_a)
    row = scene.plan(target, cast, lead_kind="complaint", lead_detail="群众举报夜间异味")
    other = scene.listed(campaign, cast, of=cast.site_b)
    ended = {"ended_at": MAY, "end_reason": "证据不足"}
    for state, more in (("done", {}), ("refused", ended), ("cancelled", ended)):
        lead = make.lead(cast.site_b, cast.officer_a, detail=state)
        made = make.assignment(other, cast.inspector_a, cast.second_a, state=state, **more)
        Assignment.objects.filter(pk=made.pk).update(lead=lead)
    old = migrate(BEFORE)
    try:
        lead = old.get_model("campaigns", "Lead").objects.get(target=target.pk)
        assert (lead.target_id, lead.kind, lead.detail) == (target.pk, "complaint", "群众举报夜间异味")
    finally:
        migrate(AFTER)
        tip = MigrationExecutor(connection)
        tip.migrate(tip.loader.graph.leaf_nodes())
    found = Lead.objects.get(enterprise=cast.site_a)
    assert (found.enterprise, found.unit, found.detail) == (cast.site_a, cast.county_a, "群众举报夜间异味")
    assert (found.number, found.state, found.entered_by) == ("线索2020-00001", "assigned", cast.officer_a)
    carried = dict(Lead.objects.filter(enterprise=cast.site_b).values_list("detail", "state"))
    assert carried == {"done": "closed", "refused": "refused", "cancelled": "accepted"}
    assert Lead.objects.get(detail="refused").end_reason == "证据不足"
    kept = Assignment.objects.get(pk=row.pk)
    assert (kept.pk, kept.lead, kept.sent_by) == (row.pk, found, cast.county_a)
