"""Leads that hung on targets before there was a register: back and forth nothing is lost."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from campaigns.models import Assignment, Lead
from tests.campaigns import scene

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
    old = migrate(BEFORE)
    try:
        lead = old.get_model("campaigns", "Lead").objects.get()
        assert (lead.target_id, lead.kind, lead.detail) == (target.pk, "complaint", "群众举报夜间异味")
    finally:
        migrate(AFTER)
        tip = MigrationExecutor(connection)
        tip.migrate(tip.loader.graph.leaf_nodes())
    found = Lead.objects.get()
    assert (found.enterprise, found.unit, found.detail) == (cast.site_a, cast.county_a, "群众举报夜间异味")
    assert (found.number, found.state, found.entered_by) == ("线索2020-00001", "assigned", cast.officer_a)
    kept = Assignment.objects.get()
    assert (kept.pk, kept.lead, kept.sent_by) == (row.pk, found, cast.county_a)
